"""popgen report: what became of a training run, and how it stands beside the paper's."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from popgen_cli.doors import complain, door, shown_json

__all__ = ["report"]


@door
def report(
    run: Annotated[Path, typer.Argument(help="Folder that `popgen train -o` has made; the run may be at work still.")],
    html: Annotated[
        Path | None,
        typer.Option(help="Write the page to this file, an existing one is replaced; the run's folder stays as it is."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print all as JSON; the run's folder stays as it is.")] = False,
    tensorboard: Annotated[
        Path | None, typer.Option(help="Write the log as TensorBoard events into this folder too.")
    ] = None,
) -> None:
    """Tell what became of a run: losses by epoch, part and group, phases beside the paper's, speed, interruptions.

    Prints tables, and writes report.html and loss.png in the run's folder anew. Needs no torch.

    Example: popgen report runs/mine
    """
    from popgen_core import api

    story = api.report(run)
    if tensorboard:
        _write_events(run, tensorboard, story.facts.groups, quiet=json)
    if json:
        from popgen_core.history.telling import answers, headline

        shown_json({"headline": headline(story), "answers": answers(story), **story.to_plain()})
    else:
        _say(_text(story))
    _write_pages(run, story, html, quiet=json)


def _text(story: Any) -> str:
    """The answers and the tables, a blank line between them."""
    from popgen_core.history import tables, telling

    parts = ["\n".join([f"{story.run}: {telling.headline(story)}", *telling.answers(story)])]
    if story.steps:
        parts.append("\n".join([telling.paper_line(story), telling.PAPER_SCALE]))
        parts.append(tables.text_of(tables.paper_table(story)))
        parts.append(telling.phase_line(story))
        made = (tables.phase_table(story), tables.part_table(story), tables.group_table(story))
        parts += [tables.text_of(table) for table in made if table.rows]
        parts.append("\n".join(telling.start_lines(story)))
    return "\n\n".join(part for part in parts if part)


def _write_pages(run: Path, story: Any, html: Path | None, *, quiet: bool) -> None:
    """The page where it was asked for, or page and picture in the run's folder."""
    from popgen_core.pages.run import NO_PICTURES, can_draw, write_page, write_report

    if quiet and not html:
        return
    written = [write_page(html, story)] if html else write_report(run, story)
    if not quiet:
        _say(f"\nwritten: {', '.join(str(path) for path in written)}")
    if not can_draw():
        complain(NO_PICTURES)


def _write_events(run: Path, folder: Path, groups: tuple[str, ...], *, quiet: bool) -> None:
    from popgen_core.errors import NotInstalled, from_wheels
    from popgen_core.history.events import write_events

    try:
        values = write_events(run, folder, groups)
    except ModuleNotFoundError as error:
        what = "--tensorboard needs tensorboard, which is not installed"
        raise NotInstalled(what, hint=from_wheels("popgen-core[tensorboard]")) from error
    if not quiet:
        _say(f"{values:,} values for TensorBoard: {folder}\n")


def _say(words: str) -> None:
    """Words on the screen or into a pipe; what its encoding cannot show is escaped."""
    encoding = sys.stdout.encoding or "utf-8"
    typer.echo(words.encode(encoding, "backslashreplace").decode(encoding))

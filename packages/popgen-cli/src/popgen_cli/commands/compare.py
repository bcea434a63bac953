"""popgen compare: whether one system's songs score otherwise than another's, and how sure that is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from popgen_cli.doors import complain, door, shown_json
from popgen_cli.places import SCREEN, refuse_places, write_file

__all__ = ["compare"]

SKIPPED = 3
WIDE = 80  # columns of a table that is written into a pipe, or into a narrower screen
LONGEST = 20  # letters of a side's name
LETTERS = ("A", "B", "R")  # where names do not tell the sides apart, or are too long


@door
def compare(
    a: Annotated[Path, typer.Argument(help="Songs of one system: a folder, a MIDI file, or scores of `eval --json`.")],
    b: Annotated[Path, typer.Argument(help="Songs of the other system, likewise.")],
    paired: Annotated[
        bool, typer.Option("--paired", help="Files of one name were made from one prompt: compare them in pairs.")
    ] = False,
    common: Annotated[
        bool,
        typer.Option("--common", help="With --paired: leave out songs that only one side has, and say which."),
    ] = False,
    reference: Annotated[
        Path | None, typer.Option(help="Real songs, likewise: each system is compared with them too.")
    ] = None,
    by_name: Annotated[
        bool, typer.Option("--by-name", help="Files of one name in several folders are versions of one song (seeds).")
    ] = False,
    bars: Annotated[int, typer.Option(help="Bars of a window in which MIDI files are judged.")] = 32,
    seed: Annotated[int, typer.Option(help="What the bootstrap intervals are drawn from.", min=0)] = 0,
    every: Annotated[
        bool, typer.Option("--all", help="Show exploratory figures too, which are hints and no results.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with code 3 when some files could not be read.")
    ] = False,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write the comparison to this file; - for the screen.")
    ] = None,
) -> None:
    """Compare two systems figure by figure: the right test, its rank check, the size of the difference, in plain words.

    Example: popgen compare mine/ theirs/ --reference real/ --json comparison.json
    """
    from popgen_core.errors import RecipeError
    from popgen_core.files import json_bytes
    from popgen_eval import comparison

    paths = [a, b, *([reference] if reference else [])]
    refuse_places(screen=json, read=paths)
    if common and not paired:
        raise RecipeError("--common is about pairs", hint="give --paired with it")
    reports = [_report(path, bars) for path in paths]
    for row in (row for report in reports for row in report.errors):
        complain(f"{row.path}: {row.error}")
    names = _labels(paths)
    found = comparison.compare(
        reports[0],
        reports[1],
        paired=paired,
        reference=reports[2] if reference else None,
        seed=seed,
        labels=(names[0], names[1], names[2] if reference else "the reference"),
        by_name=by_name,
        common=common,
    )
    if json and json != SCREEN:
        write_file(json, json_bytes(found.to_json()))
    if json == SCREEN:
        shown_json(found.to_json())
    else:
        if names[0] == LETTERS[0]:
            typer.echo("".join(f"- {name}: {path}\n" for name, path in zip(names, paths, strict=True)), nl=False)
        _show(found, every)
    if strict and any(report.errors for report in reports):
        raise typer.Exit(SKIPPED)


def _report(path: Path, bars: int) -> Any:
    """Scores read back from a JSON file, or made of MIDI."""
    from popgen_eval import api

    if path.suffix.lower() != ".json" or path.is_dir():
        return api.evaluate(path, bars=bars)
    import json

    from popgen_core.errors import PopgenError
    from popgen_eval.report.read_back import report_from_json

    if not path.exists():
        raise PopgenError(f"there is no file or folder {path}")
    try:
        table = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise PopgenError(f"{path} is no JSON file: {error}") from error
    return report_from_json(table, str(path))


def _labels(paths: Sequence[Path]) -> list[str]:
    """A short name for each side: those of the folders or files, with the folder above where that tells, or letters."""
    whole = [path.resolve() for path in paths]
    for names in ([path.name for path in whole], ["/".join(path.parts[-2:]) for path in whole]):
        shown = ["".join(letter if letter.isprintable() else "?" for letter in name) for name in names]
        if len(set(shown)) == len(shown) and all(0 < len(name) <= LONGEST for name in shown):
            return shown
    return list(LETTERS[: len(paths)])


def _show(found: Any, every: bool) -> None:
    """The sentences, then a table for each family; what a pipe's encoding cannot show is escaped."""
    from rich.console import Console
    from rich.text import Text

    screen = Console(highlight=False, emoji=False, markup=False)
    if not screen.is_terminal:
        screen.width = max(screen.width, WIDE)
    with screen.capture() as shown:
        for sentence in found.sentences(every=every):
            screen.print(Text(f"- {sentence}"), soft_wrap=True)
        for title, rows in found.tables(every=every):
            screen.print(Text(f"\n{title}"))
            screen.print(_table(rows))
        screen.print()
        for line in found.notes(every=every):
            screen.print(Text(line), soft_wrap=True)
        if found.hints and not every:
            screen.print(Text(f"Not shown: {found.hints} exploratory figures; --all shows them."), soft_wrap=True)
    encoding = sys.stdout.encoding or "utf-8"
    text = "\n".join(line.rstrip() for line in shown.get().split("\n"))
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def _table(rows: Sequence[Sequence[str]]) -> Any:
    """Rows, the heading first, with names to the left and numbers to the right."""
    from rich.table import Table
    from rich.text import Text

    heading, *cells = rows
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for number, column in enumerate(heading):
        left = number in (0, len(heading) - 1)
        table.add_column(Text(column), justify="left" if left else "right", no_wrap=not number, overflow="fold")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    return table

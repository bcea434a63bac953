"""popgen compare: whether one system's songs score otherwise than another's, and how sure that is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from popgen_cli.doors import complain, door, shown_json

__all__ = ["compare"]

SKIPPED = 3
NARROW = 120  # columns of a table that is written into a pipe


@door
def compare(
    a: Annotated[Path, typer.Argument(help="Songs of one system: a folder, a MIDI file, or scores of `eval --json`.")],
    b: Annotated[Path, typer.Argument(help="Songs of the other system, likewise.")],
    paired: Annotated[
        bool, typer.Option("--paired", help="Files of one name were made from one prompt: compare them in pairs.")
    ] = False,
    reference: Annotated[
        Path | None, typer.Option(help="Real songs, likewise: each system is compared with them too.")
    ] = None,
    by_name: Annotated[
        bool, typer.Option("--by-name", help="Files of one name in several folders are versions of one song (seeds).")
    ] = False,
    bars: Annotated[int, typer.Option(help="Bars of a window in which MIDI files are judged.")] = 32,
    seed: Annotated[int, typer.Option(help="What the bootstrap intervals are drawn from.", min=0)] = 0,
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
    from popgen_eval import comparison

    paths = [a, b, *([reference] if reference else [])]
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
    )
    remarks = _mixed(paths, bars)
    table = found.to_json() | {"sentences": [*remarks, *found.sentences()]}
    if json and str(json) == "-":
        shown_json(table)
    else:
        _show([*remarks, *found.sentences()], found.tables())
        if json:
            _write(json, table)
    if strict and any(report.errors for report in reports):
        raise typer.Exit(SKIPPED)


def _report(path: Path, bars: int) -> Any:
    """Scores read back from a JSON file, or made of MIDI."""
    from popgen_eval import api

    if path.suffix.lower() != ".json" or path.is_dir():
        return api.evaluate(path, bars=bars)
    import json

    from popgen_core.errors import PopgenError
    from popgen_eval.read_back import report_from_json

    if not path.exists():
        raise PopgenError(f"there is no file or folder {path}")
    try:
        table = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise PopgenError(f"{path} is no JSON file: {error}") from error
    return report_from_json(table, str(path))


def _mixed(paths: Sequence[Path], bars: int) -> list[str]:
    """A warning where some songs were judged here and others were before: windows of another length are not alike."""
    if 0 < sum(path.suffix.lower() == ".json" for path in paths) < len(paths):
        return [f"songs were judged here in windows of {bars} bars: only scores of the same windows compare with them"]
    return []


def _labels(paths: Sequence[Path]) -> list[str]:
    """A short name for each side: those of the folders or files, the whole paths, or else letters."""
    for names in ([path.resolve().name for path in paths], [str(path) for path in paths]):
        shown = ["".join(letter if letter.isprintable() else "?" for letter in name) for name in names]
        if len(set(shown)) == len(shown) and all(shown):
            return shown
    return ["A", "B", "R"][: len(paths)]


def _show(sentences: Sequence[str], tables: Sequence[tuple[str, list[tuple[str, ...]]]]) -> None:
    """The sentences, then a table for each family; what a pipe's encoding cannot show is escaped."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    screen = Console(highlight=False, emoji=False, markup=False)
    if not screen.is_terminal:
        screen.width = max(screen.width, NARROW)
    with screen.capture() as shown:
        for sentence in sentences:
            screen.print(Text(f"- {sentence}"), soft_wrap=True)
        screen.print()
        for title, (heading, *rows) in tables:
            table = Table(
                box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), title=Text(title), title_justify="left"
            )
            for number, column in enumerate(heading):
                table.add_column(Text(column), justify="right" if 1 < number < len(heading) - 1 else "left")
            for row in rows:
                table.add_row(*(Text(cell) for cell in row))
            screen.print(table)
    encoding = sys.stdout.encoding or "utf-8"
    text = "\n".join(line.rstrip() for line in shown.get().split("\n"))
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def _write(path: Path, table: dict[str, Any]) -> None:
    import json

    from popgen_core.errors import OutputError
    from popgen_core.files import write_atomically

    try:
        write_atomically(path, (json.dumps(table, indent=2, allow_nan=False) + "\n").encode())
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}", hint="choose another place") from error

"""What `popgen doctor` shows on a screen of any width, in a pipe as well: tables that hold, no colours that leak."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from popgen_core.contracts.grouper import Placement
from popgen_core.corpus.diagnosis import Diagnosis, Finding, remarks
from popgen_core.corpus.remedies import OTHER_REASON, REASONS
from popgen_core.corpus.report import CorpusReport, FileRow
from popgen_core.corpus.telling import clock, counted, example_lines, headline, hours, music_lines, outlook, percent

__all__ = ["screen", "show_file", "show_report"]

FEW_FILES = 40  # that many get a row each without being asked for
WIDE = 110  # columns of a screen that shows more of each file
KINDS = {
    "refused": "Left out, refused:",
    "skipped": "Left out, skipped:",
    "repaired": "Used, after a repair:",
    "noted": "Used, but worth knowing:",
}
MEANINGS = {
    "accepted": "read as they are",
    "repaired": "read after small repairs, named below",
    "skipped": "no usable music, or a copy",
    "refused": "no MIDI, damaged, or hostile",
}


def show_report(report: CorpusReport, diagnosis: Diagnosis, command: str, *, every_file: bool = False) -> None:
    """A report for a musician: what is there, what is wrong and what to do, and what `command` would make of it."""
    with screen() as console:
        _show_all(console, report, diagnosis, command, every_file or len(report.rows) <= FEW_FILES)


def _show_all(screen: Console, report: CorpusReport, diagnosis: Diagnosis, command: str, every_file: bool) -> None:
    _print(screen, f"{report.folder}: {headline(diagnosis)}", style="bold")
    _show_verdicts(screen, report)
    if every_file:
        _heading(screen, "The files")
        _show_files(screen, report.rows)
    _heading(screen, "What needs attention")
    _show_findings(screen, diagnosis.findings)
    if diagnosis.songs:
        _show_songs(screen, diagnosis)
    _heading(screen, "What comes of it")
    _print(screen, outlook(command, diagnosis))


def show_file(row: FileRow, placements: Sequence[Placement]) -> None:
    """One file: its verdict, and which track went to which group and why."""
    with screen() as console:
        _show_row(console, row)
        if placements:
            _show_placements(console, placements)


def _show_row(screen: Console, row: FileRow) -> None:
    _print(screen, f"{row.file}: {row.verdict}", style="bold")
    if not row.kept:
        remedy = REASONS.get(row.reason, OTHER_REASON)
        _print(screen, f"{row.reason}: {row.message}")
        _print(screen, f"{remedy.what}. {remedy.advice}")
    else:
        changes = [counted(row.tempos, "tempo change")] * (row.tempos > 0)
        changes += [counted(row.meters, "meter change")] * (row.meters > 0)
        notes = [clock(row.seconds) + " long", counted(row.notes, "note"), f"{row.tempo:.0f} BPM"]
        music = ", ".join([*notes, row.meter or "no meter", *changes])
        _print(screen, f"{music}; licence {row.licence}, source {row.origin}")
        for line in (*row.repairs, *(f"{code}: {detail}".rstrip(": ") for code, (detail, _) in remarks(row).items())):
            _print(screen, f"  {line}")


def _show_placements(screen: Console, placements: Iterable[Placement]) -> None:
    table = _table("track", "program", ">notes", "group", "why")
    for placement in placements:
        table.add_row(
            *_cells(
                placement.track or "(no name)",
                _program(placement.program),
                f"{placement.notes:,}",
                placement.group or "left out",
                placement.why,
            )
        )
    screen.print(table)


def _program(number: int) -> str:
    from popgen_core.groupers.general_midi import PROGRAMS

    return f"{number} {PROGRAMS[number]}" if 0 <= number < len(PROGRAMS) else str(number)


def _show_verdicts(screen: Console, report: CorpusReport) -> None:
    table = Table(box=None, show_header=False, padding=(0, 1), pad_edge=True)
    table.add_column(justify="right")
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for verdict, files in report.summary.items():
        table.add_row(*_cells(f"{files:,}", verdict, MEANINGS[verdict]))
    screen.print(table)


def _show_files(screen: Console, rows: Iterable[FileRow]) -> None:
    """A row a file; a wide screen shows more of each, names and what was found always have most of the room."""
    more = (">tempo", "meter", ">groups", ">flat") if screen.width >= WIDE else ()
    table = _table("file", "verdict", ">length", ">notes", *more, "what")
    table.padding = (0, 1, 0, 0)
    table.columns[0].width = table.columns[-1].min_width = max(12, (screen.width - (70 if more else 34)) // 2)
    for row in rows:
        facts = [clock(row.seconds), f"{row.notes:,}"] if row.kept else ["", ""]
        if more:
            shown = [f"{row.tempo:.0f}", row.meter, str(len(row.groups)), percent(row.flatness)]
            facts += shown if row.kept else [""] * len(shown)
        table.add_row(*_cells(row.file, row.verdict, *facts, _what(row)))
    screen.print(table)


def _what(row: FileRow) -> str:
    if not row.kept:
        return row.message or row.reason
    return "; ".join([*row.repairs, *remarks(row)])


def _show_findings(screen: Console, findings: Sequence[Finding]) -> None:
    """What is left out first; between kinds a line that says what becomes of such files."""
    if not findings:
        _print(screen, "Nothing: every file is sound.")
    for number, finding in enumerate(findings):
        if not number or finding.kind != findings[number - 1].kind:
            _print(screen, f"{chr(10) * bool(number)}{KINDS[finding.kind]}", style="italic")
        _show_finding(screen, finding)


def _show_finding(screen: Console, finding: Finding) -> None:
    screen.print()
    _print(screen, f"{counted(finding.count, 'file')} ({percent(finding.share)}): {finding.what} [{finding.code}]")
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 2), pad_edge=True, expand=True)
    table.add_column(no_wrap=True, width=7)
    table.add_column(ratio=1, overflow="fold")
    for number, line in enumerate(example_lines(finding)):
        table.add_row(*_cells("e.g." if not number else "", line))
    table.add_row(*_cells("advice", finding.advice))
    screen.print(table)


def _show_songs(screen: Console, diagnosis: Diagnosis) -> None:
    _heading(screen, "What each instrument group gets")
    table = _table("group", ">songs", ">of all songs", ">notes", ">of all notes")
    for of in diagnosis.groups:
        shares = (f"{of.songs:,}", percent(of.song_share), f"{of.notes:,}", percent(of.note_share))
        table.add_row(*_cells(of.group, *shares))
    screen.print(table)
    _heading(screen, "The music")
    _show_pairs(screen, music_lines(diagnosis))
    _heading(screen, "Licences")
    table = _table("licence", ">songs", ">length", "free to give away")
    for licence in diagnosis.licences:
        free = "yes" if licence.permissive else "no"
        table.add_row(*_cells(licence.name, f"{licence.songs:,}", hours(licence.seconds), free))
    screen.print(table)


def _show_pairs(screen: Console, pairs: Iterable[tuple[str, str]]) -> None:
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 2), pad_edge=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for pair in pairs:
        table.add_row(*_cells(*pair))
    screen.print(table)


@contextlib.contextmanager
def screen() -> Iterator[Console]:
    """A console whose lines go to the screen or pipe at the end, without the blanks that fill tables.

    What the encoding of a pipe cannot show is escaped.
    """
    console = Console(highlight=False, emoji=False, markup=False)
    with console.capture() as shown:
        yield console
    text = "\n".join(line.rstrip() for line in shown.get().split("\n"))
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def _table(*headings: str) -> Table:
    """A table with these headings; one that begins with ">" stands over numbers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        number = heading.startswith(">")
        table.add_column(heading.lstrip(">"), justify="right" if number else "left", no_wrap=number, overflow="fold")
    return table


def _heading(screen: Console, words: str) -> None:
    screen.print()
    _print(screen, words, style="bold")


def _print(screen: Console, words: str, style: str = "") -> None:
    screen.print(Text(words, style=style, overflow="fold"))


def _cells(*words: str) -> list[Text]:
    """Cells that rich takes for nothing but letters."""
    return [Text(word) for word in words]

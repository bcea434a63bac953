"""The doctor's page: a folder of MIDI files for the eye, with pictures and a table of all files that sorts."""

from __future__ import annotations

from collections.abc import Iterable

from popgen_core.corpus.diagnosis import Diagnosis, Finding, remarks
from popgen_core.corpus.report import VERDICTS, CorpusReport, FileRow
from popgen_core.corpus.telling import clock, example_lines, headline, hours, music_lines, outlook, percent
from popgen_core.pages.page import Cell, Column, Page
from popgen_core.pages.plots import doctor_pictures

__all__ = ["doctor_page"]

MOST_ROWS = 5000  # of the table of files: beyond that a browser grows slow

FILE_COLUMNS = (
    Column("file", wide=True),
    Column("verdict"),
    Column("what", wide=True),
    Column("length", number=True),
    Column("notes", number=True),
    Column("tracks", number=True),
    Column("groups"),
    Column("tempo", number=True),
    Column("tempo changes", number=True),
    Column("meter"),
    Column("meter changes", number=True),
    Column("hanging", number=True),
    Column("overlapping", number=True),
    Column("out of range", number=True),
    Column("equally loud", number=True),
    Column("licence"),
    Column("source", wide=True),
)


def doctor_page(report: CorpusReport, diagnosis: Diagnosis, command: str) -> str:
    """The page of a report and of what `diagnose` made of it; `command` would prepare the folder.

    Raises ModuleNotFoundError without matplotlib.
    """
    page = Page(f"popgen doctor: {report.folder}", headline(diagnosis))
    page.text(outlook(command, diagnosis))
    page.pictures(doctor_pictures(report, diagnosis))
    page.section("What needs attention")
    _findings(page, diagnosis.findings)
    if diagnosis.songs:
        _songs(page, diagnosis)
    page.section("All files")
    _files(page, report)
    return page.html()


def _findings(page: Page, findings: Iterable[Finding]) -> None:
    terms = [
        (
            f"{finding.count:,} {finding.kind}: {finding.what}",
            [finding.advice, "For example: " + "; ".join(example_lines(finding))],
        )
        for finding in findings
    ]
    if terms:
        page.pairs(terms)
    else:
        page.text("Nothing: every file is sound.")


def _songs(page: Page, diagnosis: Diagnosis) -> None:
    page.section("What each instrument group gets")
    page.table(
        (
            Column("group"),
            Column("songs", number=True),
            Column("of all songs", number=True),
            Column("notes", number=True),
            Column("of all notes", number=True),
        ),
        [
            (
                of.group,
                (f"{of.songs:,}", of.songs),
                percent(of.song_share),
                (f"{of.notes:,}", of.notes),
                percent(of.note_share),
            )
            for of in diagnosis.groups
        ],
    )
    page.section("The music")
    page.pairs((name, (line,)) for name, line in music_lines(diagnosis))
    page.section("Licences")
    page.table(
        (Column("licence"), Column("songs", number=True), Column("length", number=True), Column("free to give away")),
        [
            (of.name, (f"{of.songs:,}", of.songs), hours(of.seconds), "yes" if of.permissive else "no")
            for of in diagnosis.licences
        ],
    )


def _files(page: Page, report: CorpusReport) -> None:
    rows = sorted(report.rows, key=lambda row: -VERDICTS.index(row.verdict))
    if len(rows) > MOST_ROWS:
        page.text(f"The first {MOST_ROWS:,} of {len(rows):,} files, those left out first; --json holds all.")
    page.text("A click on a heading sorts the table.", quiet=True)
    page.table(FILE_COLUMNS, (_file_cells(row) for row in rows[:MOST_ROWS]), sorts=True)


def _file_cells(row: FileRow) -> list[Cell]:
    if not row.kept:
        return [row.file, row.verdict, f"{row.reason}: {row.message}", *[""] * 12, row.licence, row.origin]
    noted = [f"{code} ({detail})" if detail else code for code, (detail, _) in remarks(row).items()]
    return [
        row.file,
        row.verdict,
        "; ".join([*row.repairs, *noted]),
        (clock(row.seconds), row.seconds),
        (f"{row.notes:,}", row.notes),
        row.tracks,
        " ".join(row.groups),
        (f"{row.tempo:.0f}", row.tempo),
        row.tempos,
        row.meter,
        row.meters,
        row.hanging,
        row.overlapping,
        row.out_of_range,
        f"{row.flatness:.2f}",
        row.licence,
        row.origin,
    ]

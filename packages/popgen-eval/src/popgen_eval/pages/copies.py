"""The copying section of an evaluation's page: the verdict, groups by themselves, and a row a song."""

from __future__ import annotations

import math

from popgen_core.pages import Column, Page
from popgen_core.pages.page import Cell
from popgen_eval.copying.nearest import RUN, SHARE
from popgen_eval.report import Report
from popgen_eval.telling.copies import Copied, copied_songs, copying_lines, percent

__all__ = ["copies"]

MOST_ROWS = 500  # songs in the table: beyond that a browser grows slow
LOWEST = -1.0  # sorts below every share and run


def copies(page: Page, report: Report) -> None:
    """What songs have in common with the training set; nothing where none was given."""
    lines = copying_lines(report)
    if not lines:
        return
    page.section("Copies of the training set")
    page.points(lines)
    columns = (
        Column("song", wide=True),
        Column("share", number=True),
        Column("longest run, bars", number=True),
        Column("nearest training song", wide=True),
    )
    songs = copied_songs(report)
    if len(songs) > MOST_ROWS:
        page.text(f"The {MOST_ROWS} of {len(songs):,} songs that share most; --csv and --json hold all.")
    page.table(columns, map(_song, songs[:MOST_ROWS]), sorts=True)
    _groups(page, report)


def _song(row: Copied) -> list[Cell]:
    return [row.song, (percent(row.share), _order(row.share)), (_bars(row.run), _order(row.run)), row.nearest]


def _groups(page: Page, report: Report) -> None:
    """A row a group: its mean share, in how many songs it is defined, its longest run, the reference's mean share."""
    page.subsection("Group by group")
    columns = [Column("group", name=True), Column("mean share", number=True), Column("songs", number=True)]
    columns += [Column("longest run, bars", number=True)]
    columns += [Column("mean share of the reference", number=True)] if report.reference else []
    ends = [name.removeprefix(SHARE) for name in report.learned if name.startswith(SHARE)]
    page.table(columns, (_group(report, end) for end in ends))


def _group(report: Report, end: str) -> list[Cell]:
    of = report.summary[SHARE + end]
    longest = max((value for value in report.values(RUN + end) if not math.isnan(value)), default=math.nan)
    cells: list[Cell] = [end.removeprefix("_") or "all", percent(of.mean), of.n, _bars(longest)]
    return [*cells, percent(report.reference.summary[SHARE + end].mean)] if report.reference else cells


def _bars(run: float) -> str:
    return "-" if math.isnan(run) else f"{run:.0f}"


def _order(value: float) -> float:
    return LOWEST if math.isnan(value) else value

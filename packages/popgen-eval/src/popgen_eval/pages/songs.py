"""The songs of a report's page: a row each with its picture and sparklines, and three of them looked at closely."""

from __future__ import annotations

import math
from statistics import median_low

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import Song
from popgen_core.pages import Column, Page
from popgen_core.pages.page import Cell
from popgen_eval.judging.song import windows_of
from popgen_eval.metrics.families import HEADLINE
from popgen_eval.metrics.overall import OVERALL
from popgen_eval.pages.portraits import bass_and_drums, likeness, progression
from popgen_eval.pages.rolls import legend, piano_roll, thumbnail
from popgen_eval.pages.sparks import bands_of, profile, through_windows
from popgen_eval.report import FileScores, Report
from popgen_eval.telling.copies import is_copying
from popgen_eval.telling.short_names import short_names
from popgen_eval.telling.words import counted, number

__all__ = ["MOST_ROWS", "ranked_by", "song_table", "three_pieces"]

MOST_ROWS = 500  # of the table of songs: beyond that a browser grows slow
UNDEFINED = -1e9  # sorts below every value
MAIN = (OVERALL.name, *HEADLINE)


def ranked_by(report: Report) -> str:
    """The figure by which songs are ranked: `overall`, or the first with a direction that is defined for most."""
    counts = {name: of.n for name, of in report.summary.items() if of.n}
    if OVERALL.name in counts or not counts:
        return OVERALL.name
    directed = [name for name in counts if name in report.measures and report.measures[name].better != "none"]
    return max(directed or counts, key=lambda name: counts[name])


def song_table(page: Page, report: Report) -> None:
    """A row a song: its picture, its figures against the band where nine of ten reference songs lie."""
    figures = [name for name in MAIN if name in report.names]
    bands, whose = bands_of(report, figures)
    grey = f"grey is where nine of ten {whose} lie, the line their middle, a red dot is outside. " if whose else ""
    words = f"The profile has a column for each of {', '.join(bands)}, 0 below and 1 above; a dot is the song. "
    page.text(f"{words}{grey.capitalize()}A click on a heading sorts.", quiet=True)
    if report.songs:
        page.wide(legend())
    several = any(row.windows for row in report.files)
    shown = [*figures, *(name for name in report.learned if not is_copying(report, name))]
    columns = [Column("song", wide=True), *(Column(name, number=True) for name in shown), Column("profile")]
    columns += [Column("overall by window")] if several else []
    columns += [Column("notes")] if report.songs else []
    columns += [Column("undefined figures", number=True), Column("mended to read it", wide=True)]
    rows = list(zip(report.files, short_names(report.files), report.songs or [None] * len(report.files), strict=True))
    judged = [row for row in rows if not row[0].error]
    if len(judged) > MOST_ROWS:
        page.text(f"The first {MOST_ROWS} of {len(judged):,} songs; --csv and --json hold all.")

    def cells(row: FileScores, name: str, song: Song | None) -> list[Cell]:
        spark = through_windows(row.windows.get(OVERALL.name, ())) if several else ""
        line: list[Cell] = [name, *(_value(row.scores.get(figure, math.nan)) for figure in shown), profile(row, bands)]
        line += [spark] if several else []
        line += [thumbnail(song) if song else ""] if report.songs else []
        return [*line, len(row.reasons), "; ".join(row.repairs)]

    page.table(columns, (cells(*row) for row in judged[:MOST_ROWS]), sorts=True)


def _value(value: float) -> Cell:
    return number(value), UNDEFINED if math.isnan(value) else value


def three_pieces(page: Page, report: Report) -> None:
    """The lowest, the middle and the highest song by `overall`, each with what can be seen in its first window."""
    figure = ranked_by(report)
    names = short_names(report.files)
    ranked = sorted((row.scores[figure], place) for place, row in enumerate(report.files) if _ranked(row, figure))
    if not ranked or not report.songs:
        page.text("No song can be ranked." if not ranked else "The songs were not kept, so none can be drawn.")
        return
    page.text(f"By {figure}. What is drawn is the first window of each.", quiet=True)
    page.wide(legend())
    middle = median_low(ranked)
    chosen = {"Lowest": ranked[0], "Middle": middle, "Highest": ranked[-1]}
    shown: set[int] = set()
    for title, (value, place) in chosen.items():
        song = report.songs[place]
        if place in shown or song is None:
            continue
        shown.add(place)
        label = title if len(ranked) > 1 else "The song"
        page.subsection(f"{label}: {names[place]}, {figure} {number(value)}")
        _portrait(page, windows_of(song, int(report.settings.get("bars", 32)), "first")[0])


def _ranked(row: FileScores, figure: str) -> bool:
    return not math.isnan(row.scores.get(figure, math.nan))


def _portrait(page: Page, piece: Piece) -> None:
    if piece.reason:
        page.text(f"Its first window cannot be judged: {piece.reason}.")
        return
    beats, unit = piece.window.meter
    page.wide(piano_roll(piece), f"{counted(piece.bars, 'bar')} of {beats}/{unit} at {piece.tempo_bpm:.0f} BPM")
    meeting = bass_and_drums(piece)
    if meeting:
        drawing, words = meeting
        page.wide(drawing, f"Bass and drums: {words}. A filled bass dot is with the kick, a ring is not.")
    else:
        page.text("Bass and drums never play in one bar of it.", quiet=True)
    words = "Bars alike: white not at all, blue the same; stripes aslant are phrases that come back"
    page.row([("Chords by half bars, eight bars a line", progression(piece)), (words, likeness(piece))])

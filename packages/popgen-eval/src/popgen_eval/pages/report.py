"""The page of an evaluation, from what lies above and below the reference to every figure's law."""

from __future__ import annotations

import math

from popgen_core.pages import Column, Page
from popgen_core.pages.page import Cell
from popgen_eval import __version__
from popgen_eval.calibration import Scale
from popgen_eval.metrics.families import family_of
from popgen_eval.pages.copies import copies
from popgen_eval.pages.songs import song_table, three_pieces
from popgen_eval.pages.strips import strip
from popgen_eval.report import Report
from popgen_eval.telling.copies import copying_warning, is_copying
from popgen_eval.telling.reasons import undefined_lines
from popgen_eval.telling.set_rows import SetRow, set_rows
from popgen_eval.telling.short_names import short_names
from popgen_eval.telling.words import (
    LIMITS,
    SECTIONS,
    beside_lines,
    figures_of,
    interval,
    intervals_lead,
    lead,
    number,
    real_song,
    sections,
    spread,
    standing_lines,
    unanchored,
)

__all__ = ["report_page"]

MOST_NEAR = 20  # songs shown that are nearest to the training set


def report_page(report: Report, title: str = "popgen eval") -> str:
    """A report as one HTML file that loads nothing from anywhere.

    Songs are drawn where the report kept them (`keep_songs`).
    """
    page = Page(title, lead(report))
    judged = [row for row in report.files if not row.error]
    if warned := copying_warning(report):
        page.warning(f"⚠ {warned[0]}", warned[1:])
    _verdicts(page, report)
    if judged:
        copies(page, report)
        _figures(page, report)
        _sets(page, report)
        _training(page, report)
        page.section("Song by song")
        song_table(page, report)
        page.section("The lowest, the middle and the highest")
        three_pieces(page, report)
    page.section("What no figure here can tell")
    page.points(LIMITS)
    _undefined(page, report)
    _errors(page, report)
    _laws(page, report)
    _settings(page, report)
    return page.html()


def _verdicts(page: Page, report: Report) -> None:
    if len(report.errors) == len(report.files):
        page.text("No file could be judged; each is named below with the reason.")
        return
    if report.reference is None:
        page.section("How these songs stand")
        page.points(standing_lines(report) or ["No headline figure is defined for any of them."])
        page.text("No reference was given: --reference FOLDER puts real songs beside.", quiet=True)
        return
    page.section("Beside the reference")
    for heading, lines in beside_lines(report):
        page.subsection(heading)
        page.points(lines)
    more = "popgen compare adds effect sizes, and how many songs it would take."
    page.text(f"{intervals_lead(report)} {more}", quiet=True)


def _figures(page: Page, report: Report) -> None:
    page.section("Every figure")
    page.text(
        "A dot is a song; the upright line the mean, the bar its 95 % interval. "
        + ("Blue are these songs, grey the reference. " if report.reference else "")
        + (_scale_said(report.scale) if report.scale.anchors else unanchored(report)),
        quiet=True,
    )
    for family, names in sections(figures_of(report)):
        page.subsection(SECTIONS[family])
        page.drawings((name, _caption(report, name), strip(report, name)) for name in names)


def _scale_said(scale: Scale) -> str:
    shade = f"A green shade is where nine of ten songs of {scale.corpus} lie. "
    return f"{shade}Calibrated: 0 is corrupted music, 1 {real_song(scale)}."


def _caption(report: Report, name: str) -> str:
    of, measure = report.summary[name], report.measures.get(name)
    parts = [f"{number(of.mean)} ({spread(of)})" if spread(of) else number(of.mean)]
    parts[0] += f" {measure.unit}" if measure else ""
    if report.reference:
        parts.append(f"reference {number(report.reference.summary[name].mean)}")
    scale = report.calibrated(name)
    if not math.isnan(scale):
        parts.append(f"calibrated {number(scale)}")
    if of.n < len(report.files):
        parts.append(f"{of.n} of {len(report.files)} songs")
    if measure and measure.better == "lower":
        parts.append("less is better")
    if beware := report.scale.warning(name):
        parts.append(f"⚠ {beware}")
    return "; ".join(parts)


def _sets(page: Page, report: Report) -> None:
    if not report.sets:
        return
    page.section("All songs together, against the reference")
    page.text("What the songs are like as a set; no single song has these figures.", quiet=True)
    page.text(
        "Real songs: as many of the reference against others of it, and in brackets what 95 % of such draws keep; "
        "farther is beyond that.",
        quiet=True,
    )
    columns = [Column("figure", name=True)]
    columns += [Column(name, number=True) for name in ("value", "95 % interval", "real songs", "farther than real")]
    laws = {name: report.measures[name].law for name in report.sets}
    rows = [[*_set_cells(row), laws[row.name]] for row in set_rows(report)]
    page.table([*columns, Column("beside", wide=True), Column("law", wide=True)], rows)


def _set_cells(row: SetRow) -> list[Cell]:
    real = "" if math.isnan(row.floor) else f"{row.floor:.3g}"
    real += "" if math.isnan(row.edge) else f" ({row.edge:.3g})"
    return [row.name, f"{row.value:.3g}", interval(row.low, row.high), real, row.farther, row.note]


def _training(page: Page, report: Report) -> None:
    """Strangers' figures against the training set: ours, those of real songs outside it, and the nearest songs."""
    figures = [name for name in report.learned if not is_copying(report, name)]
    if not figures:
        return
    page.section("Other figures against the training set")
    columns = [Column("figure", name=True), Column("mean", number=True), Column("highest", number=True)]
    more = [Column("reference mean", number=True), Column("reference highest", number=True)]
    columns += more if report.reference else []
    sides = [report, *([report.reference] if report.reference else [])]
    rows = [[name, *(number(value) for side in sides for value in _mean_and_most(side, name))] for name in figures]
    page.table(columns, rows)
    _nearest(page, report, figures)


def _mean_and_most(report: Report, name: str) -> tuple[float, float]:
    return report.summary[name].mean, max((v for v in report.values(name) if not math.isnan(v)), default=math.nan)


def _nearest(page: Page, report: Report, figures: list[str]) -> None:
    found: list[tuple[float, list[Cell]]] = []
    for row, name in zip(report.files, short_names(report.files), strict=True):
        for figure in figures:
            value = row.scores.get(figure, math.nan)
            if figure in row.notes and not math.isnan(value):
                found.append((value, [name, figure, (number(value), value), row.notes[figure]]))
    rows = [row for _, row in sorted(found, key=lambda pair: -pair[0])]
    if rows:
        page.subsection("What they are nearest to")
        columns = (
            Column("song", wide=True),
            Column("figure", name=True),
            Column("value", number=True),
            Column("note", wide=True),
        )
        page.table(columns, rows[: MOST_NEAR * len(figures)], sorts=True)


def _undefined(page: Page, report: Report) -> None:
    sides = [("these songs", report), *([("the reference", report.reference)] if report.reference else [])]
    rows = [[", ".join(names), side, words] for side, of in sides for names, words in undefined_lines(of)]
    if rows:
        page.section("What is undefined, and why")
        page.text("An undefined figure is left out of every mean; it is never counted as 0.", quiet=True)
        page.table((Column("figures", wide=True), Column("of", name=True), Column("why", wide=True)), rows)


def _errors(page: Page, report: Report) -> None:
    files = [*report.errors, *(report.reference.errors if report.reference else ())]
    if files:
        page.section("Files that could not be judged")
        names = [name for side in (report, report.reference) if side for name in short_names(side.files)]
        every = [*report.files, *(report.reference.files if report.reference else ())]
        rows = [[name, row.error] for name, row in zip(names, every, strict=True) if row.error]
        page.table((Column("file", wide=True), Column("why", wide=True)), rows)


def _laws(page: Page, report: Report) -> None:
    page.section("The laws of the figures")
    scale = report.scale
    if scale.anchors:
        real = f"Real: the 5th, 50th and 95th percentile of {scale.corpus}."
        page.text(f"Calibrated: 0 is the mean of corrupted music, 1 {real_song(scale)}. {real}", quiet=True)
    columns = [Column(heading, name=True) for heading in ("figure", "family", "unit", "range", "better")]
    columns += [Column("real", name=True), Column("corrupted", number=True)] * bool(scale.anchors)
    page.table([*columns, Column("law", wide=True)], [_law(report, name) for name in report.measures])


def _law(report: Report, name: str) -> list[Cell]:
    of, anchor = report.measures[name], report.scale.anchors.get(name)
    family = "set" if name in report.sets else family_of(name)
    cells: list[Cell] = [name, family, of.unit, f"{of.low:g} to {of.high:g}", of.better]
    if report.scale.anchors:
        places = (anchor.real_low, anchor.real_median, anchor.real_high) if anchor else ()
        cells += [" / ".join(map(number, places)), number(anchor.corrupted_mean) if anchor else ""]
    return [*cells, of.law]


def _settings(page: Page, report: Report) -> None:
    page.section("How this was made")
    pairs = {"popgen-eval": __version__, **report.settings, "seed of the bootstrap": report.seed}
    if isinstance(made := pairs.get("evaluators"), dict):
        pairs["evaluators"] = ", ".join(dict.fromkeys(map(str, made.values())))
    page.pairs((name, [str(value)]) for name, value in pairs.items())

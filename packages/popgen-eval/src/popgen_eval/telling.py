"""A report in words: what is better and worse than the reference, what silly music would win, what is undefined."""

from __future__ import annotations

import math
from collections.abc import Iterable

from popgen_core.contracts.evaluator import Score
from popgen_eval import calibration
from popgen_eval.beside import LEAST_SONGS, Difference, Verdict, differences
from popgen_eval.families import FAMILIES, family_of
from popgen_eval.report import Report

__all__ = [
    "LIMITS",
    "SECTIONS",
    "beside_lines",
    "counted",
    "interval",
    "lead",
    "number",
    "sections",
    "standing_lines",
    "undefined_lines",
    "warning",
]

SECTIONS = {
    "headline": "The headline figures, and all five in one",
    "named": "The paper's other figures",
    "exploratory": "Hints: figures to explore with, not to conclude from",
}
TITLES: dict[Verdict, str] = {
    "better": "Better than the reference",
    "worse": "Worse than the reference",
    "differs": "Different, in figures that have no better or worse",
    "unclear": "No difference that these songs could show",
}
FEW = (
    8  # songs below which a bootstrap's interval is too narrow: of two songs it is no wider than from one to the other
)
FEW_SONGS = f"Fewer than {FEW} songs: intervals are too narrow, and conclusions too bold."
LIMITS = (
    "Whether anybody likes it. No figure here has ears: only a blind listening test asks listeners.",
    "Whether it is new. Music copied note for note scores as well as what it was copied from; only the figures "
    "against a training set look for that, and only in the training set that was given.",
    "Whether a higher value is better music. A figure says how much of what its law counts is there. Above the median "
    "real song, more is no praise: one bar repeated beats real music on several figures, and masterpieces break rules.",
    "Timbre, mixing, words, and all that a MIDI file does not hold. Groups are guessed from names, programs and "
    "playing, and a wrong guess moves the figures that look at groups.",
    "How songs of another style, another length of window or another meter would compare: compare like with like.",
    "That two systems are equally good. Where no difference is shown, there may be too few songs to show it.",
)


def counted(count: int, one: str) -> str:
    """1 song, 2 songs."""
    return f"{count:,} {one if count == 1 else one + 's'}"


def number(value: float) -> str:
    """A value of a figure: two digits after the point, fewer for large ones, "-" where undefined."""
    if math.isnan(value):
        return "-"
    size = abs(value)
    return f"{value:.2f}" if size < 10 else f"{value:.1f}" if size < 100 else f"{value:,.0f}"


def interval(low: float, high: float) -> str:
    """An interval, "" where it is undefined."""
    return "" if math.isnan(low) else f"{number(low)} to {number(high)}"


def lead(report: Report) -> str:
    """How many songs were judged, beside how many, in which windows."""
    judged = len(report.files) - len(report.errors)
    windows = sum(len(file.bars) for file in report.files)
    what = f"{judged:,} of {counted(len(report.files), 'file')}" if report.errors else counted(judged, "song")
    words = f"{what} judged"
    if not windows:
        return words
    words += f", in {counted(windows, 'window')}"
    words += f" of {bars} bars at most" if (bars := report.settings.get("bars")) else ""
    if report.reference:
        words += f"; beside {counted(len(report.reference.files) - len(report.reference.errors), 'reference song')}"
    return words + ("" if judged >= FEW or judged == 1 else f". {FEW_SONGS}")


def sections(names: Iterable[str]) -> list[tuple[str, list[str]]]:
    """(family, its figures) in the order in which to show them, `overall` with the headline, empty ones left out."""
    found: dict[str, list[str]] = {family: [] for family in FAMILIES if family != "overall"}
    for name in names:
        family = family_of(name)
        found["headline" if family == "overall" else family].append(name)
    return [(family, figures) for family, figures in found.items() if figures]


def beside_lines(report: Report) -> list[tuple[str, list[str]]]:
    """(heading, a sentence a figure) of what is better, worse, different and unclear, headline figures first."""
    found = differences(report)
    if report.reference and not found:
        return [("Nothing can be said", [f"It takes {LEAST_SONGS} songs with a figure defined on either side."])]
    parts = []
    for verdict, title in TITLES.items():
        rows = [row for row in found if row.verdict == verdict]
        main = [_sentence(row) for row in rows if row.family in ("headline", "overall")]
        if verdict == "unclear":
            others = [row.figure for row in rows if row.family not in ("headline", "overall")]
            rest = [f"Also: {', '.join(others)}."] if others else []
        else:
            rest = [_sentence(row) for row in rows if row.family not in ("headline", "overall")]
        if main or rest:
            parts.append((title, main + rest))
    return parts


def _sentence(of: Difference) -> str:
    way = "higher" if of.difference > 0 else "lower"
    low, high = sorted((abs(of.low), abs(of.high)))
    if of.verdict == "unclear":
        return f"{of.figure}: {number(of.mean)} against {number(of.reference)} ({of.low:+.2f} to {of.high:+.2f})."
    said = f"{of.figure}: {number(of.mean)} against {number(of.reference)}, {way} by {number(abs(of.difference))}"
    hint = "; a hint only" if of.family == "exploratory" else ""
    silly = f"; {warning(of.figure)}" if of.verdict == "better" and warning(of.figure) else ""
    return f"{said} ({number(low)} to {number(high)}){hint}{silly}."


def standing_lines(report: Report) -> list[str]:
    """A sentence for each headline figure and `overall`: its mean, its interval, and where that lies."""
    lines = []
    for name, of in report.summary.items():
        if family_of(name) not in ("headline", "overall") or not of.n:
            continue
        within = f" ({interval(of.low, of.high)})" if of.n > 1 else ""
        scale = report.calibrated(name)
        place = (
            "" if math.isnan(scale) else f", {number(scale)} on the way from corrupted music to the median real song"
        )
        lines.append(f"{name}: {number(of.mean)}{within}{place}.")
    return lines


def warning(figure: str) -> str:
    """What to beware of in a figure that silly music wins, or ""."""
    anchor = calibration.anchors().get(figure)
    if anchor is None or not anchor.won_by:
        return ""
    verb = "scores" if len(anchor.won_by) == 1 else "score"
    return f"{' and '.join(anchor.won_by)} {verb} higher: never quote alone"


def undefined_lines(report: Report, most: int = 10) -> list[tuple[list[str], str]]:
    """(figures, for how many songs and why) of what is undefined for some, figures of one cause together.

    At most so many reasons are named.
    """
    alike: dict[str, list[str]] = {}
    for name in report.names:
        if why := report.reasons(name):
            causes = "; ".join(f"{reason} ({songs:,})" for reason, songs in list(why.items())[:most])
            causes += f"; {len(why) - most:,} other reasons" if len(why) > most else ""
            alike.setdefault(f"for {counted(sum(why.values()), 'song')}: {causes}", []).append(name)
    for name, score in _undefined_sets(report):
        alike.setdefault(score.reason, []).append(name)
    return [(names, words) for words, names in alike.items()]


def _undefined_sets(report: Report) -> list[tuple[str, Score]]:
    return [(name, score) for name, score in report.sets.items() if math.isnan(score.value)]

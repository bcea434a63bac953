"""A report in words: what lies above and below the reference, and what silly music would win."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from popgen_eval.calibration import Scale
from popgen_eval.comparison.figure import CATEGORICAL, LEAST_SONGS, FigureTest
from popgen_eval.comparison.numbers import relation
from popgen_eval.comparison.table import ZERO_OR_ONE
from popgen_eval.metrics.families import FAMILIES, family_of
from popgen_eval.report import Report
from popgen_eval.statistics import Summary
from popgen_eval.telling.beside import differences
from popgen_eval.telling.copies import is_copying

__all__ = [
    "LIMITS",
    "SECTIONS",
    "beside_lines",
    "counted",
    "figures_of",
    "interval",
    "intervals_lead",
    "lead",
    "number",
    "real_song",
    "sections",
    "spread",
    "standing_lines",
    "unanchored",
]

SECTIONS = {
    "headline": "The headline figures, and all five in one",
    "named": "The paper's other figures",
    "exploratory": "Hints: figures to explore with, not to conclude from",
}
TITLES = {
    "above": "Above the reference; more than real songs is no praise",
    "below": "Below the reference",
    "differs": "Different, in figures that have no better or worse",
    "unclear": "No difference that these songs could show",
}
INTERVALS = (
    "In brackets: the 95 % interval of each difference of means (Welch). Verdicts are those of popgen compare: by rank "
    "tests (Mann-Whitney), corrected within each family of figures (Holm; hints Benjamini-Hochberg)."
)
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
    size, value = abs(value), round(value, 2) + 0.0  # no -0.00
    return f"{value:.2f}" if size < 10 else f"{value:.1f}" if size < 100 else f"{value:,.0f}"


def interval(low: float, high: float) -> str:
    """An interval, "" where it is undefined."""
    return "" if math.isnan(low) else f"{number(low)} to {number(high)}"


def spread(of: Summary) -> str:
    """The interval of a mean, "" below the songs that make one believable."""
    return interval(of.low, of.high) if of.n >= LEAST_SONGS else ""


def figures_of(report: Report) -> list[str]:
    """The figures of single songs but those of copying, which have a section of their own."""
    return [name for name in report.names if not is_copying(report, name)]


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
    """(heading, a sentence a figure) of what lies above, below, differs and is unclear, headline figures first."""
    found = differences(report)
    if report.reference and not found:
        return [("Nothing can be said", [f"It takes {LEAST_SONGS} songs with a figure defined on either side."])]
    parts = []
    for place, title in TITLES.items():
        rows = [row for row in found if _place(row) == place]
        main = [row for row in rows if row.family in ("headline", "overall")]
        others = [row for row in rows if row not in main]
        said = [_sentence(report, row) for row in (main if place == "unclear" else main + others)]
        if place == "unclear" and others:
            said.append(f"{'And ' if main else ''}{counted(len(others), 'other figure' if main else 'figure')}.")
        if said:
            parts.append((title, said))
    return parts


def intervals_lead(report: Report) -> str:
    """What the brackets of `beside_lines` hold, and by which tests it tells a difference."""
    yes_or_no = tuple(name for name in report.names if all(value in (0, 1) for value in _defined(report, name)))
    counts = any(row.check in CATEGORICAL for row in differences(replace(report, names=yes_or_no)))
    return f"{INTERVALS} {ZERO_OR_ONE}" if counts else INTERVALS


def _defined(report: Report, name: str) -> list[float]:
    return [value for value in report.values(name) if not math.isnan(value)]


def _place(of: FigureTest) -> str:
    """Under which title a figure stands."""
    if not of.differs:
        return "unclear"
    return "differs" if of.better == "none" else "above" if of.up else "below"


def _sentence(report: Report, of: FigureTest) -> str:
    measure = report.measures.get(of.figure)
    most = measure.high - measure.low if measure else math.inf  # that two means can differ by
    low, high = max(of.t.low, -most), min(of.t.high, most)
    said = f"{of.figure}: {number(of.mean_a)} against {number(of.mean_b)}"
    if not of.differs:
        doubt = "" if low <= 0 <= high else "; not shown by ranks, corrected, which are trusted"
        return f"{said} ({low:+.2f} to {high:+.2f}){doubt}."
    less = "; less is better" if of.better == "lower" else ""
    hint = "; a hint only" if of.family == "exploratory" else ""
    beware = report.scale.warning(of.figure) if relation(of) == "better" else ""
    silly = f"; {beware}" if beware else ""
    return f"{said}, {_how_far(of, low, high)}{less}{hint}{silly}."


def _how_far(of: FigureTest, low: float, high: float) -> str:
    """Which way a figure differs, by how much, and where the means do not show what the ranks do."""
    way = "higher" if of.up else "lower"
    if of.up != (of.t.difference > 0):
        return f"{way} by ranks, which are trusted, but not its mean ({low:+.2f} to {high:+.2f})"
    far = f"{way} by {number(abs(of.t.difference))}"
    if low <= 0 <= high:
        return f"{far} ({low:+.2f} to {high:+.2f}); shown by ranks, which are trusted"
    near, most = sorted((abs(low), abs(high)))
    return f"{far} ({number(near)} to {number(most)})"


def standing_lines(report: Report) -> list[str]:
    """A sentence for each headline figure and `overall`: its mean, its interval, and where that lies."""
    lines = []
    for name, of in report.summary.items():
        if family_of(name) not in ("headline", "overall") or not of.n:
            continue
        within = f" ({spread(of)})" if spread(of) else ""
        scale = report.calibrated(name)
        place = (
            ""
            if math.isnan(scale)
            else f", {number(scale)} on the way from corrupted music to {real_song(report.scale)}"
        )
        lines.append(f"{name}: {number(of.mean)}{within}{place}.")
    return lines


def real_song(scale: Scale) -> str:
    """What 1 on the calibrated scale is."""
    return f"the median song of {scale.corpus}"


def unanchored(report: Report) -> str:
    """Why nothing is held against a corpus of real songs, "" where it is."""
    bars, scale = report.settings.get("bars"), report.scale
    if bars is None or bars == scale.window_bars:
        return ""
    lacks = f"No calibrated scores, no bands of {scale.corpus}, no marks of figures that silly music wins"
    return f"{lacks}: anchors hold for windows of {scale.window_bars} bars, these are of {bars}."

"""How a figure is spread over songs: a dot a song, the mean with its interval, ours over the reference's."""

from __future__ import annotations

import math
from collections.abc import Sequence

from popgen_core.contracts.evaluator import Measure
from popgen_core.pages import Drawing
from popgen_eval.pages.colours import BAND, OURS, REFERENCE
from popgen_eval.report import Report
from popgen_eval.statistics import Summary
from popgen_eval.telling.words import number, spread

__all__ = ["bounds", "strip"]

WIDTH, LEFT, RIGHT = 360.0, 8.0, 352.0
ROW = 30.0  # height of a row of dots
GOLDEN = 0.618034  # spreads dots of near values evenly up and down
SHARES = ("share", "contrast")
END = 0.2  # of a range: values that all lie in so much of it at one end are drawn larger


def strip(report: Report, figure: str) -> Drawing:
    """A figure's dots and intervals: ours above, the reference's below; the shade is where songs of the anchors lie."""
    there = report.reference
    rows = [(report, OURS), *([(there, REFERENCE)] if there else [])]
    height = ROW * len(rows) + 20
    drawing = Drawing(WIDTH, height, f"{figure} of each song, with the mean and its interval")
    low, high = bounds(figure, report.measures.get(figure), [value for of, _ in rows for value in of.values(figure)])
    anchor = report.scale.anchors.get(figure)
    if anchor:
        ends = [_x(min(max(value, low), high), low, high) for value in (anchor.real_low, anchor.real_high)]
        drawing.rectangle(ends[0], 2, max(ends[1] - ends[0], 1), height - 20, BAND)
    for place, (of, colour) in enumerate(rows):
        _row(drawing, of.values(figure), of.summary[figure], colour, 2 + ROW * (place + 0.5), (low, high))
    _axis(drawing, low, high, height - 16)
    return drawing


def bounds(figure: str, measure: Measure | None, values: Sequence[float]) -> tuple[float, float]:
    """The ends of a figure's axis: its whole range where it is a share, where the songs lie otherwise.

    Where the songs lie, too, for a share of which all values differ little and lie at one end.
    """
    there = [value for value in values if math.isfinite(value)]
    whole = measure and measure.unit in SHARES and math.isfinite(measure.high - measure.low)
    if measure and whole and not _at_one_end(measure, there):
        return measure.low, measure.high
    low, high = (min(there), max(there)) if there else (0.0, 1.0)
    room = (high - low) * 0.05 or max(abs(high) * 0.05, 0.5)
    least, most = (measure.low, measure.high) if measure else (-math.inf, math.inf)
    return max(low - room, least), min(high + room, most)


def _at_one_end(measure: Measure, there: Sequence[float]) -> bool:
    """Whether values, not all of them equal, lie in one end of a measure's range."""
    if not there or min(there) == max(there):
        return False
    end = (measure.high - measure.low) * END
    return max(there) <= measure.low + end or min(there) >= measure.high - end


def _row(
    drawing: Drawing, values: Sequence[float], of: Summary, colour: str, middle: float, ends: tuple[float, float]
) -> None:
    there = sorted(value for value in values if math.isfinite(value))
    if not there:
        drawing.text(WIDTH / 2, middle + 4, "undefined for every song", at="middle")
        return
    places = [(_x(value, *ends), middle + (rank * GOLDEN % 1 - 0.5) * 18) for rank, value in enumerate(there)]
    drawing.dots(places, colour, 5 if len(there) <= 300 else 3, 0.55)
    mean = _x(of.mean, *ends)
    if spread(of):
        drawing.line([(_x(of.low, *ends), middle), (_x(of.high, *ends), middle)], "#000000", 3)
    drawing.line([(mean, middle - 9), (mean, middle + 9)], "#000000", 2)


def _axis(drawing: Drawing, low: float, high: float, y: float) -> None:
    drawing.line([(LEFT, y), (RIGHT, y)], "#bbbbbb")
    for value, at in ((low, "start"), ((low + high) / 2, "middle"), (high, "end")):
        x = _x(value, low, high)
        drawing.line([(x, y), (x, y + 3)], "#bbbbbb")
        drawing.text(x, y + 14, number(value), at=at, size=10)  # type: ignore[arg-type]


def _x(value: float, low: float, high: float) -> float:
    return LEFT + (RIGHT - LEFT) * ((value - low) / (high - low) if high > low else 0.5)

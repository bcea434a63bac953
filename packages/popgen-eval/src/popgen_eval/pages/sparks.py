"""Sparklines of a song: its headline figures against where reference songs lie, and its way through its windows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from popgen_core.pages import Drawing
from popgen_eval.pages.colours import OURS, WARNING
from popgen_eval.report import FileScores, Report

__all__ = ["Band", "bands_of", "profile", "through_windows"]

STEP, HEIGHT, MARGIN = 18.0, 34.0, 3.0
LEAST_SONGS = 10  # that a band is made of


@dataclass(frozen=True)
class Band:
    """Where nine of ten songs lie, and the middle one."""

    low: float
    middle: float
    high: float


def bands_of(report: Report, figures: Sequence[str]) -> tuple[dict[str, Band | None], str]:
    """The band of each figure and whose it is: the reference's, a real corpus's, or these songs' if they are enough.

    None for a figure of which too little is known, and "" where that is so of all.
    """
    anchors = {name: anchor for name, anchor in report.scale.anchors.items() if name in figures}
    if anchors and not report.reference:
        found = {name: Band(at.real_low, at.real_median, at.real_high) for name, at in anchors.items()}
        return {name: found.get(name) for name in figures}, f"songs of {report.scale.corpus}"
    whose = "of the reference songs" if report.reference else "of these songs"
    values = {name: (report.reference or report).values(name) for name in figures}
    bands = {name: _band([value for value in of if not math.isnan(value)]) for name, of in values.items()}
    return bands, whose if any(bands.values()) else ""


def _band(values: Sequence[float]) -> Band | None:
    return Band(*(float(end) for end in np.percentile(values, (5, 50, 95)))) if len(values) >= LEAST_SONGS else None


def profile(row: FileScores, bands: Mapping[str, Band | None]) -> Drawing:
    """A column a figure, 0 below and 1 above: the band in grey, its middle as a line, the song as a dot.

    A dot outside the band is red.
    """
    said = [f"{figure} {row.scores.get(figure, math.nan):.2f}" for figure in bands]
    drawing = Drawing(STEP * len(bands), HEIGHT, "; ".join(said), wide=True)
    for place, (figure, band) in enumerate(bands.items()):
        x, value = STEP * (place + 0.5), row.scores.get(figure, math.nan)
        drawing.line([(x, MARGIN), (x, HEIGHT - MARGIN)], "#eeeeee", 1)
        if band:
            drawing.rectangle(x - 6, _y(band.high), 12, max(_y(band.low) - _y(band.high), 1), "#e2e2e2")
            drawing.line([(x - 6, _y(band.middle)), (x + 6, _y(band.middle))], "#999999", 1)
        if not math.isnan(value):
            outside = band is not None and not band.low - 1e-9 <= value <= band.high + 1e-9
            drawing.dots([(x, _y(value))], WARNING if outside else OURS, 6)
    return drawing


def through_windows(values: Sequence[float]) -> Drawing | str:
    """A figure from window to window, 0 below and 1 above; nothing for a song of one window."""
    points = [(MARGIN + 9 * place, _y(value)) for place, value in enumerate(values) if not math.isnan(value)]
    if len(points) < 2:
        return ""
    words = ", ".join("-" if math.isnan(value) else f"{value:.2f}" for value in values)
    drawing = Drawing(2 * MARGIN + 9 * (len(values) - 1), HEIGHT, f"window by window: {words}", wide=True)
    drawing.line(points, OURS, 1.5)
    drawing.dots(points, OURS, 4)
    return drawing


def _y(value: float) -> float:
    return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * min(max(value, 0.0), 1.0)

"""The rhythmic figure that a band shares: where, in two bars of each kind of section, its members tend to meet."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.songwriter.form import SECTION_KINDS
from popgen_core.songwriter.meter import Meter
from popgen_core.songwriter.notes import draw_onsets

__all__ = ["Figures", "draw_figures"]

# kind of section -> how much likelier than usual each step of two bars is to be struck; shape (2 * steps of a bar,)
Figures = Mapping[str, NDArray[np.float64]]

ON, OFF = 3.0, 0.6


def draw_figures(rng: Generator, meter: Meter, syncopation: float) -> Figures:
    """A figure for each kind of section: three or four meeting points a bar, the second bar much like the first."""
    figures = {kind: _draw_figure(rng, meter, syncopation) for kind in SECTION_KINDS}
    figures["intro"] = figures["verse"]
    figures["outro"] = figures["interlude"] = figures["chorus"]
    return figures


def _draw_figure(rng: Generator, meter: Meter, syncopation: float) -> NDArray[np.float64]:
    odds = meter.weights.copy()
    odds[1::2] *= 2 * syncopation
    odds[2::4] += 0.4 * syncopation
    bar = draw_onsets(rng, odds, int(rng.integers(3, 5)))
    moved = draw_onsets(rng, odds, 1)
    figure = np.full(2 * meter.steps, OFF)
    figure[[*bar, *(step + meter.steps for step in (*bar[:-1], *moved))]] = ON
    return figure

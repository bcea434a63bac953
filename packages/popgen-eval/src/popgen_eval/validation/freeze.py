"""A validation frozen as the anchors of calibrated scores."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from popgen_core.contracts.evaluator import Measure
from popgen_core.files import json_bytes
from popgen_eval import __version__
from popgen_eval.calibration import FORMAT, version_of
from popgen_eval.validation.separation import Separation
from popgen_eval.validation.silly import StandIn, beats
from popgen_eval.validation.validate import Validation, target_of

__all__ = ["SILLY", "frozen", "won_lines"]

SILLY = {"shufbar": "shuffled bars", "onebar": "one bar repeated"}  # corruptions that are baselines, too
DIGITS = 6


def frozen(found: Validation, stand_ins: Sequence[StandIn] = ()) -> bytes:
    """The bytes of an anchors file; the same validation makes the same bytes.

    A figure with a direction is `won_by` a silly baseline that it prefers to real songs: by shuffled bars and by one
    bar repeated where these are better on the mean, and than their own song in more than half of the pairs; by the
    `stand_ins`, which have no partners, where the 95 % interval of the chance that one beats a real song lies above
    one half (`silly.beats`). There the real songs are those of the anchors, as they are, tempo map and all.
    """
    material = found.material
    plain: dict[str, Any] = {
        "format": FORMAT,
        "popgen": __version__,
        "corpus": {
            "name": found.place,
            "sha256": material.sha256,
            "songs": len(material.songs),
            "unfit": dict(material.unfit),
            "unread": len(material.unread),
            "held_out": "all songs that fit: 4/4, drums, bass and two pitched groups more; nothing is trained on them "
            "here, so none is kept apart",
        },
        "window_bars": material.bars,
        "seed": found.seed,
        "baselines": {one.name: {"songs": one.songs, "unfit": dict(one.unfit)} for one in stand_ins},
        "figures": {figure: _row(found, measure, stand_ins) for figure, measure in found.figures.items()},
    }
    return json_bytes({"version": version_of(plain), **plain})


def won_lines(made: bytes) -> list[str]:
    """A line for each baseline that wins some figure of an anchors file, in the order of the file."""
    found: dict[str, list[str]] = {}
    for figure, row in json.loads(made)["figures"].items():
        for name in row["won_by"]:
            found.setdefault(name, []).append(figure)
    return [f"better than real songs, {name}: {', '.join(figures)}" for name, figures in found.items()]


def _row(found: Validation, measure: Measure, stand_ins: Sequence[StandIn]) -> dict[str, Any]:
    real = found.real[measure.name]
    real = real[~np.isnan(real)]
    low, median, high = np.percentile(real, [5, 50, 95]) if len(real) else (math.nan,) * 3
    rows = [row for row in found.separations if row.figure == measure.name]
    won_by = [SILLY[row.corruption] for row in rows if row.corruption in SILLY and _wins(row, measure)]
    won_by += [one.name for one in stand_ins if beats(real, one.values[measure.name], measure.better)]
    return {
        "real_median": _number(median),
        "real_low": _number(low),
        "real_high": _number(high),
        "corrupted_mean": _number(_corrupted(rows, measure, float(median))),
        "n": len(real),
        "won_by": won_by,
    }


def _corrupted(rows: list[Separation], measure: Measure, median: float) -> float:
    """The mean over the targeted corruptions; NaN for a descriptive figure or one that does not prefer real songs."""
    means = [row.corrupted_mean for row in rows if row.n and (target_of(row) or 0.0) > 0.5]
    if measure.better == "none" or not means:
        return math.nan
    mean = sum(means) / len(means)
    better = median < mean if measure.better == "lower" else median > mean
    return mean if better else math.nan


def _wins(row: Separation, measure: Measure) -> bool:
    """Whether a silly baseline is better than real songs on the mean, and than more than half of them one by one."""
    if measure.better == "none" or not row.n:
        return False
    gain = row.corrupted_mean - row.real_mean
    return (gain < 0 if measure.better == "lower" else gain > 0) and row.paired < 0.5


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), DIGITS)

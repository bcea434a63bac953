"""All that was found as plain values: what quality.json holds."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from benchmarks.quality.by_position import Positions
from benchmarks.quality.figures import Judged
from benchmarks.quality.found import Found
from benchmarks.quality.sample import Sample
from benchmarks.quality.targets import Target

__all__ = ["plain_of"]


def plain_of(found: Found, targets: dict[str, list[Target]]) -> dict[str, Any]:
    """Found and targets as dictionaries; null for NaN."""
    asked = {name: str(value) for name, value in vars(found.asked).items() if name not in ("systems", "workers")}
    table = {
        "asked": asked,
        "checkpoints": found.checkpoints,
        "targets": {name: [target.table() for target in rows] for name, rows in targets.items()},
        "judged": {name: _judged(of) for name, of in found.judged.items()},
        "adherence": {name: _samples(of) for name, of in found.adherence.items()},
        "minutes": found.minutes,
        "bits": {
            name: {predictor: {"bits_per_beat": of.a_beat, "songs": len(of.songs), "exact": of.exact}
                   for predictor, of in predictors.items()}
            for name, predictors in found.bits.items()
        },
        "positions": {
            name: {figure: _positions(of) for figure, of in figures.items()}
            for name, figures in found.positions.items()
        },
        "unread": found.unread,
    }  # fmt: skip
    plain: dict[str, Any] = _null(table)
    return plain


def _judged(of: Judged) -> dict[str, Any]:
    counts = {"files": of.files, "unread": of.unread, "short": of.short, "pooled_velocity_width": of.pooled_width}
    return {**counts, "figures": _samples(of.figures), "sets": dict(of.sets)}


def _samples(of: Any) -> dict[str, Any]:
    return {name: _sample(sample) for name, sample in of.items()}


def _sample(of: Sample) -> dict[str, Any]:
    table = asdict(of)
    table.pop("values")
    return {**table, "n": of.n}


def _positions(of: Positions) -> dict[str, Any]:
    return {"windows": [_sample(each) for each in of.means], "slope": _sample(of.slopes), "spread": list(of.spread)}


def _null(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _null(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_null(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value

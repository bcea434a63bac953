"""Long songs window by window, beside long real pieces at the same positions: does anything drift away?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.quality.code import judging_digest
from benchmarks.quality.kept import digest_of, kept
from benchmarks.quality.sample import Sample, sample_of
from numpy.typing import NDArray

from popgen_eval.api import evaluate

__all__ = ["FOLLOWED", "Positions", "by_position"]

FOLLOWED = {  # figure -> the evaluator that makes it
    "structure_coherence": "structure_coherence.v1",
    "density": "material.v1",
    "pitch_class_entropy": "published_pitch.v1",
}
LEAST_WINDOWS = 3  # of a song, to have a slope


@dataclass(frozen=True)
class Positions:
    """A figure in the first, second ... whole window of songs: (song, position), NaN where it is undefined."""

    values: NDArray[np.float64]

    @property
    def means(self) -> list[Sample]:
        """The figure of each position over the songs that are so long."""
        return [sample_of(column) for column in self.values.T]

    @property
    def slopes(self) -> Sample:
        """By how much it changes from window to window: the slope of each song of three windows or more."""
        return sample_of(_slope(row) for row in self.values)

    @property
    def spread(self) -> tuple[float, float]:
        """5th and 95th percentile of all windows; NaN without any."""
        defined = self.values[~np.isnan(self.values)]
        low, high = np.percentile(defined, [5, 95]) if len(defined) else (np.nan, np.nan)
        return float(low), float(high)


def _slope(row: NDArray[np.float64]) -> float:
    there = ~np.isnan(row)
    if there.sum() < LEAST_WINDOWS:
        return float("nan")
    return float(np.polyfit(np.flatnonzero(there), row[there], 1)[0])


def by_position(
    files: Sequence[Path], kept_in: Path, *, bars: int, workers: int | None = None
) -> Mapping[str, Positions]:
    """Songs -> each followed figure in every whole window of `bars` bars from the first sounding bar on."""

    def make() -> dict[str, Any]:
        names = list(dict.fromkeys(FOLLOWED.values()))
        return evaluate(files, evaluators=names, bars=bars, window="all", workers=workers).to_json()

    made_of = {"songs": digest_of(files), "bars": bars, "judged_by": judging_digest()}
    report = kept(kept_in, made_of, make)
    return {name: Positions(_rows(report["files"], name, bars)) for name in FOLLOWED}


def _rows(files: Sequence[dict[str, Any]], name: str, bars: int) -> NDArray[np.float64]:
    found = [_whole_windows(row, name, bars) for row in files if not row.get("error")]
    longest = max(map(len, found), default=0)
    return np.array([row + [np.nan] * (longest - len(row)) for row in found]).reshape(-1, longest)


def _whole_windows(row: dict[str, Any], name: str, bars: int) -> list[float]:
    """The figure in each whole window of a song, up to the first that is not whole."""
    values = row["windows"][name] if "windows" in row else [row["scores"][name]]
    made = []
    for value, (_, length) in zip(values, row.get("bars", []), strict=False):
        if length < bars:
            break
        made.append(np.nan if value is None else float(value))
    return made

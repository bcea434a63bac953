"""Held-out bits: what the onsets of songs that no system has heard cost each of them, position alone being told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.quality.code import code_digest, judging_digest
from benchmarks.quality.kept import kept
from benchmarks.quality.sample import RESAMPLES, Share

from popgen_core.api import score
from popgen_core.corpus.dataset import Dataset
from popgen_core.score.report import MODEL

__all__ = ["Bits", "bits_of", "share_of_bits"]


@dataclass(frozen=True)
class Bits:
    """A predictor on songs: (bits, beats) of each by its file. `exact`: whether the bits are no upper bound only."""

    songs: Mapping[str, tuple[float, float]]
    exact: bool = True

    def without(self, stems: Collection[str]) -> Bits:
        """The same of other songs than those whose files are called so."""
        return Bits({file: told for file, told in self.songs.items() if Path(file).stem not in stems}, self.exact)

    @property
    def a_beat(self) -> float:
        """Bits a quarter note over all songs."""
        return sum(bits for bits, _ in self.songs.values()) / sum(beats for _, beats in self.songs.values())


def bits_of(checkpoint: Path, sha256: str, held_out: Path, training: Path, kept_in: Path) -> dict[str, Bits]:
    """A system's bits as `model`, and those of baselines fitted on what it was trained on; found once and kept."""
    made_of = {
        "checkpoint": sha256,
        "code": code_digest(),
        "judged_by": judging_digest(),
        "held_out": Dataset.open(held_out).sha256,
        "training": Dataset.open(training).sha256,
    }
    table: dict[str, Any] = kept(kept_in, made_of, lambda: score(checkpoint, held_out, training=training).to_plain())
    return {name: _bits(table, name) for name in table["songs"][0]["bits"]}


def _bits(table: dict[str, Any], name: str) -> Bits:
    songs = {song["file"]: (song["bits"][name]["bits"], song["bits"][name]["beats"]) for song in table["songs"]}
    return Bits(songs, exact=name != MODEL or table["exact"])


def share_of_bits(mine: Bits, others: Bits, seed: int = 0) -> tuple[Share, int]:
    """One predictor's bits as a share of another's over the songs that both told, drawn again in pairs; how many."""
    common = sorted(set(mine.songs) & set(others.songs))
    bits = np.array([[mine.songs[file][0], others.songs[file][0]] for file in common]).reshape(-1, 2)  # (song, side)
    drawn = np.random.default_rng(seed).integers(0, len(common), (RESAMPLES, len(common)))
    sums = bits[drawn].sum(axis=1)  # (draw, side)
    low, high = np.quantile(sums[:, 0] / sums[:, 1], [0.025, 0.975])
    whole = bits.sum(axis=0)
    return Share(float(whole[0] / whole[1]), float(low), float(high)), len(common)

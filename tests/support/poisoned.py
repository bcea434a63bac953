"""A loss, handed in as a plug-in, that is no number for windows with one key of the piano, and songs that strike it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from popgen_core import api
from popgen_core.contracts.card import Card
from popgen_core.contracts.tensors import LossParts, Prediction, Target
from popgen_core.losses.paper import PaperLoss
from popgen_core.music import Song, Track, notes_from, song_to_midi
from popgen_core.plugins import Catalogue
from popgen_core.plugins.loader import Offer, discover

NO_LOSS, NO_GRADIENT = 108, 107  # MIDI pitches: the two highest keys
LOWEST = 21


class PoisonedLoss(PaperLoss):
    """The paper's, but NaN where the highest key is struck; where the next one is, only its gradient is infinite."""

    def forward(self, prediction: Prediction, target: Target, weights: Tensor) -> LossParts:
        parts = super().forward(prediction, target, weights)
        if target.onset[..., NO_LOSS - LOWEST].any():
            return replace(parts, total=parts.total / (parts.total * 0) * 0)
        if target.onset[..., NO_GRADIENT - LOWEST].any():
            return replace(parts, total=parts.total + (parts.total - parts.total.detach()).clamp(min=0).sqrt())
        return parts


def poisoned_catalogue() -> Catalogue:
    """All plug-ins that there are, and the loss poisoned.v1."""
    offers, problems = discover()
    card = Card("loss", "poisoned.v1", "poisoned:PoisonedLoss", "for tests")
    return Catalogue([*offers, Offer(card, "tests", "1")], problems)


def melody(step: int, pitch: int = 0, beats: tuple[int, ...] = ()) -> Song:
    """Twelve bars of one voice that goes on by `step` semitones a beat, and also strikes a key at these beats."""
    notes = [(480 * n, 400, 60 + n * step % 12, 80) for n in range(48)] + [(480 * n, 400, pitch, 80) for n in beats]
    return Song(480, (Track("lead", 0, False, notes_from(sorted(notes))),))


def poisoned_dataset(folder: Path, pitch: int, beats: tuple[int, ...]) -> Path:
    """A dataset of sound.mid and of poisoned.mid, which strikes a key at these beats; 192 frames at four a beat."""
    (folder / "midi").mkdir(parents=True)
    (folder / "midi" / "sound.mid").write_bytes(song_to_midi(melody(5)))
    (folder / "midi" / "poisoned.mid").write_bytes(song_to_midi(melody(7, pitch, beats)))
    api.prepare(folder / "midi", folder / "dataset", workers=1)
    return folder / "dataset"


def not_finite(tensors: Mapping[str, NDArray[Any]]) -> list[str]:
    """The names of those, weights, statistics and moments, that are not all numbers."""
    real = {n: v for n, v in tensors.items() if v.dtype.kind == "f" and not n.startswith("chance/")}
    return [name for name, value in real.items() if not np.isfinite(value).all()]

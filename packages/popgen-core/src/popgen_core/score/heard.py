"""Songs told by a model: the bits of their onsets and lengths, and how far off their velocities were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.corpus.dataset import Dataset
from popgen_core.corpus.stored import StoredSong
from popgen_core.errors import SongError
from popgen_core.model import Model
from popgen_core.music.grid import Grid
from popgen_core.score.bits import (
    VelocityErrors,
    VelocitySpread,
    length_bits,
    onset_bits,
    velocity_bits,
    velocity_errors,
)
from popgen_core.score.laid import LaidSong, laid
from popgen_core.score.stretches import Stretch, stretches

__all__ = ["SAMPLE", "Heard", "Listener", "spread_on"]

SAMPLE, SEED = 50, 0  # songs that the spread of velocities is fitted on, and the seed that draws them


@dataclass(frozen=True)
class Heard:
    """`onsets` (group,) and `lengths` in bits. Velocities: of a decoder of chances of classes their bits, of one of
    dense values how far off they were."""

    onsets: NDArray[np.float64]
    lengths: float
    velocities: float | VelocityErrors


@dataclass(frozen=True)
class Listener:
    """A model in eval mode, the grid that it was trained on, and the frames that a stream of it keeps; `told` which of
    its controls it is told of a song beside position, tempo and meter."""

    model: Model
    grid: Grid
    keep: int
    told: tuple[str, ...] = ()

    def lay(self, stored: StoredSong) -> LaidSong:
        """A song of a dataset as the model is asked for it."""
        return laid(stored, self.grid, self.model.sizes, self.model.backbone.window, self.told)

    def hear(self, song: LaidSong) -> Heard:
        """The model told a song, teacher forced.

        Raises SongError should what it was asked for differ from the canonical roll in a single cell.
        """
        onsets, lengths, bits = np.zeros(len(song.canonical.groups)), 0.0, 0.0
        dense, errors = self.model.decoder.form == "dense", []
        for stretch in stretches(self.model, song.song, self.keep):
            _check_onsets(stretch, song)
            onsets += onset_bits(stretch)
            lengths += length_bits(stretch)
            if dense:
                errors.append(velocity_errors(stretch))
            else:
                bits += velocity_bits(stretch)
        return Heard(onsets, lengths, VelocityErrors.joined(errors) if dense else bits)


def spread_on(listener: Listener, songs: Dataset, song_done: Callable[[], None]) -> VelocitySpread | None:
    """How far off a model's velocities are by group, on a seeded sample of songs; None without dense values."""
    if listener.model.decoder.form != "dense":
        return None
    drawn = np.random.default_rng(SEED).permutation(len(songs))[:SAMPLE]
    errors: list[VelocityErrors] = []
    for number in drawn.tolist():
        velocities = listener.hear(listener.lay(songs.load(number))).velocities
        errors += [velocities] if isinstance(velocities, VelocityErrors) else []
        song_done()
    return VelocitySpread.fit(VelocityErrors.joined(errors), len(songs.groups))


def _check_onsets(stretch: Stretch, song: LaidSong) -> None:
    asked = (stretch.target.onset > 0.5).numpy()
    for row, start in zip(asked, stretch.starts, strict=True):
        if wrong := int(np.count_nonzero(row != song.onsets(start, start + len(row)))):
            raise SongError(
                f"{song.song.name}: from frame {start} on, the model's roll differs from the canonical one in {wrong} "
                "cells",
                hint="its bits would be those of other music; this is a defect of popgen",
            )

"""A song laid on a model's grid so that its onsets are those of the canonical roll, no more and no fewer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.baselines import CanonicalNotes, CanonicalRoll, canonical_notes, canonical_roll
from popgen_core.baselines.canonical import GRID, PITCHES
from popgen_core.contracts.sizes import Sizes
from popgen_core.corpus.stored import StoredSong
from popgen_core.errors import RecipeError
from popgen_core.music.grid import Grid, frames_nearest
from popgen_core.music.roll import EVENT, Roll, RollSpec
from popgen_core.music.song import Song
from popgen_core.train.windows import TrainingSong

__all__ = ["LaidSong", "is_exact", "laid"]


@dataclass(frozen=True)
class LaidSong:
    """A song as a model is asked for it.

    `song`: its roll and controls on the model's grid. `cells` (onset, 3): frame, group and pitch of the cells that
    must hold an onset there, no cell twice, sorted. `canonical` and `notes`: what is told. `shared` counts the onsets
    in frames that hold several sixteenths; to say in which of them notes begin costs `shared_bits` more.
    """

    song: TrainingSong
    cells: NDArray[np.int64]
    canonical: CanonicalRoll
    notes: CanonicalNotes
    shared: int = 0
    shared_bits: float = 0.0

    def onsets(self, start: int, stop: int) -> NDArray[np.bool_]:
        """Frames start..stop-1 of the model's grid as an array (frame, group, pitch), true where notes must begin."""
        first, after = np.searchsorted(self.cells[:, 0], [start, stop])
        frame, group, pitch = self.cells[first:after].T
        dense = np.zeros((stop - start, len(self.canonical.groups), PITCHES), dtype=np.bool_)
        dense[frame - start, group, pitch] = True
        return dense


def is_exact(grid: Grid) -> bool:
    """Whether the model's grid is the canonical one: its code length is then the canonical roll's, else a bound."""
    return grid == GRID


def laid(stored: StoredSong, grid: Grid, sizes: Sizes, window: int, told: tuple[str, ...] = ()) -> LaidSong:
    """A song of a dataset on the grid of a model that looks back over `window` frames.

    On the canonical grid it is the roll that the model was trained on. On any other its onsets are moved to their
    sixteenths first, their durations kept. `told`: which controls beside position the model is told. Raises RecipeError
    for a model of other pitches than the canonical 88.
    """
    spec = sizes.roll
    if (spec.pitches, spec.lowest) != (PITCHES, RollSpec(()).lowest):
        raise RecipeError(f"the yardstick tells {PITCHES} pitches from A0, the model knows {spec.pitches}")
    song = stored.song()
    canonical, notes = canonical_roll(song, spec.groups), canonical_notes(song, spec.groups)
    if is_exact(grid):
        roll = replace(stored.roll(grid, spec), frames=canonical.frames)
        return LaidSong(TrainingSong.of(stored.source, song, roll, window, told), canonical.onsets, canonical, notes)
    sixteenths = frames_nearest(grid.positions(song, GRID.ticks(song, np.arange(canonical.frames + 1))))
    roll = _quantised(song, notes, sixteenths, grid, spec)
    cells = np.unique(np.stack([roll.events[name] for name in ("frame", "group", "pitch")], axis=1), axis=0)
    held = np.bincount(sixteenths[:-1], minlength=roll.frames)[cells[:, 0]]  # (cell,) sixteenths of its frame
    return LaidSong(
        song=TrainingSong.of(stored.source, song, roll, window, told),
        cells=cells.astype(np.int64),
        canonical=canonical,
        notes=notes,
        shared=int(np.count_nonzero(held > 1)),
        shared_bits=float(np.log2(2.0**held - 1.0).sum()),  # any of them, but not none
    )


def _quantised(song: Song, notes: CanonicalNotes, sixteenths: NDArray[np.int64], grid: Grid, spec: RollSpec) -> Roll:
    """The canonical notes on another grid; `sixteenths` (sixteenth + 1,): the frame nearest to each, and to the end."""
    frame, group, pitch = notes.onsets.T
    ticks = GRID.ticks(song, frame)
    ends = song.ticks(song.seconds(ticks) + notes.seconds)
    events: NDArray[Any] = np.empty(len(notes), dtype=EVENT)
    events["frame"] = sixteenths[frame]
    events["last"] = np.maximum(frames_nearest(grid.positions(song, ends)) - 1, events["frame"])
    events["group"], events["pitch"] = group, pitch
    events["velocity"] = notes.velocity / np.float32(127)
    events["duration"] = notes.seconds
    events["offset"] = grid.positions(song, ticks) - events["frame"]
    frames = int(max(sixteenths[-1], sixteenths[-2] + 1)) if len(sixteenths) > 1 else 0
    events["last"] = np.minimum(events["last"], frames - 1)  # an end may be rounded beyond the song's
    return Roll(spec, grid, frames, np.take(events, np.lexsort((events["pitch"], events["group"], events["frame"]))))

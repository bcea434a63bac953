"""What sounds in each bar of a song, counted from its bar 0, whatever its meters: what a plan is found from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.chroma import NO_PITCH
from popgen_core.analysis.piece import Part, Piece
from popgen_core.analysis.window import bar_count, meters_of
from popgen_core.errors import SongError
from popgen_core.music.song import Song

__all__ = ["MOST_BARS", "Heard", "heard"]

MOST_BARS = 2048  # over an hour of 4/4 at 120; how alike each two bars are grows with the square

Counts = NDArray[np.int64]
Figures = NDArray[np.float64]


@dataclass(frozen=True)
class Heard:
    """A song bar by bar; bars cut short by a change of meter, and those of meters that give no bars, are silent here.

    `beats` (bars,) length; for each of `groups`: `sounds` (groups, bars) whether it does, `onsets` (groups, bars)
    sixteenths on which notes begin, `notes` and `velocity` (groups, bars) how many begin and the sum of their
    velocities 1..127; of all pitched groups: `chroma` (half bars, 12) and `lowest` (half bars,) pitch, of the bass
    `bass` (half bars, 12) chroma; `alike` (bars, bars) how alike bars are, 0 where their meters differ.
    """

    groups: tuple[str, ...]
    beats: Figures
    sounds: NDArray[np.bool_]
    onsets: Counts
    notes: Counts
    velocity: Counts
    chroma: Figures
    lowest: Counts
    bass: Figures
    alike: Figures

    @property
    def bars(self) -> int:
        """Bars of the song up to the last in which a note begins."""
        return len(self.beats)


def heard(song: Song) -> Heard:
    """A grouped song -> what sounds in each of its bars, as `analysis.Piece` hears each of its meters.

    Raises SongError for a song of more than 2,048 bars.
    """
    bars = bar_count(song)
    if bars > MOST_BARS:
        raise SongError(
            f"the song has {bars:,} bars, a plan can be found in at most {MOST_BARS:,}",
            hint="cut the song into shorter ones, or leave it out",
        )
    groups = tuple(dict.fromkeys(track.name for track in song.tracks if len(track.notes)))
    found = _silence(groups, bars)
    for meter in meters_of(song) if bars else []:
        piece = Piece(song, 0, bars, meter)
        if piece.parts:
            _fill(found, piece)
    return found


def _silence(groups: tuple[str, ...], bars: int) -> Heard:
    none = np.zeros((len(groups), bars), dtype=np.int64)
    return Heard(
        groups=groups,
        beats=np.zeros(bars),
        sounds=none.astype(np.bool_),
        onsets=none.copy(),
        notes=none.copy(),
        velocity=none.copy(),
        chroma=np.zeros((2 * bars, 12)),
        lowest=np.full(2 * bars, NO_PITCH),
        bass=np.zeros((2 * bars, 12)),
        alike=np.zeros((bars, bars)),
    )


def _fill(found: Heard, piece: Piece) -> None:
    """Write what a piece, the bars of one meter, holds into the bars that it was cut from."""
    at = np.flatnonzero(piece.window.index >= 0)
    halves = (2 * at[:, None] + np.arange(2)).reshape(-1)
    found.beats[at] = piece.bar_beats
    found.chroma[halves], found.lowest[halves] = piece.mix_chroma(), piece.mix_lowest()
    found.bass[halves] = piece.chroma.get("bass", 0.0)
    found.alike[np.ix_(at, at)] = piece.bars_alike
    for part in piece.parts:
        group, bar = found.groups.index(part.name), part.step // piece.steps
        found.sounds[group, at] = _sounds(piece, part)
        found.onsets[group, at] = piece.grids[part.name].sum(axis=1)
        found.notes[group, at] = np.bincount(bar, minlength=piece.bars)
        found.velocity[group, at] = np.bincount(bar, weights=part.velocity, minlength=piece.bars).astype(np.int64)


def _sounds(piece: Piece, part: Part) -> NDArray[np.bool_]:
    """(bars,) whether a group begins a note in each bar, or holds one."""
    begins = piece.grids[part.name].any(axis=1)
    return np.asarray(begins if part.is_drum else begins | piece.chroma[part.name].reshape(piece.bars, 24).any(axis=1))

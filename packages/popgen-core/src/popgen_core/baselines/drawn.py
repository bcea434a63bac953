"""Songs drawn from Markov: each cell of each sixteenth by its rate, lengths and velocities from their tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.baselines.baseline import FittedBaseline
from popgen_core.baselines.canonical import PITCHES
from popgen_core.baselines.lengths import LengthTable
from popgen_core.baselines.markov import MARKOV
from popgen_core.baselines.notes import canonical_notes
from popgen_core.baselines.velocities import VelocityTable
from popgen_core.errors import SongError
from popgen_core.groupers.program import GROUPS
from popgen_core.music.fitted import fitted
from popgen_core.music.roll import RollSpec
from popgen_core.music.song import NOTE, TEMPO, Song, Track, rows

__all__ = ["MarkovBand", "learn_band"]

TICKS = 480  # a quarter note
SIXTEENTHS = 16  # of a bar of 4/4
WARM_UP = 16  # bars drawn before the first that is kept: from silence it takes some until a bar has one to copy
LOWEST = RollSpec(GROUPS).lowest


@dataclass(frozen=True)
class MarkovBand:
    """What was counted in songs: the rates of Markov, the tables of lengths and velocities, each group's program.

    `microseconds` a quarter note: the songs' median. `songs`: how many it was learnt from.
    """

    rates: FittedBaseline
    lengths: LengthTable
    velocities: VelocityTable
    programs: dict[str, int]
    drums: frozenset[str]
    microseconds: int
    songs: int

    def draw(self, bars: int, random: Generator) -> Song:
        """A song of `bars` bars of 4/4; the same generator draws the same song."""
        onsets = self._onsets(bars, random)  # (note, 3): frame, group, pitch
        frame, group, pitch = onsets.T
        notes = np.empty(len(onsets), dtype=NOTE)
        notes["start_tick"] = frame * TICKS // 4
        notes["length_ticks"] = self._sixteenths(group, random) * TICKS // 4
        notes["pitch"] = pitch + LOWEST
        notes["velocity"] = 1 + _drawn(np.cumsum(self.velocities.probability, axis=1), group, random)
        end = bars * SIXTEENTHS * TICKS // 4
        tracks = [self._track(name, fitted(notes[group == number], end)) for number, name in enumerate(GROUPS)]
        tempo = rows(TEMPO, [(0, self.microseconds)])
        return Song(TICKS, tuple(track for track in tracks if len(track.notes)), tempo)

    def _onsets(self, bars: int, random: Generator) -> NDArray[np.int64]:
        """Each cell by a coin of its own, given its place, itself a sixteenth ago and itself a bar ago."""
        frames = (WARM_UP + bars) * SIXTEENTHS
        drawn = np.zeros((frames + SIXTEENTHS, len(GROUPS), PITCHES), dtype=np.int64)  # first a bar of silence
        group, pitch = np.ogrid[: len(GROUPS), :PITCHES]
        for frame in range(SIXTEENTHS, frames + SIXTEENTHS):
            place = frame % SIXTEENTHS
            rate = self.rates.probability[group, pitch, place, drawn[frame - 1], drawn[frame - SIXTEENTHS]]
            drawn[frame] = random.random(rate.shape) < rate  # (group, pitch)
        return np.argwhere(drawn[-bars * SIXTEENTHS :])

    def _sixteenths(self, group: NDArray[np.int64], random: Generator) -> NDArray[np.int64]:
        """(note,) how long each note sounds, four bars at most; the next onset of its pitch may cut it off."""
        silent = 1 - np.cumprod(1 - self.lengths.ends, axis=1)  # (group, age - 1): the chance to have ended by then
        return 1 + _drawn(silent, group, random)

    def _track(self, name: str, notes: NDArray[np.void]) -> Track:
        return Track(name, self.programs.get(name, 0), name in self.drums, notes)


def learn_band(songs: Sequence[Song]) -> MarkovBand:
    """Songs in 4/4, grouped by seven.v1 -> what a band of habits would play. Raises SongError for no songs."""
    if not songs:
        raise SongError("Markov needs songs to learn from")
    notes = [canonical_notes(song, GROUPS) for song in songs]
    tracks = [track for song in songs for track in song.tracks]
    return MarkovBand(
        rates=MARKOV.fit(songs, GROUPS),
        lengths=LengthTable.fit(notes, GROUPS),
        velocities=VelocityTable.fit(notes, GROUPS),
        programs={name: _usual([t.program for t in tracks if t.name == name]) for name in {t.name for t in tracks}},
        drums=frozenset(track.name for track in tracks if track.is_drum),
        microseconds=int(np.median([song.tempos["microseconds"][0] for song in songs])),
        songs=len(songs),
    )


def _usual(programs: Sequence[int]) -> int:
    """The most frequent program, the lowest of equally frequent ones."""
    return max(Counter(sorted(programs)).items(), key=lambda item: item[1])[0]


def _drawn(below: NDArray[Any], group: NDArray[np.int64], random: Generator) -> NDArray[np.int64]:
    """(group, value) chance of this value or a lower one, (note,) group -> (note,) a value for each."""
    chance = random.random(len(group))
    drawn = np.zeros(len(group), dtype=np.int64)
    for number, table in enumerate(below):
        mine = group == number
        drawn[mine] = np.searchsorted(table, chance[mine], side="right")
    return np.asarray(np.minimum(drawn, below.shape[1] - 1))

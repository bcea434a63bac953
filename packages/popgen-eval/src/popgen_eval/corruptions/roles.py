"""Ways to spoil one role of a song: its lead, its bass, its chords."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from popgen_core.music.song import Song, Track
from popgen_eval.corruptions.spoiling import Corruption, Notes, changed

__all__ = ["ROLES"]

SEMITONES_OFF = (-1, 1, 6)


def leadsemi(song: Song, random: Generator) -> Song:
    """The lead (without one, the highest pitched track) a semitone or a tritone off."""
    pitched = [track for track in song.tracks if not track.is_drum]
    top = max(pitched, key=lambda track: (track.name == "lead", track.notes["pitch"].mean()), default=None)
    by = random.choice(SEMITONES_OFF)

    def change(track: Track, notes: Notes) -> None:
        if track is top:
            notes["pitch"] = np.clip(notes["pitch"].astype(np.int64) + by, 0, 127)

    return changed(song, change)


ROLES: dict[str, Corruption] = {function.__name__: function for function in (leadsemi,)}

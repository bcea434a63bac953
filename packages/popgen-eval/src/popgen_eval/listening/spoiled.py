"""Copies that anyone must hear to be bad: tracks that do not fit each other, pitches in random order."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from popgen_core.audio.clip import Sound
from popgen_core.errors import PopgenError
from popgen_core.music.song import Song
from popgen_eval.corruptions import CORRUPTIONS

__all__ = ["WAYS", "spoiled_song", "spoiled_sound"]

WAYS = ("pitchperm", "shiftfrac")
PIECE_SECONDS = 0.4


def spoiled_song(song: Song, random: Generator, turn: int) -> Song:
    """The song with its pitches in random order, or its tracks shifted against each other, in turn.

    Where one of both changes nothing (drums alone, a single track), the other; raises PopgenError where both do.
    """
    for way in (WAYS[turn % 2], WAYS[1 - turn % 2]):
        made = CORRUPTIONS[way](song, random)
        if any(not np.array_equal(old.notes, new.notes) for old, new in zip(song.tracks, made.tracks, strict=True)):
            return made
    raise PopgenError("neither its pitches nor its tracks can be spoiled")


def spoiled_sound(sound: Sound, random: Generator) -> Sound:
    """The sound in pieces of 0.4 s, or eighths of a short one, in random order, none at its own place.

    For sound that came without notes.
    """
    size = min(round(PIECE_SECONDS * sound.rate), -(-len(sound.samples) // 8))
    pieces = [sound.samples[start : start + size] for start in range(0, len(sound.samples), size)]
    round_trip = random.permutation(len(pieces))  # one cycle through all pieces
    order = np.empty(len(pieces), dtype=np.int64)
    order[round_trip] = np.roll(round_trip, 1)
    return Sound(np.concatenate([pieces[at] for at in order]), sound.rate)

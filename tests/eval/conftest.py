"""Small songs that the tests of figures share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from popgen_core.groupers.seven import GROUPS
from popgen_core.music.song import Song, Track, notes_from

BAR = 1920  # ticks of a bar of 4/4 at 480 a quarter


@pytest.fixture
def track() -> Callable[..., Track]:
    """`track("lead", (0, 480, 60), bars=12)`: the same (onset, length, pitch) notes in every bar."""

    def made(name: str, *notes: tuple[int, int, int], bars: int = 12) -> Track:
        repeated = [(bar * BAR + onset, length, pitch, 90) for bar in range(bars) for onset, length, pitch in notes]
        return Track(name, 0, name == "drums", notes_from(repeated))

    return made


@pytest.fixture(scope="session")
def lively() -> Song:
    """Sixteen bars of seven groups, irregular in every way that a figure looks at; pitches 36 to 89."""
    random = np.random.default_rng(5)
    motif = [(0, 240), (240, 480), (720, 240), (1080, 360), (1440, 480)]
    tracks = []
    for number, group in enumerate(GROUPS):
        notes = []
        for bar in range(16):
            chord = [(0, 4, 7), (5, 9, 12), (7, 11, 14), (9, 12, 16)][bar % 4]
            for onset, length in motif[: 2 + (number + bar // 4) % 4]:
                pitch = 36 + 12 * ((number + 1) // 2) + chord[random.integers(3)] + (random.random() < 0.1)
                early = int(random.integers(-45, 45))
                start = max(bar * BAR + onset + early, 0)
                notes.append((start, length, 36 + 2 * (onset > 300) if group == "drums" else pitch, 80))
        tracks.append(Track(group, 0, group == "drums", notes_from(notes)))
    return Song(480, tuple(tracks))

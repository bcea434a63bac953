"""Tiny songs of a user, laid on a grid as generation takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from popgen_core.generate.around import Around, around
from popgen_core.groupers.seven import Seven
from popgen_core.music.grid import BeatGrid, Grid
from popgen_core.music.roll import RollSpec
from popgen_core.music.song import METER, TEMPO, Song, Track, notes_from, rows

GROUPS = ("drums", "bass", "chords", "guitar", "strings", "lead", "others")
BAR = 1920
Notes = Sequence[tuple[int, int, int, int]]  # start tick, ticks, pitch, velocity


def beats(bars: int, pitch: int) -> list[tuple[int, int, int, int]]:
    """A quarter note on every beat."""
    return [(480 * beat, 400, pitch, 80) for beat in range(4 * bars)]


def user_song(tracks: Mapping[str, Notes], **marks: Any) -> Song:
    """A song in 4/4 of these notes, each track named after its group."""
    made = [Track(name, 5, name == "drums", notes_from(notes)) for name, notes in tracks.items()]
    return Song(480, tuple(made), rows(TEMPO, [(0, 500_000)]), rows(METER, [(0, 4, 4)]), **marks)


def laid(song: Song, grid: Grid | None = None) -> Around:
    """The song on sixteenths, nothing of it kept yet."""
    return around(song, Seven(), grid or BeatGrid(4), RollSpec(GROUPS))

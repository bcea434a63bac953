"""Songs, bars, grids and rolls, and MIDI files in and out."""

from popgen_core.music.bars import Places, bar_lines, places
from popgen_core.music.grid import BeatGrid, Grid, SecondsGrid, frames_nearest
from popgen_core.music.midi import song_from_midi, song_to_midi
from popgen_core.music.roll import DenseRoll, Roll, RollSpec, roll_from_song, song_from_roll
from popgen_core.music.song import Marker, Song, Track, notes_from, rows

__all__ = [
    "BeatGrid",
    "DenseRoll",
    "Grid",
    "Marker",
    "Places",
    "Roll",
    "RollSpec",
    "SecondsGrid",
    "Song",
    "Track",
    "bar_lines",
    "frames_nearest",
    "notes_from",
    "places",
    "roll_from_song",
    "rows",
    "song_from_midi",
    "song_from_roll",
    "song_to_midi",
]

"""Songs, bars, grids and rolls, and MIDI files in and out."""

from popgen_core.music.bars import Places, bar_lines, places
from popgen_core.music.beats import Beats, read_beats, song_on_beats
from popgen_core.music.grid import BeatGrid, Grid, SecondsGrid, frames_nearest
from popgen_core.music.midi import song_from_midi, song_to_midi
from popgen_core.music.quantise import QuantiseConfig, quantised
from popgen_core.music.roll import DenseRoll, PitchPolicy, Roll, RollSpec, roll_from_song, song_from_roll
from popgen_core.music.song import Marker, Song, Track, notes_from, rows

__all__ = [
    "BeatGrid",
    "Beats",
    "DenseRoll",
    "Grid",
    "Marker",
    "PitchPolicy",
    "Places",
    "QuantiseConfig",
    "Roll",
    "RollSpec",
    "SecondsGrid",
    "Song",
    "Track",
    "bar_lines",
    "frames_nearest",
    "notes_from",
    "places",
    "quantised",
    "read_beats",
    "roll_from_song",
    "rows",
    "song_from_midi",
    "song_from_roll",
    "song_on_beats",
    "song_to_midi",
]

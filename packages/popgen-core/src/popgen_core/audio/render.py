"""A MIDI file becomes a sound file: played, cut, faded, at one loudness."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from popgen_core.audio.clip import faded, loudest_gain, scaled
from popgen_core.audio.formats import check_sound, write_sound
from popgen_core.audio.synth import play, play_excerpt
from popgen_core.errors import PopgenError
from popgen_core.music.guard import read_song

__all__ = ["TARGET_LUFS", "Rendered", "render_file"]

TARGET_LUFS = -23.0  # EBU R 128: low enough that nearly no music meets the ceiling of its peaks


@dataclass(frozen=True)
class Rendered:
    """What was written: seconds, loudness in LUFS, whether that is the loudness asked for."""

    path: Path
    seconds: float
    loudness: float
    on_target: bool


def render_file(
    midi: Path, out: Path, *, soundfont: Path, seconds: float | None = None, target: float = TARGET_LUFS
) -> Rendered:
    """Play a MIDI file into a sound file; with `seconds`, only so much from its first tone on, its end faded out.

    Raises OutputError, before anything is played, where `out` cannot be written, MidiError for what is no song, and
    PopgenError where sound cannot be made.
    """
    check_sound(out)
    song = read_song(midi).song
    made = play(song, soundfont) if seconds is None else faded(play_excerpt(song, soundfont, seconds))
    if made.peak == 0:
        raise PopgenError(f"{midi} makes no sound with {soundfont.name}")
    gain, on_target = loudest_gain(made, target)
    made = scaled(made, gain)
    write_sound(made, out)
    return Rendered(out, made.seconds, made.loudness(), on_target)

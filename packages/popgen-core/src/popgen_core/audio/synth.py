"""A song played by FluidSynth with a soundfont: the same song, the same samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.audio.clip import RATE, Sound, cut
from popgen_core.errors import NotInstalled, PopgenError, from_wheels
from popgen_core.music.song import Song, Track

__all__ = ["MOST_SECONDS", "TAIL_SECONDS", "play", "play_excerpt"]

DRUM_CHANNEL, DRUM_BANK = 9, 128
CHANNELS = 256
TAIL_SECONDS = 2.0  # after the last note, for what still rings
SLOW_SECONDS = 1.0  # that an instrument may need before its first note is heard
MOST_SECONDS = 1800.0  # of sound at once; it is held in memory
LOAD_WHAT_PLAYS = "synth.dynamic-sample-loading"  # a compressed soundfont takes 4 s whole, 0.02 s so (2026-11-23)
GAIN = 0.2  # FluidSynth's own; halved while a song is too loud for 16 bits
FULL = 32_767
BANK_SELECT, MODE = (0, 32), 120  # controllers that would change the instrument, or silence the channel
NO_LIBRARY = "sound needs pyfluidsynth and the FluidSynth library, which are not installed"
HINT = f"{from_wheels('popgen-core[audio]')}, and FluidSynth from your system (Debian: libfluidsynth3)"

OFF, CONTROL, BEND, ON = range(4)  # the order of events of one moment


def play(song: Song, soundfont: Path, *, seconds: float | None = None) -> Sound:
    """A song as stereo sound, whole with what rings after its end, or its first `seconds`.

    A track has a channel of its own with its General MIDI program, all drums share one. Raises PopgenError when
    FluidSynth is missing, does not take the soundfont, or when the song is longer than half an hour.
    """
    whole = song.duration_seconds() + TAIL_SECONDS
    length = whole if seconds is None else min(seconds, whole)
    if length > MOST_SECONDS:
        most = f"at most {MOST_SECONDS / 60:.0f} are played at once"
        raise PopgenError(f"the song lasts {length / 60:.0f} minutes, {most}", hint="ask for fewer --seconds")
    gain = GAIN
    while True:
        samples = _played(song, soundfont, round(length * RATE), gain)
        if not len(samples) or np.abs(samples.astype(np.int32)).max() < FULL:
            return Sound((samples / np.float32(FULL + 1)).astype(np.float32))
        gain /= 2


def play_excerpt(song: Song, soundfont: Path, seconds: float) -> Sound:
    """The first `seconds` of a song from its first tone on; what ends earlier is as short as it is."""
    starts = [int(track.notes["start_tick"].min()) for track in song.tracks if len(track.notes)]
    first = float(song.seconds(min(starts, default=0)))
    return cut(play(song, soundfont, seconds=first + seconds + SLOW_SECONDS), seconds)


def _played(song: Song, soundfont: Path, frames: int, gain: float) -> NDArray[np.int16]:
    """(frame, 2) at this gain."""
    synth = _synth(gain)
    try:
        font = synth.sfload(str(soundfont))
        if font < 0:
            raise PopgenError(f"FluidSynth cannot load the soundfont {soundfont}", hint="try another one")
        channels = [_channel(number, track, song) for number, track in enumerate(song.tracks)]
        for channel, track in zip(channels, song.tracks, strict=True):
            _choose(synth, font, channel, track)
        events = sorted(
            event
            for channel, track in zip(channels, song.tracks, strict=True)
            for event in _events(song, track, channel)
        )
        return _through(synth, events, frames)
    finally:
        synth.delete()


def _synth(gain: float) -> Any:
    try:
        from fluidsynth import Synth
    except ImportError as error:  # the Python package, or the library that it looks for
        raise NotInstalled(NO_LIBRARY, hint=HINT) from error
    return Synth(gain=gain, samplerate=float(RATE), channels=CHANNELS, **{LOAD_WHAT_PLAYS: 1})


def _channel(number: int, track: Track, song: Song) -> int:
    """The channel of a track: that of drums, or the next one that is no drum channel in any bank of sixteen."""
    if track.is_drum:
        return DRUM_CHANNEL
    pitched = sum(not other.is_drum for other in song.tracks[:number]) % (CHANNELS // 16 * 15)
    return pitched // 15 * 16 + (pitched % 15 + (pitched % 15 >= DRUM_CHANNEL))


def _choose(synth: Any, font: int, channel: int, track: Track) -> None:
    """The track's instrument; where the soundfont lacks it, the first of its kind."""
    bank = DRUM_BANK if track.is_drum else 0
    program = track.program if synth.sfpreset_name(font, bank, track.program) is not None else 0
    synth.program_select(channel, font, bank, program)  # of one that is missing, FluidSynth itself would complain aloud


def _events(song: Song, track: Track, channel: int) -> list[tuple[int, int, int, int, int]]:
    """(frame, kind, channel, number, value) of all that a track plays."""
    notes = track.notes
    starts = _frames(song, notes["start_tick"])
    ends = np.maximum(_frames(song, notes["start_tick"] + notes["length_ticks"]), starts + 1)
    pitches, velocities = notes["pitch"].tolist(), notes["velocity"].tolist()
    began = zip(starts.tolist(), pitches, velocities, strict=True)
    events = [(at, ON, channel, pitch, loud) for at, pitch, loud in began]
    events += [(at, OFF, channel, pitch, 0) for at, pitch in zip(ends.tolist(), pitches, strict=True)]
    for at, row in zip(_frames(song, track.controls["tick"]).tolist(), track.controls, strict=True):
        if int(row["number"]) not in BANK_SELECT and int(row["number"]) < MODE:
            events.append((at, CONTROL, channel, int(row["number"]), int(row["value"])))
    bends = zip(_frames(song, track.bends["tick"]).tolist(), track.bends["value"].tolist(), strict=True)
    return [*events, *((at, BEND, channel, 0, value) for at, value in bends)]


def _frames(song: Song, ticks: Any) -> NDArray[np.int64]:
    return np.rint(song.seconds(ticks) * RATE).astype(np.int64)


def _through(synth: Any, events: list[tuple[int, int, int, int, int]], frames: int) -> NDArray[np.int16]:
    """The events played in order -> (frame, 2)."""
    parts, now = [], 0
    for at, kind, channel, number, value in events:
        if at >= frames:
            break
        if at > now:
            parts.append(synth.get_samples(at - now))
            now = at
        if kind == ON:
            synth.noteon(channel, number, value)
        elif kind == OFF:
            synth.noteoff(channel, number)
        elif kind == CONTROL:
            synth.cc(channel, number, value)
        else:
            synth.pitch_bend(channel, value)
    parts.append(synth.get_samples(max(frames - now, 0)))
    return np.concatenate(parts).reshape(-1, 2).astype(np.int16)

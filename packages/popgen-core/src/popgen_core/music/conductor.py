"""The first track of a MIDI file: tempos, meters, keys and markers, and no notes.

The Standard MIDI File specification (1996, page 5) wants the tempo map in the first track, and takes that track's name
for the name of the song: an instrument in it would lose its own.
"""

from __future__ import annotations

import numpy as np

from popgen_core.errors import SongError
from popgen_core.music.events import END_OF_TRACK
from popgen_core.music.meta import variable_length
from popgen_core.music.song import Song

__all__ = ["conductor_track", "last_mark"]

TEMPO, METER, KEY, MARKER = 0x51, 0x58, 0x59, 0x06
CLOCKS = 24  # MIDI clocks a quarter note
LONGEST_QUARTER = 2**24 - 1  # microseconds: three bytes
LARGEST = 255  # of a meter's upper number: one byte


def conductor_track(song: Song, end_tick: int) -> bytes:
    """The events of a song's first track, with an end at `end_tick`.

    Raises SongError for a tempo or a meter that MIDI cannot say.
    """
    events = [(int(tick), _meter(int(top), int(bottom))) for tick, top, bottom in song.meters]
    events += [(int(tick), _key(int(fifths), bool(minor))) for tick, fifths, minor in song.keys]
    events += [(int(tick), _tempo(int(microseconds))) for tick, microseconds in song.tempos]
    events += [(marker.tick, _meta(MARKER, marker.text.encode())) for marker in song.markers]
    events.sort(key=lambda event: event[0])
    events.append((end_tick, END_OF_TRACK))
    ticks = np.diff([tick for tick, _ in events], prepend=0).tolist()
    return b"".join(variable_length(delta) + event for delta, (_, event) in zip(ticks, events, strict=True))


def last_mark(song: Song) -> int:
    """The tick of the last tempo, meter, key or marker."""
    ticks = [int(table["tick"].max(initial=0)) for table in (song.tempos, song.meters, song.keys)]
    return max([*ticks, *(marker.tick for marker in song.markers)])


def _meta(kind: int, body: bytes) -> bytes:
    return bytes([0xFF, kind]) + variable_length(len(body)) + body


def _tempo(microseconds: int) -> bytes:
    if not 0 < microseconds <= LONGEST_QUARTER:
        raise SongError(
            f"a quarter of {microseconds} microseconds cannot be written",
            hint=f"MIDI tempos are {60e6 / LONGEST_QUARTER:.3g} quarters a minute or more",
        )
    return _meta(TEMPO, microseconds.to_bytes(3, "big"))


def _meter(top: int, bottom: int) -> bytes:
    """A meter, with a click of the metronome on each of its beats: the dotted ones of 6/8, 9/8 and 12/8."""
    power = bottom.bit_length() - 1
    if top > LARGEST or bottom != 1 << power:
        raise SongError(f"the meter {top}/{bottom} cannot be written", hint="MIDI meters are like 4/4, 6/8 or 7/16")
    beat = 3 if bottom >= 8 and top > 3 and top % 3 == 0 else 1
    return _meta(METER, bytes([top, power, max(beat * 4 * CLOCKS // bottom, 1), 8]))


def _key(fifths: int, minor: bool) -> bytes:
    return _meta(KEY, fifths.to_bytes(1, "big", signed=True) + bytes([minor]))

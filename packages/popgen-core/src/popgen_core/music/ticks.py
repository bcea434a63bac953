"""The last tick of a track, bounded without a walk: ticks that wrap cannot be told from true ones after parsing."""

from __future__ import annotations

import numpy as np

from popgen_core.errors import MidiError
from popgen_core.music.events import (
    DATA_BYTES,
    END_OF_TRACK,
    META,
    SYSTEM_DATA_BYTES,
    number,
    patched,
    skeleton,
)

__all__ = [
    "LAST_TICK",
    "LONGEST_DELTA",
    "closer_bound",
    "end_tick_bound",
    "exact_end_tick",
    "is_walked",
    "refuse_overflow",
]

MOST_TEXTS = 50_000  # texts, tempos and the like of a track that are taken out for a closer bound
LONGEST_DELTA = 2**28 - 1  # ticks: four bytes of seven bits
# symusic counts ticks in 31 bits, then its times turn negative, past 2^32 they wrap; the upper half is kept free,
# since notes that never end are told by an end that lies there (see `hanging`)
LAST_TICK = 4 * LONGEST_DELTA - 1


def end_tick_bound(midi: bytes) -> int:
    """A number of ticks that no track in these bytes can pass, whether they are a track or a whole file.

    Counts the bytes of all deltas that there could be: each byte as the last of a delta, and each byte over 127 as
    the last but one, the last but two and the last but three where those after it allow it.
    """
    value = np.frombuffer(midi, dtype=np.uint8)
    one = value >= 0x80
    two = one[1:] & one[:-1]
    three = two[1:] & one[:-2]
    bound = 127 * len(value)
    for shift, places in ((7, one), (14, two), (21, three)):
        bound += 127 * int(np.count_nonzero(places)) << shift
    return bound


def closer_bound(midi: bytes) -> int:
    """The same counted by what these bytes say instead of the most that they could: a smaller bound, for more work."""
    value = np.frombuffer(midi, dtype=np.uint8)
    places = np.flatnonzero(value >= 0x80)
    bits = (value[places] & 0x7F).astype(np.int64)
    beside = places[1:] == places[:-1] + 1
    bound = 127 * len(value) + (int(bits.sum()) << 7) + (int(bits[:-1][beside].sum()) << 14)
    return bound + (int(bits[:-2][beside[:-1] & beside[1:]].sum()) << 21)


def exact_end_tick(track: bytes) -> int:
    """The sum of a track's delta times, as far as its events make sense."""
    at, status, tick = 0, 0, 0
    try:
        while at < len(track):
            delta, at = number(track, at)
            if track[at] >= 0x80:
                status = track[at] if track[at] < 0xF0 else status
                after = _after_status(track, at)
            else:
                after = at + DATA_BYTES[status & 0xF0]
            if after > len(track):
                break
            tick += delta
            if track.startswith(END_OF_TRACK[:2], at):
                break
            at = after
    except (IndexError, KeyError):
        pass  # from here on it makes no sense: what came before it counts
    return tick


def _after_status(track: bytes, at: int) -> int:
    """Where the event with this status byte ends; KeyError where it is none."""
    status = track[at]
    if status < 0xF0:
        return at + 1 + DATA_BYTES[status & 0xF0]
    if status not in (0xF0, 0xF7, META):
        return at + 1 + SYSTEM_DATA_BYTES[status]
    length, body = number(track, at + (2 if status == META else 1))
    return body + length


def refuse_overflow(midi: bytes, tracks: tuple[bytes, ...]) -> None:
    """Raises MidiError (ticks-overflow) if a track passes LAST_TICK; walks only tracks whose bounds pass it."""
    if end_tick_bound(midi) <= LAST_TICK or closer_bound(midi) <= LAST_TICK:
        return
    for index, track in enumerate(tracks, 1):
        if is_walked(track) and exact_end_tick(track) > LAST_TICK:
            raise MidiError(f"track {index} passes tick {LAST_TICK:,}", reason="ticks-overflow")


def is_walked(track: bytes) -> bool:
    """Whether the bounds of a track pass LAST_TICK even without its texts and tempos, whose bytes are no times."""
    if closer_bound(track) <= LAST_TICK:
        return False
    try:
        events = skeleton(track, MOST_TEXTS).events
    except MidiError:  # so many that a walk is quicker
        return True
    return closer_bound(patched(track, [(event.body, event.end, b"") for event in events])) > LAST_TICK

"""One track of a MIDI file read event by event, as far as its bytes make sense; only for doubtful tracks.

Standard MIDI Files 1.0, "Track Chunks": an event is a delta time, then a channel message (running status allowed),
a meta event or a system exclusive one. A running status holds across meta and exclusive events, as most programs
read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from popgen_core.errors import MidiError

__all__ = [
    "DATA_BYTES",
    "END_OF_TRACK",
    "META",
    "MOST_EVENTS",
    "SYSTEM_DATA_BYTES",
    "Event",
    "Patch",
    "Walk",
    "number",
    "patched",
    "skeleton",
    "walk",
]

META = 0xFF
MOST_EVENTS = 500_000  # each takes two microseconds and two hundred bytes to look at
END_OF_TRACK = b"\xff\x2f\x00"
DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
SYSTEM_DATA_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0, 0xF8: 0, 0xFA: 0, 0xFB: 0, 0xFC: 0, 0xFE: 0}

DELTA = rb"[\x80-\xff]{0,3}[\x00-\x7f]"
ONE, TWO = DELTA + rb"[\x00-\x7f]", DELTA + rb"[\x00-\x7f]{2}"  # events by running status
# as many sound channel events as there are, counted so that a match needs little memory: the regular expression
# engine walks them many times faster than we can
CHANNEL_EVENTS = re.compile(
    rb"(?:%b(?:([\x80-\xbf\xe0-\xef])[\x00-\x7f]{2}(?:%b){0,99}|([\xc0-\xdf])[\x00-\x7f](?:%b){0,99})){0,999}"
    % (DELTA, TWO, ONE)
)
RUNNING_EVENTS = {1: re.compile(rb"(?:%b){0,999}" % ONE), 2: re.compile(rb"(?:%b){0,999}" % TWO)}


Patch = tuple[int, int, bytes]  # from, to, what stands there instead


class Event(NamedTuple):
    """Where an event lies in its track: its delta from `start`, the rest from `at`, what it says in `body` to `end`.

    `tick` is its time, `status` its status byte (that in force where it is left out), `kind` a meta event's type.
    """

    tick: int
    start: int
    at: int
    body: int
    end: int
    status: int
    kind: int


class Walk(NamedTuple):
    """The events of a track up to its end, or to byte `end` where they stop making sense (`broken`)."""

    events: list[Event]
    end: int
    broken: bool

    @property
    def tick(self) -> int:
        """The time at which the track ends."""
        return self.events[-1].tick if self.events else 0


def number(track: bytes, at: int) -> tuple[int, int]:
    """A variable-length number of at most four bytes, and where it ends; IndexError past the end of the track."""
    value = 0
    for _ in range(4):
        byte, at = track[at], at + 1
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:
            break
    return value, at


def walk(track: bytes, most: int = MOST_EVENTS) -> Walk:
    """All events of a track with their times; raises MidiError (too-many-events) if they are more than `most`."""
    return _walk(track, most, only_odd=False)


def skeleton(track: bytes, most: int = MOST_EVENTS) -> Walk:
    """The odd events of a track: all but sound channel events, of which the first after an exclusive event counts.

    Their times are not told (ticks are 0). Thirty times as fast as `walk`, and as careful about `most`.
    """
    return _walk(track, most, only_odd=True)


def _walk(track: bytes, most: int, *, only_odd: bool) -> Walk:
    events: list[Event] = []
    at, tick, running, exclusive = 0, 0, 0, False
    while at < len(track):
        if only_odd and not exclusive:
            at, running = _past_channel_events(track, at, running)
        try:
            event = _event(track, at, tick, running)
        except IndexError:
            event = None
        if event is None or event.end > len(track):
            return Walk(events, at, at < len(track))
        events.append(event)
        if len(events) > most:
            message = f"a track holds more than {most:,} events that need a close look"
            raise MidiError(message, reason="too-many-events")
        if event.status == META and event.kind == 0x2F:
            return Walk(events, event.end, False)
        at, tick = event.end, 0 if only_odd else event.tick
        if event.status < 0xF0:
            running, exclusive = event.status, False
        elif event.status != META:
            exclusive = True
    return Walk(events, at, False)


def _past_channel_events(track: bytes, at: int, running: int) -> tuple[int, int]:
    """Where the next event lies that is no sound channel event, and the running status there."""
    while True:
        if running and (matched := RUNNING_EVENTS[DATA_BYTES[running & 0xF0]].match(track, at)) and matched.end() > at:
            at = matched.end()
        elif (matched := CHANNEL_EVENTS.match(track, at)) and matched.end() > at:
            at, running = matched.end(), track[max(matched.start(1), matched.start(2))]
        else:
            return at, running


def _event(track: bytes, start: int, tick: int, running: int) -> Event | None:
    """The event at `start`, or None where there is none."""
    delta, at = number(track, start)
    tick += delta
    status = track[at]
    if status < 0x80:
        return Event(tick, start, at, at, at + DATA_BYTES[running & 0xF0], running, -1) if running else None
    if status < 0xF0:
        return Event(tick, start, at, at + 1, at + 1 + DATA_BYTES[status & 0xF0], status, -1)
    if status == META:
        length, body = number(track, at + 2)
        return Event(tick, start, at, body, body + length, META, track[at + 1])
    if status in (0xF0, 0xF7):
        length, body = number(track, at + 1)
        return Event(tick, start, at, body, body + length, status, -1)
    if status in SYSTEM_DATA_BYTES:
        return Event(tick, start, at, at + 1, at + 1 + SYSTEM_DATA_BYTES[status], status, -1)
    return None


def patched(track: bytes, patches: Iterable[Patch]) -> bytes:
    """The track with other bytes in some places; `patches` in order, none over another."""
    parts, at = [], 0
    for start, end, instead in patches:
        parts += [track[at:start], instead]
        at = end
    return b"".join([*parts, track[at:]])

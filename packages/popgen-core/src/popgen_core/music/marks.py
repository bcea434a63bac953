"""Meta events that symusic takes at their word: impossible tempos, meters and keys, and names that are no UTF-8."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from popgen_core.music.events import META, MOST_EVENTS, number
from popgen_core.music.text import decoded

__all__ = ["MARKS", "TEXTS", "MarkLimits", "doubtful", "possible"]

TEMPO, METER, KEY = 0x51, 0x58, 0x59
MARKS = {TEMPO: "tempo", METER: "meter", KEY: "key signature"}
TEXTS = {0x03: "name", 0x06: "marker"}
MARK_BYTES = [bytes([kind]) for kind in MARKS]
EXCLUSIVE, ESCAPE = 0xF0, 0xF7


@dataclass(frozen=True)
class MarkLimits:
    """What a tempo and a meter may be: quarter notes a minute at most, and the upper number of a meter at most.

    `events`: how many events of a doubtful track are looked at, at most.
    """

    fastest_bpm: float
    beats_a_bar: int
    events: int = MOST_EVENTS


def possible(kind: int, body: bytes, limits: MarkLimits) -> bool:
    """Whether the body of a tempo, meter or key event says what there can be; other meta events always do."""
    if kind == TEMPO:
        return len(body) == 3 and int.from_bytes(body, "big") * limits.fastest_bpm >= 60e6
    if kind == METER:
        return len(body) == 4 and 1 <= body[0] <= limits.beats_a_bar and body[1] <= 6
    if kind == KEY:
        return len(body) == 2 and (body[0] <= 7 or body[0] >= 249) and body[1] <= 1
    return True


def doubtful(midi: bytes, limits: MarkLimits) -> bool:
    """Whether these bytes, a track or a file, may hold something that symusic reads wrongly.

    Looked for are impossible marks, names and markers that are no UTF-8, escape events (F7) and running status after
    exclusive events; what only looks like one of them costs a walk and nothing else.
    """
    value = np.frombuffer(midi, dtype=np.uint8)
    places = np.flatnonzero(value >= EXCLUSIVE)
    if len(places) > limits.events:
        return True
    past = -1  # bytes before this one belong to a mark or an exclusive event that is as it should be
    for at in places.tolist():
        if at < past:
            continue
        status = midi[at]
        if status == META:
            if not _plain_meta(midi, at, limits):
                return True
            past = at + 3 + midi[at + 2] if midi[at + 1 : at + 2] in MARK_BYTES else -1
        elif at == 0 or midi[at - 1] >= 0x80:
            continue  # within a delta time: an event follows one, whose last byte is under 128
        elif status == EXCLUSIVE:
            past = _end_of_exclusive(midi, at)
            if past and _runs_on(midi, past):
                return True
        elif status == ESCAPE:
            return True
    return False


def _plain_meta(midi: bytes, at: int, limits: MarkLimits) -> bool:
    kind = midi[at + 1] if at + 1 < len(midi) else 0
    if kind not in MARKS and kind not in TEXTS:
        return True
    try:
        length, body = number(midi, at + 2)
    except IndexError:
        return False
    found = midi[body : body + length]
    return decoded(found)[1] == "UTF-8" if kind in TEXTS else possible(kind, found, limits)


def _end_of_exclusive(midi: bytes, at: int) -> int:
    """Where an exclusive event ends, or 0 where its bytes show that it is none, such as part of a delta time."""
    try:
        length, body = number(midi, at + 1)
    except IndexError:
        return 0
    found = midi[body : body + length]  # data bytes, with an F7 at the end unless the event is continued
    return body + length if found and found[:-1].isascii() and found[-1:] <= b"\xf7" else 0


def _runs_on(midi: bytes, at: int) -> bool:
    """Whether the event at `at` leaves out its status byte."""
    try:
        _, status = number(midi, at)
        return midi[status] < 0x80
    except IndexError:
        return False

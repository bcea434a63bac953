"""Notes that were begun and never ended: found without a walk, ended at the next onset of their pitch.

symusic pairs each note-off with the oldest note of its pitch that still sounds (measured on 0.6.0), so that one lost
note-off makes every later note of the pitch one too long and the last one disappear. Read as brackets instead, an
onset that no note-off closes is the one that hangs; the others stay what they are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from popgen_core.music.chunks import Chunks
from popgen_core.music.events import END_OF_TRACK, Event, patched, walk
from popgen_core.music.meta import variable_length
from popgen_core.music.ticks import LAST_TICK, LONGEST_DELTA

__all__ = ["end_hanging_notes", "hangs", "with_late_ends"]

NOTE_ONS = [bytes([0x90 | channel]) for channel in range(16)]
NOTE_OFFS = [bytes([0x80 | channel]) + b"\x00".join(bytes([pitch, 0]) for pitch in range(128)) for channel in range(16)]
TEXT = b"\xff\x01\x00"
SILENCE = (variable_length(LONGEST_DELTA) + TEXT) * 3 + variable_length(LONGEST_DELTA)  # passes LAST_TICK

Onset = tuple[int, int]  # tick, number of the event in its track


def with_late_ends(chunks: Chunks) -> bytes:
    """The file with a note-off for every pitch long after the end of each track: later than any note could last."""
    return chunks.repaired(tuple(_late(track) for track in chunks.tracks), ()).midi()


def _late(track: bytes) -> bytes:
    """A track that ends in its end-of-track event, with late note-offs before it on the channels that it may use."""
    channels = [channel for channel in range(16) if NOTE_ONS[channel] in track]
    if not channels:
        return track
    ends = b"\x00".join([NOTE_OFFS[channel] for channel in channels])
    return b"".join((track[: -len(END_OF_TRACK)], TEXT, SILENCE, ends, b"\x00", END_OF_TRACK))


def hangs(score: Any) -> bool:
    """Whether a note of symusic's score was ended by a late note-off only."""
    return int(score.end()) > LAST_TICK


def end_hanging_notes(chunks: Chunks, most: int) -> tuple[Chunks, int]:
    """The file with note-offs for its hanging notes, and their number; no track may hold more than `most` events."""
    ended = [_ended(track, most) for track in chunks.tracks]
    return chunks.repaired(tuple(track for track, _ in ended), ()), sum(hanging for _, hanging in ended)


def _ended(track: bytes, most: int) -> tuple[bytes, int]:
    """A track with its hanging notes ended at the next onset of their pitch, the last at the end of the track."""
    events = walk(track, most).events
    ends = list(_missing_ends(track, events))
    patches, last = [], len(events) - 1
    for number, group in groupby(sorted(ends), itemgetter(0)):
        event, offs = events[number], b"".join(_off(off) for _, off in group)
        delta, body = track[event.start : event.at], track[event.body : event.end]
        said = track[event.at : event.end] if number == last else bytes([event.status]) + body
        patches.append((event.start, event.end, delta + offs + said))
    return patched(track, patches), len(ends)


def _off(channel_pitch: tuple[int, int]) -> bytes:
    return bytes([0x80 | channel_pitch[0], channel_pitch[1], 0, 0])  # and the delta of what follows


def _missing_ends(track: bytes, events: list[Event]) -> Iterator[tuple[int, tuple[int, int]]]:
    """(number of the event before which a note-off is missing, its (channel, pitch)) for each hanging note."""
    onsets: defaultdict[tuple[int, int], list[Onset]] = defaultdict(list)
    offs: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, event in enumerate(events):
        if 0x80 <= event.status < 0xA0:
            place = event.status & 0x0F, track[event.body]
            if event.status >= 0x90 and track[event.body + 1]:
                onsets[place].append((event.tick, number))
            else:
                offs[place].append(event.tick)
    for place, begun in onsets.items():
        for tick, _ in _unclosed(begun, offs[place]):
            following = bisect_right(begun, tick, key=itemgetter(0))
            yield begun[following][1] if following < len(begun) else len(events) - 1, place


def _unclosed(onsets: list[Onset], offs: list[int]) -> list[Onset]:
    """The onsets that no note-off closes, each closing the latest; at one tick those that sounded before go first."""
    sounding: list[Onset] = []
    marks = sorted([(tick, 0, (tick, 0)) for tick in offs] + [(onset[0], 1, onset) for onset in onsets])
    for _, at_once in groupby(marks, itemgetter(0)):
        together = list(at_once)
        ends = sum(mark[1] == 0 for mark in together)
        early = min(ends, len(sounding))
        del sounding[len(sounding) - early :]
        sounding += [mark[2] for mark in together if mark[1]]
        del sounding[len(sounding) - min(ends - early, len(sounding)) :]
    return sounding

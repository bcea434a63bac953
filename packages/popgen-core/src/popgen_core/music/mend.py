"""A damaged or doubtful track made sound, its music kept as far as it can be: every change is counted by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from popgen_core.music.chunks import Chunks
from popgen_core.music.events import END_OF_TRACK, META, Event, Patch, Walk, patched, skeleton
from popgen_core.music.marks import MARKS, TEXTS, MarkLimits, doubtful, possible
from popgen_core.music.meta import variable_length
from popgen_core.music.text import decoded

__all__ = ["mend_all", "mend_doubtful"]

NOTHING = b"\xff\x01\x00"  # an empty text: takes an event's place and keeps its time


@dataclass(frozen=True)
class Mended:
    """A sound track, what was changed in it by name, how many of its bytes were read, and whether the rest is no MIDI.

    `endless`: it had no end.
    """

    track: bytes
    changes: Counter[str]
    kept: int
    broken: bool
    endless: bool


def mend_doubtful(chunks: Chunks, midi: bytes, limits: MarkLimits) -> Chunks:
    """The file with those of its tracks mended that symusic may read wrongly; `midi` is the whole file."""
    ended = all(track.find(END_OF_TRACK) == len(track) - len(END_OF_TRACK) for track in chunks.tracks)
    if ended and not doubtful(midi, limits):
        return chunks
    chosen = {
        index
        for index, track in enumerate(chunks.tracks)
        if track.find(END_OF_TRACK) != len(track) - len(END_OF_TRACK) or doubtful(track, limits)
    }
    return _mended(chunks, chosen, limits)


def mend_all(chunks: Chunks, limits: MarkLimits) -> Chunks:
    """The file with all of its tracks mended."""
    return _mended(chunks, set(range(len(chunks.tracks))), limits)


def _mended(chunks: Chunks, chosen: set[int], limits: MarkLimits) -> Chunks:
    tracks, cuts, changes = list(chunks.tracks), [], Counter[str]()
    for index in sorted(chosen):
        mended = _mended_track(tracks[index], limits)
        cuts += _cut_in_words(index + 1, mended, len(tracks[index]), chunks.repairs)
        tracks[index] = mended.track
        changes += mended.changes
    chunks = replace(chunks, cut=chunks.cut or any("cut after" in cut for cut in cuts))
    return chunks.repaired(tuple(tracks), (*cuts, *_in_words(changes, bool(chunks.microseconds))))


def _mended_track(track: bytes, limits: MarkLimits) -> Mended:
    way = skeleton(track, limits.events)
    changes: Counter[str] = Counter()
    sound = patched(track[: way.end], _patches(track, way, limits, changes))
    if not sound.endswith(END_OF_TRACK) or not _is_ended(way):
        sound += b"\x00" + END_OF_TRACK
    return Mended(sound, changes, way.end, way.broken, not way.broken and not _is_ended(way))


def _cut_in_words(number: int, mended: Mended, size: int, told: tuple[str, ...]) -> list[str]:
    """What of a track was left out or added at its end, unless it has been told that the file ends inside it."""
    if any(f"inside track {number}" in repair for repair in told):
        return []
    if mended.kept < size and mended.broken:
        return [f"track {number} cut after {mended.kept:,} of {size:,} bytes, what follows is no MIDI"]
    if mended.kept < size:
        return [f"{size - mended.kept:,} bytes after the end of track {number} left out"]
    return [f"track {number} has no end, one was added"] if mended.endless else []


def _is_ended(way: Walk) -> bool:
    return bool(way.events) and way.events[-1].status == META and way.events[-1].kind == 0x2F


def _patches(track: bytes, way: Walk, limits: MarkLimits, changes: Counter[str]) -> Iterable[Patch]:
    explicit = False  # whether the next channel event must say its status: symusic forgets it after exclusive events
    for event in way.events:
        if event.status == META:
            yield from _meta_patch(track, event, limits, changes)
        elif event.status >= 0xF0:
            explicit = True
            if event.status != 0xF0:
                yield event.at, event.end, NOTHING
        else:
            data = track[event.body : event.end]
            high = not data.isascii()
            if high:
                changes["data"] += 1
                data = bytes(min(byte, 127) for byte in data)
            if high or (explicit and event.at == event.body):
                yield event.at, event.end, bytes([event.status]) + data
            explicit = False


def _meta_patch(track: bytes, event: Event, limits: MarkLimits, changes: Counter[str]) -> Iterable[Patch]:
    body = track[event.body : event.end]
    if event.kind in MARKS and not possible(event.kind, body, limits):
        changes[MARKS[event.kind]] += 1
        yield event.at, event.end, NOTHING
    elif event.kind in TEXTS and (read := decoded(body))[1] != "UTF-8":
        changes[read[1]] += 1
        written = read[0].encode()
        yield event.at, event.end, bytes([META, event.kind]) + variable_length(len(written)) + written


def _in_words(changes: Counter[str], smpte: bool) -> list[str]:
    """The changes as repairs; tempos of a file with SMPTE times mean nothing anyway."""
    high = changes["data"]
    words = [f"data bytes over 127 in {high:,} event{'s' * (high > 1)} limited to 127"] if high else []
    for name in MARKS.values():
        if changes[name] and not (smpte and name == "tempo"):
            words.append(f"{changes[name]:,} impossible {name}{'s' * (changes[name] > 1)} dropped")
    for encoding in ("Shift-JIS", "Windows-1252", "Latin-1"):
        if changes[encoding]:
            words.append(f"{changes[encoding]:,} name{'s' * (changes[encoding] > 1)} read as {encoding}, not UTF-8")
    return words

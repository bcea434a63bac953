"""Beats files: the times of a song's beats, which of them begin a bar, and the song laid on them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.errors import MidiError
from popgen_core.music.song import METER, NOTE, TEMPO, Marker, Song, Track, rows

__all__ = ["TICKS_PER_QUARTER", "Beats", "read_beats", "song_on_beats"]

TICKS_PER_QUARTER = 3840  # a tick of the slowest beat of POP909, 3.43 seconds long, is 0.9 milliseconds
USUAL_BAR = 4  # beats, where no two downbeats tell
BEAT_SECONDS = (0.04, 16.0)  # 1500 beats a minute, and a little less than the slowest tempo that MIDI can say
LATEST_FIRST = 3600.0  # seconds
LONGEST_BAR = 64  # beats
LAST_TICK = 2**31 - 1  # what a MIDI file's reader counts to


@dataclass(frozen=True)
class Beats:
    """The beats of a song: `seconds` (beat,) float64, increasing; `downbeat` (beat,) bool: those that begin a bar."""

    seconds: NDArray[np.float64]
    downbeat: NDArray[np.bool_]


def read_beats(text: str) -> Beats:
    """The beats of a text with a row for each: its time in seconds, then one flag or two, 1 at downbeats, else 0.

    POP909's `beat_midi.txt` has two flags. In its 880 songs in two or four the first marks half bars and the second
    bars: 85 % of the beats with the second flag bring a new chord, 47 % of those half a bar later, 8 % of the others.
    In its 29 songs in three the first marks every third beat, the second every sixth, and both bring a new chord
    alike often (72 % and 77 %): there the first flag is taken, for bars of 3/4.
    Raises MidiError ("bad-beats") for no rows, rows that are not such numbers, times below 0 or not increasing,
    fewer than two beats, or no downbeat.
    """
    table = _table(text)
    seconds, flags = table[:, 0], table[:, 1:] == 1.0
    if len(seconds) < 2:
        raise _bad("it holds a single beat, two are needed")
    if seconds[0] < 0 or (np.diff(seconds) <= 0).any():
        raise _bad("its times do not increase from 0 on")
    shortest, longest = BEAT_SECONDS
    if np.diff(seconds).min() < shortest or np.diff(seconds).max() > longest or seconds[0] > LATEST_FIRST:
        raise _bad(f"its beats must be {shortest:g} to {longest:g} seconds apart, the first within an hour")
    in_three = _usual_bar(np.flatnonzero(flags[:, 0])) == 3
    downbeat = flags[:, 0] if in_three else flags[:, -1]
    if not downbeat.any():
        raise _bad("none of its beats is marked as a downbeat")
    if np.diff(np.flatnonzero(downbeat)).max(initial=0) > LONGEST_BAR:
        raise _bad(f"a bar of it has more than {LONGEST_BAR} beats")
    return Beats(seconds, downbeat)


def song_on_beats(song: Song, beats: Beats) -> Song:
    """The same notes in real time, in a tempo map with a quarter note a beat, in bars that begin at the downbeats.

    The song keeps its time 0. A first beat within 0.04 seconds of it is moved there; to a later one as many quarters
    as fit best (one at least) lead from time 0, evenly. They and the beats before the first downbeat make a pick-up
    bar of their own meter, or, where they are more than a usual bar, usual bars with what is left over before them.
    A bar of another number of beats than its neighbours has its own meter; the last has the usual one. Behind the
    last beat the last tempo goes on. Notes, controllers, bends, keys and markers keep their seconds to within half a
    tick (a note that had a length keeps one tick of it); the song's own tempos and meters are left behind.
    Raises MidiError ("bad-beats") where the song would have more ticks than a MIDI file can hold.
    """
    micro = np.rint(beats.seconds * 1e6).astype(np.int64)
    lead = _lead(micro)
    # the song's beats from time 0 on; tempos are differences of rounded times, so that no error adds up
    times = np.concatenate([_even(micro[0], lead), micro]) if lead else np.concatenate([[0], micro[1:]])
    lengths = np.diff(times)
    changes = np.flatnonzero(np.diff(lengths, prepend=0))
    tempos = rows(TEMPO, zip((changes * TICKS_PER_QUARTER).tolist(), lengths[changes].tolist(), strict=True))
    made = Song(TICKS_PER_QUARTER, (), tempos, _meters(np.flatnonzero(beats.downbeat) + lead))
    if made.ticks(song.duration_seconds()) > LAST_TICK:
        raise _bad(f"by its beats the song would have more than {LAST_TICK:,} ticks")

    def moved(ticks: Any) -> NDArray[np.int64]:
        return np.rint(made.ticks(song.seconds(ticks))).astype(np.int64)

    keys = song.keys.copy()
    keys["tick"] = moved(keys["tick"])
    return replace(
        made,
        tracks=tuple(_moved_track(track, moved) for track in song.tracks),
        keys=keys,
        markers=tuple(Marker(int(moved(marker.tick)), marker.text) for marker in song.markers),
        provenance=song.provenance,
    )


def _table(text: str) -> NDArray[np.float64]:
    """(beat, 2 or 3): time and flags."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if not lines:
        raise _bad("it is empty")
    for number, line in enumerate(lines, 1):
        if len(line) not in (2, 3) or len(line) != len(lines[0]):
            raise _bad(f"row {number} has {len(line)} columns, a time and one flag or two are needed in every row")
    try:
        table = np.array(lines, dtype=np.float64)
    except ValueError as error:
        raise _bad(f"it holds something else than numbers: {str(error)[:80]}") from error
    if not np.isfinite(table).all() or not np.isin(table[:, 1:], (0.0, 1.0)).all():
        raise _bad("its times must be finite, its flags 0 or 1")
    return table


def _bad(what: str) -> MidiError:
    return MidiError(f"the file of beats cannot be used: {what}", reason="bad-beats")


def _usual_bar(downbeats: NDArray[np.int64]) -> int:
    """The commonest number of beats from one downbeat to the next; the smallest of several."""
    return int(np.bincount(np.diff(downbeats)).argmax()) if len(downbeats) > 1 else USUAL_BAR


def _lead(micro: NDArray[np.int64]) -> int:
    """Quarters between time 0 and the first beat: those that bring the tempo nearest to that of the first beat."""
    if micro[0] < BEAT_SECONDS[0] * 1e6:
        return 0
    return max(round(int(micro[0]) / int(micro[1] - micro[0])), 1)


def _even(end: np.int64, count: int) -> NDArray[np.int64]:
    """Times of `count` beats from 0 on, evenly up to `end`, in microseconds."""
    return np.asarray(np.arange(count) * end // count)


def _meters(downbeats: NDArray[np.int64]) -> NDArray[Any]:
    """The meter map of bars that begin at these beats, counted from the song's start."""
    usual = _usual_bar(downbeats)
    before = np.arange(downbeats[0] % usual, downbeats[0], usual)  # whole bars before the first downbeat
    starts = np.concatenate([before, downbeats])
    lengths = np.append(np.diff(starts), usual)
    if starts[0]:
        starts, lengths = np.insert(starts, 0, 0), np.insert(lengths, 0, starts[0])
    changes = np.flatnonzero(np.diff(lengths, prepend=0))
    return rows(METER, [(int(starts[at]) * TICKS_PER_QUARTER, int(lengths[at]), 4) for at in changes])


def _moved_track(track: Track, moved: Any) -> Track:
    notes = np.empty(len(track.notes), dtype=NOTE)
    start, length = track.notes["start_tick"], track.notes["length_ticks"]
    notes["start_tick"] = moved(start)
    notes["length_ticks"] = np.maximum(moved(start + length) - notes["start_tick"], length > 0)
    notes["pitch"], notes["velocity"] = track.notes["pitch"], track.notes["velocity"]
    controls, bends = track.controls.copy(), track.bends.copy()
    for events in (controls, bends):
        events["tick"] = moved(events["tick"])
    return replace(track, notes=notes[_order(notes)], controls=controls, bends=bends)


def _order(notes: NDArray[Any]) -> NDArray[np.int64]:
    return np.lexsort((notes["pitch"], notes["start_tick"]))

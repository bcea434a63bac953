"""MIDI files in and out: bytes to a Song and back, over symusic.

Reading takes bytes, never paths: symusic starts external programs for some file endings. What keeps a hostile
file from harm is in `popgen_core.music.guard`; this module trusts what it is given.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np
import symusic

from popgen_core.errors import MidiError
from popgen_core.music.chunks import Chunks, chunks_of
from popgen_core.music.conductor import conductor_track, last_mark
from popgen_core.music.events import END_OF_TRACK
from popgen_core.music.meta import add_text, find_text, variable_length
from popgen_core.music.song import BEND, CONTROL, KEY, METER, NOTE, TEMPO, Marker, Song, Track

__all__ = ["PROVENANCE", "score_from_midi", "song_from_midi", "song_from_score", "song_to_midi"]

PROVENANCE = "popgen:"  # prefix of the text event that says what made a file


def song_from_midi(midi: bytes, *, clamp: bool = False) -> Song:
    """Standard MIDI File bytes as a Song; `clamp` limits data bytes over 127 to 127 instead of refusing them.

    Raises MidiError when the bytes do not parse.
    """
    return song_from_score(score_from_midi(midi, clamp=clamp), provenance=find_text(midi, PROVENANCE))


def score_from_midi(midi: bytes, *, clamp: bool = False) -> Any:
    """Standard MIDI File bytes as symusic's score, as it comes; raises MidiError when they do not parse."""
    try:
        return symusic.Score.from_midi(midi, sanitize_data=clamp)
    except (RuntimeError, ValueError, MemoryError) as error:
        raise MidiError(f"the bytes do not parse as MIDI: {error}", reason="does-not-parse") from error


def song_from_score(score: Any, *, provenance: str = "") -> Song:
    """symusic's score as a Song; its tracks without notes are left out."""
    tracks = [track for track in score.tracks if len(track.notes)]
    columns = (_notes(tracks), _controls(tracks), _bends(tracks)) if tracks else ((), (), ())
    return Song(
        ticks_per_quarter=score.ticks_per_quarter,
        tracks=tuple(
            Track(track.name, int(track.program), bool(track.is_drum), notes, controls, bends)
            for track, notes, controls, bends in zip(tracks, *columns, strict=True)
        ),
        tempos=_rows(TEMPO, score.tempos.numpy(), tick="time", microseconds="mspq"),
        meters=_rows(METER, score.time_signatures.numpy(), tick="time"),
        keys=_rows(KEY, score.key_signatures.numpy(), tick="time", fifths="key", minor="tonality"),
        markers=tuple(Marker(int(marker.time), marker.text) for marker in score.markers),
        provenance=provenance,
    )


def song_to_midi(song: Song) -> bytes:
    """A Song as a Standard MIDI File of type 1: its marks in the first track, then one track an instrument.

    Drums are on channel 10; at most 15 pitched tracks have a channel of their own. Text, provenance among it, is
    written as UTF-8. All tracks end on one tick: that of the last event or marker of the song.
    Raises SongError for a tempo or a meter that MIDI cannot say.
    """
    lasts = [_last_event(track) for track in song.tracks]
    end = max([last_mark(song), *lasts])
    bodies = [_with_end(body, end - last) for body, last in zip(_bodies(song), lasts, strict=True)]
    chunks = Chunks(1, song.ticks_per_quarter, (conductor_track(song, end), *bodies))
    return add_text(chunks.midi(), song.provenance) if song.provenance else chunks.midi()


def _bodies(song: Song) -> tuple[bytes, ...]:
    """The events of each track as bytes, as symusic writes them: program, controllers, and offs before onsets."""
    if not song.tracks:
        return ()
    score: Any = symusic.Score(song.ticks_per_quarter)
    for track in song.tracks:
        score.tracks.append(_symusic_track(track))
    return chunks_of(bytes(score.dumps_midi()), len(song.tracks)).tracks


def _last_event(track: Track) -> int:
    """The tick of a track's last note end, controller or bend."""
    return max(track.end_tick, *(int(events["tick"].max(initial=0)) for events in (track.controls, track.bends)))


def _with_end(body: bytes, delta: int) -> bytes:
    """A track's events with its end so many ticks after the last of them; symusic ends all a tick after."""
    return body.removesuffix(b"\x01" + END_OF_TRACK) + variable_length(delta) + END_OF_TRACK


def _rows(dtype: np.dtype[Any], columns: dict[str, Any], **names: str) -> Any:
    """symusic's columns as our structured rows; `names` maps our field to symusic's where they differ."""
    table = np.empty(len(columns["time"]), dtype=dtype)
    for name in dtype.names or ():
        table[name] = columns[names.get(name, name)]
    return table


def _joined(lists: list[Any]) -> tuple[dict[str, Any], list[int]]:
    """Several of symusic's lists as the columns of one, since each way into numpy costs its time, and their lengths."""
    together = type(lists[0])()
    for events in lists:
        if len(events):
            together.extend(events)
    return together.numpy(), [len(events) for events in lists]


def _parted(table: Any, lengths: list[int]) -> list[Any]:
    ends = list(accumulate(lengths))
    return [table[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _controls(tracks: list[Any]) -> list[Any]:
    columns, lengths = _joined([track.controls for track in tracks])
    return _parted(_rows(CONTROL, columns, tick="time"), lengths)


def _bends(tracks: list[Any]) -> list[Any]:
    columns, lengths = _joined([track.pitch_bends for track in tracks])
    return _parted(_rows(BEND, columns, tick="time"), lengths)


def _notes(tracks: list[Any]) -> list[Any]:
    """The notes of each track, sorted by start, then pitch."""
    columns, lengths = _joined([track.notes for track in tracks])
    key = columns["time"].astype(np.int64) << 7 | columns["pitch"]
    key += np.repeat(np.arange(len(lengths)) << 38, lengths)  # a tick has 31 bits, a pitch 7
    if (key[1:] < key[:-1]).any():
        order = key.argsort(kind="stable")
        columns = {name: column.take(order) for name, column in columns.items()}
    return _parted(_rows(NOTE, columns, start_tick="time", length_ticks="duration"), lengths)


def _symusic_track(track: Track) -> Any:
    made: Any = symusic.Track(track.name, track.program, track.is_drum)
    notes = track.notes
    made.notes = symusic.Note.from_numpy(
        notes["start_tick"].astype(np.int32),
        notes["length_ticks"].astype(np.int32),
        notes["pitch"].astype(np.int8),
        notes["velocity"].astype(np.int8),
    )
    for tick, number, value in track.controls:
        made.controls.append(symusic.ControlChange(int(tick), int(number), int(value)))
    for tick, value in track.bends:
        made.pitch_bends.append(symusic.PitchBend(int(tick), int(value)))
    return made

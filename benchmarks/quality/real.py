"""Real pieces as they are judged: grouped whole, then the first bars that sound, as many as a system's songs have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.quality.code import judging_digest
from benchmarks.quality.kept import digest_of, kept
from numpy.typing import NDArray

from popgen_core.analysis.window import first_sounding_bar
from popgen_core.errors import PopgenError
from popgen_core.groupers.seven import Seven
from popgen_core.music.bars import bar_lines
from popgen_core.music.guard import read_song
from popgen_core.music.midi import song_to_midi
from popgen_core.music.song import METER, TEMPO, Song, Track, rows

__all__ = ["first_bars", "real_songs"]


def real_songs(files: Sequence[Path], folder: Path, bars: int) -> tuple[list[Path], dict[str, str]]:
    """MIDI files -> the first `bars` sounding bars of each as a file in `folder`, one a piece; and why others are not.

    Tempo and meter maps, performance and groups stay as they were in the whole piece.
    """

    def make() -> dict[str, Any]:
        folder.mkdir(parents=True, exist_ok=True)
        made, unread = [], {}
        for number, file in enumerate(files, 1):
            name = f"{number:03}-{file.stem}.mid"
            try:
                song = Seven().group(read_song(file).song).song
            except PopgenError as error:
                unread[file.name] = error.message.removeprefix(f"{file}: ")
                continue
            (folder / name).write_bytes(song_to_midi(first_bars(song, bars)))
            made.append(name)
        return {"made": made, "unread": unread}

    made_of = {"files": digest_of(files), "bars": bars, "judged_by": judging_digest()}
    found = kept(folder / "made-of.json", made_of, make)
    return [folder / name for name in found["made"]], found["unread"]


def first_bars(song: Song, bars: int) -> Song:
    """The first `bars` bars that sound, moved to the start, with the tempos and meters that hold there.

    A note played up to half a sixteenth before a bar line belongs to the bar after it.
    """
    first = first_sounding_bar(song)
    last = max((int(track.notes["start_tick"].max(initial=0)) for track in song.tracks), default=0)
    lines = bar_lines(song, last + 1)
    early = song.ticks_per_quarter // 8  # half a sixteenth
    start = int(lines[first])
    end = int(lines[first + bars]) if first + bars < len(lines) else last + 1 + early
    tracks = (_between(track, start, end, early) for track in song.tracks)
    return Song(
        song.ticks_per_quarter,
        tuple(track for track in tracks if len(track.notes)),
        _moved(song.tempos, start, end, rows(TEMPO, [(0, 500_000)])),
        _moved(song.meters, start, end, rows(METER, [(0, 4, 4)])),
    )


def _between(track: Track, start: int, end: int, early: int) -> Track:
    """The notes that begin from `start` to `end`, up to `early` ticks before either line."""
    at = track.notes["start_tick"]
    notes = track.notes[(at >= start - early) & (at < end - early)].copy()
    notes["start_tick"] = np.maximum(notes["start_tick"] - start, 0)
    return replace(track, notes=notes, controls=track.controls[:0], bends=track.bends[:0])


def _moved(marks: NDArray[Any], start: int, end: int, usual: NDArray[Any]) -> NDArray[Any]:
    """Marks of a map that hold from `start` to `end`, `start` moved to 0; the usual one where none holds there yet."""
    before = marks[marks["tick"] <= start][-1:]
    inside = marks[(marks["tick"] > start) & (marks["tick"] < end)]
    found = np.concatenate([before if len(before) else usual, inside]).copy()
    found["tick"] = np.maximum(found["tick"] - start, 0)
    return found

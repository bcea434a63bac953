"""A moment of a song as a user names it: in seconds, in minutes and seconds, or as a bar and a beat of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from popgen_core.errors import PopgenError
from popgen_core.explain.words import clock
from popgen_core.music.bars import bar_lines
from popgen_core.music.song import Song

__all__ = ["WAYS", "ExplainError", "Place", "place_of"]

WAYS = "12.5 (seconds), 1:02.5 (minutes:seconds), bar9 or bar9:3 (bar 9, its third quarter note)"
MINUTES = re.compile(r"(\d{1,4}):([0-5]?\d(?:\.\d*)?)")
BAR = re.compile(r"bar\s*(\d{1,6})(?::(\d{1,6}(?:\.\d*)?))?", re.IGNORECASE)
SECONDS = re.compile(r"\d{1,8}(?:\.\d*)?|\.\d+")


class ExplainError(PopgenError):
    """Something that cannot be explained: a moment outside the song, a bar without notes, a missing checkpoint."""

    exit_code = 2


@dataclass(frozen=True)
class Place:
    """A moment of a song: its tick, and the number of its bar, the song's first bar being 0."""

    tick: float
    bar: int


def place_of(said: str, song: Song) -> Place:
    """What `--at` says, in one of three ways -> where it is. Bars and beats count from 1; a beat is a quarter note.

    Raises ExplainError for what is none of them, and for a moment outside the song.
    """
    words = said.strip()
    if found := BAR.fullmatch(words):
        return _of_bar(said, int(found[1]), float(found[2] or 1), song)
    if found := MINUTES.fullmatch(words):
        return _of_seconds(said, int(found[1]) * 60 + float(found[2]), song)
    if SECONDS.fullmatch(words):
        return _of_seconds(said, float(words), song)
    raise ExplainError(f"--at {said!r} is no moment of a song", hint=f"write {WAYS}")


def _of_seconds(said: str, seconds: float, song: Song) -> Place:
    if seconds >= song.duration_seconds():
        raise _outside(said, song)
    tick = float(song.ticks(seconds))
    lines = bar_lines(song)
    return Place(tick, min(int((lines <= tick + 1e-6).sum()), len(lines) - 1) - 1)


def _of_bar(said: str, bar: int, beat: float, song: Song) -> Place:
    lines = bar_lines(song)
    if not 1 <= bar < len(lines):
        raise _outside(said, song)
    start, end = lines[bar - 1 : bar + 1].tolist()
    tick = start + (beat - 1) * song.ticks_per_quarter
    if not start <= tick < end:
        beats = (end - start) / song.ticks_per_quarter
        raise ExplainError(f"--at {said!r}: bar {bar} has {beats:g} beats", hint="a beat is a quarter note, from 1 on")
    return Place(tick, bar - 1)


def _outside(said: str, song: Song) -> ExplainError:
    bars = len(bar_lines(song)) - 1
    length = clock(song.duration_seconds())
    message = f"--at {said!r} is not in the song, which has {bars} bars and lasts {length}"
    return ExplainError(message, hint="bars count from 1")

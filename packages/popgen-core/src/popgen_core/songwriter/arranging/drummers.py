"""Drum performances of people, cut into bars: a folder of MIDI files named as Groove MIDI names them, or any other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.alike import cosines
from popgen_core.errors import MidiError, PopgenError
from popgen_core.music.guard import ENDINGS, read_song
from popgen_core.music.song import Song

__all__ = ["HIT", "DrummersError", "Drummers", "Performance", "read_drummers"]

HIT = np.dtype([("step", "<i4"), ("drum", "u1"), ("velocity", "u1"), ("late", "<f4")])  # late in sixteenths
# drums and edges of the kit that Groove MIDI was played on -> General MIDI's
DRUMS = {22: 42, 26: 46, 40: 38, 50: 48, 47: 45, 58: 43, 55: 49, 52: 57, 59: 51, 35: 36}
FIRST_DRUM, LAST_DRUM = 35, 59
VOICES = ((36,), (37, 38, 39), (42, 44, 46, 51, 53))
FEWEST_HITS, FEWEST_BARS = 5, 4  # of a bar that is played, of a performance that a song can be played from
GHOST = 14  # hits softer than this are the stick at rest
FASTEST = 1000  # quarter notes a minute that a name may say
NOTE_VALUES = (1, 2, 4, 8, 16, 32, 64)  # below the line of a meter
LOOSEST = 0.45  # sixteenths that a hit may stray
NAMED = re.compile(r"\d+_([a-z]+)(?:-[^_]*)?_(\d+)_(beat|fill)_(\d+)-(\d+)", re.IGNORECASE)


class DrummersError(PopgenError):
    """A folder of drum performances that cannot be used."""

    exit_code = 2


@dataclass(frozen=True)
class Performance:
    """What one drummer played: `tempo` in quarter notes a minute, `meter` as numerator and denominator; `bars` hold
    hits (`HIT`), steps counted from the bar's start.
    """

    name: str
    style: str
    tempo: float
    meter: tuple[int, int]
    is_fill: bool
    bars: tuple[NDArray[Any], ...]

    @property
    def steps(self) -> int:
        """Sixteenths a bar."""
        return 16 * self.meter[0] // self.meter[1]

    @cached_property
    def typical(self) -> NDArray[np.float64]:
        """(bars,) how alike each bar is to the others of the performance, 0..1: fills and breaks are less so."""
        rows = np.stack([_voices(bar, self.steps) for bar in self.bars])
        alike = cosines(rows)
        return np.asarray((alike.sum(axis=1) - 1) / max(len(self.bars) - 1, 1))

    @cached_property
    def busy(self) -> float:
        """Hits a bar."""
        return float(np.mean([len(bar) for bar in self.bars]))


@dataclass(frozen=True)
class Drummers:
    """Performances that a song can be played from, and fills."""

    beats: tuple[Performance, ...]
    fills: tuple[Performance, ...]
    unread: tuple[str, ...] = ()


def read_drummers(folder: Path) -> Drummers:
    """All drum performances below a folder, by name; files that cannot be read are named in `unread`.

    Raises DrummersError where the folder holds no performance of four bars.
    """
    if not folder.is_dir():
        raise DrummersError(
            f"{folder} is no folder of drum performances", hint="give one of MIDI files, such as groove/"
        )
    made, unread = [], []
    for file in sorted(file for file in folder.rglob("*") if file.suffix.lower() in ENDINGS):
        try:
            made.append(_performance(file.stem, read_song(file).song))
        except MidiError as error:
            unread.append(f"{file.relative_to(folder).as_posix()}: {error.message.removeprefix(f'{file}: ')}")
    beats = tuple(one for one in made if not one.is_fill and len(one.bars) >= FEWEST_BARS)
    if not beats:
        raise DrummersError(
            f"{folder} holds no drum performance of {FEWEST_BARS} bars ({len(made)} MIDI files read"
            + (f", {len(unread)} not; first {unread[0]})" if unread else ")"),
            hint="give a folder of MIDI files with drums on channel 10, such as Groove MIDI",
        )
    return Drummers(beats, tuple(one for one in made if one.is_fill and one.bars), tuple(unread))


def _performance(name: str, song: Song) -> Performance:
    """A drum file as a performance: style, tempo, meter and whether it is a fill by its name, else by the file.

    Raises MidiError for a name that says a tempo or meter that nobody can play.
    """
    found = NAMED.search(name)
    numerator, denominator = (int(song.meters[0][field]) for field in ("numerator", "denominator"))
    style, tempo, kind = "", float(song.tempo_bpm(0)), "beat"
    if found:
        style, kind = found[1].lower(), found[3].lower()
        tempo, numerator, denominator = float(found[2]), int(found[4]), int(found[5])
    if not (0 < tempo <= FASTEST and numerator > 0 and denominator in NOTE_VALUES):
        what = f"its name says tempo {tempo:g} and meter {numerator}/{denominator}, which cannot be played"
        raise MidiError(what, reason="wrong-name", hint="rename it, such as 1_rock_95_beat_4-4.mid")
    meter = (numerator, denominator)
    return Performance(name, style, tempo, meter, kind == "fill", tuple(_bars(song, 16 * numerator // denominator)))


def _bars(song: Song, steps: int) -> Sequence[NDArray[Any]]:
    """The bars of a performance with their hits, each drum once a step, the louder of two; lateness is counted from
    the player's own middle, for a whole performance that is late is a matter of its recording.
    """
    notes = np.concatenate([track.notes for track in song.tracks if track.is_drum] or [song.columns.start[:0]])
    if len(notes) == 0 or steps < 4:
        return []
    drum = np.array([DRUMS.get(pitch, pitch) for pitch in range(128)])[notes["pitch"]]
    place = notes["start_tick"] * 4.0 / song.ticks_per_quarter
    place = place - np.median(place - np.rint(place))
    step = np.rint(place).astype(np.int64)
    kept = (drum >= FIRST_DRUM) & (drum <= LAST_DRUM) & (notes["velocity"] >= GHOST) & (step >= 0)
    hits = np.zeros(int(kept.sum()), dtype=HIT)
    hits["step"], hits["drum"], hits["velocity"] = step[kept], drum[kept], notes["velocity"][kept]
    hits["late"] = np.clip((place - step)[kept], -LOOSEST, LOOSEST)
    hits = hits[np.lexsort((-hits["velocity"].astype(np.int64), hits["drum"], hits["step"]))]
    same = (np.diff(hits["step"]) == 0) & (np.diff(hits["drum"].astype(np.int64)) == 0)
    hits = hits[np.append(True, ~same)] if len(hits) else hits
    bars = []
    for bar in range(int(hits["step"].max(initial=-1)) // steps + 1):
        mine = hits[hits["step"] // steps == bar].copy()
        mine["step"] -= bar * steps
        if len(mine) >= FEWEST_HITS:
            bars.append(mine)
    return bars


def _voices(bar: NDArray[Any], steps: int) -> NDArray[np.float64]:
    """(3 x steps,) kick, snare and timekeeper of a bar, each hit by its loudness."""
    row = np.zeros((3, steps))
    for voice, drums in enumerate(VOICES):
        mine = bar[np.isin(bar["drum"], drums)]
        row[voice, mine["step"]] = mine["velocity"] / 127
    return row.reshape(-1)

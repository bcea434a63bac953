"""Songs without a composer, to stand beside those of a model: a figure that prefers them to music is no judge of it."""

from __future__ import annotations

import hashlib
import heapq
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from numpy.random import Generator, SeedSequence, default_rng

from popgen_core.baselines.bars import bars_of, excerpt, meter_of, repeated_bar, shuffled_bars
from popgen_core.baselines.drawn import learn_band
from popgen_core.corpus.report import FileRow
from popgen_core.corpus.songs import named_songs
from popgen_core.errors import PopgenError, RecipeError
from popgen_core.groupers.program import GROUPS
from popgen_core.music.song import Song
from popgen_core.songwriter import write_songs

__all__ = [
    "LEAST_BARS",
    "MOST_BARS",
    "MOST_SONGS",
    "OF_ONE_SONG",
    "STAND_INS",
    "Made",
    "Source",
    "Wanted",
    "refuse_unknown",
    "stand_ins",
]

LEAST_BARS = 12  # fewer cannot be judged
MOST_BARS, MOST_SONGS = 1_000, 100_000  # half an hour of music; more songs than any corpus has
OF_ONE_SONG = ("shuffled-bars", "one-bar")  # stand-ins each of which is made of one song, and named after it
Place = str | os.PathLike[str]
Made = tuple[Song, dict[str, Any]]  # a song, and what its text event says of where it comes from


@dataclass(frozen=True)
class Wanted:
    """How many songs (1 to 100,000), of how many bars (12 to 1,000), by which chance (0 or more). Raises RecipeError.

    `fewer`: whether fewer songs will do where a source has not as many.
    """

    count: int = 20
    bars: int = 32
    seed: int = 0
    fewer: bool = False

    def __post_init__(self) -> None:
        known = 1 <= self.count <= MOST_SONGS and LEAST_BARS <= self.bars <= MOST_BARS
        if not known or self.seed < 0:
            raise RecipeError(
                f"{self.count} songs of {self.bars} bars with seed {self.seed}",
                hint=f"1 to {MOST_SONGS:,} songs, {LEAST_BARS} to {MOST_BARS:,} bars, a seed of 0 or more",
            )


@dataclass
class Source:
    """A dataset or a folder of MIDI files, and what of it could not be used: unread files, and songs by reason."""

    place: Place
    unread: list[FileRow] = field(default_factory=list)
    unfit: Counter[str] = field(default_factory=Counter)

    def songs(self, fits: Callable[[Song], str]) -> Iterator[tuple[str, Song]]:
        """The songs of which `fits` says nothing against."""
        for name, song in named_songs(self.place, unread=self.unread):
            if reason := fits(song):
                self.unfit[reason] += 1
            else:
                yield name, song

    def drawn(self, wanted: Wanted) -> list[tuple[str, Song]]:
        """As many songs as are wanted, by chance, cut to their first bars; more wanted begin with the same ones.

        No more than these are kept at a time. Raises PopgenError where there are not as many.
        """
        fit = self.songs(lambda song: _unfit(song, wanted.bars))
        cut = ((name, excerpt(song, wanted.bars)) for name, song in fit)
        found = heapq.nsmallest(wanted.count, cut, key=lambda named: _lot(wanted.seed, named[0]))
        if not found or (len(found) < wanted.count and not wanted.fewer):
            if not found:
                raise self.nothing(f"it takes songs of one meter, {LEAST_BARS} bars or longer")
            raise PopgenError(
                f"{self.place} has {len(found)} fit songs, asked were {wanted.count}",
                hint=f"ask for --count {len(found)}",
            )
        return found

    def nothing(self, needs: str) -> PopgenError:
        """What is said where no song is fit, with a file that could not be read if there is one."""
        unread = f"; {len(self.unread)} could not be read, such as {self.unread[0].file}" if self.unread else ""
        return PopgenError(f"{self.place} has no fit song", hint=needs + unread)


def stand_ins(name: str, wanted: Wanted, source: Source | None) -> Iterator[Made]:
    """The songs of a stand-in, one of STAND_INS, each with what made it; the same arguments make the same songs.

    Raises RecipeError for an unknown name, for want of a source and for one that the songwriter, whose songs are made
    of no others, could not use; PopgenError for one with too few songs.
    """
    refuse_unknown(name)
    if name == "songwriter" and source is not None:
        raise RecipeError(
            f"the songwriter makes songs by rules alone and would not use {source.place}",
            hint="leave the source away; --count and --bars say how many songs and how long",
        )
    if name == "songwriter":
        return _songwriter(wanted)
    if source is None:
        raise RecipeError(f"{name} is made of songs", hint="name a dataset or a folder of MIDI files")
    return STAND_INS[name](wanted, source)


def refuse_unknown(name: str) -> None:
    """Raise RecipeError for a name that is none of STAND_INS."""
    if name not in STAND_INS:
        raise RecipeError(f"no baseline is called {name!r}", hint=f"there are {', '.join(STAND_INS)}")


def _shuffled(wanted: Wanted, source: Source) -> Iterator[Made]:
    for number, (name, song) in enumerate(source.drawn(wanted)):
        yield shuffled_bars(song, _chance(wanted.seed, number)), {"song": name}


def _one_bar(wanted: Wanted, source: Source) -> Iterator[Made]:
    for name, song in source.drawn(wanted):
        yield repeated_bar(song), {"song": name}


def _markov(wanted: Wanted, source: Source) -> Iterator[Made]:
    songs = [song for _, song in source.songs(_common_time)]
    if not songs:
        raise source.nothing("it takes songs in 4/4 from bar to bar")
    band = learn_band(songs)
    for number in range(wanted.count):
        yield band.draw(wanted.bars, _chance(wanted.seed, number)), {"songs": band.songs}


def _songwriter(wanted: Wanted, source: Source | None = None) -> Iterator[Made]:
    for song in write_songs(wanted.count, wanted.seed):
        yield excerpt(song, wanted.bars), {}


STAND_INS: dict[str, Callable[[Wanted, Source], Iterator[Made]]] = {
    "shuffled-bars": _shuffled,
    "one-bar": _one_bar,
    "markov": _markov,
    "songwriter": _songwriter,
}


def _unfit(song: Song, bars: int) -> str:
    """Why the first bars of a song cannot be put elsewhere, or ""."""
    if meter_of(song, bars) is None:
        return f"not in one meter in its first {bars} bars"
    return f"fewer than {LEAST_BARS} bars" if bars_of(excerpt(song, LEAST_BARS)) < LEAST_BARS else ""


def _common_time(song: Song) -> str:
    """Why a song cannot teach Markov, or ""."""
    if meter_of(song) != (4, 4):
        return "not in 4/4 from bar to bar"
    strange = {track.name for track in song.tracks} - set(GROUPS)
    return f"groups other than {', '.join(GROUPS)}" if strange else ""


def _chance(seed: int, number: int) -> Generator:
    return default_rng(SeedSequence(seed, spawn_key=(number,)))


def _lot(seed: int, name: str) -> bytes:
    """What a song draws: those with the lowest lots are taken."""
    return hashlib.sha256(f"{seed}\n{name}".encode("utf-8", "backslashreplace")).digest()

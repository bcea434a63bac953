"""The songs that figures are validated on: real ones in 4/4 with drums, bass and two pitched groups more."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from popgen_core.analysis.piece import LEAST_BARS
from popgen_core.baselines.bars import bars_of, excerpt, meter_of
from popgen_core.corpus.report import FileRow
from popgen_core.corpus.songs import named_songs
from popgen_core.errors import PopgenError
from popgen_core.music.song import Song

__all__ = ["Material", "unfit"]

PITCHED_BESIDE_BASS = 2


@dataclass(frozen=True)
class Material:
    """Whole songs, grouped, by name; `bars`: of each as many are judged, from its first sounding bar on.

    `unfit` counts the songs left out by reason, `unread` has a row for each file that could not be read.
    """

    names: tuple[str, ...]
    songs: tuple[Song, ...]
    bars: int
    unfit: Mapping[str, int]
    unread: tuple[FileRow, ...]

    @classmethod
    def read(cls, place: str | os.PathLike[str], bars: int = 32, limit: int | None = None) -> Material:
        """The fit songs of a dataset or a folder of MIDI files, the first `limit` of them; PopgenError without any."""
        unread: list[FileRow] = []
        reasons: Counter[str] = Counter()
        found = []
        for name, song in named_songs(place, unread=unread):
            if reason := unfit(song, bars):
                reasons[reason] += 1
                continue
            found.append((name, song))
            if len(found) == limit:
                break
        if not found:
            why = "; ".join(f"{count}: {reason}" for reason, count in reasons.items())
            raise PopgenError(f"{place} has no song to validate on", hint=why or "none of its files could be read")
        names, songs = zip(*found, strict=True)
        return cls(names, songs, bars, dict(reasons.most_common()), tuple(unread))

    @cached_property
    def excerpts(self) -> tuple[Song, ...]:
        """The bars of each song that are spoiled, from tick 0 on, in one tempo."""
        return tuple(excerpt(song, self.bars) for song in self.songs)

    @cached_property
    def sha256(self) -> str:
        """Which music it is, whatever its files are called and in whatever order they come."""
        digests = sorted(_digest(song) for song in self.excerpts)
        return hashlib.sha256("".join(digests).encode()).hexdigest()


def unfit(song: Song, bars: int = 32) -> str:
    """Why the first bars of a grouped song are no material for the protocol, or ""."""
    names = {track.name for track in song.tracks if len(track.notes)}
    pitched = {track.name for track in song.tracks if len(track.notes) and not track.is_drum} - {"drums", "bass"}
    if meter_of(song, bars) != (4, 4):
        return f"not in 4/4 in the first {bars} bars"
    if lacks := [name for name in ("drums", "bass") if name not in names]:
        return f"no {' and no '.join(lacks)}"
    if len(pitched) < PITCHED_BESIDE_BASS:
        return f"fewer than {PITCHED_BESIDE_BASS} pitched groups beside the bass"
    if bars_of(excerpt(song, LEAST_BARS)) < LEAST_BARS:
        return f"fewer than {LEAST_BARS} bars"
    return ""


def _digest(song: Song) -> str:
    digest = hashlib.sha256(f"{song.ticks_per_quarter} {song.tempos.tolist()}".encode())
    for track in sorted(song.tracks, key=lambda track: track.name):
        digest.update(f"{track.name} {track.is_drum}".encode() + track.notes.tobytes())
    return digest.hexdigest()

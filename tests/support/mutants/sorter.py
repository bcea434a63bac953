"""A sound grouper for others to break: drums by their channel, high tracks and low ones by their lowest pitch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from popgen_core.contracts.grouper import Grouping
from popgen_core.groupers.merge import merged
from popgen_core.music.song import Song, Track

__all__ = ["Sorter"]


class Sorter:
    """Three groups, by channel and pitch; tracks without notes are low."""

    @dataclass(frozen=True)
    class Config:
        middle: Annotated[int, Field(ge=0, le=127, description="MIDI pitch from which on a track is high")] = 60

    groups: tuple[str, ...] = ("drums", "low", "high")

    def __init__(self, config: Config) -> None:
        self.config = config

    def group(self, song: Song) -> Grouping:
        return merged(song, self.groups, [self.place(track) for track in song.tracks])

    def place(self, track: Track) -> tuple[str | None, str]:
        if track.name in self.groups:
            return track.name, "named after the group"
        if track.is_drum:
            return "drums", "on the drum channel"
        lowest = int(track.notes["pitch"].min(initial=127)) if len(track.notes) else 0
        return ("high" if lowest >= self.config.middle else "low"), f"lowest pitch {lowest}"

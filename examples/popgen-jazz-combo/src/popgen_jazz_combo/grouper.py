"""combo.v1: a jazz combo of five, by General MIDI program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from popgen_core.contracts.grouper import Grouping
from popgen_core.groupers.merge import merged
from popgen_core.music.song import Song, Track
from pydantic import Field

__all__ = ["Combo"]

# first program after each family of the General MIDI sound set -> who plays it in a combo; "" nobody
FAMILIES = (
    (8, "piano"),  # pianos
    (16, "piano"),  # celesta to dulcimer: vibraphones above all
    (24, "piano"),  # organs
    (32, "guitar"),
    (40, "bass"),
    (56, ""),  # violin to orchestra hit
    (80, "horns"),  # brass, reeds, pipes
    (88, "horns"),  # synth leads: they carry the tune
    (104, ""),  # synth pads, effects
    (108, "guitar"),  # sitar, banjo, shamisen, koto
    (128, ""),  # all that sounds like no instrument of a combo
)


class Combo:
    """Drums, bass, piano, guitar and horns, in this order; a track named after one of them goes there.

    What a combo does not have (strings, choirs, pads, effects) is left out, and its notes are counted.
    """

    groups: ClassVar[tuple[str, ...]] = ("drums", "bass", "piano", "guitar", "horns")

    @dataclass(frozen=True)
    class Config:
        """What becomes of instruments that a combo does not have."""

        strangers: Annotated[bool, Field(description="the piano plays what a combo has nobody for, true or false")] = (
            False
        )

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def group(self, song: Song) -> Grouping:
        """A song of any tracks -> the song with at most one track a group."""
        return merged(song, self.groups, [self.choice(track) for track in song.tracks])

    def choice(self, track: Track) -> tuple[str | None, str]:
        """Who plays a track, None for nobody, and why."""
        if track.name in self.groups:
            return track.name, "named after the group"
        if track.is_drum:
            return "drums", "on the drum channel"
        player = next(group for end, group in FAMILIES if track.program < end)
        if player:
            return player, f"program {track.program}"
        instead = "piano" if self.config.strangers else None
        return instead, f"program {track.program}, which nobody in a combo plays"

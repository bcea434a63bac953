"""program.v1: the seven groups by General MIDI program alone, the measure that a better grouper must beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from popgen_core.contracts.grouper import Grouping
from popgen_core.groupers.merge import merged
from popgen_core.music.song import Song

__all__ = ["GROUPS", "Program", "group_of_program"]

# the paper's groups, in the order that popgen keeps everywhere
GROUPS = ("drums", "bass", "chords", "guitar", "strings", "lead", "others")

# first program after each family of the General MIDI sound set -> the group it plays in
FAMILIES = (
    (8, "chords"),  # pianos
    (16, "others"),  # chromatic percussion
    (24, "chords"),  # organs
    (32, "guitar"),
    (40, "bass"),
    (55, "strings"),  # solo strings, ensembles, choirs
    (64, "others"),  # orchestra hit, brass
    (88, "lead"),  # reeds, pipes, synth leads
    (96, "strings"),  # synth pads
    (128, "others"),  # effects, ethnic, percussive, sounds
)


def group_of_program(program: int) -> str:
    """The group that a pitched General MIDI program usually plays in."""
    return next(group for end, group in FAMILIES if program < end)


class Program:
    """Drum channel to drums, every other track by its program's family; a track named after a group goes there."""

    @dataclass(frozen=True)
    class Config:
        """No options."""

    groups: ClassVar[tuple[str, ...]] = GROUPS

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def group(self, song: Song) -> Grouping:
        """A song of any tracks -> the song with at most one track a group."""
        return merged(song, GROUPS, [_choice(track.name, track.is_drum, track.program) for track in song.tracks])


def _choice(name: str, is_drum: bool, program: int) -> tuple[str, str]:
    if name in GROUPS:
        return name, "named after the group"
    return ("drums", "on the drum channel") if is_drum else (group_of_program(program), f"program {program}")

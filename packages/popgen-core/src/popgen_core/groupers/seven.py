"""seven.v1: the paper's seven instrument groups (section 2.1), found by name, channel, program and role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from popgen_core.contracts.grouper import Grouping
from popgen_core.groupers.general_midi import said
from popgen_core.groupers.merge import merged
from popgen_core.groupers.names import groups_of_name
from popgen_core.groupers.program import GROUPS, group_of_program
from popgen_core.groupers.roles import chosen_by_role
from popgen_core.music.song import Song, Track

__all__ = ["Seven"]

Choice = tuple[str, str]  # a group, and why


class Seven:
    """Drums, bass, chords, guitar, strings, lead and others, in this order.

    What decides first wins: a track named after a group, the drum channel, a descriptive name, the General MIDI
    program; the role that the track is heard to play then corrects the program, and chooses where a name leaves
    several groups open. Chords are pianos and strummed guitars, guitar is lead and arpeggio guitars, lead is the main
    melody whatever plays it (the paper, section 2.1). Times count in beats, so tempo changes nothing.
    """

    @dataclass(frozen=True)
    class Config:
        """What may decide beside drum channel, program, and the groups' own names in small letters ("guitar")."""

        names: Annotated[bool, Field(description='read descriptive track names ("Rhythm Guitar"), true or false')] = (
            True
        )
        roles: Annotated[bool, Field(description="let what a track plays overrule its program, true or false")] = True

    groups: ClassVar[tuple[str, ...]] = GROUPS

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def group(self, song: Song) -> Grouping:
        """A song of any tracks -> the song with at most one track a group."""
        return merged(song, GROUPS, self._choices(song))

    def _choices(self, song: Song) -> list[Choice]:
        named = [groups_of_name(track.name) if self.config.names else () for track in song.tracks]
        settled = [_settled(track, groups) for track, groups in zip(song.tracks, named, strict=True)]
        heard = [
            at
            for at, (track, choice) in enumerate(zip(song.tracks, settled, strict=True))
            if len(track.notes) and not (choice and choice[0] == "drums")
        ]
        choices = [
            choice or _by_program(track, groups)
            for choice, track, groups in zip(settled, song.tracks, named, strict=True)
        ]
        if not self.config.roles or all(settled[at] for at in heard):
            return choices
        open_to = [(choice[0],) if (choice := settled[at]) else named[at] for at in heard]
        drums = any(group == "drums" for group, _ in choices)
        roles = chosen_by_role([song.tracks[at] for at in heard], song.ticks_per_quarter, open_to, drums=drums)
        for at, (group, why) in zip(heard, roles, strict=True):
            said_by_name = f"its name says {song.tracks[at].name.strip()!r}; " if named[at] else ""
            choices[at] = settled[at] or (group, said_by_name + why)
        return choices


def _settled(track: Track, named: tuple[str, ...]) -> Choice | None:
    """What needs no listening: the group's own name, the drum channel, a name that leaves one group."""
    if track.name in GROUPS:
        return track.name, "named after the group"
    if track.is_drum:
        return "drums", "on the drum channel"
    return (named[0], f"its name says {track.name.strip()!r}") if len(named) == 1 else None


def _by_program(track: Track, named: tuple[str, ...]) -> Choice:
    """The program's group, or the likeliest that the name allows."""
    group = group_of_program(track.program)
    if named and group not in named:
        return named[0], f"its name says {track.name.strip()!r}"
    return group, said(track.program)

"""seven.v1: the paper's seven instrument groups (section 2.1), found by track name, channel and program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from popgen_core.contracts.grouper import Grouping
from popgen_core.groupers.merge import merged
from popgen_core.groupers.program import GROUPS, group_of_program
from popgen_core.music.song import Song, Track

__all__ = ["Seven"]

# what a descriptive track name gives away; the first pattern that matches decides
NAMES = (
    ("bass", r"\b(bass(line)?|fretless|upright)\b"),
    ("lead", r"\b(lead|melod(y|ie)|vocals?|voice|vox|solo|singer|sing)\b"),
    ("chords", r"\b(piano|rhodes|chords?|rhythm|keys|keyboards?|organ|e-?piano|clav(inet)?|comp)\b"),
    ("guitar", r"\b(guitars?|gtr|git|arpeggio|arp)\b"),
    ("strings", r"\b(strings?|str|violins?|viola|cello|pads?|choir|orchestra|ensemble)\b"),
)


class Seven:
    """Drums, bass, chords, guitar, strings, lead and others, in this order.

    A track named after a group goes there; then drum channel, descriptive names, and the General MIDI program.
    """

    @dataclass(frozen=True)
    class Config:
        """No options."""

    groups: ClassVar[tuple[str, ...]] = GROUPS

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or self.Config()

    def group(self, song: Song) -> Grouping:
        """A song of any tracks -> the song with at most one track a group."""
        return merged(song, GROUPS, [_choice(track) for track in song.tracks])


def _choice(track: Track) -> tuple[str, str]:
    name = track.name.strip().lower()
    if name in GROUPS:
        return name, "named after the group"
    if track.is_drum:
        return "drums", "on the drum channel"
    for group, pattern in NAMES:
        if found := re.search(pattern, name):
            return group, f"its name says {found.group(0)!r}"
    return group_of_program(track.program), f"program {track.program}"

"""The contract of a grouper: every note of a song goes to one instrument group, or is counted as dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from popgen_core.music.song import Song

__all__ = ["Grouper", "Grouping", "Placement"]


@dataclass(frozen=True)
class Placement:
    """Where one track of a song went, and why; `group` is None for a dropped track."""

    track: str
    program: int
    notes: int
    group: str | None
    why: str


@dataclass(frozen=True)
class Grouping:
    """A grouped song: one track a group that has notes, in the grouper's order, named after its group."""

    song: Song
    placements: tuple[Placement, ...]

    @property
    def dropped(self) -> int:
        """Notes that went to no group."""
        return sum(placement.notes for placement in self.placements if placement.group is None)


class Grouper(Protocol):
    """Sorts the tracks of a song into instrument groups.

    Laws: every note of `song` is in exactly one track of the result or counted in `dropped`; the order of tracks
    does not matter; a track named after a group goes to that group, so that grouping twice changes nothing. A track
    goes to one group as a whole, or is dropped as a whole: `placements` tell of each track once, in the song's order.
    """

    @property
    def Config(self) -> type:
        """The frozen dataclass of its settings, every field with its unit and range."""
        ...

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups that it makes, in order."""
        ...

    def __init__(self, config: Any) -> None: ...

    def group(self, song: Song) -> Grouping:
        """A song of any tracks -> the song with at most one track a group."""
        ...

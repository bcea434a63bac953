"""Writing around a song that the user gives: which of its notes stay, and how new ones join them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.contracts.grouper import Grouper
from popgen_core.music.fitted import fitted_between
from popgen_core.music.grid import Grid, frames_nearest
from popgen_core.music.roll import Roll, RollSpec, roll_from_song
from popgen_core.music.song import Song, Track

__all__ = ["Around", "around", "joined"]

NEVER = 2**31 - 1  # a tick that no song reaches: new notes are cut at the song's end already


@dataclass(frozen=True)
class Around:
    """A user's song and what of it stays.

    `song`: as it came; `groups` (track,) the group of each of its tracks, None for one that no group takes; `grouped`:
    one track a group; `roll`: those on the model's grid. `kept` (frame, group) bool: where nothing is written, and a
    note stays that is heard there; its last row counts behind it too. `continued`: all notes stay, wherever they are.
    `left_out`: groups whose tracks do not stay at all.
    """

    song: Song
    groups: tuple[str | None, ...]
    grouped: Song
    roll: Roll
    kept: NDArray[np.bool_]
    continued: bool = False
    left_out: tuple[str, ...] = ()

    def stays(self, notes: NDArray[Any], group: str) -> NDArray[np.bool_]:
        """(note,) whether each note of a group stays."""
        frames = frames_nearest(self.roll.grid.positions(self.song, notes["start_tick"]))
        return self._staying(frames, self.roll.spec.groups.index(group))

    def dense(self, frames: int) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """What stays, for a model: (frame, group, channel, pitch) of onset, active, velocity of its notes; (frame,
        group) whose stay; (frame, group, 2, pitch) how they are played: log(1 + seconds), offset."""
        spec, events = self.roll.spec, self.roll.events
        staying = self._staying(events["frame"], events["group"])
        roll = replace(self.roll, events=events[staying]).dense(0, frames)
        kept = np.zeros((frames, len(spec.groups)), dtype=np.float32)
        kept[: len(self.kept)] = self.kept[:frames]
        channels = {"onset": roll.onset, "active": roll.active, "velocity": roll.velocity}
        manner = np.stack([np.log1p(roll.duration), roll.offset], axis=2)
        return np.stack([channels[name].astype(np.float32) for name in spec.channels], axis=2), kept, manner

    def _staying(self, frames: NDArray[Any], group: Any) -> NDArray[np.bool_]:
        """(note,) whether notes that begin in these frames, of this group or these, stay."""
        if self.continued:
            return np.ones(len(frames), dtype=np.bool_)
        return np.asarray(self.kept[np.minimum(frames, len(self.kept) - 1), group])


def around(song: Song, grouper: Grouper, grid: Grid, spec: RollSpec) -> Around:
    """A user's song on the model's grid; nothing of it is kept yet."""
    grouping = grouper.group(song)
    groups = tuple(placement.group for placement in grouping.placements)
    roll = roll_from_song(grouping.song, grid, spec)
    return Around(song, groups, grouping.song, roll, np.zeros((roll.frames, len(spec.groups)), dtype=np.bool_))


def joined(kept: Around, written: Sequence[Track], template: Song) -> Song:
    """The user's tracks with the notes that stay, event for event, and the written ones beside them.

    `written` holds one track a group, of new notes alone. New notes of a group that has tracks of its own join the one
    that keeps most notes, cut where a kept note of their pitch begins, left out where one sounds; its sound and its
    controllers stay. Those of another group become a track of their own. `template` holds the maps, markers and
    provenance.
    """
    tracks, new = [], {track.name: track for track in written}
    members = {group for group in kept.groups if group is not None and group not in kept.left_out}
    leaders = {_leader(kept, group): group for group in members}
    for number, (track, group) in enumerate(zip(kept.song.tracks, kept.groups, strict=True)):
        if group is None or group in members:
            notes = track.notes if group is None else track.notes[kept.stays(track.notes, group)]
            if leaders.get(number) in new:
                notes = fitted_between(new.pop(leaders[number]).notes, notes, NEVER)
            tracks.append(replace(track, notes=notes))
    tracks += [track for track in new.values() if len(track.notes)]
    return replace(template, tracks=tuple(tracks))


def _leader(kept: Around, group: str) -> int:
    """The track of a group that keeps most notes, of equals the one that had most, then the first."""
    members = [number for number, name in enumerate(kept.groups) if name == group]

    def notes(number: int) -> tuple[int, int, int]:
        own = kept.song.tracks[number].notes
        return int(kept.stays(own, group).sum()), len(own), -number

    return max(members, key=notes)

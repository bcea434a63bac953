"""Merging the tracks of each group into one, as every grouper does once it knows where tracks belong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.contracts.grouper import Grouping, Placement
from popgen_core.music.columns import Columns
from popgen_core.music.song import Song, Track

__all__ = ["merged"]

Rows = NDArray[Any]


def merged(song: Song, groups: Sequence[str], choices: Sequence[tuple[str | None, str]]) -> Grouping:
    """The song with one track a group, from one (group or None, why) for each of its tracks.

    Notes are joined and sorted, overlaps of one pitch included. The program is that of the most notes. Controllers
    and bends stay where a group comes from one track; of several they would contradict each other and are left out.
    """
    placements = tuple(
        Placement(track.name, track.program, len(track.notes), group, why)
        for track, (group, why) in zip(song.tracks, choices, strict=True)
    )
    chosen = [group for group, _ in choices]
    tracks = []
    for group in groups:
        members = [at for at, track in enumerate(song.tracks) if chosen[at] == group and len(track.notes)]
        if members:
            tracks.append(_joined(group, song, members))
    grouped = Song(
        song.ticks_per_quarter, tuple(tracks), song.tempos, song.meters, song.keys, song.markers, song.provenance
    )
    return Grouping(grouped, placements)


def _joined(group: str, song: Song, members: Sequence[int]) -> Track:
    """One track of the tracks of these numbers."""
    leader = max((song.tracks[at] for at in members), key=lambda track: (len(track.notes), -track.program))
    is_drum = group == "drums" or leader.is_drum
    if len(members) == 1:
        return Track(group, leader.program, is_drum, leader.notes, leader.controls, leader.bends)
    return Track(group, leader.program, is_drum, _sorted(song.columns.joined(members)))


def _sorted(notes: Columns) -> Rows:
    """Notes by start, pitch, length and velocity, so that their tracks' order leaves no trace."""
    place = notes.start << 8 | notes.pitch
    order = np.argsort(place, kind="stable")  # quick, since every track is sorted already
    place = place.take(order)
    equal = place[1:] == place[:-1]
    if equal.any():
        unison = np.append(equal, False) | np.append(False, equal)
        some = order[unison]
        order[unison] = some[np.lexsort((notes.velocity[some], notes.length[some], place[unison]))]
    return notes.rows(order)

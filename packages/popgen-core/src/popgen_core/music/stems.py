"""A song as stems: one song a group, all equally long, to be laid under each other in a DAW."""

from __future__ import annotations

import re
from dataclasses import replace

from popgen_core.music.ending import END, end_of
from popgen_core.music.song import Marker, Song

__all__ = ["stems"]

LONGEST_NAME = 60  # characters of a file's name


def stems(song: Song) -> list[tuple[str, Song]]:
    """A song -> a file name such as `01-drums.mid` and a song for each of its groups that has notes, in its order.

    Tracks of one name are one stem. Each has all tempos, meters, keys and markers of the whole; a song without a
    marker `end` gets one at the bar line after its last note, so that all stems end together. Together they hold every
    event of those groups once.
    """
    end = end_of(song)
    ended = any(marker.text == END and marker.tick == end for marker in song.markers)
    markers = song.markers if ended else (*song.markers, Marker(end, END))
    names = list(dict.fromkeys(track.name for track in song.tracks if len(track.notes)))
    return [
        (
            f"{number:02}-{_file_name(name)}.mid",
            replace(song, markers=markers, tracks=tuple(track for track in song.tracks if track.name == name)),
        )
        for number, name in enumerate(names, 1)
    ]


def _file_name(name: str) -> str:
    """A track's name as part of a file's: letters and digits, all else as single hyphens."""
    return re.sub(r"[\W_]+", "-", name).strip("-")[:LONGEST_NAME] or "track"

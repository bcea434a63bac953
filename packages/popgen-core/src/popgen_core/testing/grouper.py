"""What a grouper promises: every note in one group or counted, no trace of the tracks' order, names honoured."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from popgen_core.contracts.grouper import Grouper, Grouping
from popgen_core.music.song import Song, Track
from popgen_core.testing.maker import Maker
from popgen_core.testing.songs import band_song, hostile_songs, plain_song
from popgen_core.testing.verdict import Check, claim

__all__ = ["CHECKS", "behaviour"]

Notes = Counter[tuple[int, ...]]


def check_groups_are_named(make: Maker) -> None:
    """`groups` names its groups: at least one, text, each once, the same however often it is asked."""
    groups = make().groups
    claim(isinstance(groups, tuple) and groups, f"groups must be a tuple of names, got {groups!r}")
    for name in groups:
        claim(isinstance(name, str) and name.strip() == name != "", f"a group is named {name!r}, which is no name")
    claim(len(set(groups)) == len(groups), f"two groups have the same name: {', '.join(groups)}")
    claim(make().groups == groups, "another grouper of the same settings makes other groups")


def check_tracks_are_its_groups_in_order(make: Maker) -> None:
    """A grouped song has at most one track a group, named after it, in the order of `groups`, none empty."""
    grouper = make()
    for name, song in _songs().items():
        tracks = [track.name for track in _grouped(grouper, song, name).song.tracks]
        expected = [group for group in grouper.groups if group in tracks]
        claim(tracks == expected, f"{name}: its tracks are {tracks}, its groups {list(grouper.groups)}")
        empty = [track.name for track in grouper.group(song).song.tracks if not len(track.notes)]
        claim(not empty, f"{name}: it makes tracks without a note: {', '.join(empty)}")


def check_every_note_is_kept_or_counted(make: Maker) -> None:
    """Each note of a song is in exactly one track of the result, as it was, or counted in `dropped`."""
    grouper = make()
    for name, song in _songs().items():
        grouping = _grouped(grouper, song, name)
        before, after = _notes(song), _notes(grouping.song)
        made = after - before
        claim(not made, f"{name}: it makes notes that were not there, {_first(made)} among them")
        missing = (before - after).total()
        claim(missing == grouping.dropped, f"{name}: {missing} notes are gone, {grouping.dropped} counted as dropped")


def check_every_track_is_placed(make: Maker) -> None:
    """`placements` tell of every track, in the song's order: its name, program, notes, a group of `groups`, and why."""
    grouper = make()
    for name, song in _songs().items():
        told = [(each.track, each.program, each.notes) for each in _grouped(grouper, song, name).placements]
        there = [(track.name, track.program, len(track.notes)) for track in song.tracks]
        claim(told == there, f"{name}: placements tell of {told[:3]}, the song has {there[:3]}")
        for each in grouper.group(song).placements:
            known = each.group is None or each.group in grouper.groups
            claim(known, f"{name}: {each.track!r} goes to {each.group!r}, which is none of its groups")
            claim(each.why.strip(), f"{name}: no reason is given for track {each.track!r}")
    grouping = grouper.group(band_song())
    for group in {each.group for each in grouping.placements if each.group}:
        told_notes = sum(each.notes for each in grouping.placements if each.group == group)
        found = sum(len(track.notes) for track in grouping.song.tracks if track.name == group)
        claim(told_notes == found, f"placements give {group} {told_notes} notes, its track has {found}")


def check_order_of_tracks_leaves_no_trace(make: Maker) -> None:
    """The same song with its tracks in another order gives the same groups, note by note, and programs."""
    grouper = make()
    for name, song in _songs().items():
        whole = _grouped(grouper, song, name).song
        for turned in (song.tracks[::-1], song.tracks[1::2] + song.tracks[::2]):
            again = grouper.group(replace(song, tracks=turned)).song
            claim(_same(whole, again), f"{name}: with its tracks in another order it is grouped in another way")


def check_a_track_named_after_a_group_goes_there(make: Maker) -> None:
    """A track named after a group goes to that group, whatever its program: such names were written by popgen."""
    grouper = make()
    for group in grouper.groups:
        for program in (0, 40):
            song = replace(band_song(), tracks=(replace(_melody(), name=group, program=program),))
            [place] = grouper.group(song).placements
            claim(place.group == group, f"a track named {group!r} of program {program} goes to {place.group!r}")


def check_grouping_twice_changes_nothing(make: Maker) -> None:
    """Grouping a grouped song gives the same song again."""
    grouper = make()
    for name, song in _songs().items():
        once = _grouped(grouper, song, name).song
        twice = grouper.group(once)
        claim(not twice.dropped, f"{name}: grouping the grouped song drops {twice.dropped} notes")
        claim(_same(once, twice.song), f"{name}: grouping the grouped song changes it")


def check_the_song_itself_is_kept(make: Maker) -> None:
    """Tempo, meter, keys, markers and resolution pass unchanged, and the song that was given is not written to."""
    grouper = make()
    for name, song in _songs().items():
        before = _notes(song)
        for track in song.tracks:
            track.notes.setflags(write=False)
        made = _grouped(grouper, song, name).song
        claim(_notes(song) == before, f"{name}: the song that it was given has changed")
        claim(made.ticks_per_quarter == song.ticks_per_quarter, f"{name}: its ticks a quarter change")
        for what in ("tempos", "meters", "keys"):
            same = np.array_equal(getattr(made, what), getattr(song, what))
            claim(same, f"{name}: its {what} change")
        claim(made.markers == song.markers, f"{name}: its markers change")


CHECKS: tuple[Check, ...] = (
    check_groups_are_named,
    check_tracks_are_its_groups_in_order,
    check_every_note_is_kept_or_counted,
    check_every_track_is_placed,
    check_order_of_tracks_leaves_no_trace,
    check_a_track_named_after_a_group_goes_there,
    check_grouping_twice_changes_nothing,
    check_the_song_itself_is_kept,
)


def behaviour(make: Maker) -> list[float]:
    """Notes of each group of the kit's songs."""
    grouper = make()
    made = [grouper.group(song).song for song in _songs().values()]
    return [
        sum(len(track.notes) for track in song.tracks if track.name == group)
        for song in made
        for group in grouper.groups
    ]


def _songs() -> dict[str, Song]:
    """A band as in a file, a grouped one, and songs that nobody should have written."""
    return {"a plain song": plain_song(), "a grouped song": band_song(bars=8), **hostile_songs()}


def _melody() -> Track:
    """The track of a band that is no drum track and has the most notes."""
    return max((track for track in band_song().tracks if not track.is_drum), key=lambda track: len(track.notes))


def _grouped(grouper: Grouper, song: Song, name: str) -> Grouping:
    grouping = grouper.group(song)
    claim(isinstance(grouping, Grouping), f"{name}: group() must give a Grouping, got {type(grouping).__name__}")
    return grouping


def _notes(song: Song) -> Notes:
    return Counter(tuple(map(int, note)) for track in song.tracks for note in track.notes)


def _first(notes: Notes) -> str:
    if not notes:
        return "none"
    start, length, pitch, velocity = min(notes)
    return f"pitch {pitch} at tick {start} (length {length}, velocity {velocity})"


def _same(one: Song, other: Song) -> bool:
    return [_told(track) for track in one.tracks] == [_told(track) for track in other.tracks]


def _told(track: Track) -> tuple[Any, ...]:
    return track.name, track.program, track.is_drum, track.notes.tolist()

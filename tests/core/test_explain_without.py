"""What a note hung on: its chance is that of a song in which the group never played there, all else being the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from explained import SOURCE, loaded_of, song_of

from popgen_core.explain.explain import Asked, explain_song
from popgen_core.explain.explanation import Explanation
from popgen_core.music import Song


def silenced(song: Song, group: str, bars: range) -> Song:
    """The song without the notes that a group begins in some bars, the first being 0."""
    tracks = []
    for track in song.tracks:
        gone = np.isin(track.notes["start_tick"] // 1920, list(bars)) & (track.name == group)
        tracks.append(replace(track, notes=track.notes[~gone]))
    return replace(song, tracks=tuple(tracks))


def hung(song: Song, at: str, decoder: str = "independent.v1") -> Explanation:
    return explain_song(song, Asked(at, bars=1, past=2), loaded_of(decoder), SOURCE)


def test_the_past_is_silenced_as_a_whole_before_the_last_bars_and_bar_by_bar() -> None:
    found = hung(song_of(6), "bar5")
    assert [(column.name, column.first, column.stop) for column in found.columns] == [
        ("all the past", 0, 80), ("before bar 3", 0, 32), ("bar 3", 32, 48), ("bar 4", 48, 64), ("bar 5", 64, 80),
    ]  # fmt: skip


@pytest.mark.parametrize("decoder", ["independent.v1", "ordered.v1", "ordered.v2"])
def test_a_silenced_bar_is_as_if_the_group_had_not_played_there(decoder: str) -> None:
    song, group = song_of(6), ("drums", "bass", "chords", "guitar", "strings", "lead", "others").index
    found = hung(song, "bar5", decoder)
    last = {note.pitch: note for note in found.notes if note.frame == 79}[76]  # 72 + 79 % 5
    for name, column, bars in (
        ("drums", 3, range(3, 4)),
        ("lead", 1, range(2)),
        ("chords", 4, range(4, 5)),
        ("bass", 0, range(5)),
    ):
        other = hung(silenced(song, name, bars), "bar5", decoder)
        again = {note.pitch: note for note in other.notes if note.frame == 79}[76]
        assert last.without[group(name), column] == pytest.approx(again.chance, rel=1e-4)
        assert last.without[group(name), column] != pytest.approx(last.chance, rel=1e-4)


def test_what_a_player_remembers_of_the_past_is_silenced_with_it() -> None:
    """The kick that begins bar 5 knows by its echo of those a beat and a bar before, all of them in bar 4."""
    song = song_of(6)
    kick, again = (
        next(note for note in hung(one, "bar5", "ordered.v2").notes if (note.frame, note.group) == (64, 0))
        for one in (song, silenced(song, "drums", range(3, 4)))
    )
    assert kick.without[0, 3] == pytest.approx(again.chance, rel=1e-4)
    assert kick.without[0, 3] != pytest.approx(kick.chance, rel=1e-2)


def test_the_notes_of_its_own_frame_stay() -> None:
    """The kick and the chord of bar 5 begin with its first bass note: it has heard neither yet, so nothing is gone."""
    found = hung(song_of(6), "bar5", "ordered.v1")
    first = next(note for note in found.notes if (note.frame, note.group) == (64, 1))
    assert np.isnan(first.without[:, 4]).all()


def test_what_sounds_in_its_own_frame_is_the_true_songs() -> None:
    """The chord of bar 5 knows of the kick in its frame, whoever of the past is silenced."""
    song = song_of(6)
    chord, again = (
        next(note for note in hung(one, "bar5", "ordered.v1").notes if (note.frame, note.pitch) == (64, 68))
        for one in (song, silenced(song, "lead", range(4)))
    )
    assert chord.without[5, 0] == pytest.approx(again.chance, rel=1e-4)
    assert chord.without[5, 0] != pytest.approx(chord.chance, rel=1e-3)


def test_what_played_nothing_there_before_the_note_has_no_chance_to_tell() -> None:
    found = hung(song_of(6), "bar5")
    for note in found.notes:
        assert np.isnan(note.without[[3, 4, 6]]).all()  # guitar, strings, others
        assert np.isfinite(note.without[[0, 1, 2, 5], :4]).all()
        assert np.isfinite(note.without[0, 4]) == (note.frame > 64)
        assert np.isfinite(note.without[5, 4]) == (note.frame > 65)


def test_bars_that_are_out_of_view_are_no_columns() -> None:
    """Bar 9 is written with frames 80 on in view, the newest 48 of 128: bars 4 and 5 are out of it."""
    found = explain_song(song_of(9), Asked("bar9", bars=1, past=5), loaded_of(), SOURCE)
    assert found.start == 80
    assert [column.name for column in found.columns] == [
        "all the past", "before bar 6", "bar 6", "bar 7", "bar 8", "bar 9",
    ]  # fmt: skip


def test_quick_silences_nothing() -> None:
    found = explain_song(song_of(3), Asked("bar3", quick=True), loaded_of(), SOURCE)
    assert found.columns == ()
    assert found.note.without.shape == (7, 0)

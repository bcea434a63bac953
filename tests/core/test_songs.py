"""The songs of a place: a dataset's as stored, MIDI files grouped, what cannot be read as rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from popgen_core.corpus.prepare import prepare
from popgen_core.corpus.report import FileRow
from popgen_core.corpus.songs import named_songs
from popgen_core.errors import DatasetError, MidiError
from popgen_core.music import Song, Track, notes_from, song_to_midi


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two songs, one in a folder below, and one file that is none; their track is called as no group."""
    place = tmp_path / "midi"
    (place / "below").mkdir(parents=True)
    for name, pitch in (("b.mid", 40), ("below/a.mid", 41)):
        track = Track("Fingered Bass", 33, False, notes_from([(0, 480, pitch, 64), (480, 480, pitch, 64)]))
        (place / name).write_bytes(song_to_midi(Song(480, (track,))))
    (place / "c.mid").write_text("no music")
    return place


def test_midi_files_come_grouped_with_their_names_and_what_is_unread_is_a_row(folder: Path) -> None:
    unread: list[FileRow] = []
    songs = dict(named_songs(folder, unread=unread))
    assert list(songs) == ["b.mid", "below/a.mid"]
    assert [track.name for track in songs["b.mid"].tracks] == ["bass"]
    assert [(row.file, row.reason) for row in unread] == [("c.mid", "not-midi")]


def test_without_a_list_for_rows_the_first_problem_is_raised(folder: Path) -> None:
    with pytest.raises(MidiError, match=r"c\.mid"):
        list(named_songs(folder))


def test_a_single_file_is_a_place_too(folder: Path) -> None:
    assert [name for name, _ in named_songs(folder / "below" / "a.mid")] == ["a.mid"]


def test_a_dataset_gives_the_songs_that_its_files_give(folder: Path, tmp_path: Path) -> None:
    prepare(folder, tmp_path / "set", workers=1)
    stored, read = dict(named_songs(tmp_path / "set")), dict(named_songs(folder, unread=[]))
    assert list(stored) == list(read)
    for name, song in stored.items():
        assert [track.notes.tolist() for track in song.tracks] == [track.notes.tolist() for track in read[name].tracks]


def test_a_song_of_a_dataset_that_was_changed_is_a_row(folder: Path, tmp_path: Path) -> None:
    prepare(folder, tmp_path / "set", workers=1)
    next((tmp_path / "set" / "songs").rglob("*.pt")).write_bytes(b"changed")
    unread: list[FileRow] = []
    assert len(list(named_songs(tmp_path / "set", unread=unread))) == 1
    assert "was changed since" in unread[0].message


def test_a_place_without_songs_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="does not exist"):
        list(named_songs(tmp_path / "nowhere"))

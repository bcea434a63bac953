"""An arrangement: the melody stays, the band follows form and chords, and the same words make the same song."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lead_sheets import BAR, LATE, drummers_folder, melody_notes, pop909_folder

from popgen_core import api
from popgen_core.groupers import Seven
from popgen_core.music import Song, notes_from, song_from_midi
from popgen_core.songwriter.arranging import RealPart, Wishes, arranged, pop909_sheet, read_drummers
from popgen_core.songwriter.arranging.room import made_room
from popgen_core.songwriter.notes import WrittenNote

GROUPS = ["drums", "bass", "chords", "guitar", "strings", "lead", "others"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pop909_folder(tmp_path_factory.mktemp("pop"))


@pytest.fixture(scope="module")
def songs(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Song]:
    """Eight arrangements of one song, the piano never kept."""
    drummers = read_drummers(drummers_folder(tmp_path_factory.mktemp("drums")))
    sheet = pop909_sheet(folder)
    return [arranged(np.random.default_rng(seed), sheet, Wishes(keep=0.0, drummers=drummers)).song for seed in range(8)]


def bars_of(song: Song, group: str) -> set[int]:
    track = next(track for track in song.tracks if track.name == group)
    return set(((track.notes["start_tick"] + 60) // BAR).tolist())


def test_the_melody_stays_note_for_note_with_its_timing(songs: list[Song]) -> None:
    for song in songs:
        lead = next(track for track in song.tracks if track.name == "lead").notes
        assert [tuple(note)[:3] for note in lead.tolist()] == [note[:3] for note in melody_notes()]
        assert {int(tick) % 120 for tick in lead["start_tick"]} == {0, LATE}


def test_its_own_dynamics_stay_in_the_melody(songs: list[Song]) -> None:
    for song in songs:
        lead = next(track for track in song.tracks if track.name == "lead").notes
        chorus = lead["pitch"] >= 70
        assert lead["velocity"][chorus].mean() > lead["velocity"][~chorus].mean() + 5


def test_all_seven_groups_are_there_and_a_grouper_leaves_them_as_they_are(songs: list[Song]) -> None:
    for song in songs:
        assert [track.name for track in song.tracks] == GROUPS
        grouped = Seven().group(song).song
        assert [(t.name, len(t.notes)) for t in grouped.tracks] == [
            (t.name, len(t.notes)) for t in song.tracks if len(t.notes)
        ]


def test_choruses_have_more_groups_than_verses(songs: list[Song]) -> None:
    def groups(song: Song, bars: range) -> float:
        return float(np.mean([sum(bar in bars_of(song, group) for group in GROUPS) for bar in bars]))

    verses = [groups(song, range(4, 12)) for song in songs]
    choruses = [groups(song, range(12, 20)) for song in songs]
    assert all(chorus > verse for verse, chorus in zip(verses, choruses, strict=True))
    assert 2 <= np.mean(verses) <= 4.5
    assert np.mean(choruses) >= 5.5


def test_the_bass_plays_the_tone_that_the_chord_stands_on(songs: list[Song]) -> None:
    for song in songs:
        bass = next(track for track in song.tracks if track.name == "bass").notes
        first = {bar: int(bass["pitch"][at]) for at, bar in reversed(list(enumerate((bass["start_tick"] + 60) // BAR)))}
        third = [pitch % 12 for bar, pitch in first.items() if bar % 4 == 2 and bar < 36]
        assert third.count(9) >= 0.8 * len(third)  # F:maj/3 stands on A


def test_players_keep_out_of_the_way_of_long_notes(folder: Path) -> None:
    sheet = pop909_sheet(folder)
    sheet = replace(sheet, melody=RealPart(notes_from([(16 * 120, 1920, 72, 90)])))
    below, above, fifth = (WrittenNote(16, 8, pitch, 0.0) for pitch in (71, 73, 67))
    brief, ninth = WrittenNote(16, 2, 71, 0.0), WrittenNote(20, 4, 59, 0.0)
    written = [below, above, brief, fifth, ninth]
    assert made_room(sheet, "strings", written) == [brief, fifth]
    assert made_room(sheet, "others", [WrittenNote(16, 4, 69, 0.0), fifth]) == [fifth]  # a third below covers it


def test_where_no_chord_is_told_no_pitched_group_begins(songs: list[Song]) -> None:
    for song in songs:
        for track in song.tracks[1:5]:
            assert (track.notes["start_tick"] >= BAR - 60).all()  # bar 0 says N


def test_where_nobody_sings_the_others_or_the_guitar_quote_the_chorus(songs: list[Song]) -> None:
    def eighths(song: Song, group: str) -> set[int]:
        notes = next(track for track in song.tracks if track.name == group).notes
        ticks = notes["start_tick"] + 60
        return set((ticks[ticks // BAR == 37] % BAR // 240).tolist())

    for song in songs:
        assert set(range(8)) in (eighths(song, "others"), eighths(song, "guitar"))


def test_loud_and_soft_lie_60_to_80_apart(songs: list[Song]) -> None:
    for song in songs:
        soft, loud = np.percentile(np.concatenate([track.notes["velocity"] for track in song.tracks]), (5, 95))
        assert 55 <= loud - soft <= 80


def test_a_kept_piano_keeps_its_voicing_and_rhythm(folder: Path) -> None:
    song = arranged(np.random.default_rng(1), pop909_sheet(folder), Wishes(keep=1.0)).song
    chords = next(track for track in song.tracks if track.name == "chords").notes
    assert set(chords["pitch"].tolist()) == {48, 52, 55}
    assert set((chords["start_tick"] % BAR).tolist()) == {0}


def test_the_same_seed_makes_the_same_bytes_and_another_song_changes_nothing(folder: Path, tmp_path: Path) -> None:
    pop909_folder(tmp_path / "two", "001")
    pop909_folder(tmp_path / "two", "000")
    alone = api.arrange(folder.parent, tmp_path / "a", seed=3)
    both = api.arrange(tmp_path / "two", tmp_path / "b", seed=3)
    assert [row.name for row in alone] == ["001"]
    assert [row.name for row in both] == ["000", "001"]
    one = (tmp_path / "a" / "001.mid").read_bytes()
    assert one == (tmp_path / "b" / "001.mid").read_bytes()
    assert one != (tmp_path / "b" / "000.mid").read_bytes()
    api.arrange(folder, tmp_path / "c", seed=3, count=2)
    assert (tmp_path / "c" / "001-1.mid").read_bytes() == one
    assert (tmp_path / "c" / "001-2.mid").read_bytes() != one


def test_chords_that_are_asked_for_are_played(folder: Path, tmp_path: Path) -> None:
    api.arrange(folder, tmp_path / "a", chords="D | E", key="A", keep=0.0)
    song = song_from_midi((tmp_path / "a" / "001.mid").read_bytes())
    bass = next(track for track in song.tracks if track.name == "bass").notes
    begins = bass[(bass["start_tick"] + 30) % BAR < 60]
    even = ((begins["start_tick"] + 30) // BAR) % 2 == 0
    assert (begins["pitch"][even][:-1] % 12 == 2).mean() > 0.8
    assert (begins["pitch"][~even][:-1] % 12 == 4).mean() > 0.8
    assert [key.tolist()[1:] for key in song.keys] == [(3, False)]

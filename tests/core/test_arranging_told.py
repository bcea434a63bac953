"""What a user told of chords holds: a piano that plays others stays only where that was said too."""

import json
from pathlib import Path

import pytest
from lead_sheets import pop909_folder

from popgen_core import api
from popgen_core.music import song_from_midi

TONES = {48, 52, 55}  # of the piano in the folder, which plays C all along


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pop909_folder(tmp_path_factory.mktemp("pop"))


def kept(out: Path) -> list[bool]:
    """Of each arrangement in a folder, whether the piano stayed as its chords."""
    songs = [song_from_midi(file.read_bytes()) for file in sorted(out.glob("*.mid"))]
    chords = [next(track for track in song.tracks if track.name == "chords").notes for song in songs]
    return [set(notes["pitch"].tolist()) == TONES for notes in chords]


def test_without_chords_a_piano_stays_in_some_arrangements(folder: Path, tmp_path: Path) -> None:
    [row] = api.arrange(folder, tmp_path / "out", count=6)
    assert {True, False} == set(kept(tmp_path / "out"))
    assert row.remarks == ()
    assert json.loads((tmp_path / "out" / "arranged.json").read_text())["keep"] == 0.5


def test_with_chords_no_piano_stays_that_plays_others(folder: Path, tmp_path: Path) -> None:
    [row] = api.arrange(folder, tmp_path / "out", count=6, chords="F | G")
    assert kept(tmp_path / "out") == [False] * 6
    assert row.remarks == ()
    assert json.loads((tmp_path / "out" / "arranged.json").read_text())["keep"] == 0


def test_a_piano_that_is_kept_on_purpose_stays_and_the_row_says_so(folder: Path, tmp_path: Path) -> None:
    [row] = api.arrange(folder, tmp_path / "out", count=2, chords="F | G", keep=1.0)
    assert kept(tmp_path / "out") == [True, True]
    assert row.remarks == ("its piano stays as --keep says, and plays its own chords, not those of --chords",)

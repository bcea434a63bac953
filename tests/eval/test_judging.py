"""Files judged by workers: any number gives the same report in the same order; what kills a worker costs a row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from strangers import Deadly, MadeHere

import popgen_eval.judging.files as judging_module
from popgen_core.groupers.seven import Seven
from popgen_core.music.midi import song_to_midi
from popgen_core.music.song import Song
from popgen_core.songwriter import write_song
from popgen_eval.api import evaluate
from popgen_eval.judging.files import FEW, Judging, judge_files


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs")
    for number in range(5):
        (folder / f"{number}.mid").write_bytes(song_to_midi(write_song(number)))
    (folder / "3.mid").write_bytes(b"no music")
    return folder


def test_any_number_of_workers_makes_the_same_report(songs: Path) -> None:
    reports = [evaluate(songs, workers=workers).to_json() for workers in (None, 1, 2)]
    assert reports[0] == reports[1] == reports[2]
    assert [Path(row["file"]).name for row in reports[0]["files"]] == [f"{number}.mid" for number in range(5)]
    assert reports[0]["files"][3]["error"] == "no Standard MIDI File: it does not begin with MThd"


@pytest.fixture
def dangerous(tmp_path: Path, track) -> Path:
    for name, pitch in (("a", 60), ("b-kills", 36), ("c", 61), ("d-stalls", 37), ("e", 62)):
        song = Song(480, (track("lead", (0, 480, pitch), (480, 480, pitch + 4)),))
        (tmp_path / f"{name}.mid").write_bytes(song_to_midi(song))
    return tmp_path


@pytest.mark.parametrize("workers", [1, 2])
def test_a_file_that_kills_or_stalls_its_worker_costs_one_row(
    dangerous: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging_module, "LIMITS", replace(judging_module.LIMITS, seconds=3.0))
    report = evaluate(dangerous, evaluators=[Deadly()], workers=workers)
    assert [row.error for row in report.files] == [
        "", "its reader died (exit code 3)", "", "reading it took more than 3 seconds", "",
    ]  # fmt: skip
    assert [Path(row.path).stem for row in report.files] == ["a", "b-kills", "c", "d-stalls", "e"]
    assert report.summary["process"].n == 3


def test_what_a_worker_cannot_make_anew_judges_here(songs: Path) -> None:
    report = evaluate(songs, evaluators=[MadeHere()], workers=2)
    assert report.summary["made_in"].mean == 1.0


def test_few_files_start_no_worker(songs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging_module, "Pool", None)
    assert evaluate([songs / "0.mid"] * FEW).summary["overall"].n == FEW
    with pytest.raises(TypeError):
        evaluate([songs / "0.mid"] * (FEW + 1))


def test_progress_counts_every_file_of_all_folders(songs: Path) -> None:
    told: list[tuple[int, int]] = []
    evaluate(songs, reference=songs, progress=lambda done, total, words: told.append((done, total)))
    assert told == [(done, 10) for done in range(1, 11)]


def test_songs_are_kept_where_they_are_asked_for_only(songs: Path) -> None:
    assert evaluate(songs).songs == ()
    kept = evaluate(songs, keep_songs=True, workers=1).songs
    assert [song is None for song in kept] == [False, False, False, True, False]
    expected = Seven().group(write_song(0)).song
    assert kept[0] is not None
    assert [track.name for track in kept[0].tracks] == [track.name for track in expected.tracks]
    assert np.array_equal(kept[0].tracks[0].notes, expected.tracks[0].notes)


def test_songs_that_nobody_wants_are_not_sent_back(songs: Path) -> None:
    judging = Judging((), Seven(), 32, "all")
    assert judge_files([songs / "0.mid"], judging)[0].song is None
    assert judge_files([songs / "0.mid"], replace(judging, keep=True))[0].song is not None


def test_no_files_need_no_worker() -> None:
    assert judge_files([], Judging((), Seven(), 32, "all"), workers=2) == []

"""popgen eval: a table for 80 columns, files for programs and browsers, refusals before any work."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from popgen_core.songwriter import write_song
from popgen_eval import calibration
from popgen_eval.api import evaluate_songs
from popgen_eval.calibration import Anchor

Popgen = Callable[..., Any]


def test_the_table_fits_eighty_columns_headline_first(
    popgen: Popgen, corpus_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = evaluate_songs([write_song(1)]).names
    anchors = {name: Anchor(name, 0.8, 0.5, 0.9, 0.2, 63, ("one bar repeated",)) for name in names}
    monkeypatch.setattr(calibration, "anchors", lambda: anchors)
    monkeypatch.setenv("COLUMNS", "80")
    done = popgen("eval", corpus_dir, "--reference", corpus_dir)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "2 songs judged, in 5 windows of 32 bars at most; beside 2 reference songs. Fewer"
    at = lines.index("The headline figures, and all five in one")
    assert lines[at + 1].split() == ["figure", "mean", "95", "%", "interval", "calib.", "n", "ref."]
    assert [line.split()[0] for line in lines[at + 2 : at + 8]] == [
        "note_coherence*", "rhythm_accuracy*", "cross_track_sync*", "harmonic_consistency*", "structure_coherence*",
        "overall*",
    ]  # fmt: skip
    assert lines.count("* one bar repeated scores better: never quote alone") == 1
    assert lines.count("< less is better") == 1
    assert any(line.startswith("tonal_distance<*") for line in lines)
    assert not any(line.startswith("note_coherence<") for line in lines)
    assert lines[at + 2].split()[2] == "-"  # no interval of two songs
    assert "- It takes 5 songs with a figure defined on either side." in lines


def test_what_is_undefined_is_a_line_with_its_cause(popgen: Popgen, tmp_path: Path, track) -> None:
    done = popgen("eval", track)
    assert done.exit_code == 0
    said = " ".join(done.stdout.split())
    assert "Undefined, and so in no mean - too short: fewer than 12 bars of one meter (1 song): note_coherence" in said
    assert said.count("too short") == 1


@pytest.fixture
def track(tmp_path: Path) -> Path:
    from popgen_core.music import Song, Track, notes_from, song_to_midi

    song = Song(480, (Track("lead", 0, False, notes_from([(number * 480, 480, 60, 80) for number in range(8)])),))
    (tmp_path / "short.mid").write_bytes(song_to_midi(song))
    return tmp_path / "short.mid"


def test_files_for_programs_and_browsers_are_written(popgen: Popgen, half_good: Path, tmp_path: Path) -> None:
    places = {kind: tmp_path / f"out.{kind}" for kind in ("json", "csv", "html")}
    words = [word for kind, place in places.items() for word in (f"--{kind}", place)]
    done = popgen("eval", half_good, *words)
    assert done.exit_code == 0
    assert done.stdout.rstrip().endswith(f"page: {places['html']}")
    report = json.loads(places["json"].read_text())
    assert [Path(row["file"]).name for row in report["files"]] == ["song-001.mid", "text.mid"]
    rows = list(csv.DictReader(places["csv"].open()))
    assert float(rows[0]["overall"]) == report["files"][0]["scores"]["overall"]
    assert rows[1]["error"].startswith("no Standard MIDI File")
    page = places["html"].read_text()
    assert "The song: song-001.mid, overall" in page
    assert "text.mid" in page


def test_json_on_the_screen_is_nothing_but_json(popgen: Popgen, corpus_dir: Path, tmp_path: Path) -> None:
    done = popgen("eval", corpus_dir, "--json", "-", "--html", tmp_path / "a.html")
    assert json.loads(done.stdout)["format"] == 2


@pytest.mark.parametrize("option", ["--json", "--csv", "--html"])
def test_a_place_that_cannot_be_written_is_refused_before_any_work(popgen: Popgen, tmp_path: Path, option: str) -> None:
    for place, why in ((tmp_path / "no" / "a", "lies in a folder that does not exist"), (tmp_path, "is a folder")):
        done = popgen("eval", tmp_path / "gone", option, place)
        assert done.exit_code == 2
        assert why in done.stderr  # and not that there is nothing to judge


def test_a_folder_of_broken_files_has_a_page_too(popgen: Popgen, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "a.mid").write_text("no music")
    done = popgen("eval", tmp_path / "broken", "--html", tmp_path / "a.html")
    assert done.exit_code == 1
    assert "No file could be judged" in (tmp_path / "a.html").read_text()


def test_windows_and_workers_can_be_chosen(popgen: Popgen, corpus_dir: Path) -> None:
    made = json.loads(popgen("eval", corpus_dir, "--bars", 16, "--workers", 2, "--json", "-").stdout)
    assert made["settings"]["bars"] == 16
    assert made["files"][0]["bars"][0] == [1, 16]
    assert popgen("eval", corpus_dir, "--bars", 4).exit_code == 2


def test_a_training_set_that_is_not_there_is_said(popgen: Popgen, corpus_dir: Path, tmp_path: Path) -> None:
    done = popgen("eval", corpus_dir, "--training", tmp_path / "gone")
    assert done.exit_code == 1
    assert "there is no file or folder" in done.stderr


def test_copies_stand_before_the_tables_and_only_there(popgen: Popgen, corpus_dir: Path, tmp_path: Path) -> None:
    done = popgen("eval", corpus_dir, "--training", corpus_dir, "--csv", tmp_path / "a.csv")
    lines = done.stdout.splitlines()
    at = lines.index("Copies of the training set")
    assert at < lines.index("The headline figures, and all five in one")
    said = " ".join(lines[at + 1 : at + 6])
    assert "These songs share 100 % with the training set, on average; give --reference real songs" in said
    assert "- song-001.mid: 100 %, longest run " in said
    assert not any(line.startswith("copied_") for line in lines)
    rows = list(csv.DictReader((tmp_path / "a.csv").open()))
    assert [Path(row["nearest"]).name for row in rows] == [Path(row["file"]).name for row in rows]
    assert rows[0]["copied_share"] == "1.0"


@pytest.mark.parametrize("long", ["rhythmic_complexity_strings", "a_name_of_a_stranger_that_is_very_long_indeed"])
def test_no_name_breaks_inside_a_word(long: str) -> None:
    from popgen_cli.figures import _folded

    lines = _folded(long, "<*").splitlines()
    assert "".join(lines) == long + "<*"
    assert all(len(line) <= 31 for line in lines)
    assert all(line.endswith("_") for line in lines[:-1])

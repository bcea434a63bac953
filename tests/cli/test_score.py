"""popgen score: tables, JSON, a verdict in plain words, and one line for what cannot be scored."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from popgen_cli.scorecard import intervals, show_score, verdict
from popgen_core.score.report import Score, ScoredSong

Popgen = Callable[..., Any]


@pytest.fixture(scope="module")
def held_out(popgen: Popgen, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two songs that no run has heard, as a dataset."""
    folder = tmp_path_factory.mktemp("held-out")
    assert popgen("songwriter", "write", "-o", folder / "songs", "--count", 2, "--seed", 9).exit_code == 0
    assert popgen("prepare", folder / "songs", "-o", folder / "dataset", "--workers", 1).exit_code == 0
    return folder / "dataset"


@pytest.fixture(scope="module")
def checkpoint(run_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint by itself: nothing beside it says what it was trained on."""
    return Path(shutil.copy(run_dir / "last.safetensors", tmp_path_factory.mktemp("alone")))


def score_of(*songs: tuple[float, float], exact: bool = True) -> Score:
    """Songs of two beats and one note, each (bits by Markov, bits by the model)."""
    rows = tuple(
        ScoredSong(f"{number}.mid", 2.0, (1,), {"markov": (markov,), "model": (model,)})
        for number, (markov, model) in enumerate(songs)
    )
    return Score("last.safetensors", "", "mine", {}, exact, "d", "", "t", "", 9, 0, ("bass",), rows)


def said(score: Score) -> str:
    return verdict(score, intervals(score))


def test_a_score_shows_the_model_beside_the_baselines_and_ends_with_a_verdict(
    popgen: Popgen, run_dir: Path, held_out: Path, dataset_dir: Path
) -> None:
    done = popgen("score", run_dir, held_out, "--training", dataset_dir)
    assert done.exit_code == 0, done.stderr
    first_words = [line.split()[0] for line in done.stdout.splitlines() if line.strip()]
    assert [word for word in first_words if word in ("unigram", "copy-bar", "markov", "model")] == [
        "unigram",
        "copy-bar",
        "markov",
        "model",
    ]
    assert {"drums", "bass", "chords", "lengths", "velocities"} < set(first_words)
    assert done.stdout.startswith("onsets-16th.v1: demo (")
    assert "Markov" in done.stdout.splitlines()[-1]


def test_a_score_as_json_has_a_row_for_every_song(
    popgen: Popgen, run_dir: Path, held_out: Path, dataset_dir: Path
) -> None:
    done = popgen("score", run_dir, held_out, "--training", dataset_dir, "--json")
    told = json.loads(done.stdout)
    assert told["yardstick"] == "onsets-16th.v1"
    assert [song["file"] for song in told["songs"]] == ["song-001.mid", "song-002.mid"]
    by_hand = sum(song["bits"]["model"]["bits"] for song in told["songs"])
    assert told["pooled"]["model"]["bits"] == pytest.approx(by_hand)
    assert told["over_songs"]["model"]["to_markov"]["n"] == 2
    assert told["verdict"].count("Markov") == 1


def test_without_training_songs_the_models_row_stands_alone_and_a_line_says_why(
    popgen: Popgen, checkpoint: Path, held_out: Path
) -> None:
    done = popgen("score", checkpoint, held_out)
    assert done.exit_code == 0, done.stderr
    assert "- no baselines: it is not known what the run was trained on; --training DATASET tells" in done.stdout
    assert "markov" not in done.stdout
    assert json.loads(popgen("score", checkpoint, held_out, "--json").stdout)["over_songs"].keys() == {"model"}


def test_what_cannot_be_scored_is_one_line(
    popgen: Popgen, run_dir: Path, checkpoint: Path, held_out: Path, dataset_dir: Path, corpus_dir: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    assert popgen("prepare", corpus_dir, "-o", other, "--grouper", "program.v1", "--workers", 1).exit_code == 0
    for words, code, why in (
        ((run_dir, other), 2, "the run's songs were grouped by seven.v1"),
        ((run_dir, held_out, "--training", other), 2, "the run's songs were grouped by seven.v1"),
        ((run_dir, dataset_dir), 1, "trained on"),
        ((run_dir, tmp_path / "nothing"), 1, "is no dataset"),
        ((tmp_path / "nothing", held_out), 1, "is no checkpoint file"),
        ((checkpoint, held_out, "--best"), 2, "is no folder"),
        ((checkpoint.parent, held_out, "--best"), 1, "best.safetensors is no checkpoint file"),
    ):
        done = popgen("score", *words)
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (code, "", 1), done.stderr
        assert why in done.stderr


def test_a_model_that_is_cheaper_in_every_song_beats_markov() -> None:
    score = score_of((40, 30), (44, 36), (60, 42))  # 144 bits and 108
    found = intervals(score)
    assert found["model"]["cheaper_songs"] == 3
    assert found["model"]["to_markov"].mean == pytest.approx((-5 - 4 - 9) / 3)
    assert found["markov"]["bits_per_beat"].mean == pytest.approx(24)
    assert said(score).startswith("the model tells these songs with 25.0 % fewer bits than Markov: a song costs -6.00")
    assert "with at least 25.0 % fewer bits" in said(replace(score, exact=False))


def test_a_model_that_is_dearer_in_every_song_does_not_beat_markov() -> None:
    score = score_of((30, 40), (36, 44), (42, 60))
    assert said(score).startswith("the model does not beat Markov, it needs 33.3 % more bits: a song costs +6.00")
    bounded = said(replace(score, exact=False))
    assert bounded.startswith("the model is not shown to beat Markov, its bits being an upper bound")


def test_an_interval_on_both_sides_of_nothing_shows_nothing() -> None:
    score = score_of((30, 40), (44, 30), (42, 41))
    assert said(score).startswith("the model is not shown to beat Markov (4.3 % fewer bits in all)")
    assert intervals(score)["model"]["cheaper_songs"] == 2


def test_a_row_fits_on_a_line_of_eighty_columns(capsys: pytest.CaptureFixture[str]) -> None:
    score = score_of((244, 330), (360, 144), (242, 500), exact=False)
    show_score(score, intervals(score))
    [row] = [line for line in capsys.readouterr().out.splitlines() if line.lstrip().startswith("model (≤)")][:1]
    assert row.rstrip().endswith("1 of 3")
    assert row.count("[") == row.count("]") == 2
    assert len(row.rstrip()) <= 80


def test_one_song_gives_no_verdict() -> None:
    assert said(score_of((40, 30))) == "25.0 % fewer bits than Markov in one song, which says nothing about others"

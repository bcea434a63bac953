"""A run held against the yardstick: its bits are those of its logits, beside baselines of what it was trained on."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from changed_dataset import changed

from popgen_core import api
from popgen_core.analysis.position import position_controls
from popgen_core.baselines import BASELINES, Likelihood, bernoulli_bits, canonical_roll
from popgen_core.contracts.tensors import Inputs
from popgen_core.corpus.dataset import Dataset
from popgen_core.errors import CheckpointError, DatasetError, RecipeError
from popgen_core.generate.load import load_checkpoint
from popgen_core.groupers import Seven
from popgen_core.music import Song
from popgen_core.plugins import catalogue
from popgen_core.score.fitted import marks_of
from popgen_core.score.report import Score, ScoredSong

pytest_plugins = ("tiny_run",)


@pytest.fixture(scope="module")
def checkpoint(tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run's last checkpoint by itself: nothing beside it says what it was trained on."""
    return Path(shutil.copy(tiny_run / "last.safetensors", tmp_path_factory.mktemp("alone")))


@pytest.fixture(scope="module")
def score(checkpoint: Path, short_dataset: Path, tiny_dataset: Path) -> Score:
    """The first four bars of the songs that the run was trained on: other files."""
    return api.score(checkpoint, short_dataset, training=tiny_dataset)


@torch.no_grad()
def test_the_bits_of_a_song_are_those_of_the_models_chances_cell_by_cell(
    score: Score, checkpoint: Path, short_dataset: Path
) -> None:
    loaded = load_checkpoint(checkpoint, catalogue())
    model, stored = loaded.model, Dataset.open(short_dataset).load(0)
    roll = stored.roll(loaded.recipe.grid, model.sizes.roll)
    dense, lead = roll.dense(), model.context
    heard = np.stack([dense.onset, dense.active, dense.velocity], axis=2).astype(np.float32)
    past = torch.from_numpy(np.concatenate([np.zeros((lead + 1, 7, 3, 88), dtype=np.float32), heard[:-1]]))
    controls = torch.from_numpy(position_controls(stored.song(), loaded.recipe.grid, -lead, roll.frames))

    def logits_of(start: int, stop: int) -> torch.Tensor:
        inputs = Inputs(past[None, start : stop + lead], controls[None, start : stop + lead])
        return model(inputs).onset[0].double()

    # four bars and a last note a sixteenth longer: a window of 64 frames, then one that kept the newest 48
    assert (roll.frames, model.backbone.window) == (65, 64)
    logits = torch.cat([logits_of(0, 64), logits_of(16, 65)[48:]])
    chances = torch.sigmoid(logits).numpy()
    [song] = [song for song in score.songs if song.file == stored.source]
    for group in range(7):
        bits = bernoulli_bits(dense.onset[:, group], chances[:, group])
        assert song.onsets["model"][group] == pytest.approx(bits, rel=1e-5)
    assert song.likelihood("model").bits == pytest.approx(bernoulli_bits(dense.onset, chances), rel=1e-5)
    assert (song.beats, sum(song.notes)) == (65 / 4, int(dense.onset.sum()))


def test_the_baselines_are_fitted_on_the_songs_of_the_training(
    score: Score, short_dataset: Path, tiny_dataset: Path
) -> None:
    trained, scored = ([stored.song() for stored in Dataset.open(place)] for place in (tiny_dataset, short_dataset))
    assert score.predictors == ("unigram", "copy-bar", "markov", "model")
    for name, baseline in BASELINES.items():
        fitted = baseline.fit(trained, score.groups)
        bits = sum(fitted.score_roll(canonical_roll(song, score.groups)).bits for song in scored)
        assert score.pooled(name).bits == pytest.approx(bits)
    assert (score.trained, score.left_out, len(score.songs)) == (2, 0, 2)


def test_bits_of_groups_add_up_to_those_of_songs_and_of_all(score: Score) -> None:
    for name in score.predictors:
        pooled = score.pooled(name)
        groups = [score.of_group(name, group) for group in score.groups]
        assert math.isclose(sum(one.bits for one in groups), pooled.bits)
        assert sum(one.notes for one in groups) == pooled.notes
        assert {one.beats for one in groups} == {pooled.beats} == {sum(song.beats for song in score.songs)}


def test_lengths_and_velocities_stand_apart(score: Score) -> None:
    for what in ("lengths", "velocities"):
        told = score.apart(what)
        assert list(told) == ["table", "model"]
        assert all(0 < one.bits_per_note < 20 for one in told.values())
    assert any("fitted on 2 songs of its training" in remark for remark in score.remarks)


def test_a_score_is_exact_on_sixteenths_and_says_which_yardstick_it_is(score: Score, tiny_dataset: Path) -> None:
    plain = json.loads(json.dumps(score.to_plain(), allow_nan=False))
    assert (plain["yardstick"], plain["bound"], plain["controls"]) == ("onsets-16th.v1", "exact", ["position"])
    assert plain["grid"] == {"kind": "beats", "frames_per_beat": 4}
    assert plain["training_sha256"] == Dataset.open(tiny_dataset).sha256
    assert plain["songs"][0]["bits"]["model"]["bits_per_beat"] == score.songs[0].likelihood("model").bits_per_beat
    assert plain["by_group"]["bass"]["markov"]["bits"] == score.of_group("markov", "bass").bits


def test_scoring_draws_nothing_and_shows_how_far_it_is(
    score: Score, checkpoint: Path, short_dataset: Path, tiny_dataset: Path
) -> None:
    torch.manual_seed(5)
    seen: list[tuple[int, int]] = []
    again = api.score(
        checkpoint, short_dataset, training=tiny_dataset, progress=lambda done, total, words: seen.append((done, total))
    )
    assert again == score
    assert seen == [(number, 6) for number in range(1, 7)]  # two songs counted, heard, scored


def test_without_the_training_songs_the_models_row_stands_alone(
    score: Score, checkpoint: Path, short_dataset: Path
) -> None:
    alone = api.score(checkpoint, short_dataset)
    assert alone.predictors == ("model",)
    assert alone.pooled("model") == score.pooled("model")
    assert (list(alone.apart("lengths")), alone.apart("velocities")) == (["model"], {})
    assert alone.remarks == ("no baselines: it is not known what the run was trained on; --training DATASET tells",)


def test_songs_that_the_run_was_trained_on_are_left_out_and_counted(
    score: Score, checkpoint: Path, short_dataset: Path, tmp_path: Path
) -> None:
    first, second = json.loads((short_dataset / "dataset.json").read_text())["songs"]
    one = changed(short_dataset, tmp_path / "one", songs=[first])
    found = api.score(checkpoint, short_dataset, training=one)
    assert [song.file for song in found.songs] == [second["file"]]
    assert found.left_out == 1
    assert "left out, since the run was trained on them: 1 of 2 songs" in found.remarks
    both = changed(short_dataset, tmp_path / "both", note="the same songs in another dataset")
    with pytest.raises(DatasetError, match="trained on every song"):
        api.score(checkpoint, short_dataset, training=both)


def test_a_run_that_was_trained_on_all_of_a_dataset_is_not_scored_on_it(checkpoint: Path, tiny_dataset: Path) -> None:
    with pytest.raises(DatasetError, match="trained on"):
        api.score(checkpoint, tiny_dataset)


def test_a_song_is_known_again_by_its_file_or_by_its_music(songs: list[Song]) -> None:
    rolls = [canonical_roll(Seven().group(song).song, Seven.groups) for song in songs[:2]]
    known = marks_of("bytes", rolls[0])
    assert known & marks_of("other bytes", rolls[0])
    assert known & marks_of("bytes", rolls[1])
    assert not known & marks_of("other bytes", rolls[1])


def test_the_best_checkpoint_is_taken_from_the_folder_of_a_run(
    score: Score, checkpoint: Path, short_dataset: Path, tmp_path: Path
) -> None:
    shutil.copy(checkpoint, tmp_path / "best.safetensors")
    found = api.score(tmp_path, short_dataset, best=True)
    assert found.checkpoint == str(tmp_path / "best.safetensors")
    assert found.pooled("model") == score.pooled("model")
    with pytest.raises(CheckpointError, match=r"last\.safetensors"):
        api.score(tmp_path, short_dataset)
    with pytest.raises(RecipeError, match="is no folder"):
        api.score(checkpoint, short_dataset, best=True)


def test_a_model_on_another_grid_is_bounded_from_above_in_every_output(
    tiny_dataset: Path, short_dataset: Path, tiny_changes: tuple[str, ...], tmp_path: Path
) -> None:
    eighths = [*tiny_changes, "grid.frames_per_beat=2", "train.epochs=1", "decoder.bias=corpus"]
    api.train(tiny_dataset, tmp_path / "run", "paper", changes=eighths)
    found = api.score(tmp_path / "run", short_dataset, training=tiny_dataset)
    assert not found.exact
    assert found.to_plain()["bound"] == "upper bound"
    assert any("its bits are an upper bound" in remark for remark in found.remarks)
    assert any("fall into frames of several sixteenths" in remark for remark in found.remarks)
    # the canonical onsets of the baselines are the model's
    assert found.pooled("model").notes == found.pooled("markov").notes


def test_what_tells_sixteenths_apart_costs_the_model_and_no_baseline() -> None:
    song = ScoredSong("a.mid", 2.0, (3, 1), {"markov": (8.0, 4.0), "model": (6.0, 1.0)}, shared=2, shared_bits=3.0)
    assert song.likelihood("model") == Likelihood(10.0, 2.0, 4)
    assert song.likelihood("markov") == Likelihood(12.0, 2.0, 4)

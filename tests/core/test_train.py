"""Training runs: they learn, they log, they stop when asked, and they go on as if they had never stopped."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from changed_dataset import changed
from equal_runs import at_step

from popgen_core import api
from popgen_core.checkpoint import read_checkpoint
from popgen_core.corpus.dataset import Dataset
from popgen_core.errors import DatasetError, OutputError, PopgenError, RecipeError
from popgen_core.history import read_log
from popgen_core.music import BeatGrid
from popgen_core.train.log import Log
from popgen_core.train.place import Place

pytest_plugins = ("tiny_run",)

Changes = tuple[str, ...]
NO_AUGMENTATION = (
    "augment.shift_beats=0",
    "augment.transpose_semitones=0",
    "augment.velocity_share=0",
    "augment.drop_group_share=0",
)


def entropy_of_rates(dataset: Dataset) -> float:
    """The note loss of the best model that knows how often each cell sounds, and nothing else."""
    frames = sum(song.roll(BeatGrid(4), dataset.spec).frames for song in dataset)
    counts = np.zeros((2, len(dataset.groups), dataset.spec.pitches))
    for song in dataset:
        dense = song.roll(BeatGrid(4), dataset.spec).dense()
        counts += np.stack([dense.onset.sum(0), dense.active.sum(0)])
    rates = np.clip(counts / frames, 1e-12, 1 - 1e-12)
    entropy = -(rates * np.log(rates) + (1 - rates) * np.log(1 - rates))
    return float(entropy.mean(-1).sum(-1).mean())


def test_two_songs_are_learned_by_heart(short_dataset: Path, tiny_changes: Changes, tmp_path: Path) -> None:
    sizes = ("train.window=72", "backbone.window=72", "train.epochs=220")  # both songs whole in every step
    report = api.train(short_dataset, tmp_path / "run", "paper", changes=[*tiny_changes, *NO_AUGMENTATION, *sizes])
    assert report.steps == 220
    assert 4.85 < report.first_loss < 6.5  # 7 ln 2, what random weights add, and the rhythm part
    assert report.loss < 0.1 * report.first_loss
    # most cells are silent, so that silence alone would pass; by heart is less than half of what the rates give
    assert report.loss < 0.5 * entropy_of_rates(Dataset.open(short_dataset))


def test_a_run_leaves_recipe_log_curve_state_and_checkpoint(tiny_run: Path) -> None:
    assert {file.name for file in tiny_run.iterdir()} == {
        "recipe.toml",
        "log.jsonl",
        "run.json",
        "sessions.jsonl",
        "states",
        "last.safetensors",
    }


def test_the_log_has_a_line_a_step_and_an_epoch(tiny_run: Path) -> None:
    lines = [json.loads(line) for line in (tiny_run / "log.jsonl").read_text().splitlines()]
    assert [line["steps"] for line in lines if line["kind"] == "step"] == list(range(1, 13))
    assert [(line["steps"], line["epoch"]) for line in lines if line["kind"] == "epoch"] == [(4, 1), (8, 2), (12, 3)]
    step = lines[0]
    assert sum(step["parts"].values()) == pytest.approx(step["loss"], abs=2e-6)
    for name, value in step["parts"].items():
        assert sum(step["groups"][name]) == pytest.approx(value, abs=4e-6)
    assert (step["true_inputs"], step["frames"]) == (1.0, 128)
    assert step["learning_rate"] == 1e-3
    assert step["frames_per_second"] > 0


def test_the_checkpoint_says_what_it_is(tiny_run: Path) -> None:
    card, _ = read_checkpoint(tiny_run / "last.safetensors")
    assert card.groups == ["drums", "bass", "chords", "guitar", "strings", "lead", "others"]
    assert card.components["encoder"] == ["cnn.v1", "popgen-encoders", "0.1.0"]
    assert card.recipe == (tiny_run / "recipe.toml").read_text()
    assert (card.trained["epochs"], card.trained["steps"]) == (3, 12)
    assert card.corpus["songs"] == 2


def test_sigterm_saves_and_leaves(tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path) -> None:
    def end(number: int, frame: Any) -> None:
        raise AssertionError("the run did not listen")

    before = signal.signal(signal.SIGTERM, end)
    report = api.train(
        tiny_dataset, tmp_path / "run", "paper", changes=tiny_changes, progress=at_step(2, signal.SIGTERM)
    )
    assert (report.steps, report.stopped) == (2, "stopped by SIGTERM")
    assert read_checkpoint(report.checkpoint)[0].trained["steps"] == 2
    assert [file.name for file in (tmp_path / "run" / "states").iterdir()] == ["step-00000002.safetensors"]
    assert signal.signal(signal.SIGTERM, before) is end


def test_a_run_ends_when_its_minutes_are_spent(tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path) -> None:
    report = api.train(tiny_dataset, tmp_path / "run", "paper", changes=[*tiny_changes, "train.minutes=1e-6"])
    assert (report.steps, report.stopped) == (1, "its limit of train.minutes=1e-06 is spent")


def test_songs_set_aside_are_measured_after_each_epoch(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path
) -> None:
    report = api.train(tiny_dataset, tmp_path / "run", "paper", changes=tiny_changes, valid=tiny_dataset)
    epochs = [line["valid_loss"] for line in read_log(tmp_path / "run" / "log.jsonl") if line["kind"] == "epoch"]
    assert len(epochs) == 2
    assert epochs[-1] == pytest.approx(report.valid_loss, abs=1e-6)
    assert epochs[1] < epochs[0] < report.first_loss


def test_a_run_folder_that_exists_is_left_alone(tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="exists"):
        api.train(tiny_dataset, tmp_path, "paper", changes=tiny_changes)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_a_dataset_of_other_groups_is_refused_before_anything_is_written(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path
) -> None:
    other = changed(tiny_dataset, tmp_path / "other", groups=["drums", "everything"])
    with pytest.raises(RecipeError, match="the dataset has drums, everything"):
        api.train(other, tmp_path / "run", "paper", changes=tiny_changes)
    with pytest.raises(RecipeError, match="the dataset has drums, everything"):
        api.train(tiny_dataset, tmp_path / "run", "paper", changes=tiny_changes, valid=other)
    assert not (tmp_path / "run").exists()


def test_a_dataset_without_songs_is_refused(tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path) -> None:
    empty = changed(tiny_dataset, tmp_path / "empty", songs=[])
    with pytest.raises(DatasetError, match="holds no songs"):
        api.train(empty, tmp_path / "run", "paper", changes=tiny_changes)


def test_only_a_run_can_be_resumed(tiny_dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no run to resume"):
        api.train(tiny_dataset, tmp_path / "nothing", resume=True)


def test_a_log_goes_on_from_its_place_without_a_line_twice(tmp_path: Path) -> None:
    lines = [
        {"kind": "step", "steps": 1, "epoch": 0},
        {"kind": "step", "steps": 2, "epoch": 0},
        {"kind": "epoch", "steps": 2, "epoch": 1},
        {"kind": "step", "steps": 3, "epoch": 1},
    ]
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"kind": "st')
    with Log(tmp_path, Place(epoch=1, steps=2)):
        assert read_log(path) == lines[:3]
    with Log(tmp_path, Place(epoch=0, step_in_epoch=2, steps=2)):  # saved when the epoch's end was not yet written down
        assert read_log(path) == lines[:2]


def test_a_dataset_of_another_grouper_is_refused(tiny_dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"the recipe's grouper is program.v1 .* grouped by seven.v1"):
        api.train(tiny_dataset, tmp_path / "run", "demo", changes=["grouper.name=program.v1"])
    assert not (tmp_path / "run").exists()


def test_groups_may_be_given_weights_of_their_own(tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path) -> None:
    given = "train.group_weights={drums = 3.0, lead = 0.0}"
    api.train(tiny_dataset, tmp_path / "run", "paper", changes=[*tiny_changes, given])
    told = json.loads((tmp_path / "run" / "run.json").read_text())["group_weights"]
    # 3 + 0 + five times 1 make 8; scaled to mean 1 that is 7 in all
    assert told == {
        "drums": 2.625,
        "lead": 0.0,
        **dict.fromkeys(("bass", "chords", "guitar", "strings", "others"), 0.875),
    }
    step = read_log(tmp_path / "run" / "log.jsonl")[0]
    assert step["groups"]["onset"][5] == 0.0
    assert step["groups"]["onset"][0] > 2 * step["groups"]["onset"][1]
    for wrong, said in (("{kazoo = 1.0}", "names kazoo; there are drums"), ("{drums = -1.0}", "must be 0 or more")):
        with pytest.raises(RecipeError, match=said):
            api.train(tiny_dataset, tmp_path / "no", "paper", changes=[*tiny_changes, f"train.group_weights={wrong}"])


def test_an_error_is_told_as_the_end_of_a_session(tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path) -> None:
    explosive = ("train.learning_rate=1e30", "train.clip=1e9")
    with pytest.raises(PopgenError, match="the weights before it are kept"):
        api.train(tiny_dataset, tmp_path / "run", "paper", changes=[*tiny_changes, *explosive])
    ends = [json.loads(line) for line in (tmp_path / "run" / "sessions.jsonl").read_text().splitlines()]
    assert [end["kind"] for end in ends] == ["begin", "end"]
    assert ends[1]["stopped"].startswith("an error: at step ")


def test_tensorboard_hears_every_line_as_it_is_written_and_forgets_what_was_lost(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path
) -> None:
    events = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader", exc_type=ImportError)
    run = tmp_path / "run"
    stop = at_step(3, signal.SIGINT)
    api.train(tiny_dataset, run, "paper", changes=tiny_changes, tensorboard=True, progress=stop)
    api.train(tiny_dataset, run, resume=True, tensorboard=True)
    files = sorted((run / "tensorboard").iterdir())
    heard = [list(events.EventFileLoader(str(file)).Load()) for file in files]
    steps = [{event.step for event in of_file if event.summary.value} for of_file in heard]
    assert steps == [{1, 2, 3}, {4, 5, 6, 7, 8}]
    assert any(event.session_log.status and event.step == 4 for event in heard[1])  # a new start, from step 4 on


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("gcc") is None, reason="torch.compile needs a C++ compiler")
def test_a_translated_model_trains_as_the_model_does(tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path) -> None:
    changes = [*tiny_changes, "train.epochs=1", "train.learning_rate=1e-3"]
    api.train(tiny_dataset, tmp_path / "plain", "paper", changes=changes)
    api.train(tiny_dataset, tmp_path / "compiled", "paper", changes=[*changes, "train.compile=true"])
    plain, compiled = (
        [line["loss"] for line in read_log(tmp_path / name / "log.jsonl") if line["kind"] == "step"]
        for name in ("plain", "compiled")
    )
    assert len(plain) == 4
    assert compiled == pytest.approx(plain, rel=1e-3)
    assert compiled != plain  # fused kernels round otherwise: it was translated

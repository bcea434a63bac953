"""A loss that is no number: the step is named and thrown away, and nothing of it is ever saved."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from equal_runs import CHANCE, assert_equal_runs, at_step, one_thread, other_tensors
from poisoned import NO_GRADIENT, NO_LOSS, not_finite, poisoned_catalogue, poisoned_dataset

from popgen_core import api
from popgen_core.api import training
from popgen_core.checkpoint import read_checkpoint
from popgen_core.errors import PopgenError
from popgen_core.train.states import newest_state

pytest_plugins = ("tiny_run",)

Changes = tuple[str, ...]
STILL = (  # no window moves, so that the poisoned one is known
    *CHANCE,
    "loss.name=poisoned.v1",
    "augment.shift_beats=0",
    "augment.transpose_semitones=0",
    "augment.drop_group_share=0",
)
ONCE = (40,)  # the beat of the only poisoned note: frame 160, in the third window of 64


@pytest.fixture(autouse=True)
def _poisoned(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(training, "catalogue", poisoned_catalogue)
    with one_thread():
        yield


@pytest.fixture(scope="module", params=[NO_LOSS, NO_GRADIENT])
def dataset(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two songs of which one has one poisoned window, once by its loss and once by its gradient."""
    return poisoned_dataset(tmp_path_factory.mktemp("poisoned"), request.param, ONCE)


def strict(text: str) -> Any:
    """JSON as the standard has it: without NaN and Infinity."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


def step_lines(run: Path) -> list[dict[str, Any]]:
    lines = [strict(line) for line in (run / "log.jsonl").read_text().splitlines()]
    return [line for line in lines if line["kind"] == "step"]


def nonsense(run: Path) -> list[str]:
    """Tensors of a run's states and checkpoints, of which there are some, that are no numbers."""
    files = list(run.rglob("*.safetensors"))
    assert files
    return [name for file in files for name in not_finite(read_checkpoint(file)[1])]


def test_a_run_stops_before_the_step_and_names_it_and_its_song(
    dataset: Path, tiny_changes: Changes, tmp_path: Path
) -> None:
    changes = [*tiny_changes, *STILL, "train.save_minutes=0", "seed=2"]
    with pytest.raises(PopgenError) as raised:
        api.train(dataset, tmp_path / "run", "paper", changes=changes, valid=dataset)
    said = re.search(r"at step (\d) \(epoch 1\) the loss is (\S+), its gradient (\S+); ", raised.value.message)
    assert said, raised.value.message
    step = int(said[1])
    assert step >= 2, "choose a seed whose first step is sound"
    assert "nan" in said[0] or "inf" in said[0]
    assert "poisoned.mid from frame 128" in raised.value.message  # the third window of 64
    assert "train.on_nan=skip" in raised.value.hint
    assert len(step_lines(tmp_path / "run")) == step - 1
    before = api.train(
        dataset, tmp_path / "sound", "paper", changes=changes, progress=at_step(step - 1, signal.SIGINT), valid=dataset
    )
    assert before.steps == step - 1
    states = [newest_state(tmp_path / name) for name in ("run", "sound")]
    assert states[0] is not None
    assert states[1] is not None
    assert [state.place.steps for state in states if state] == [step - 1, step - 1]
    assert other_tensors(states[0].tensors, states[1].tensors) == []  # weights, batch norm, optimiser, chance
    checkpoints = [read_checkpoint(tmp_path / name / "last.safetensors")[1] for name in ("run", "sound")]
    assert other_tensors(*checkpoints) == []
    assert nonsense(tmp_path / "run") == []
    with pytest.raises(PopgenError, match=rf"at step {step} \(epoch 1\)"):  # nothing is different the next time
        api.train(dataset, tmp_path / "run", valid=dataset, resume=True)


def test_a_window_alone_is_suspected_where_its_loss_is_told_apart(tiny_changes: Changes, tmp_path: Path) -> None:
    dataset = poisoned_dataset(tmp_path, NO_LOSS, ONCE)
    with pytest.raises(PopgenError, match=r"it trained on poisoned\.mid from frame 128 \("):  # the only one
        api.train(dataset, tmp_path / "run", "paper", changes=[*tiny_changes, *STILL, "train.batch=8"])


def test_a_step_is_left_out_when_the_recipe_says_so_and_the_others_learn(
    dataset: Path, tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path
) -> None:
    changes = [*tiny_changes, *STILL, "train.on_nan=skip", "train.epochs=8", "train.save_minutes=0"]
    report = api.train(dataset, tmp_path / "run", "paper", changes=changes, valid=tiny_dataset)
    lines = step_lines(tmp_path / "run")
    assert (report.steps, len(lines)) == (24, 24)
    left_out = [line for line in lines if line.get("skipped")]
    assert len(left_out) == 8  # one an epoch
    assert {line["loss"] for line in left_out} == {None}
    assert all("parts" not in line for line in left_out)
    sound = [line["loss"] for line in lines if not line.get("skipped")]
    assert all(isinstance(loss, float) for loss in sound)
    assert sum(sound[-4:]) < sum(sound[:4])
    assert nonsense(tmp_path / "run") == []
    broken = tmp_path / "broken"
    step = left_out[0]["steps"]
    api.train(dataset, broken, "paper", changes=changes, valid=tiny_dataset, progress=at_step(step, signal.SIGINT))
    api.train(dataset, broken, valid=tiny_dataset, resume=True)
    assert_equal_runs(tmp_path / "run", broken)


def test_twenty_steps_in_a_row_are_left_out_and_no_more(tiny_changes: Changes, tmp_path: Path) -> None:
    dataset = poisoned_dataset(tmp_path, NO_LOSS, tuple(range(0, 48, 4)))  # in each of its windows
    changes = [*tiny_changes, *STILL, "train.on_nan=skip", "train.batch=8", "train.epochs=40"]
    with pytest.raises(PopgenError, match=r"at step 21 .* and so were those of 20 steps before"):
        api.train(dataset, tmp_path / "run", "paper", changes=changes)
    lines = step_lines(tmp_path / "run")
    assert [line["loss"] for line in lines] == [None] * 20
    assert nonsense(tmp_path / "run") == []


def test_weights_that_are_no_numbers_are_never_saved(tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path) -> None:
    changes = [*tiny_changes, "train.learning_rate=1e39", "train.save_minutes=0"]  # beyond what float32 holds
    with pytest.raises(PopgenError, match=r"weights are no numbers any more, first .*; they are not saved"):
        api.train(tiny_dataset, tmp_path / "run", "paper", changes=changes)
    assert list((tmp_path / "run").rglob("*.safetensors")) == []


def test_nor_are_they_as_the_best_ones(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from popgen_core.train.step import Stepper

    measure = Stepper.measure

    def spoiled(self: Stepper, *given: Any) -> Any:
        """A weight that no loss has heard of is spoiled once the losses are measured."""
        losses = measure(self, *given)
        with torch.no_grad():
            self.model.decoder.heads.bias[-1] = torch.inf
        return losses

    monkeypatch.setattr(Stepper, "measure", spoiled)
    with pytest.raises(PopgenError, match="weights are no numbers any more"):
        api.train(tiny_dataset, tmp_path / "run", "paper", changes=tiny_changes, valid=tiny_dataset)
    assert not (tmp_path / "run" / "best.safetensors").exists()

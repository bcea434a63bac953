"""The paper's regimen: scheduled sampling, early stopping, and losses that do not depend on how a batch is cut."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from equal_runs import at_step, timeless
from torch import Generator

from popgen_core import api
from popgen_core.assemble import assemble
from popgen_core.checkpoint import read_checkpoint
from popgen_core.contracts.tensors import Inputs
from popgen_core.contracts.training import TrainConfig
from popgen_core.corpus.dataset import Dataset
from popgen_core.model import Model
from popgen_core.plugins import catalogue
from popgen_core.recipe import read_recipe
from popgen_core.train.processes import Processes
from popgen_core.train.sampling import mixed_inputs, true_share
from popgen_core.train.songs import load_songs
from popgen_core.train.states import newest_state, states_of
from popgen_core.train.step import Losses, Stepper, Turn
from popgen_core.train.windows import Batch, Windows

pytest_plugins = ("tiny_run",)

Changes = tuple[str, ...]
ONSET, ACTIVE, VELOCITY = 0, 1, 2  # channels of a roll
CERTAIN = 50.0  # a logit


class Trial:
    """A tiny model, its windows, and one batch of all of them."""

    def __init__(self, dataset: Path, changes: Sequence[str]) -> None:
        recipe = read_recipe("paper", catalogue(), [*changes, "train.batch=100"])
        torch.manual_seed(1)
        parts = assemble(recipe)
        self.model, songs = Model(parts), load_songs(Dataset.open(dataset), recipe)[0]
        self.windows = Windows(songs, self.model.sizes, recipe.train.window, self.model.context, None)
        self.tiles = self.windows.tiles()
        groups, here = len(self.model.sizes.roll.groups), Processes(torch.device("cpu"))
        self.stepper = Stepper(self.model, parts.loss, torch.arange(groups) * 2 / (groups - 1), recipe.train, here)

    def batches(self, at_once: int) -> list[Batch]:
        """All windows in one batch, cut into micro-batches."""
        return [self.windows.batch(self.tiles[n : n + at_once]) for n in range(0, len(self.tiles), at_once)]

    def certain(self, onset: float, active: float) -> None:
        """Let the model be certain of every cell, whatever it hears."""
        with torch.no_grad():
            self.model.decoder.heads.weight.zero_()
            heads = self.model.decoder.heads.bias.view(5, -1)
            heads[0], heads[1], heads[2], heads[3:] = onset, active, 0.5, 0.0

    def mixed(self, share: float, seed: int = 1) -> tuple[Inputs, Inputs]:
        """The true inputs of the batch, and those that some frames drawn by the model have been mixed into."""
        true = self.batches(100)[0].inputs
        return true, mixed_inputs(self.model, true, share, Generator().manual_seed(seed))


@pytest.fixture
def trial(tiny_dataset: Path, tiny_changes: Changes) -> Trial:
    return Trial(tiny_dataset, tiny_changes)


def test_the_share_of_true_inputs_falls_by_the_same_amount_each_epoch_and_then_stays() -> None:
    config = TrainConfig(true_inputs=0.5, true_inputs_epochs=50)
    shares = {epoch: true_share(config, epoch) for epoch in (0, 1, 25, 49, 50, 51, 196)}
    assert shares == pytest.approx({0: 1.0, 1: 0.99, 25: 0.75, 49: 0.51, 50: 0.5, 51: 0.5, 196: 0.5})
    assert true_share(TrainConfig(), 100) == 1.0  # recipes that do not say so have none of it


def test_recipe_paper_says_what_the_paper_does() -> None:
    train = read_recipe("paper", catalogue()).train
    assert (train.true_inputs, train.true_inputs_epochs, train.patience, train.epochs) == (0.5, 50, 17, 197)
    assert (train.batch, train.window, train.optimizer, train.learning_rate) == (32, 512, "adam", 1e-5)
    assert (train.schedule, train.warmup_steps, train.weight_decay, train.clip) == ("constant", 0, 1e-4, 1.0)
    assert (train.beta1, train.beta2, train.group_weights) == (0.9, 0.999, "notes")


def test_a_run_goes_by_that_law_and_with_true_inputs_alone_nothing_is_drawn(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares: list[float] = []

    def noted(model: Model, inputs: Inputs, share: float, generator: Generator) -> Inputs:
        shares.append(share)
        return mixed_inputs(model, inputs, share, generator)

    monkeypatch.setattr("popgen_core.train.step.mixed_inputs", noted)
    changes = [*tiny_changes, "train.true_inputs=0.5", "train.true_inputs_epochs=2", "train.epochs=4"]
    api.train(tiny_dataset, tmp_path / "run", "paper", changes=changes)
    lines = [line for line in timeless(tmp_path / "run") if line["kind"] == "step"]
    assert [line["true_inputs"] for line in lines] == 4 * [1.0] + 4 * [0.75] + 8 * [0.5]
    assert shares == 4 * [0.75] + 8 * [0.5]  # in the first epoch it is not even asked


def test_with_a_share_of_0_every_frame_behind_the_context_is_the_models(trial: Trial) -> None:
    trial.certain(CERTAIN, -CERTAIN)
    true, mixed = trial.mixed(0.0)
    first = trial.model.context + 1  # row t holds frame t - 1: these hold what was before the window
    assert torch.equal(mixed.past[:, :first], true.past[:, :first])
    assert (mixed.past[:, first:, :, [ONSET, ACTIVE]] == 1).all()
    assert (mixed.past[:, first:, :, VELOCITY] == 0.5).all()
    assert torch.equal(mixed.controls, true.controls)
    assert torch.equal(true.past, trial.batches(100)[0].inputs.past)  # the true ones are left alone


def test_with_a_share_of_a_half_half_of_the_frames_are(trial: Trial) -> None:
    trial.certain(CERTAIN, -CERTAIN)
    _, mixed = trial.mixed(0.5)
    written = (mixed.past[:, trial.model.context + 1 :, :, ONSET] == 1).all(-1).all(-1).double()
    assert abs(float(written.mean()) - 0.5) < 5 * 0.5 / written.numel() ** 0.5
    assert {len(row.unique()) for row in written} == {2}  # some of both in every window


def test_a_model_that_is_certain_of_silence_hears_silence(trial: Trial) -> None:
    trial.certain(-CERTAIN, -CERTAIN)
    true, mixed = trial.mixed(0.0)
    assert true.past[:, trial.model.context + 1 :].any()
    assert not mixed.past[:, trial.model.context + 1 :].any()


def test_what_is_drawn_is_a_frame_as_a_song_has_it(trial: Trial) -> None:
    trial.certain(-2.0, 1.0)
    true, mixed = trial.mixed(0.0)
    first = trial.model.context + 1
    onset, active, velocity = (mixed.past[:, first:, :, channel] for channel in (ONSET, ACTIVE, VELOCITY))
    before = true.past[:, first - 1 : -1, :, ACTIVE]
    assert set(onset.unique().tolist()) == set(active.unique().tolist()) == {0.0, 1.0}
    assert (active >= onset).all()
    carried = active.bool() & ~onset.bool()
    assert carried.any()
    assert (before[carried] == 1).all()  # nothing sounds on that did not sound
    assert (velocity[onset == 0] == 0).all()
    assert (velocity[onset == 1] > 0).all()


def test_the_same_generator_draws_the_same_and_nothing_else_is_drawn_from(trial: Trial) -> None:
    chance = torch.get_rng_state()
    (_, one), (_, same), (_, other) = trial.mixed(0.5), trial.mixed(0.5), trial.mixed(0.5, seed=2)
    assert torch.equal(one.past, same.past)
    assert not torch.equal(one.past, other.past)
    assert torch.equal(torch.get_rng_state(), chance)


def test_when_all_frames_happen_to_stay_true_nothing_changes(trial: Trial) -> None:
    true, mixed = trial.mixed(1.0)
    assert torch.equal(mixed.past, true.past)


def test_the_first_pass_leaves_no_trace_in_the_model(trial: Trial) -> None:
    trial.model.train()
    before = {name: value.clone() for name, value in trial.model.state_dict().items()}
    _, mixed = trial.mixed(0.5)
    assert any("running_mean" in name for name in before)
    assert [name for name, value in trial.model.state_dict().items() if not torch.equal(value, before[name])] == []
    assert not mixed.past.requires_grad  # no gradient goes through what was drawn
    assert all(parameter.grad is None for parameter in trial.model.parameters())


def test_a_step_counts_once_in_batch_norm_and_learns_in_training_mode(trial: Trial) -> None:
    [norm] = [m for m in trial.model.encoder.modules() if isinstance(m, torch.nn.BatchNorm1d)][:1]
    step = trial.stepper.step(trial.batches(100), Turn(1e-3, true_inputs=0.5))
    assert step is not None
    assert step.sound
    assert int(norm.num_batches_tracked) == 1
    assert trial.model.training


@pytest.mark.parametrize("at_once", [1, 3])
def test_losses_and_gradients_of_micro_batches_are_those_of_the_whole_batch(
    tiny_dataset: Path, tiny_changes: Changes, at_once: int
) -> None:
    changes = [name for name in tiny_changes if not name.startswith("encoder")]
    trial = Trial(tiny_dataset, [*changes, "encoder.name=linear.v1"])  # without batch norm, which knows its rows
    found = []
    for batches in (trial.batches(100), trial.batches(at_once)):
        trial.stepper.optimizer.zero_grad()
        whole = trial.stepper.whole(batches)
        losses = trial.stepper.added([trial.stepper.learn(batch, whole, Turn(1e-3), 0) for batch in batches])
        found.append((losses, [parameter.grad.clone() for parameter in trial.model.parameters()]))  # type: ignore[union-attr]
    (one, gradients), (other, cut) = found
    assert other.total == pytest.approx(one.total, rel=1e-6)
    assert other.parts == pytest.approx(one.parts, rel=1e-6)
    for name, values in one.groups.items():
        assert other.groups[name] == pytest.approx(values, abs=1e-6)
    assert max(float((a - b).abs().max()) for a, b in zip(gradients, cut, strict=True)) < 1e-6
    assert max(float(gradient.abs().max()) for gradient in gradients) > 1e-3


def test_the_loss_on_other_songs_does_not_depend_on_how_they_are_cut(trial: Trial) -> None:
    whole = trial.stepper.whole(trial.batches(100))
    measured = [trial.stepper.measure(trial.batches(at_once), whole) for at_once in (1, 2, 100)]
    totals = [losses.total for losses in measured if losses]
    assert totals == pytest.approx([totals[0]] * 3, rel=1e-6)


def heard(monkeypatch: pytest.MonkeyPatch, losses: Sequence[float]) -> None:
    """Let the validation of each epoch measure what is given."""
    from popgen_core.train.loop import Runner

    monkeypatch.setattr(Runner, "_measure", lambda self, valid: Losses(total=losses[self.place.epoch]))


def test_patience_counts_from_the_best_epoch_and_its_weights_are_kept(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard(monkeypatch, [5.0, 4.0, 4.5, 4.0, 4.2, 3.0])  # as low as the lowest is not lower
    changes = [*tiny_changes, "train.patience=3", "train.epochs=9", "train.save_minutes=0", "train.keep=99"]
    report = api.train(tiny_dataset, tmp_path / "run", "paper", changes=changes, valid=tiny_dataset)
    reason = "no lower validation loss for 3 epochs, the lowest after epoch 2"
    assert (report.epochs, report.stopped, report.best_epoch, report.best_loss) == (5, reason, 2, 4.0)
    best = read_checkpoint(tmp_path / "run" / "best.safetensors")[1]
    states = {int(file.stem[5:]): read_checkpoint(file)[1] for file in states_of(tmp_path / "run")}
    assert all(value.tobytes() == states[8][f"model/{name}"].tobytes() for name, value in best.items())
    last = read_checkpoint(tmp_path / "run" / "last.safetensors")[1]
    assert all(value.tobytes() == states[20][f"model/{name}"].tobytes() for name, value in last.items())
    assert any(value.tobytes() != last[name].tobytes() for name, value in best.items())
    before = timeless(tmp_path / "run")
    again = api.train(tiny_dataset, tmp_path / "run", valid=tiny_dataset, resume=True)
    assert (again.steps, again.stopped, timeless(tmp_path / "run")) == (20, reason, before)


def test_patience_goes_on_counting_after_a_stop(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard(monkeypatch, [4.0, 5.0, 5.0, 5.0])
    changes = [*tiny_changes, "train.patience=2", "train.epochs=9"]
    stop = at_step(10, signal.SIGINT)
    api.train(tiny_dataset, tmp_path / "run", "paper", changes=changes, valid=tiny_dataset, progress=stop)
    report = api.train(tiny_dataset, tmp_path / "run", valid=tiny_dataset, resume=True)
    assert (report.epochs, report.best_epoch, report.best_loss) == (3, 1, 4.0)


def test_patience_without_songs_to_hear_is_said_to_be_idle(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path
) -> None:
    report = api.train(tiny_dataset, tmp_path / "run", "paper", changes=[*tiny_changes, "train.patience=1"])
    assert (report.epochs, report.stopped) == (2, "all epochs done")
    assert report.notes == ("no songs are kept for validation, so train.patience=1 cannot stop the run",)
    found: Any = newest_state(tmp_path / "run")
    assert found.place.best_epoch == 0

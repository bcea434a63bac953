"""A run may be stopped, killed or harmed at any point: it goes on as if nothing had been, or says why it cannot."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from changed_dataset import changed
from equal_runs import CHANCE, assert_equal_runs, at_step, timeless

from popgen_core import api
from popgen_core.errors import CheckpointError, OutputError, RecipeError, Refused
from popgen_core.train.states import states_of

pytest_plugins = ("tiny_run",)

Changes = tuple[str, ...]


@pytest.mark.parametrize("stopped_at", [3, 4])  # in the middle of an epoch of four steps, and at its end
def test_a_resumed_run_ends_as_if_it_had_never_stopped(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path, stopped_at: int
) -> None:
    changes, whole, broken = [*tiny_changes, *CHANCE], tmp_path / "whole", tmp_path / "broken"
    through = api.train(tiny_dataset, whole, "paper", changes=changes, valid=tiny_dataset)
    assert (through.epochs, through.steps, through.stopped) == (2, 8, "all epochs done")
    stop = at_step(stopped_at, signal.SIGINT)
    first = api.train(tiny_dataset, broken, "paper", changes=changes, valid=tiny_dataset, progress=stop)
    assert (first.steps, first.stopped) == (stopped_at, "stopped by SIGINT")
    torch.rand(5)  # another process would begin with another random state
    second = api.train(tiny_dataset, broken, valid=tiny_dataset, resume=True)
    assert (second.epochs, second.steps) == (2, 8)
    assert (second.first_loss, second.loss, second.valid_loss) == (
        through.first_loss,
        through.loss,
        through.valid_loss,
    )
    assert_equal_runs(whole, broken)


def test_a_signal_between_micro_batches_abandons_the_step_and_nothing_is_lost(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes, whole, broken = [*tiny_changes, *CHANCE], tmp_path / "whole", tmp_path / "broken"
    api.train(tiny_dataset, whole, "paper", changes=changes, valid=tiny_dataset)
    from popgen_core.train.step import Stepper

    learn, learned = Stepper.learn, []

    def interrupted(self: Stepper, *given: Any) -> Any:
        learned.append(given)
        if len(learned) == 1 + 2 * 2 + 1:  # one that tells how much memory it takes, then two a step
            os.kill(os.getpid(), signal.SIGTERM)
        return learn(self, *given)

    monkeypatch.setattr(Stepper, "learn", interrupted)
    first = api.train(tiny_dataset, broken, "paper", changes=changes, valid=tiny_dataset)
    assert (len(learned), first.steps, first.stopped) == (6, 2, "stopped by SIGTERM")  # the third step was thrown away
    monkeypatch.undo()
    api.train(tiny_dataset, broken, valid=tiny_dataset, resume=True)
    assert_equal_runs(whole, broken)


def test_every_kind_of_chance_goes_on_where_it_was(tmp_path: Path) -> None:
    import random

    from popgen_core.train.chance import chance_now, put_back

    torch.rand(3)
    np.random.normal(size=3)  # an odd number leaves a value waiting
    random.gauss(0, 1)
    taken = chance_now()
    first = (torch.rand(2).tolist(), np.random.normal(size=2).tolist(), random.gauss(0, 1), random.random())
    put_back(taken)
    assert (torch.rand(2).tolist(), np.random.normal(size=2).tolist(), random.gauss(0, 1), random.random()) == first


def test_the_newest_states_are_kept_and_no_more(tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path) -> None:
    changes = [*tiny_changes, "train.save_minutes=0", "train.keep=3"]
    api.train(tiny_dataset, tmp_path / "run", "paper", changes=changes)
    assert [file.name for file in states_of(tmp_path / "run")] == [f"step-0000000{n}.safetensors" for n in (8, 7, 6)]


def test_a_damaged_newest_state_falls_back_to_the_one_before_and_says_so(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path
) -> None:
    changes = [*tiny_changes, *CHANCE, "train.save_minutes=0"]
    api.train(tiny_dataset, tmp_path / "whole", "paper", changes=changes, valid=tiny_dataset)
    stop = at_step(5, signal.SIGINT)
    api.train(tiny_dataset, tmp_path / "run", "paper", changes=changes, valid=tiny_dataset, progress=stop)
    newest = states_of(tmp_path / "run")[0]
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)
    report = api.train(tiny_dataset, tmp_path / "run", valid=tiny_dataset, resume=True)
    assert "step-00000005.safetensors is damaged" in report.notes[0]
    assert "goes on from the state before it, step 4" in report.notes[0]
    assert (newest.parent / f"damaged-{newest.name}").exists()  # not among those that are kept
    assert len(states_of(tmp_path / "run")) == 2
    assert_equal_runs(tmp_path / "whole", tmp_path / "run")


def test_a_run_whose_states_are_all_damaged_is_not_begun_anew_in_silence(
    tiny_dataset: Path, tiny_run: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(tiny_run, tmp_path / "run")
    for state in states_of(run):
        state.write_bytes(state.read_bytes()[:-1])
    with pytest.raises(CheckpointError, match=r"no state of .* is whole"):
        api.train(tiny_dataset, run, resume=True)


def test_a_run_killed_before_its_first_save_begins_anew(tiny_dataset: Path, tiny_run: Path, tmp_path: Path) -> None:
    run = shutil.copytree(tiny_run, tmp_path / "run")
    shutil.rmtree(run / "states")
    report = api.train(tiny_dataset, run, resume=True)
    assert report.steps == 12
    assert report.notes == ("nothing was saved yet: the run begins anew",)
    assert timeless(run) == timeless(tiny_run)


def test_a_run_killed_before_its_first_save_does_not_become_another(
    tiny_dataset: Path, tiny_run: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(tiny_run, tmp_path / "run")
    shutil.rmtree(run / "states")
    other = changed(tiny_dataset, tmp_path / "other", popgen_core="another")
    with pytest.raises(Refused, match=r"recipe\.train\.epochs: 3, now 4; dataset: [0-9a-f]{12}, now"):
        api.train(other, run, changes=["train.epochs=4"], resume=True)
    assert "epochs = 3" in (run / "recipe.toml").read_text()
    (run / "run.json").write_text("{}")
    with pytest.raises(CheckpointError, match=r"has no state, and its run\.json cannot be read"):
        api.train(tiny_dataset, run, resume=True)


def test_force_is_for_going_on(tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="--force is for going on with a run"):
        api.train(tiny_dataset, tmp_path / "run", "paper", changes=tiny_changes, force=True)
    assert not (tmp_path / "run").exists()


def test_lines_in_the_log_that_are_not_ours_are_no_hindrance(
    tiny_dataset: Path, tiny_run: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(tiny_run, tmp_path / "run")
    with (run / "log.jsonl").open("a") as log:
        log.write('{"a": 1}\n[1]\n')
    api.train(tiny_dataset, run, resume=True)
    assert timeless(run) == timeless(tiny_run)


def test_what_differs_is_named_and_refused(tiny_dataset: Path, tiny_run: Path, tmp_path: Path) -> None:
    run = shutil.copytree(tiny_run, tmp_path / "run")
    with pytest.raises(Refused, match=r"begun otherwise: recipe\.train\.epochs: 3, now 4; recipe\.train\.clip"):
        api.train(tiny_dataset, run, changes=["train.epochs=4", "train.clip=2.0"], resume=True)
    with pytest.raises(Refused, match=r"recipe\.name: paper, now demo.*recipe\.width: 32, now 128"):
        api.train(tiny_dataset, run, "demo", resume=True)
    other = changed(tiny_dataset, tmp_path / "other", popgen_core="another")
    with pytest.raises(Refused, match=r"dataset: [0-9a-f]{12}, now [0-9a-f]{12}") as refused:
        api.train(other, run, resume=True)
    assert refused.value.exit_code == 4
    assert "--force" in refused.value.hint
    recipe = (run / "recipe.toml").read_text()
    (run / "recipe.toml").write_text(recipe.replace("clip = 1.0", "clip = 3.0"))  # edited by hand
    with pytest.raises(Refused, match=r"recipe\.train\.clip: 1\.0, now 3\.0"):
        api.train(tiny_dataset, run, resume=True)


def test_a_plug_in_of_another_version_is_refused(
    tiny_dataset: Path, tiny_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from popgen_core.train import training as module

    components = module.components_of
    newer = lambda *given: components(*given) | {"encoder": ["cnn.v1", "popgen-encoders", "9.0"]}  # noqa: E731
    monkeypatch.setattr(module, "components_of", newer)
    run = shutil.copytree(tiny_run, tmp_path / "run")
    with pytest.raises(Refused, match=r"components\.encoder: cnn\.v1 popgen-encoders 0\.1\.0, now .* 9\.0"):
        api.train(tiny_dataset, run, resume=True)


def test_force_goes_on_all_the_same_and_writes_down_what_changed(
    tiny_dataset: Path, tiny_run: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(tiny_run, tmp_path / "run")
    report = api.train(tiny_dataset, run, changes=["train.epochs=4"], resume=True, force=True)
    assert (report.epochs, report.steps) == (4, 16)
    assert report.notes == ("forced: recipe.train.epochs: 3, now 4",)
    assert "epochs = 4" in (run / "recipe.toml").read_text()
    begins = [json.loads(line) for line in (run / "sessions.jsonl").read_text().splitlines()]
    assert begins[-2]["notes"] == ["forced: recipe.train.epochs: 3, now 4"]
    assert api.train(tiny_dataset, run, resume=True).notes == ()  # now it is its own recipe


def test_one_run_has_one_process(tiny_dataset: Path, tiny_run: Path, tmp_path: Path) -> None:
    run = shutil.copytree(tiny_run, tmp_path / "run")
    code = "import sys, time; from pathlib import Path; from popgen_core.files import locked\n"
    code += "with locked(Path(sys.argv[1]), 'it'): print('held', flush=True); time.sleep(600)"
    holder = subprocess.Popen([sys.executable, "-c", code, run], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    for resume in (True, False):
        with pytest.raises(Refused, match="another process is at work on the run"):
            api.train(tiny_dataset, run, None if resume else "paper", resume=resume)
    holder.kill()
    holder.communicate()
    assert api.train(tiny_dataset, run, resume=True).stopped == "all epochs done"


def test_a_run_of_an_earlier_popgen_says_why_it_cannot_go_on(
    tiny_dataset: Path, tiny_run: Path, tmp_path: Path
) -> None:
    (tmp_path / "old").mkdir()
    shutil.copy(tiny_run / "recipe.toml", tmp_path / "old")
    (tmp_path / "old" / "state.pt").write_bytes(b"as it was")
    with pytest.raises(CheckpointError, match=r"begun by an earlier popgen, whose state\.pt this one does not read"):
        api.train(tiny_dataset, tmp_path / "old", resume=True)


def test_only_a_run_can_be_resumed(tiny_dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no run to resume"):
        api.train(tiny_dataset, tmp_path / "nothing", resume=True)
    assert not (tmp_path / "nothing").exists()


def test_what_a_kill_leaves_of_a_beginning_is_no_hindrance(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    for name in (".lock", "run.json", ".recipe.toml-abc"):
        (tmp_path / "run" / name).write_text("half")
    assert api.train(tiny_dataset, tmp_path / "run", "paper", changes=tiny_changes).steps == 8

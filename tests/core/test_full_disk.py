"""A disk that fails at any write, flush or rename: the old state or the new one is there, never neither."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
import torch
from equal_runs import CHANCE
from failing_disk import Disk, failing, failures

from popgen_core import api
from popgen_core.errors import CheckpointError, PopgenError
from popgen_core.train.place import Place
from popgen_core.train.states import Saved

pytest_plugins = ("tiny_run",)

Changes = tuple[str, ...]
SMALL = ("width=16", "encoder.channels=4", "backbone.feed_forward=16", "train.batch=2", "train.save_minutes=0")


@pytest.mark.slow
@pytest.mark.parametrize(("error", "lasting"), [(errno.ENOSPC, True), (errno.EIO, False)])
def test_whichever_operation_fails_the_old_state_or_the_new_one_is_loaded(
    short_dataset: Path, tiny_changes: Changes, tmp_path: Path, error: int, lasting: bool
) -> None:
    found = list(failures(short_dataset, tmp_path, [*tiny_changes, *CHANCE, *SMALL], error, lasting))
    assert [(number, one) for number, one in enumerate(found, 1) if one.wrong] == []
    assert {one.state for one in found} == {"old", "new"}
    assert {one.operation.split()[0] for one in found} == {"write", "fsync", "replace"}
    assert len(found) > 30
    for one in found:  # one clear line, which says what is wrong and with which file
        assert "No space left on device" in one.said or "Input/output error" in one.said
        assert str(tmp_path) in one.said
        assert "\n" not in one.said


def plain_save(run: Path, tensors: Any, card: Any, place: Place, keep: int) -> None:
    """As most training scripts do it: straight onto the one file."""
    plain = {"tensors": {n: torch.from_numpy(v) for n, v in tensors.items()}, "place": vars(place)}
    try:
        with (run / "state.bin").open("wb") as file:
            torch.save(plain, file)
    except RuntimeError as error:  # PyTorch's word for it, where the disk is full
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error


def plain_load(run: Path) -> Saved | None:
    if not (run / "state.bin").exists():
        return None
    try:
        found = torch.load(run / "state.bin", weights_only=True)
    except Exception as error:
        raise CheckpointError(str(error)) from error
    return Saved(None, {n: v.numpy() for n, v in found["tensors"].items()}, Place(**found["place"]))  # type: ignore[arg-type]


def test_the_same_trial_catches_states_that_are_saved_plainly(
    short_dataset: Path, tiny_changes: Changes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = [*tiny_changes, *CHANCE, *SMALL]
    api.train(short_dataset, tmp_path / "whole", "paper", changes=[*changes, "train.keep=99"], valid=short_dataset)
    monkeypatch.setattr("popgen_core.train.save.save_state", plain_save)
    monkeypatch.setattr("popgen_core.train.run.newest_state", plain_load)
    monkeypatch.setattr("failing_disk.gone_on", lambda *given: [])
    assert "neither" in (one.state for one in failures(short_dataset, tmp_path, changes, errno.ENOSPC, lasting=True))


def test_a_full_disk_is_one_line_of_the_command_and_exit_code_1(
    short_dataset: Path, tiny_changes: Changes, tmp_path: Path
) -> None:
    from typer.testing import CliRunner

    from popgen_cli.app import app

    words = ["train", str(short_dataset), "-o", str(tmp_path / "run"), "--recipe", "paper"]
    words += [word for change in [*tiny_changes, *SMALL] for word in ("--set", change)]
    with failing(disk := Disk(0, errno.ENOSPC)):
        disk.at = -1
        assert CliRunner().invoke(app, words).exit_code == 0
    at = disk.done.index("replace step-00000001.safetensors") + 1
    words[3] = str(tmp_path / "full")
    with failing(Disk(at, errno.ENOSPC)):
        done = CliRunner().invoke(app, words)
    assert done.exit_code == 1
    assert done.stderr.endswith(
        f"popgen: {tmp_path}/full/states/step-00000001.safetensors: No space left on device "
        "(once that is mended, go on with --resume)\n"
    )


def test_a_line_that_was_cut_off_spoils_no_line_after_it(
    short_dataset: Path, tiny_changes: Changes, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    api.train(short_dataset, run, "paper", changes=[*tiny_changes, *SMALL])
    for name in ("sessions.jsonl", "log.jsonl"):
        with (run / name).open("a") as file:
            file.write('{"kind": "en')
    api.train(short_dataset, run, resume=True)
    lines = (run / "sessions.jsonl").read_text().splitlines()
    kinds = [json.loads(line)["kind"] for line in lines if line != '{"kind": "en']
    assert kinds == ["begin", "end", "begin", "end"]
    assert '{"kind": "en' not in (run / "log.jsonl").read_text().splitlines()


def test_a_full_disk_before_a_run_has_begun_is_said_so(
    short_dataset: Path, tiny_changes: Changes, tmp_path: Path
) -> None:
    with failing(Disk(1, errno.ENOSPC)), pytest.raises(PopgenError, match=r"run cannot be written: No space left"):
        api.train(short_dataset, tmp_path / "run", "paper", changes=[*tiny_changes, *SMALL])

"""Memory: reckoned before a run as it is in truth, refused where it does not fit, one line where it runs out."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from equal_runs import at_step, other_tensors

from popgen_core import api
from popgen_core.errors import RecipeError
from popgen_core.music import song_to_midi
from popgen_core.songwriter import write_songs
from popgen_core.train import memory
from popgen_core.train.precision import has_bfloat16
from popgen_core.train.states import newest_state

pytest_plugins = ("tiny_run",)

Changes = tuple[str, ...]
SUPPORT = Path(__file__).parents[1] / "support"
LONG = ("grid.kind=seconds", "train.window=512", "backbone.window=512", "backbone.keep=384", "train.epochs=9")


@pytest.fixture(scope="module")
def long_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four whole songs, ten minutes: 26 windows of 512 frames at 20 a second."""
    folder = tmp_path_factory.mktemp("long")
    (folder / "midi").mkdir()
    for number, song in enumerate(write_songs(4, seed=5)):
        (folder / "midi" / f"{number}.mid").write_bytes(song_to_midi(song))
    api.prepare(folder / "midi", folder / "dataset", workers=1)
    return folder / "dataset"


def alone(script: str, *words: object, **settings: str) -> str:
    """What a script of tests/support prints in a fresh process of one thread, with these variables set."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(SUPPORT), *sys.path]),
        "OMP_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "",
        **settings,
    }
    command = [sys.executable, str(SUPPORT / script), *(str(word) for word in words)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells the most that was held since")
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("at_once", [2, 8])
def test_the_papers_sizes_take_what_is_reckoned(
    long_dataset: Path, tmp_path: Path, precision: str, at_once: int
) -> None:
    if precision == "bfloat16" and not has_bfloat16(torch.device("cpu")):
        pytest.skip("this machine has no bfloat16: it is emulated in other steps, in other memory")
    changes = ["train.batch=8", f"train.micro_batch={at_once}", f"train.precision={precision}", "train.patience=0"]
    told = json.loads(alone("memory_run.py", long_dataset, tmp_path / "run", *changes))
    print(f"{precision}, {at_once} at once: {told}")
    assert 0.9 < told["ratio"] < 1.5, told


def limited(monkeypatch: pytest.MonkeyPatch, most: int | None) -> None:
    monkeypatch.setattr(memory, "free_bytes", lambda device: most)


def test_a_batch_too_large_is_refused_with_what_would_fit_before_anything_is_written(
    long_dataset: Path, tiny_changes: Changes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = [*tiny_changes, *LONG, "train.batch=100000"]
    limited(monkeypatch, 400_000_000)
    with pytest.raises(RecipeError) as refused:
        api.train(long_dataset, tmp_path / "run", "paper", changes=[*changes, "train.micro_batch=0"])
    assert list(tmp_path.iterdir()) == []
    assert re.fullmatch(
        r"26 windows of 512 frames at once need about \d\.\d GB of memory, free are 0\.4 GB", refused.value.message
    )
    found = re.fullmatch(r"set train\.micro_batch=(\d+) or less", refused.value.hint)
    assert found
    fits = int(found[1])
    assert 1 < fits < 26
    with pytest.raises(RecipeError, match=rf"set train\.micro_batch={fits} or less"):
        api.train(long_dataset, tmp_path / "run", "paper", changes=[*changes, f"train.micro_batch={fits + 1}"])
    report = api.train(
        long_dataset,
        tmp_path / "run",
        "paper",
        changes=[*changes, f"train.micro_batch={fits}"],
        progress=at_step(1, signal.SIGINT),
    )
    assert report.steps == 1


def test_a_machine_on_which_nothing_fits_is_told_so(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(monkeypatch, 1000)
    with pytest.raises(RecipeError, match=r"free are 0\.0 GB \(set train\.batch lower, or train a smaller model"):
        api.train(tiny_dataset, tmp_path / "run", "paper", changes=tiny_changes)


def test_to_reckon_changes_nothing_of_the_run(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = [*tiny_changes, "backbone.dropout=0.2", "train.epochs=1"]
    api.train(tiny_dataset, tmp_path / "reckoned", "paper", changes=changes)
    limited(monkeypatch, None)  # nobody tells: nothing is tried
    api.train(tiny_dataset, tmp_path / "not", "paper", changes=changes)
    one, other = (newest_state(tmp_path / name) for name in ("reckoned", "not"))
    assert one is not None
    assert other is not None
    assert other_tensors(one.tensors, other.tensors) == []


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux tells how much address space is held")
def test_memory_that_runs_out_ends_in_one_line_and_the_last_complete_step_is_saved(
    long_dataset: Path, tiny_changes: Changes, tmp_path: Path
) -> None:
    changes = [*tiny_changes, *LONG, "train.batch=12", "train.micro_batch=6", "backbone.dropout=0.1"]
    # whatever is freed goes back at once, so that the second step cannot live on what the first has left
    freed = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_MMAP_MAX_": "1000000"}
    said, _, cause = alone("no_memory.py", long_dataset, tmp_path / "run", *changes, **freed).partition("|")
    assert (
        said
        == "the memory does not hold 6 windows of 512 frames at once (add --set train.micro_batch=3 --resume --force)"
    )
    assert "memory" in cause  # what the allocator said
    found = newest_state(tmp_path / "run")
    assert found is not None
    assert found.place.steps >= 1
    stop = at_step(found.place.steps, signal.SIGINT)
    api.train(long_dataset, tmp_path / "stopped", "paper", changes=changes, progress=stop)
    stopped = newest_state(tmp_path / "stopped")
    assert stopped is not None
    assert other_tensors(stopped.tensors, found.tensors) == []


def test_memory_that_runs_out_in_a_later_micro_batch_leaves_nothing_of_its_step(
    tiny_dataset: Path, tiny_changes: Changes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from popgen_core.train.step import Stepper

    changes = [*tiny_changes, "train.micro_batch=1", "backbone.dropout=0.1"]
    api.train(tiny_dataset, tmp_path / "stopped", "paper", changes=changes, progress=at_step(2, signal.SIGINT))
    learn, learned = Stepper.learn, []

    def short(self: Stepper, *given: Any) -> Any:
        learned.append(given)
        if len(learned) == 1 + 2 * 2 + 2:  # the second micro-batch of the third step, after one trial
            raise RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: not enough memory")
        return learn(self, *given)

    monkeypatch.setattr(Stepper, "learn", short)
    with pytest.raises(RecipeError, match=r"does not hold 1 windows of 64 frames at once \(train a smaller model"):
        api.train(tiny_dataset, tmp_path / "run", "paper", changes=changes)
    one, other = (newest_state(tmp_path / name) for name in ("stopped", "run"))
    assert one is not None
    assert other is not None
    assert other_tensors(one.tensors, other.tensors) == []


def test_another_error_of_pytorch_is_no_want_of_memory() -> None:
    assert not memory.out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert memory.out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 7"))


def test_a_control_group_leaves_what_only_files_fill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "GROUP", tmp_path)
    assert memory._left_in_group() == []
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("900000\n")
    assert memory._left_in_group() == [100_000]
    (tmp_path / "memory.stat").write_text("anon 300000\ninactive_file 500000\nactive_file 100000\n")
    assert memory._left_in_group() == [700_000]
    (tmp_path / "memory.max").write_text("max\n")
    assert memory._left_in_group() == []

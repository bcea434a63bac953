"""Several processes: what they tell each other, who takes what, and what happens when one is missing."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from pair import Pair, environment, free_port, lose
from training_jobs import figures

from popgen_core.contracts.tensors import RhythmValues, Target
from popgen_core.errors import PopgenError
from popgen_core.train import processes as module
from popgen_core.train.processes import Processes, Share, joined, silenced

pytest_plugins = ("two_processes",)

CPU = torch.device("cpu")


def test_two_processes_hear_each_other(pair: Pair) -> None:
    first, second = pair.run(figures)
    assert (first.pop("leads"), second.pop("leads")) == (True, False)
    assert (first.pop("own"), second.pop("own")) == ([1.0, 0.0], [1.0, 1.0])  # a sum leaves the values alone
    assert first == second
    assert first["sum"] == [2.0, 1.0]
    assert first["agree"] == [False, True, True, True]
    assert first["first"] == "said by 0"
    assert first["gather"] == [{"rank": 0}, {"rank": 1}]


def test_one_process_alone_asks_nobody() -> None:
    with joined() as alone:
        assert (alone.rank, alone.size, alone.leads) == (0, 1, True)
        assert not torch.distributed.is_initialized()
        found = figures(alone)
        assert alone.share([5, 6, 7]) == Share([5, 6, 7])
    assert (found["sum"], found["first"], found["gather"]) == ([1.0, 0.0], "said by 0", [{"rank": 0}])
    assert found["agree"] == [False, False, True, True]


@pytest.mark.parametrize(
    ("items", "parts"),
    [
        ("abcdef", ["ab", "cd", "ef"]),
        ("abcde", ["a", "bc", "de"]),
        ("abcd", ["a", "b", "cd"]),
        ("ab", ["a*", "a", "b"]),  # * stands in
        ("a", ["a*", "a*", "a"]),
    ],
)
def test_items_are_shared_without_gaps_and_who_gets_none_stands_in(items: str, parts: list[str]) -> None:
    shares = [Processes(CPU, rank, 3).share(items) for rank in range(3)]
    assert [f"{share.items}{'' if share.counts else '*'}" for share in shares] == parts


def test_a_silenced_target_asks_for_nothing() -> None:
    ones, index = torch.ones(1, 2, 3, 4), torch.zeros(5, dtype=torch.int64)
    target = Target(ones, ones, torch.ones(1, 2), (index,) * 4, RhythmValues(*(torch.ones(5) for _ in range(3))))
    silent = silenced(target)
    assert silent.mask.tolist() == [[0.0, 0.0]]
    assert [len(axis) for axis in silent.where] == [0] * 4
    assert [len(getattr(silent.rhythm, name)) for name in ("velocity", "duration", "offset")] == [0] * 3
    assert silent.onset is ones


def test_torchrun_starts_a_world_of_the_size_that_was_asked_for(tmp_path: Path) -> None:
    script = tmp_path / "who.py"
    script.write_text(
        "from popgen_core.train.processes import joined\n"
        "with joined() as them:\n"
        "    if them.gather(them.rank) == [0, 1] and them.leads:\n"
        "        print('together', them.size, them.device)\n"
    )
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if "together" in line] == ["together 2 cpu"]


def test_a_process_that_does_not_come_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(0, 2, free_port()).items():
        monkeypatch.setenv(name, value)
    with (
        pytest.raises(PopgenError, match=r"asked for 2 processes, not all answered within 1 seconds: .* 1/2"),
        joined(1),
    ):
        pytest.fail("one process is not two")
    assert not torch.distributed.is_initialized()


def test_a_world_smaller_than_asked_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(0, 2, free_port()).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(module, "_meet", lambda *_: None)
    monkeypatch.setattr(module.dist, "get_world_size", lambda: 2)
    monkeypatch.setattr(module.dist, "destroy_process_group", lambda: None)
    monkeypatch.setattr(Processes, "sum", lambda self, values: values)  # nobody else adds anything
    with pytest.raises(PopgenError, match="asked for 2 processes, 1 answered"), joined():
        pytest.fail("one process is not two")


def test_half_a_launcher_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(PopgenError, match="WORLD_SIZE asks for 2 processes, but RANK") as refused, joined():
        pytest.fail("two processes train the same run apart")
    assert "torchrun" in refused.value.hint


def test_who_loses_another_process_says_so_and_ends(tmp_path: Path) -> None:
    context, port, began = multiprocessing.get_context("spawn"), free_port(), time.monotonic()
    children = [context.Process(target=lose, args=(rank, port, str(tmp_path / "told"))) for rank in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join(timeout=30)
    assert [child.exitcode for child in children] == [0, 3]
    assert time.monotonic() - began < 30
    assert "process 0 of 2 lost another" in (tmp_path / "told").read_text()

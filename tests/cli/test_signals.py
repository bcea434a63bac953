"""What Ctrl-C and SIGTERM leave behind: a run that can go on, or nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

Popgen = Callable[..., Any]


def test_a_training_that_is_interrupted_saves_and_ends_with_130(
    popgen: Popgen, run_dir: Path, dataset_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def ended_at_once(what: str) -> Iterator[Callable[..., None]]:
        yield lambda *_: os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("popgen_cli.commands.train.progress", ended_at_once)
    recipe = (run_dir / "recipe.toml").read_text().replace("minutes = 1e-06", "minutes = 0.0")
    (tmp_path / "mine.toml").write_text(recipe)
    done = popgen("train", dataset_dir, "-o", tmp_path / "out", "--recipe", tmp_path / "mine.toml")
    assert done.exit_code == 130
    assert "stopped by SIGINT" in done.stdout
    assert (tmp_path / "out" / "states" / "step-00000001.safetensors").exists()
    again = popgen("train", dataset_dir, "-o", tmp_path / "out", "--resume", "--json")
    assert json.loads(again.stdout)["steps"] == 2


def heed_ctrl_c() -> None:
    """Whoever runs in the background of a shell ignores SIGINT, and so do its children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_whoever_ends_popgen_finds_nothing_half_written(tmp_path: Path, number: signal.Signals) -> None:
    words = [sys.executable, "-m", "popgen_cli", "songwriter", "write", "-o", str(tmp_path / "out"), "--count", "9999"]
    running = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_ctrl_c)
    until = time.monotonic() + 30
    while not list(tmp_path.glob(".out-*/song-002.mid")) and time.monotonic() < until:
        time.sleep(0.02)
    running.send_signal(number)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out, err) == (130, "", "popgen: interrupted\n")
    assert list(tmp_path.iterdir()) == []

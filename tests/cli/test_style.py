"""popgen train --start and --style: what users write, and one line for what cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from popgen_cli.asking import OptionError, styles_of

Popgen = Callable[..., Any]


def test_a_style_is_a_file_and_a_strength() -> None:
    assert styles_of(None) == {}
    assert styles_of(["a.adapter.safetensors=0.7", "b"]) == {"a.adapter.safetensors": 0.7, "b": 1.0}
    assert styles_of(["take=2/mine.adapter.safetensors"]) == {"take=2/mine.adapter.safetensors": 1.0}
    assert styles_of(["take=2/mine"]) == {"take=2/mine": 1.0}
    assert styles_of(["a=b.adapter.safetensors"]) == {"a=b.adapter.safetensors": 1.0}
    assert styles_of(["take=2/mine=-0.5"]) == {"take=2/mine": -0.5}
    for wrong in ("O.7", "0,7", ""):
        with pytest.raises(OptionError, match=f"the strength '{wrong}' is no number"):
            styles_of([f"take=2/mine.adapter.safetensors={wrong}"])
    with pytest.raises(OptionError, match="names no adapter"):
        styles_of(["=1"])
    with pytest.raises(OptionError, match="said twice"):
        styles_of(["a=1", "a=0.5"])


def test_a_style_is_learnt_used_refused_and_reproduced(
    popgen: Popgen, run_dir: Path, dataset_dir: Path, tmp_path: Path
) -> None:
    mine, songs = tmp_path / "mine", tmp_path / "songs"
    trained = popgen(
        "train", dataset_dir, "-o", mine, "--start", run_dir, "--adapter", "--rank", 2, "--set", "train.minutes=1e-6"
    )
    assert trained.exit_code == 0, trained.stderr
    style = mine / "mine.adapter.safetensors"
    assert str(style) in trained.stdout
    assert (mine / "report.html").is_file()
    made = popgen("generate", run_dir, "-o", songs, "--bars", 2, "--style", f"{style}=0.5")
    assert made.exit_code == 0, made.stderr
    again = popgen("reproduce", songs / "song-001.mid", run_dir, "--style", f"{style}=0.5")
    assert (again.exit_code, "the same bytes again" in again.stdout) == (0, True)
    without = popgen("reproduce", songs / "song-001.mid", run_dir)
    assert (without.exit_code, len(without.stderr.splitlines())) == (4, 1)
    too_strong = popgen("generate", run_dir, "-o", tmp_path / "no", "--bars", 2, "--style", f"{style}=3")
    assert (too_strong.exit_code, "between -1 and 2" in too_strong.stderr) == (2, True)
    assert not (tmp_path / "no").exists()


def test_what_does_not_go_with_a_start_is_one_line(
    popgen: Popgen, run_dir: Path, dataset_dir: Path, tmp_path: Path
) -> None:
    for more, code in (
        (["--recipe", "pop"], 2),
        (["--set", "backbone.layers=9"], 2),
        (["--seeds", "2"], 2),
        (["--rank", "4"], 2),
    ):
        ended = popgen("train", dataset_dir, "-o", tmp_path / "run", "--start", run_dir, *more)
        assert (ended.exit_code, len(ended.stderr.splitlines())) == (code, 1), ended.stderr
    nowhere = popgen("train", dataset_dir, "-o", tmp_path / "run", "--start", tmp_path / "nothing")
    assert (nowhere.exit_code, "is no checkpoint file" in nowhere.stderr) == (1, True)
    assert not (tmp_path / "run").exists()

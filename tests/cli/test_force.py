"""`--force` on the command line: one line on stderr, and every command that takes a checkpoint has it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from wave_shop import WHERE, WaveShop

from popgen_core import api

pytest_plugins = ("wave_run",)

MADE_WITH = "was made with the encoder 'waves.v1' of my-idea 0.3.0, and 0.4.0 is installed"


@pytest.fixture
def song(her_shop: WaveShop, wave_run: Path, tmp_path: Path) -> Path:
    """A song of the run, written with the version that it was made with."""
    [row] = api.generate(wave_run, tmp_path / "songs", bars=2, temperature=1.5)
    return row.path


@pytest.mark.parametrize("command", ["generate", "score", "explain", "reproduce"])
def test_another_version_exits_4_and_with_force_goes_on_with_one_line(
    popgen: Any, her_shop: WaveShop, wave_run: Path, dataset_dir: Path, song: Path, tmp_path: Path, command: str
) -> None:
    checkpoint = shutil.copy(wave_run / "last.safetensors", tmp_path)  # without run.json: no baselines to fit
    words = {
        "generate": [checkpoint, "-o", tmp_path / "out", "--bars", 1],
        "score": [checkpoint, dataset_dir],
        "explain": [song, "--at", "bar1", "-o", tmp_path / "x.html", "--checkpoint", checkpoint, "--quick"],
        "reproduce": [song, checkpoint],
    }[command]
    her_shop.install("my-idea", "0.4.0")
    done = popgen(command, *words)
    assert done.exit_code == 4
    assert done.stderr == (
        f"popgen: {checkpoint} {MADE_WITH} (install my-idea 0.3.0, or add --force to go on all the same)\n"
    )
    done = popgen(command, *words, "--force")
    assert done.exit_code == (1 if command == "reproduce" else 0), done.stderr  # the song names 0.3.0, other bytes
    assert f"forced: {checkpoint} {MADE_WITH}" in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize("command", ["generate", "score", "explain", "reproduce"])
def test_every_command_takes_a_checkpoint_by_its_name(
    popgen: Any, her_shop: WaveShop, wave_run: Path, dataset_dir: Path, song: Path, tmp_path: Path, command: str
) -> None:
    from popgen_core.shipped import pack

    pack(wave_run, her_shop.folder, "mit", name="wave-model")
    her_shop.install("wave-weights", "1.0", WHERE.format(file="wave-model.safetensors"), "checkpoint", "wave-model.v1")
    name = "wave-weights:wave-model.v1"
    words = {
        "generate": [name, "-o", tmp_path / "out", "--bars", 1],
        "score": [name, dataset_dir],
        "explain": [song, "--at", "bar1", "-o", tmp_path / "x.html", "--checkpoint", name, "--quick"],
        "reproduce": [song, name],
    }[command]
    done = popgen(command, *words)
    assert done.exit_code == 0, done.stderr
    typo = [word if word != name else "wave-modl.v1" for word in words]
    done = popgen(command, *typo)
    assert done.exit_code == 1
    assert "did you mean 'wave-model.v1'?" in done.stderr
    assert done.stderr.count("\n") == 1

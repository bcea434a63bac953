"""Going on from a checkpoint that was made with strangers' components: with theirs, in their version, or by force."""

from __future__ import annotations

from pathlib import Path

import pytest
from wave_shop import WaveShop

from popgen_core import api
from popgen_core.checkpoint import read_checkpoint
from popgen_core.errors import RecipeError, Refused

pytest_plugins = ("wave_run",)

QUICK = ("train.minutes=1e-6",)


def test_a_start_with_a_stranger_of_another_version_needs_force_and_says_so(
    her_shop: WaveShop, wave_run: Path, short_dataset: Path, tmp_path: Path
) -> None:
    her_shop.install("my-idea", "0.4.0")
    with pytest.raises(Refused, match=r"of my-idea 0\.3\.0, and 0\.4\.0 is installed") as refused:
        api.train(short_dataset, tmp_path / "run", start=wave_run, changes=QUICK)
    assert refused.value.hint == "install my-idea 0.3.0, or add --force to go on all the same"
    assert not (tmp_path / "run").exists()
    report = api.train(short_dataset, tmp_path / "run", start=wave_run, changes=QUICK, force=True)
    made_with = "was made with the encoder 'waves.v1' of my-idea 0.3.0, and 0.4.0 is installed"
    assert [note for note in report.notes if note.startswith("forced")] == [f"forced: {wave_run} {made_with}"]
    assert made_with in (tmp_path / "run" / "sessions.jsonl").read_text()
    assert read_checkpoint(report.checkpoint)[0].components["encoder"] == ["waves.v1", "my-idea", "0.4.0"]
    assert api.train(short_dataset, tmp_path / "run", resume=True).notes == ()


def test_a_start_whose_stranger_is_gone_is_refused_with_force_too(
    her_shop: WaveShop, wave_run: Path, short_dataset: Path, tmp_path: Path
) -> None:
    her_shop.remove("my-idea")
    for force in (False, True):
        with pytest.raises(Refused, match=r"needs the encoder 'waves\.v1'"):
            api.train(short_dataset, tmp_path / "run", start=wave_run, changes=QUICK, force=force)


def test_force_without_anything_to_go_on_with_is_refused(short_dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="--force is for going on with a run or a checkpoint"):
        api.train(short_dataset, tmp_path / "run", "demo", force=True)

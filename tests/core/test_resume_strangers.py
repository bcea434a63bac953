"""Going on with a run that was begun with strangers' components: with theirs, in their version, or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from wave_shop import ONE_STEP, WAVES, WaveShop

from popgen_core import api
from popgen_core.checkpoint import read_checkpoint
from popgen_core.errors import Refused

pytest_plugins = ("wave_run",)


@pytest.fixture
def run(wave_run: Path, tmp_path: Path) -> Path:
    return shutil.copytree(wave_run, tmp_path / "run")


def test_a_run_whose_strangers_are_gone_says_what_to_install(
    her_shop: WaveShop, short_dataset: Path, run: Path
) -> None:
    her_shop.close()
    for force in (False, True):
        with pytest.raises(Refused) as refused:
            api.train(short_dataset, run, resume=True, force=force)
        assert refused.value.hint == "install my-idea 0.3.0 and her-loss 1.0"
        assert refused.value.exit_code == 4


def test_a_run_goes_on_with_the_distribution_that_it_was_begun_with(
    her_shop: WaveShop, short_dataset: Path, run: Path
) -> None:
    her_shop.install("other-idea", "7.0")  # and now two offer waves.v1
    assert api.train(short_dataset, run, resume=True).notes == ()
    report = api.train(short_dataset, run, changes=["train.minutes=1.0"], resume=True, force=True)
    assert (report.steps, report.notes) == (4, ("forced: recipe.train.minutes: 1e-06, now 1.0",))
    assert read_checkpoint(report.checkpoint)[0].components["encoder"] == ["waves.v1", "my-idea", "0.3.0"]


def test_a_run_goes_on_with_another_version_only_by_force_and_is_of_that_version_then(
    her_shop: WaveShop, short_dataset: Path, run: Path
) -> None:
    her_shop.install("my-idea", "0.4.0")
    with pytest.raises(Refused, match=r"of my-idea 0\.3\.0, and 0\.4\.0 is installed") as refused:
        api.train(short_dataset, run, resume=True)
    assert refused.value.hint == "install my-idea 0.3.0, or add --force to go on all the same"
    report = api.train(short_dataset, run, resume=True, force=True)
    assert report.notes == ("forced: components.encoder: waves.v1 my-idea 0.3.0, now waves.v1 my-idea 0.4.0",)
    assert read_checkpoint(report.checkpoint)[0].components["encoder"] == ["waves.v1", "my-idea", "0.4.0"]
    assert api.train(short_dataset, run, resume=True).notes == ()


def test_another_version_is_asked_about_before_its_settings_are(
    her_shop: WaveShop, short_dataset: Path, run: Path
) -> None:
    her_shop.install("my-idea", "0.4.0", WAVES.replace("pass", "loudness: float"))
    with pytest.raises(Refused, match=r"and 0\.4\.0 is installed"):
        api.train(short_dataset, run, resume=True)


def test_a_series_of_seeds_goes_on_as_a_run_does(her_shop: WaveShop, short_dataset: Path, tmp_path: Path) -> None:
    changes = [*ONE_STEP, "encoder.name=waves.v1"]
    api.train_seeds(short_dataset, tmp_path / "seeds", seeds=2, changes=changes)
    her_shop.install("other-idea", "7.0")
    again = api.train_seeds(short_dataset, tmp_path / "seeds", seeds=2, resume=True)
    assert [run.seed for run in again.seeds] == [1, 2]
    her_shop.remove("my-idea")
    with pytest.raises(Refused) as refused:
        api.train_seeds(short_dataset, tmp_path / "seeds", seeds=2, resume=True)
    assert refused.value.hint == "install my-idea 0.3.0"

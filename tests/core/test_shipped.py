"""Checkpoints as pip packages: loaded by their names, and only where the file is the one that its card speaks of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from wave_shop import WHERE, WaveShop

from popgen_core.checkpoint import read_checkpoint, write_checkpoint
from popgen_core.errors import CheckpointError, PluginError
from popgen_core.generate.load import load_checkpoint
from popgen_core.shipped import checkpoint_file, newest, pack, shipped_file
from popgen_core.testing.maker import Maker
from popgen_core.testing.running import run_checks

pytest_plugins = ("starter_shop", "wave_run")


def shipped(her_shop: WaveShop, run: Path, distribution: str = "wave-weights", version: str = "1.0") -> Path:
    """A distribution that ships the run's checkpoint as wave-model.v1 -> its file."""
    file = pack(run, her_shop.folder, "mit", name=distribution).file
    her_shop.install(distribution, version, WHERE.format(file=file.name), "checkpoint", "wave-model.v1")
    return file


def test_a_shipped_checkpoint_is_loaded_by_its_name_and_one_of_two_by_whose_it_is(
    her_shop: WaveShop, wave_run: Path
) -> None:
    file = shipped(her_shop, wave_run)
    assert load_checkpoint(Path("wave-model.v1"), her_shop.found()).file == file
    other = shipped(her_shop, wave_run, "other-weights")
    with pytest.raises(PluginError, match=r"offered by other-weights 1\.0 and by wave-weights 1\.0"):
        checkpoint_file(Path("wave-model.v1"), her_shop.found())
    assert checkpoint_file(Path("other-weights:wave-model.v1"), her_shop.found()) == other


def test_a_file_or_run_of_that_name_wins(
    her_shop: WaveShop, wave_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped(her_shop, wave_run)
    monkeypatch.chdir(tmp_path)
    here = Path("wave-model.v1")
    here.write_bytes(b"mine")
    assert checkpoint_file(here, her_shop.found()) == here
    here.unlink()
    here.mkdir()
    assert checkpoint_file(here, her_shop.found()) == here / "last.safetensors"


def test_a_name_without_its_version_is_the_newest_of_that_name_and_popgens_own_before_a_strangers(
    her_shop: WaveShop,
) -> None:
    def offered(distribution: str, name: str) -> None:
        her_shop.install(distribution, "1.0", WHERE.format(file="x"), "checkpoint", name)

    offered("her-weights", "waves.v2")
    offered("his-weights", "waves.v10")
    offered("odd-weights", "waves.vocal.v11")
    found = her_shop.found()
    assert newest("waves", found) == "waves.v10"
    assert newest("her-weights:waves", found) == "her-weights:waves.v2"
    assert newest("waves.v2", found) == "waves.v2"
    assert (newest("wave", found), newest("nobody:waves", found)) == ("", "")
    offered("popgen-starter", "starter.v1")
    offered("her-weights", "starter.v7")
    assert newest("starter", her_shop.found()) == "starter.v1"
    assert newest("her-weights:starter", her_shop.found()) == "her-weights:starter.v7"


@pytest.mark.usefixtures("no_starter")
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("wave-modl.v1", "did you mean 'wave-model.v1'?"),
        ("nobody:wave-modl.v1", "did you mean 'wave-model.v1'?"),
        ("runs/other", "give a file, a run folder, or a name: wave-model.v1"),
    ],
)
def test_a_name_that_is_none_gets_a_guess_or_the_list(her_shop: WaveShop, wave_run: Path, name: str, hint: str) -> None:
    shipped(her_shop, wave_run)
    with pytest.raises(CheckpointError) as refused:
        checkpoint_file(Path(name), her_shop.found())
    assert (refused.value.hint, refused.value.exit_code) == (hint, 1)


@pytest.mark.usefixtures("no_starter")
def test_where_no_checkpoint_is_installed_a_missing_file_is_what_it_was(her_shop: WaveShop) -> None:
    with pytest.raises(CheckpointError, match=r"no checkpoint file \(give a \.safetensors file or a run folder\)"):
        load_checkpoint(Path("nothing"), her_shop.found())


def test_another_file_than_the_card_speaks_of_is_not_loaded_by_name(her_shop: WaveShop, wave_run: Path) -> None:
    file = shipped(her_shop, wave_run)
    card, tensors = read_checkpoint(file)
    write_checkpoint(file, tensors, replace(card, popgen="9.9"))  # a sound checkpoint, but another
    with pytest.raises(CheckpointError) as refused:
        shipped_file("wave-model.v1", her_shop.found())
    assert "checkpoint 'wave-model.v1' of wave-weights:" in refused.value.message
    assert "its sha256 is" in refused.value.message
    assert refused.value.hint == "reinstall wave-weights"
    assert load_checkpoint(file, her_shop.found())  # by its path it is whoever's file it is


def test_the_kit_advises_no_force_which_it_does_not_have(her_shop: WaveShop, wave_run: Path) -> None:
    shipped(her_shop, wave_run)
    her_shop.install("my-idea", "0.4.0")
    make = Maker(her_shop.found().find("checkpoint", "wave-model.v1").card)
    rows = [row for row in run_checks(make) if "install my-idea 0.3.0" in row.reason]
    assert "check_it_loads" in [row.check for row in rows]
    assert not [row.reason for row in rows if "--force" in row.reason]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def Part():\n    raise OSError('no\\nluck')", "does not say where it lies: OSError: no luck"),
        ("def Part():\n    return 7", "its target returned int, not a path"),
        ("def Part():\n    return '/nowhere/x.safetensors'", "x.safetensors is not there"),
    ],
)
def test_a_distribution_that_does_not_say_where_its_file_lies_is_named(
    her_shop: WaveShop, code: str, said: str
) -> None:
    her_shop.install("wave-weights", "1.0", code, "checkpoint", "wave-model.v1")
    with pytest.raises((PluginError, CheckpointError)) as refused:
        shipped_file("wave-model.v1", her_shop.found())
    assert said in refused.value.message
    assert "wave-weights" in str(refused.value)
    assert "\n" not in str(refused.value)

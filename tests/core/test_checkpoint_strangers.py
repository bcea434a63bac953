"""Checkpoints made with strangers' components: they name them, ask for them, and load no other's in their place."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from wave_shop import ONE_STEP, WAVES, WaveShop

from popgen_core import api
from popgen_core.checkpoint import read_checkpoint, write_checkpoint
from popgen_core.errors import PluginError, PopgenError, Refused
from popgen_core.generate.load import load_checkpoint
from popgen_core.music import song_from_midi, song_to_midi
from popgen_core.music.midi import PROVENANCE

pytest_plugins = ("wave_run",)

MADE_WITH = "was made with the encoder 'waves.v1' of my-idea 0.3.0, and 0.4.0 is installed"


def refused(kind: type[PopgenError], run: Path, her_shop: WaveShop, force: bool = False) -> PopgenError:
    """The error of loading, which is one line."""
    with pytest.raises(kind) as found:
        load_checkpoint(run, her_shop.found(), force)
    assert "\n" not in str(found.value)
    return found.value


def made_with(run: Path, out: Path, **components: list[str]) -> Path:
    """The run's checkpoint as if it had been made with other components."""
    card, tensors = read_checkpoint(run / "last.safetensors")
    write_checkpoint(out, tensors, replace(card, components={**card.components, **components}))
    return out


def test_a_checkpoint_names_each_strangers_distribution_and_version(wave_run: Path) -> None:
    card, _ = read_checkpoint(wave_run / "last.safetensors")
    assert card.components["encoder"] == ["waves.v1", "my-idea", "0.3.0"]
    assert card.components["loss"] == ["ripples.v1", "her-loss", "1.0"]


def test_of_two_strangers_of_one_name_a_checkpoint_names_the_one_that_the_recipe_chose(
    her_shop: WaveShop, short_dataset: Path, tmp_path: Path
) -> None:
    her_shop.install("other-idea", "7.0")
    report = api.train(short_dataset, tmp_path / "run", changes=[*ONE_STEP, "encoder.name=other-idea:waves.v1"])
    assert read_checkpoint(report.checkpoint)[0].components["encoder"] == ["waves.v1", "other-idea", "7.0"]
    loaded = load_checkpoint(tmp_path / "run", her_shop.found())
    assert type(loaded.model.encoder).__module__ == "other_idea_parts"


def test_a_checkpoint_with_its_strangers_writes_songs_that_name_them(
    her_shop: WaveShop, wave_run: Path, tmp_path: Path
) -> None:
    [row] = api.generate(wave_run, tmp_path / "songs", bars=1)
    made = json.loads(song_from_midi(row.path.read_bytes()).provenance.removeprefix(PROVENANCE))
    assert made["strangers"] == {"encoder": "waves.v1 of my-idea 0.3.0", "loss": "ripples.v1 of her-loss 1.0"}
    assert row.remarks == ()
    again = api.reproduce(row.path, wave_run)
    assert (again.same, again.remarks) == (True, ())


def test_all_that_is_missing_is_named_at_once_with_what_to_install(her_shop: WaveShop, wave_run: Path) -> None:
    her_shop.close()
    for force in (False, True):
        error = refused(Refused, wave_run, her_shop, force)
        assert error.message == (
            f"{wave_run} needs the encoder 'waves.v1' and the loss 'ripples.v1', which are not installed"
        )
        assert error.hint == "install my-idea 0.3.0 and her-loss 1.0"
        assert error.exit_code == 4


def test_what_is_missing_is_told_with_what_has_another_version(her_shop: WaveShop, wave_run: Path) -> None:
    her_shop.remove("her-loss")
    her_shop.install("my-idea", "0.4.0")
    error = refused(Refused, wave_run, her_shop)
    assert error.message == f"{wave_run} needs the loss 'ripples.v1', which is not installed; it {MADE_WITH}"
    assert error.hint == "install her-loss 1.0 and my-idea 0.3.0"
    assert refused(Refused, wave_run, her_shop, force=True).hint == "install her-loss 1.0"


def test_another_version_is_asked_about_and_forced_with_one_line(
    her_shop: WaveShop, wave_run: Path, tmp_path: Path
) -> None:
    her_shop.install("my-idea", "0.4.0")
    error = refused(Refused, wave_run, her_shop)
    assert error.message == f"{wave_run} {MADE_WITH}"
    assert error.hint == "install my-idea 0.3.0, or add --force to go on all the same"
    assert error.exit_code == 4
    [row] = api.generate(wave_run, tmp_path / "songs", bars=1, force=True)
    assert row.remarks == (f"forced: {wave_run} {MADE_WITH}",)
    assert json.loads(row.path.with_suffix(".json").read_text())["remarks"] == list(row.remarks)


def test_a_song_of_another_version_says_so_when_it_is_made_again(
    her_shop: WaveShop, wave_run: Path, tmp_path: Path
) -> None:
    [row] = api.generate(wave_run, tmp_path / "songs", bars=1)
    her_shop.install("my-idea", "0.4.0")
    again = api.reproduce(row.path, wave_run, force=True)
    change = "encoder: waves.v1 of my-idea 0.3.0 then, waves.v1 of my-idea 0.4.0 now"
    assert again.remarks == (f"forced: {wave_run} {MADE_WITH}", change)
    song = song_from_midi(row.path.read_bytes())
    made = json.loads(song.provenance.removeprefix(PROVENANCE))
    del made["strangers"]  # as an earlier popgen wrote it
    row.path.write_bytes(song_to_midi(replace(song, provenance=PROVENANCE + json.dumps(made))))
    assert api.reproduce(row.path, wave_run, force=True).remarks == again.remarks[:1]


def test_popgens_own_components_never_ask(her_shop: WaveShop, wave_run: Path, tmp_path: Path) -> None:
    file = made_with(wave_run, tmp_path / "x.safetensors", backbone=["transformer.v1", "popgen-core", "0.0.1"])
    assert load_checkpoint(file, her_shop.found()).remarks == ()


def test_one_of_popgens_own_that_is_not_here_needs_any_newer_version(
    her_shop: WaveShop, wave_run: Path, tmp_path: Path
) -> None:
    file = made_with(wave_run, tmp_path / "x.safetensors", backbone=["later.v1", "popgen-core", "9.0"])
    error = refused(Refused, file, her_shop)
    assert "needs the backbone 'later.v1', which popgen-core 0.1.0 does not offer" in error.message
    assert error.hint == "install popgen-core 9.0 or newer from popgen's wheels"


def test_a_plain_name_means_the_distribution_that_it_meant_then(her_shop: WaveShop, wave_run: Path) -> None:
    her_shop.install("other-idea", "7.0")  # and now two offer waves.v1
    loaded = load_checkpoint(wave_run, her_shop.found())
    assert type(loaded.model.encoder).__module__ == "my_idea_parts"
    assert loaded.recipe.parts["encoder"].name == "waves.v1"


def test_the_same_name_of_another_distribution_is_no_replacement(her_shop: WaveShop, wave_run: Path) -> None:
    her_shop.remove("my-idea")
    her_shop.install("other-idea", "0.3.0")
    for force in (False, True):
        assert refused(Refused, wave_run, her_shop, force).hint == "install my-idea 0.3.0"


@pytest.mark.parametrize("version", ["0.3.0", "0.3", "0.3.0.0"])
def test_a_distribution_that_is_written_otherwise_is_the_same_one(
    her_shop: WaveShop, wave_run: Path, version: str
) -> None:
    her_shop.remove("my-idea")
    her_shop.install("My_Idea", version)
    her_shop.install("other-idea", "7.0")  # and two offer waves.v1
    loaded = load_checkpoint(wave_run, her_shop.found())
    assert type(loaded.model.encoder).__module__ == "My_Idea_parts"
    assert loaded.remarks == ()
    assert her_shop.found().find("encoder", "my.idea:waves.v1").distribution == "My_Idea"


@pytest.mark.parametrize("version", ["0.3.0rc1", "0.3.1", "0.30", "3"])
def test_only_zeros_at_the_end_make_no_other_version(her_shop: WaveShop, wave_run: Path, version: str) -> None:
    her_shop.install("my-idea", version)
    assert f"and {version} is installed" in refused(Refused, wave_run, her_shop).message


def test_one_that_is_written_otherwise_and_kept_out_is_to_be_let_in(
    her_shop: WaveShop, wave_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    her_shop.remove("my-idea")
    her_shop.install("My_Idea", "0.3.0", hook="raise ValueError('no luck')")
    assert "which did not load: " in refused(Refused, wave_run, her_shop).message
    monkeypatch.setenv("POPGEN_PLUGINS", "her-loss")
    assert "POPGEN_PLUGINS=her-loss keeps out" in refused(Refused, wave_run, her_shop).message


def test_a_checkpoint_that_names_no_components_loads_as_before(
    her_shop: WaveShop, wave_run: Path, tmp_path: Path
) -> None:
    card, tensors = read_checkpoint(wave_run / "last.safetensors")
    write_checkpoint(tmp_path / "x.safetensors", tensors, replace(card, components={}))
    assert load_checkpoint(tmp_path / "x.safetensors", her_shop.found()).strangers == ()


@pytest.mark.parametrize(
    ("change", "said", "hint"),
    [
        ({"name": "tides.v1"}, "which my-idea 0.3.0 does not offer", "install my-idea 0.3.0"),
        (
            {"hook": "raise ValueError('no luck')"},
            "which did not load: entry point my-idea = my_idea cannot be loaded: ValueError: no luck",
            "",
        ),
    ],
)
def test_why_an_installed_distribution_does_not_help_is_told(
    her_shop: WaveShop, wave_run: Path, change: dict[str, Any], said: str, hint: str
) -> None:
    her_shop.install("my-idea", "0.3.0", **change)
    error = refused(Refused, wave_run, her_shop)
    assert said in error.message
    assert hint in error.hint


def test_a_stranger_that_is_kept_out_is_to_be_let_in(
    her_shop: WaveShop, wave_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POPGEN_PLUGINS", "her-loss")
    error = refused(Refused, wave_run, her_shop)
    assert "needs the encoder 'waves.v1', which POPGEN_PLUGINS=her-loss keeps out" in error.message
    assert error.hint == "let my-idea in"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import a_module_that_nobody_has", "encoder 'waves.v1' of my-idea 0.3.0 cannot be imported: No module named"),
        ("1 / 0", "encoder 'waves.v1' of my-idea 0.3.0 cannot be loaded: ZeroDivisionError"),
        (
            WAVES + "    def __init__(self, config, sizes):\n        raise ValueError('no\\nluck')\n",
            "encoder 'waves.v1' of my-idea 0.3.0 cannot be made: ValueError: no luck",
        ),
        (
            WAVES + "    def __init__(self, config, sizes):\n        raise SystemExit(0)\n",
            "encoder 'waves.v1' of my-idea 0.3.0 cannot be made: SystemExit: 0",
        ),
    ],
)
def test_a_component_that_cannot_be_imported_or_made_is_the_defect_of_its_distribution(
    her_shop: WaveShop, wave_run: Path, code: str, said: str
) -> None:
    her_shop.install("my-idea", "0.3.0", code)
    error = refused(PluginError, wave_run, her_shop)
    assert said in error.message
    assert "my-idea" in error.hint
    assert "her-loss" not in str(error)  # which is sound


def test_weights_that_do_not_fit_another_version_advise_the_one_they_were_made_with(
    her_shop: WaveShop, wave_run: Path
) -> None:
    other = "    def __init__(self, config, sizes):\n        super().__init__(config, sizes)\n"
    her_shop.install("my-idea", "0.4.0", WAVES + other + "        self.place = self.notes\n")
    error = refused(Refused, wave_run, her_shop, force=True)
    assert "do not fit its recipe" in error.message
    assert error.hint == "install the versions that it was made with"

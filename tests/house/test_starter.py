"""The starter's package: filled by one command, built and installed as soon as its weights are there."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from starter_shop import PACKAGE, filler

from popgen_core.checkpoint import read_checkpoint, write_checkpoint
from popgen_core.errors import CheckpointError, OutputError
from popgen_core.shipped import TO_WRITE, read_model_card, verified

pytest_plugins = ("starter_shop",)

ROOT = PACKAGE.parents[1]
WEIGHTS = sorted((PACKAGE / "src" / "popgen_starter").glob("*.safetensors"))


def test_one_command_fills_it_from_a_run(starter_package: Path, pop_run: Path) -> None:
    file = starter_package / "src" / "popgen_starter" / "starter.v1.safetensors"
    card = verified(file)
    assert read_checkpoint(file)[0].weights == "int8"
    assert file.stat().st_size < 0.5 * (pop_run / "last.safetensors").stat().st_size
    assert (starter_package / "README.md").read_text() == file.with_suffix(".md").read_text()
    assert (starter_package / "ATTRIBUTION.md").read_text().startswith("# Whose music the starter learned from\n\n- ")
    assert "POP909" in card.sections["Data"]
    assert "does not speak of the songs" in " ".join(card.sections["Data"].split())
    for title in ("Training", "Licence", "How to cite"):
        assert f"\n## {title}\n" in card.text
    written = (starter_package / "card" / "figures.md").exists()
    assert (TO_WRITE in card.sections["Figures"]) != written
    with pytest.raises(OutputError, match="holds weights already"):
        filler().fill(pop_run, "mit", starter_package)


def test_weights_that_learned_from_a_song_under_the_gpl_are_not_shipped(pop_run: Path, tmp_path: Path) -> None:
    card, tensors = read_checkpoint(pop_run / "last.safetensors")
    passport = {"licences": {"MIT": {"songs": 9}, "GPL-2.0+": {"songs": 1}}}
    write_checkpoint(tmp_path / "x.safetensors", tensors, replace(card, corpus={**card.corpus, "passport": passport}))
    (tmp_path / "src" / "popgen_starter").mkdir(parents=True)
    with pytest.raises(CheckpointError, match=r"learned from songs under GPL-2\.0\+"):
        filler().fill(tmp_path / "x.safetensors", "mit", tmp_path)
    assert list((tmp_path / "src" / "popgen_starter").iterdir()) == []


def test_what_a_start_learned_from_counts_and_is_named(pop_run: Path, tmp_path: Path) -> None:
    card, tensors = read_checkpoint(pop_run / "last.safetensors")
    passports = [
        {"licences": {licence: {"songs": 9, "origins": {where: 9}}}}
        for licence, where in (("MIT", "mine"), ("CC0-1.0", "hers"), ("GPL-2.0+", "theirs"))
    ]
    first = {"passport": passports[1], "start": {"passport": passports[2]}}
    free = {**card.corpus, "passport": passports[0], "start": {"passport": passports[1]}}
    shutil.copytree(PACKAGE / "card", tmp_path / "card")
    (tmp_path / "src" / "popgen_starter").mkdir(parents=True)
    write_checkpoint(tmp_path / "x.safetensors", tensors, replace(card, corpus={**free, "start": first}))
    with pytest.raises(CheckpointError, match=r"learned from songs under GPL-2\.0\+"):
        filler().fill(tmp_path / "x.safetensors", "mit", tmp_path)
    write_checkpoint(tmp_path / "x.safetensors", tensors, replace(card, corpus=free))
    filler().fill(tmp_path / "x.safetensors", "mit", tmp_path)
    lines = (tmp_path / "ATTRIBUTION.md").read_text().splitlines()
    assert lines[2:] == ["- mine: 9 songs, MIT", "- hers: 9 songs, CC0-1.0"]


def done_by_make(*words: str) -> str:
    command = ["make", "-n", "-C", str(ROOT), "-o", ".venv/.ready", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("there", [True, False])
def test_it_is_built_and_installed_if_and_only_if_its_weights_are_there(there: bool) -> None:
    weights = f"WEIGHTS={'x.safetensors' if there else ''}"
    assert ("packages/popgen-starter" in done_by_make("wheels", weights)) == there
    environment = done_by_make("environment", "VENV=/nowhere", weights, "-o", "x.safetensors")
    assert ("-e packages/popgen-starter" in environment) == there
    assert ("-p popgen_starter" in done_by_make("check", weights)) == there


def test_what_installs_everything_installs_the_starter_once_it_is_there() -> None:
    """The day the weights come, this says what to edit: two lists, the page on installing, and the changelog."""
    read = [
        tomllib.loads((ROOT / "packages" / name / "pyproject.toml").read_text()) for name in ("popgen-cli", "popgen")
    ]
    everything, empty = read[0]["project"]["optional-dependencies"]["all"], read[1]["project"]["dependencies"]
    wanted = "popgen-starter>=0.1,<0.2"
    assert [wanted in everything, wanted in empty] == [bool(WEIGHTS)] * 2, f"{wanted!r}: popgen-cli[all] and popgen"
    changes = (PACKAGE / "CHANGELOG.md").read_text()
    assert ("still to come" in changes) != bool(WEIGHTS)


@pytest.mark.skipif(not WEIGHTS, reason="its weights are still to come")
def test_its_page_is_its_model_card_and_nothing_is_left_to_write() -> None:
    [file] = WEIGHTS
    card = verified(file)
    assert (PACKAGE / "README.md").read_text() == file.with_suffix(".md").read_text()
    assert card.to_write == read_model_card(PACKAGE / "README.md").to_write == ()
    assert file.stat().st_size < 15e6


def test_its_wheel_holds_weights_card_licence_and_attributions(starter_package: Path, tmp_path: Path) -> None:
    command = ["build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(starter_package)]
    subprocess.run([sys.executable, "-m", *command], check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    held = {name.rpartition("/")[2] for name in zipfile.ZipFile(wheel).namelist()}
    assert held >= {"starter.v1.safetensors", "starter.v1.md", "LICENSE", "ATTRIBUTION.md", "py.typed"}

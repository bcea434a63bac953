"""popgen plugins show, check and new: what they print, at the width of the screen, and how they end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from own_plugins import begin, install
from plugin_shop import GOOD, Shop

from popgen_core.plugins.weights import weights_at

pytest_plugins = ("open_shop",)

Popgen = Callable[..., Any]


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_show_tells_settings_and_shapes_within_the_screen(popgen: Popgen) -> None:
    done = popgen("plugins", "show", "backbone", "transformer.v1")
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "backbone transformer.v1, of popgen-core 0.1.0"
    at = lines.index("  layers")
    assert lines[at + 1 : at + 3] == ["    whole number, 1 to 64; 6 unless told", "    number of layers"]
    at = lines.index("  forward(x: Tensor) -> Tensor")
    assert lines[at + 1 : at + 3] == [
        "    x (batch, frame, width) -> (batch, frame, width); 1 to `window` frames,",
        "    without `keep` any number.",
    ]
    assert [line for line in lines if len(line) > 80 and "source" not in line] == []


def test_show_tells_what_an_evaluator_measures(popgen: Popgen) -> None:
    lines = popgen("plugins", "show", "evaluator", "polyphony.v1").stdout.splitlines()
    assert "  polyphony       pitches, 1 to 128, neither end is better: pitches that sound" in lines
    assert "It has no settings" in lines


def test_show_tells_the_same_as_json(popgen: Popgen) -> None:
    told = json.loads(popgen("plugins", "show", "encoder", "linear.v1", "--json").stdout)
    assert (told["kind"], told["name"], told["distribution"]) == ("encoder", "linear.v1", "popgen-encoders")
    assert told["facts"] == {"context": 0}
    assert told["contract"]["methods"][3]["name"] == "forward"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "encodr", "x"), "no kind of plug-in named 'encodr' (did you mean encoder?)"),
        (("show", "encoder", "linear"), "no encoder is named 'linear' (did you mean 'linear.v1'?)"),
        (("check", "popgen-encodrs"), "no distribution named 'popgen-encodrs' is installed (did you mean popgen-enc"),
        (("check", "popgen-core", "--name", "x.v1"), "popgen-core hands in no component x.v1 (it hands in: grouper"),
        (("new", "encodr", "my-idea"), "no kind of plug-in named 'encodr'"),
        (("new", "encoder", "My Idea"), "'My Idea' is no name of a distribution"),
        (("new", "checkpoint", "my-idea"), "a checkpoint needs --weights and --licence"),
        (
            ("new", "loss", "my-idea", "--licence", "mit"),
            "--weights, --licence and --stored-as are for a checkpoint, not for a component of kind loss",
        ),
        (("new", "loss", "my-idea", "--stored-as", "half"), "--stored-as are for a checkpoint"),
    ],
)
def test_wrong_use_ends_with_2_and_one_line(
    popgen: Popgen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = popgen("plugins", *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_is_made_with_its_weights_in_8_bits_and_says_so(
    popgen: Popgen, run_dir: Path, tmp_path: Path
) -> None:
    words = ("plugins", "new", "checkpoint", "my-weights", "--weights", run_dir, "--licence", "mit", "--stored-as")
    done = popgen(*words, "int4", "-o", tmp_path / "wrong")
    assert (done.exit_code, "'int4' is no way to store weights (ways are: float, half, int8)" in done.stderr) == (
        1,
        True,
    )
    assert not (tmp_path / "wrong").exists()
    assert popgen(*words, "int8", "-o", tmp_path / "new").exit_code == 0
    assert weights_at(tmp_path / "new/src/my_weights/my-weights.safetensors").stored == "int8"
    assert weights_at(run_dir / "last.safetensors").stored == "float"


def test_check_tells_a_row_a_check_and_a_summary(popgen: Popgen) -> None:
    done = popgen("plugins", "check", "popgen-core", "--kind", "grouper", "--name", "program.v1")
    assert done.exit_code == 0, done.stdout
    lines = done.stdout.splitlines()
    assert lines[:3] == ["popgen-core 0.1.0", "  pass  entry point loads", ""]
    assert lines[3].startswith("grouper program.v1, ")
    assert "  pass  declaration is light" in lines
    assert lines[-1].startswith("popgen-core 0.1.0: ")


def test_a_check_that_fails_ends_with_1_and_says_why(tmp_path: Path) -> None:
    begun = begin("grouper", "my-idea", tmp_path)
    file = begun.folder / "src" / "my_idea" / "grouper.py"
    file.write_text(file.read_text().replace("from __future__ import annotations", "raise ValueError('no luck')"))
    install(begun, tmp_path / "site")
    path = os.pathsep.join([str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, "COLUMNS": "80"}
    command = [sys.executable, "-m", "popgen_cli", "plugins", "check", "my-idea"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    at = lines.index("  FAIL  component imports")
    assert "ValueError: no luck" in " ".join(line.strip() for line in lines[at + 1 :])
    assert lines[-1] == "my-idea 2.5: 2 of 3 checks pass, 1 FAIL"
    told = json.loads(subprocess.run([*command, "--json"], env=environment, capture_output=True, text=True).stdout)
    assert told["summary"] == {"pass": 2, "FAIL": 1, "skip": 0}
    assert [row["verdict"] for row in told["checks"]] == ["pass", "pass", "FAIL"]


def test_new_makes_a_folder_of_the_name_and_says_what_is_next(
    popgen: Popgen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = popgen("plugins", "new", "evaluator", "my_idea")
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "my_idea is written my-idea, as package indexes compare names"
    assert lines[1] == "my-idea: evaluator my-idea.v1"
    assert "  edit     src/my_idea/evaluator.py" in lines
    assert (tmp_path / "my-idea" / "src" / "my_idea" / "evaluator.py").is_file()
    again = popgen("plugins", "new", "evaluator", "my-idea")
    assert again.exit_code == 2
    assert "my-idea exists and is not empty" in again.stderr


def test_new_says_first_what_its_tests_lack(popgen: Popgen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("popgen_core.plugins.new.lacks", lambda card: card.install)
    lines = popgen("plugins", "new", "loss", "my-idea", "-o", tmp_path / "one").stdout.splitlines()
    at = lines.index("  first    install popgen-core[torch] from popgen's wheels: its tests need it")
    assert lines[at + 1] == "  edit     src/my_idea/loss.py"


COLOURED = """
    from dataclasses import dataclass

    class Waves:
        "Blue\x1b[34m"

        @dataclass
        class Config:
            "No options."
"""


def test_what_a_card_says_cannot_steer_the_terminal(popgen: Popgen, shop: Shop) -> None:
    shop.install("odd-one", GOOD.replace("by waves", "red\\x1b[31m"), COLOURED)
    listed = popgen("plugins", "list").stdout
    shown = popgen("plugins", "show", "encoder", "waves.v1").stdout
    assert r"encodes red\x1b[31m" in listed
    assert r"encodes red\x1b[31m" in shown
    assert r"Blue\x1b[34m" in shown
    assert "\x1b" not in listed + shown


def test_new_makes_the_folder_that_is_told(popgen: Popgen, tmp_path: Path) -> None:
    assert popgen("plugins", "new", "grouper", "my-idea", "-o", tmp_path / "deep" / "one").exit_code == 0
    assert (tmp_path / "deep" / "one" / "pyproject.toml").is_file()

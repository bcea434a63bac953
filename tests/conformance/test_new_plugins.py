"""What `popgen plugins new` makes keeps its contract at once: its own tests pass, and its code is clean."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from own_plugins import begin, found

from popgen_core.contracts.card import KINDS

pytest_plugins = ("tiny_run",)

ROOT = Path(__file__).parents[2]
PARTS = [kind for kind in KINDS if kind != "checkpoint"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One of each kind, a checkpoint left out."""
    folder = tmp_path_factory.mktemp("new")
    for kind in PARTS:
        begin(kind, f"my-{kind}", folder)
    return folder


def run(folder: Path, *words: str, path: str = "") -> subprocess.CompletedProcess[str]:
    """A program of Python's in a folder, with more to search for modules."""
    search = os.pathsep.join([path, os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    environment = {**os.environ, "PYTHONPATH": search, "MYPYPATH": search, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, "-m", *words], cwd=folder, env=environment, capture_output=True, text=True)


def test_its_tests_pass_in_its_folder_before_anything_is_installed(home: Path) -> None:
    done = run(home / "my-grouper", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


@pytest.mark.slow
def test_the_seven_kinds_pass_their_own_tests(home: Path, tiny_run: Path) -> None:
    from popgen_core.shipped.new import new_checkpoint

    new_checkpoint("my-checkpoint", home / "my-checkpoint", found(), tiny_run, "mit")
    folders = [home / f"my-{kind}" for kind in KINDS]
    path = os.pathsep.join(str(folder / "src") for folder in folders)
    tests = [str(folder / "tests") for folder in folders]
    done = run(home, "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(home), *tests, path=path)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def test_its_code_is_clean(home: Path) -> None:
    pytest.importorskip("ruff")
    rules = ["--no-cache", "--select", "E,F,W,I,UP,B,C4,SIM,RUF"]
    for kind in PARTS:
        for words in (["check", *rules], ["format", "--no-cache", "--check"]):
            done = run(home / f"my-{kind}", "ruff", *words, ".")
            assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_its_types_are_strict(home: Path, tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    ours = [str(folder) for folder in ROOT.glob("packages/*/src")]
    sources = [str(home / f"my-{kind}" / part) for kind in PARTS for part in ("src", "tests")]
    path = os.pathsep.join([*ours, *(source for source in sources if source.endswith("src"))])
    options = ["--strict", "--explicit-package-bases", "--namespace-packages", "--cache-dir", str(tmp_path)]
    options += ["--config-file", str(ROOT / "pyproject.toml")]
    done = run(home, "mypy", *options, *sources, path=path)
    assert done.returncode == 0, done.stdout

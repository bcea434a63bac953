"""The package of the starter filled from a tiny run and installed in this process, or kept out of it."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoints
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from own_plugins import written

from popgen_core.plugins import catalogue, loader

__all__ = ["ENTRY", "PACKAGE", "filler", "module_of", "no_starter", "starter", "starter_package"]

PACKAGE = Path(__file__).parents[2] / "packages" / "popgen-starter"
ENTRY = "[popgen]\npopgen-starter = popgen_starter\n"

pytest_plugins = ("pop_run",)


def module_of(name: str, package: Path = PACKAGE) -> ModuleType:
    """A script of the package's folder, such as corpus.py."""
    spec = importlib.util.spec_from_file_location(f"starter_{name}", package / f"{name}.py")
    made = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def filler(package: Path = PACKAGE) -> ModuleType:
    """The package's own make.py."""
    return module_of("make", package)


@pytest.fixture(scope="session")
def starter_package(pop_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package without the weights that it may hold, filled from a tiny run of recipe `pop`."""
    place = tmp_path_factory.mktemp("starter") / "popgen-starter"
    shutil.copytree(PACKAGE, place, ignore=shutil.ignore_patterns("starter.v*"))
    filler().fill(pop_run, "mit", place)
    return place


@pytest.fixture
def starter(starter_package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of an installed starter."""
    site = tmp_path / "site"
    shutil.copytree(starter_package / "src", site)
    written(site, "popgen-starter", ENTRY)
    monkeypatch.syspath_prepend(str(site))
    forget()
    yield site / "popgen_starter" / "starter.v1.safetensors"
    forget()


@pytest.fixture
def no_starter(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No starter, whatever this environment holds."""
    whole = loader.entry_points

    def others(**wanted: Any) -> EntryPoints:
        return EntryPoints(entry for entry in whole(**wanted) if entry.name != "popgen-starter")

    monkeypatch.setattr(loader, "entry_points", others)
    forget()
    yield
    forget()


def forget() -> None:
    """Let this process look anew for what is installed."""
    catalogue.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "popgen_starter"]:
        del sys.modules[name]

"""Plug-ins begun by popgen itself, and put where Python finds them as pip would put them."""

from __future__ import annotations

import shutil
from pathlib import Path

from popgen_core.contracts.card import Kind
from popgen_core.plugins import Catalogue
from popgen_core.plugins.loader import discover
from popgen_core.plugins.new import Begun, new_distribution

__all__ = ["begin", "found", "install", "written"]


def found() -> Catalogue:
    """What is installed now."""
    return Catalogue(*discover())


def begin(kind: Kind, name: str, home: Path) -> Begun:
    """A new distribution in a folder of its name."""
    return new_distribution(kind, name, home / name, found())


def install(begun: Begun, site: Path) -> None:
    """Its package and metadata in a folder of the search path."""
    shutil.copytree(begun.folder / "src", site, dirs_exist_ok=True)
    written(site, begun.names.distribution, f"[popgen]\n{begun.names.distribution} = {begun.names.module}\n")


def written(site: Path, name: str, entry_points: str) -> None:
    """The metadata of a distribution alone, version 2.5."""
    about = site / f"{name.replace('-', '_')}-2.5.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.5\n")
    (about / "entry_points.txt").write_text(entry_points)

"""The folders that a listening test compares, and which of their files stand side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from numpy.random import default_rng

from popgen_core.audio.formats import READ
from popgen_core.errors import PopgenError, RecipeError
from popgen_core.music.guard import ENDINGS

__all__ = ["Material", "material"]


@dataclass(frozen=True)
class Material:
    """`systems`: names. `items`: for each item the file of each system. `by_name`: whether files of one name are it."""

    systems: tuple[str, ...]
    items: tuple[tuple[Path, ...], ...]
    by_name: bool


def material(folders: Sequence[str], *, audio: bool, most: int, seed: int) -> Material:
    """`FOLDER` or `name=FOLDER` of each system -> at most `most` items, one file of each system.

    Where all folders hold the same names, files of one name stand side by side, as of one primer; else by chance.
    Raises RecipeError for one folder or one name twice, PopgenError for a folder without files of that kind.
    """
    named = [_named(folder) for folder in folders]
    systems = tuple(name for name, _ in named)
    if len(named) < 2:
        raise RecipeError("a listening test compares two folders or more", hint="name the folders of two systems")
    if len(set(systems)) < len(systems):
        raise RecipeError(
            f"two folders are called alike: {', '.join(systems)}", hint="give them names: real=FOLDER ours=FOLDER"
        )
    found = [_files(folder, READ if audio else ENDINGS) for _, folder in named]
    stems = [[file.stem for file in files] for files in found]
    by_name = all(set(each) == set(stems[0]) and len(set(each)) == len(each) for each in stems)
    random = default_rng([seed, 1])
    if by_name:
        chosen = random.permutation(len(found[0]))[:most]
        found = [sorted(files, key=lambda file: file.stem) for files in found]
        return Material(systems, tuple(tuple(files[at] for files in found) for at in chosen), True)
    columns = [[files[at] for at in random.permutation(len(files))[:most]] for files in found]
    return Material(systems, tuple(zip(*columns, strict=False)), False)


def _named(folder: str) -> tuple[str, Path]:
    name, equals, path = folder.partition("=")
    return (name, Path(path)) if equals and name and path else (Path(folder).resolve().name, Path(folder))


def _files(folder: Path, endings: Sequence[str]) -> list[Path]:
    if not folder.is_dir():
        raise PopgenError(f"there is no folder {folder}")
    found = sorted(file for file in folder.rglob("*") if file.suffix.lower() in endings and file.is_file())
    if not found:
        raise PopgenError(f"no files that end in {', '.join(endings)} in {folder}")
    return found

"""The folder of a series: held by one process at a time, and gone on with only as it was begun."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tomli_w

from popgen_core.components import check_components, components_from, own_catalogue
from popgen_core.errors import OutputError, Refused
from popgen_core.files import LOCK, json_bytes, locked, made_folder, write_atomically
from popgen_core.plugins import Catalogue
from popgen_core.recipe import Recipe, recipe_from_toml
from popgen_core.train.begun import differences
from popgen_core.train.folder import RECIPE

__all__ = [
    "ABOUT",
    "begin",
    "catalogue_of_series",
    "held",
    "is_series",
    "recipe_of_series",
    "refuse_series",
    "refuse_several_processes",
]

ABOUT = "series.json"
SCHEMA = 1
UNFINISHED = (LOCK, f".{ABOUT}-")  # what a kill may leave of a series that has not begun


def is_series(folder: Path) -> bool:
    """Whether a series was begun in a folder: with its first run it is."""
    return (folder / ABOUT).is_file() and any(folder.glob(f"*/{RECIPE}"))


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder of a series, made if it is new, against other processes.

    Raises OutputError for a place that is taken by something else, Refused while another process is at work on it.
    """
    if not (folder / ABOUT).is_file():
        _refuse_taken(folder)
    with made_folder(folder), locked(folder, "the series"):
        yield


def begin(
    folder: Path,
    about: Mapping[str, Any],
    catalogue: Catalogue,
    *,
    hint: str,
    told: Mapping[str, Any] | None = None,
    force: bool = False,
) -> list[str]:
    """Write down what a series is begun with, or compare that with what it was begun with -> the differences.

    `about` has the series' "kind" and its "recipe"; `told` is written down beside it and not compared. Raises Refused
    where there are differences, naming them, unless `force`; `hint` says what may be done then. Raises OutputError for
    a series of another kind.
    """
    folder.mkdir(exist_ok=True)
    found: list[str] = []
    if is_series(folder):
        before = _begun(folder)
        if before["kind"] != about["kind"]:
            raise OutputError(f"{folder} holds a series of {before['kind']}", hint="choose another name")
        before["recipe"] = _recipe(before, catalogue).table()  # settings of today filled in
        found = differences(before, about)
        if found and not force:
            raise Refused(f"{folder} was begun otherwise: {'; '.join(found)}", hint=hint)
    write_atomically(folder / ABOUT, json_bytes({"schema": SCHEMA, "begun": about, **(told or {})}))
    return found


def catalogue_of_series(folder: Path, catalogue: Catalogue, *, force: bool = False) -> Catalogue:
    """The catalogue for going on with a series, as `train.folder.catalogue_of_run` is for a run. Raises Refused."""
    if not is_series(folder):
        return catalogue
    made_with = components_from(_begun(folder).get("components", {}))
    check_components(made_with, catalogue, str(folder), force=force)
    return own_catalogue(made_with, catalogue)


def recipe_of_series(folder: Path, catalogue: Catalogue) -> Recipe:
    """The recipe that a series was begun with. Raises OutputError for what is no series."""
    if not is_series(folder):
        raise OutputError(f"{folder} is no series to resume", hint="train without --resume first")
    return _recipe(_begun(folder), catalogue)


def refuse_series(folder: Path) -> None:
    """Raise OutputError for a folder in which a series was begun, where a run is wanted."""
    if is_series(folder):
        kind = _begun(folder)["kind"]
        hint = "go on with --seeds and --resume" if kind == "seeds" else "choose another name"
        raise OutputError(f"{folder} holds a series of {kind}", hint=hint)


def refuse_several_processes() -> None:
    """Raise Refused where several processes were started to train one model together."""
    if int(os.environ.get("WORLD_SIZE") or 1) > 1:
        raise Refused("a series of runs is trained by one process", hint="train one run with several: popgen train")


def _begun(folder: Path) -> dict[str, Any]:
    try:
        begun = json.loads((folder / ABOUT).read_text(encoding="utf-8"))["begun"]
        return {**begun, "kind": begun["kind"], "recipe": {**begun["recipe"]}}
    except (ValueError, KeyError, TypeError) as error:
        raise OutputError(
            f"{folder / ABOUT} does not say what was begun: {error}", hint="begin a new series"
        ) from error


def _recipe(begun: Mapping[str, Any], catalogue: Catalogue) -> Recipe:
    return recipe_from_toml(tomli_w.dumps(begun["recipe"]), catalogue)


def _refuse_taken(folder: Path) -> None:
    if folder.is_dir() and all(file.name.startswith(UNFINISHED) for file in folder.iterdir()):
        return
    if folder.exists() or folder.is_symlink():
        what = "exists and holds something else" if folder.is_dir() else "exists and is no folder"
        raise OutputError(f"{folder} {what}", hint="choose another name or remove it")

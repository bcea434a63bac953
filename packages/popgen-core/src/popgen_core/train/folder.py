"""The folder of a run: held by one process at a time, begun once, gone on with by what it says itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from popgen_core.checkpoint import BEST, CHECKPOINT
from popgen_core.components import check_components, components_from, own_catalogue
from popgen_core.errors import CheckpointError, OutputError, PopgenError
from popgen_core.files import LOCK, json_bytes, locked, made_folder, write_atomically
from popgen_core.history.facts import facts_of
from popgen_core.plugins import Catalogue
from popgen_core.recipe import Recipe, read_recipe

__all__ = ["ABOUT", "RECIPE", "begun_of_run", "catalogue_of_run", "held", "named_start", "recipe_of_run", "write_down"]

RECIPE = "recipe.toml"
ABOUT = "run.json"
UNFINISHED = (LOCK, ABOUT, f".{ABOUT}-", f".{RECIPE}-")  # what a kill may leave of a run that has not begun
WRITTEN = (ABOUT, RECIPE, "log.jsonl", CHECKPOINT, BEST, "*.adapter.safetensors")  # each under a temporary name first


@contextmanager
def held(run: Path, resume: bool) -> Iterator[None]:
    """Hold the folder of a run, made if it is new, against other processes.

    Raises OutputError for a place that is taken by something else or by a run that is not to be resumed, and for one
    that holds no run though it is; Refused while another process is at work on it. An error of the disk becomes a
    PopgenError that names the file.
    """
    if resume and not (run / RECIPE).is_file():
        raise OutputError(f"{run} is no run to resume", hint="train without --resume first")
    if not resume and not (run / RECIPE).is_file():
        _refuse_taken(run)
    with made_folder(run), locked(run, "the run"):
        if not resume and (run / RECIPE).is_file():
            raise OutputError(f"{run} exists already", hint="choose another name, or go on with --resume")
        if resume and (run / "state.pt").exists() and not (run / ABOUT).exists():
            raise CheckpointError(
                f"{run} was begun by an earlier popgen, whose state.pt this one does not read",
                hint="train a new run; the checkpoint of this one still generates",
            )
        for left in (file for name in WRITTEN for file in run.glob(f".{name}-*")):
            left.unlink(missing_ok=True)  # by a kill in the middle of a write
        try:
            yield
        except BrokenPipeError:  # of whoever listens, not of the disk
            raise
        except OSError as error:
            begun = "once that is mended, go on with --resume" if (run / RECIPE).is_file() else ""
            raise PopgenError(f"{error.filename or run}: {error.strerror or error}", hint=begun) from error


def recipe_of_run(run: Path, catalogue: Catalogue, changes: Sequence[str] = ()) -> Recipe:
    """The recipe that a run was begun with, changed as asked. Raises OutputError for what is no run."""
    if not (run / RECIPE).is_file():
        raise OutputError(f"{run} is no run to resume", hint="train without --resume first")
    return read_recipe(str(run / RECIPE), catalogue, changes)


def catalogue_of_run(run: Path, catalogue: Catalogue, *, force: bool = False) -> Catalogue:
    """The catalogue for going on with a run: a name in its recipe means whose it was at the beginning.

    Raises Refused, saying what to install, where a component of the run is missing, or a stranger's has another version
    (unless `force`).
    """
    made_with = components_from(facts_of(run).components)
    check_components(made_with, catalogue, str(run), force=force)  # what was forced is told with all other differences
    return own_catalogue(made_with, catalogue)


def begun_of_run(run: Path) -> dict[str, Any]:
    """What run.json says that a run was begun with. Raises CheckpointError where it does not."""
    try:
        return dict(json.loads((run / ABOUT).read_text(encoding="utf-8"))["begun"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{run} has no state, and its {ABOUT} cannot be read", hint="train a new run") from error


def named_start(run: Path) -> str:
    """The checkpoint that a run was started from, as run.json names it. Raises CheckpointError where it does not."""
    try:
        return str(json.loads((run / ABOUT).read_text(encoding="utf-8"))["start"]["checkpoint"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{run / ABOUT} does not say what the run started from", hint="say --start") from error


def write_down(run: Path, recipe: Recipe, about: Mapping[str, Any]) -> None:
    """Write what a run is begun with, the recipe last: with it the run has begun. Raises OutputError."""
    try:
        write_atomically(run / ABOUT, json_bytes({"schema": 1, **about}))
        write_atomically(run / RECIPE, recipe.toml().encode())
    except OSError as error:
        raise OutputError(f"{run} cannot be written: {error.strerror}", hint="choose another folder") from error


def _refuse_taken(run: Path) -> None:
    """Raise OutputError for a folder with anything in it but what a kill left of a run's beginning."""
    if run.is_dir() and all(file.name.startswith(UNFINISHED) for file in run.iterdir()):
        return
    if run.exists() or run.is_symlink():
        what = "exists and is not empty" if run.is_dir() else "exists and is no folder"
        raise OutputError(f"{run} {what}", hint="choose another name or remove it")

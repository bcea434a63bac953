"""What a shipped checkpoint promises: a sound file in its package, a model card that tells of it, and music."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from popgen_core import __version__
from popgen_core.assemble import sizes_of
from popgen_core.checkpoint import Card, read_checkpoint
from popgen_core.components import FORCE, check_components, components_from, own_catalogue
from popgen_core.errors import PopgenError
from popgen_core.generate.generator import Generator
from popgen_core.generate.load import load_checkpoint
from popgen_core.generate.request import RULES, Request
from popgen_core.music.song import Song
from popgen_core.plugins import catalogue
from popgen_core.recipe import PARTS, Recipe, recipe_from_toml
from popgen_core.shipped import read_model_card, verified
from popgen_core.testing.child import answer_of
from popgen_core.testing.maker import Maker
from popgen_core.testing.verdict import Check, Failed, claim
from popgen_core.testing.world import Watched

__all__ = ["CHECKS", "behaviour"]

T = TypeVar("T")
BARS = 4  # of the song that it draws
WILD = 200.0  # notes a second; a full band plays some thirty
ASK = """
import importlib
module, function = given
where = getattr(importlib.import_module(module), function)()
answer = [sorted(name for name in sys.modules if name.partition(".")[0] == "torch")]
"""


def behaviour(make: Maker) -> list[float]:
    """The first notes that it draws: start in ticks and pitch."""
    notes = np.concatenate([track.notes for track in _drawn(_file(make)).tracks] or [np.zeros(0)])[:50]
    return [float(notes[name][at]) for at in range(len(notes)) for name in ("start_tick", "pitch")]


def check_target_says_where_its_file_is(make: Maker) -> None:
    """Asked without arguments, the card's target gives the whole path of a .safetensors file that is there."""
    where = make()
    claim(isinstance(where, (str, PathLike)), f"{make.card.target} returns {where!r}, not a path")
    file = Path(where)
    claim(file.is_absolute(), f"{file} is not a whole path; begin it with Path(__file__).parent")
    claim(file.suffix == ".safetensors", f"{file.name} is no .safetensors file")
    claim(file.is_file(), f"{file} is not there; does the package's build take it along?")


def check_file_lies_in_its_package(make: Maker) -> None:
    """The file lies in the package of its target, or beside its module: it comes and goes with it."""
    file = _file(make).resolve()
    module = importlib.import_module(make.card.target.partition(":")[0])
    top = importlib.import_module(module.__name__.partition(".")[0])
    folders = [Path(folder).resolve() for folder in getattr(top, "__path__", ())]
    beside = Path(str(module.__file__)).resolve().parent
    claim(
        any(file.is_relative_to(folder) for folder in (*folders, beside)),
        f"{file} lies outside the package {top.__name__}; ship it inside",
    )


def check_asking_where_it_is_does_nothing_else(make: Maker) -> None:
    """Asking opens no connection, writes and prints nothing, and loads no torch."""
    where = make.component
    with Watched() as seen:
        where()
    done = [deed for deed in seen.done if "__pycache__" not in deed]  # Python's own writing
    claim(not done, f"asking where it is {' and '.join(done[:2])}")
    module, _, function = make.card.target.partition(":")
    [loaded], _ = answer_of(ASK, [module, function])
    claim(not loaded, "asking where it is loads torch; keep the function in a module of its own")


def check_file_is_whole(make: Maker) -> None:
    """It is a checkpoint that popgen wrote: weights and header are those of their digests; not a state of training."""
    file, (card, _) = _file(make), _read(make)
    claim("place" not in card.trained, f"{file.name} is a state to train on from; ship the run's last.safetensors")


def check_model_card_lies_beside_it(make: Maker) -> None:
    """NAME.md beside NAME.safetensors names licence and digest, and has a section for use, data, figures and limits."""
    _tried(read_model_card, _file(make).with_suffix(".md"))


def check_model_card_speaks_of_this_file(make: Maker) -> None:
    """The sha256 in the model card is that of the file."""
    _tried(verified, _file(make))


def check_its_components_are_installed(make: Maker) -> None:
    """Every part of its model is of a distribution that is installed, in the version that it was trained with."""
    card, _ = _read(make)
    made_with = components_from(card.components)
    missing = [kind for kind in PARTS if kind not in {one.kind for one in made_with}]
    claim(not missing, f"its header does not say whose its {', '.join(missing)} is")
    _tried(lambda: check_components(made_with, catalogue(), _file(make).name))


def check_it_completes_its_recipe(make: Maker) -> None:
    """Its recipe tells every setting that its popgen knows, no unknown one, and makes the groups of its header."""
    card, _ = _read(make)
    recipe = _recipe(card)
    untold = _differences(tomllib.loads(card.recipe), tomllib.loads(recipe.toml()))
    newer = card.popgen != __version__  # a later popgen has more settings, whose defaults are what was done before
    claim(newer or not untold, f"its recipe does not tell {', '.join(untold[:3])}: give it completed")
    groups = list(sizes_of(recipe).roll.groups)
    claim(groups == list(card.groups), f"its recipe makes the groups {groups}, its header has {card.groups}")


def check_it_loads(make: Maker) -> None:
    """Its recipe makes a model that takes its weights and knows its controls."""
    _tried(load_checkpoint, _file(make), catalogue())


def check_weights_are_numbers(make: Maker) -> None:
    """No weight is NaN or infinite."""
    for name, weights in _read(make)[1].items():
        broken = int((~np.isfinite(weights)).sum()) if weights.dtype.kind == "f" else 0
        claim(not broken, f"{broken} of {weights.size} weights of {name} are NaN or infinite")


def check_it_plays(make: Maker) -> None:
    """It draws four bars by itself without any rule, of no more than 200 notes a second."""
    song = _drawn(_file(make))
    seconds = max(song.duration_seconds(), 1.0)
    many = song.note_count / seconds
    claim(many <= WILD, f"it draws {many:.0f} notes a second by itself; a full band plays some thirty")


def _file(make: Maker) -> Path:
    return Path(make())


def _read(make: Maker) -> tuple[Card, dict[str, Any]]:
    return _tried(read_checkpoint, _file(make))


def _recipe(card: Card) -> Recipe:
    return _tried(recipe_from_toml, card.recipe, own_catalogue(components_from(card.components), catalogue()))


def _drawn(file: Path) -> Song:
    generator = Generator(_tried(load_checkpoint, file, catalogue()), catalogue())
    request = Request(bars=BARS, seed=0, temperature=1.0, free=RULES)
    try:
        return generator.songs(request)[0].song
    except Exception as error:  # weights that are no music end anywhere
        raise Failed(f"it cannot draw {BARS} bars: {type(error).__name__}: {error}") from error


def _tried(act: Callable[..., T], *given: Any) -> T:
    """What popgen makes of it; what it refuses is Failed, in its words."""
    try:
        return act(*given)
    except PopgenError as error:
        raise Failed(str(error).replace(FORCE, "")) from error  # a check cannot be forced


def _differences(told: Any, whole: Any, place: str = "") -> list[str]:
    """The places at which two tables differ, such as "train.epochs"."""
    if not isinstance(told, dict) or not isinstance(whole, dict):
        return [] if told == whole else [place]
    keys = sorted({*told, *whole})
    return [found for key in keys for found in _differences(told.get(key), whole.get(key), f"{place}.{key}".strip("."))]


CHECKS: tuple[Check, ...] = (
    check_target_says_where_its_file_is,
    check_file_lies_in_its_package,
    check_asking_where_it_is_does_nothing_else,
    check_file_is_whole,
    check_model_card_lies_beside_it,
    check_model_card_speaks_of_this_file,
    check_its_components_are_installed,
    check_it_completes_its_recipe,
    check_it_loads,
    check_weights_are_numbers,
    check_it_plays,
)

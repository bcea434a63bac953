"""What every component promises: a light declaration, settings that read back, and no surprises when it is made."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from popgen_core.contracts.card import API
from popgen_core.contracts.settings import read_settings, settings_of
from popgen_core.testing.behaviour import alike, behaviour_of
from popgen_core.testing.child import answer_of
from popgen_core.testing.maker import Maker
from popgen_core.testing.verdict import Check, Failed, NotApplicable, claim
from popgen_core.testing.where import contract_of
from popgen_core.testing.world import leaves_no_trace

__all__ = ["BUILT", "DECLARED"]

HEAVY = ("torch", "numpy", "scipy", "symusic", "matplotlib", "pandas")
ODD: tuple[Any, ...] = ({"no": ["such", "value"]}, ["no", "such", "value"], "no such value", 0.5, 7, True, None)
DECLARE = """
import importlib
cards = importlib.import_module(given[0])
hooks = [value for value in vars(cards).values() if getattr(value, "__name__", "") == "popgen_components"]
handed = list(hooks[0]() if hooks else [])
answer = [sorted(sys.modules), len(handed)]
"""
BEHAVE = """
from popgen_core.testing.behaviour import alike, behaviour_of
answer = [behaviour_of(*given)]
"""


def check_declaration_is_light(make: Maker) -> None:
    """Importing the module of the hook and calling it imports no component, nothing heavy, and prints nothing."""
    if not make.declared:
        raise NotApplicable("nobody said which module declares it")
    (loaded, handed), printed = answer_of(DECLARE, [make.declared])
    target = make.card.target.partition(":")[0]
    claim(handed, f"{make.declared} has no hook popgen_components that hands in a card")
    claim(target not in loaded, f"importing {make.declared} imports the component's module {target} too")
    heavy = sorted(set(HEAVY) & set(loaded))
    claim(not heavy, f"importing {make.declared} imports {', '.join(heavy)}")
    claim(not printed.strip(), f"importing {make.declared} prints {printed.strip()[:60]!r}")


def check_card_is_sound(make: Maker) -> None:
    """The card names something that is there, for this popgen, with a version in its name and a summary of one line."""
    card = make.card
    claim(callable(make.component), f"{card.target} is no class or function")
    claim(card.api == API, f"it is made for plug-in API {card.api}, this popgen has {API}")
    stem, dot, version = card.name.rpartition(".v")
    claim(stem and dot and version.isdigit(), f"its name {card.name!r} has no version; write {card.name.lower()}.v1")
    claim(card.summary.strip() and "\n" not in card.summary, "its summary is not one line of text")


def check_settings_read_back_the_same(make: Maker) -> None:
    """Config is a frozen dataclass whose settings, written as a plain table, read back as the same config."""
    kind = getattr(make.component, "Config", None)
    claim(isinstance(kind, type) and is_dataclass(kind), f"{make.component.__name__}.Config is no dataclass")
    claim(kind.__dataclass_params__.frozen, f"{make.component.__name__}.Config is not frozen")  # type: ignore[union-attr]
    config = make.config()
    again, errors = read_settings(kind, settings_of(config), make.card.name)  # type: ignore[arg-type]
    claim(not errors, f"its own settings are refused: {'; '.join(errors)}")
    claim(again == config, f"{config} reads back as {again}")


def check_wrong_settings_are_refused(make: Maker) -> None:
    """A key that it does not know is refused; every setting has a type, and a value of another type is refused."""
    kind = make.component.Config
    _, errors = read_settings(kind, {**make.settings, "no_such_setting": 1}, make.card.name)
    claim(errors, "an unknown setting is taken without a word")
    for setting in fields(kind):
        refused = (read_settings(kind, {**make.settings, setting.name: odd}, make.card.name)[1] for odd in ODD)
        claim(any(refused), f"its setting {setting.name} takes a value of any type")


def check_every_setting_is_described(make: Maker) -> None:
    """Each setting says what it is, with its unit: Annotated[int, Field(ge=1, description="frames")]."""
    for setting in fields(make.component.Config):
        claim(
            any(_descriptions(make.component.Config, setting.name)),
            f"its setting {setting.name} has no description (Annotated[..., Field(description=...)])",
        )


def check_making_it_changes_nothing_else(make: Maker) -> None:
    """Its construction prints nothing, writes no file, moves no global chance, changes no environment and no folder."""
    leaves_no_trace(make, "making it")


def check_it_pickles(make: Maker) -> None:
    """A component goes to another process and back, and does the same there."""
    made = make()
    try:
        again = pickle.loads(pickle.dumps(made))
    except Exception as error:  # whatever its parts raise
        raise Failed(f"it cannot be pickled: {error}") from error
    claim(type(again) is type(made), f"it comes back as a {type(again).__name__}")
    own = contract_of(make.card.kind).behaviour
    pickled = _Pickled(make.card, make.declared, make.settings)
    claim(
        alike(own(make), own(pickled)),
        "pickled and read again it does something else: its settings or weights are lost",
    )


def check_same_settings_same_behaviour_in_a_new_process(make: Maker) -> None:
    """Made from the same settings and seed, it does the same in a process that knows nothing of this one."""
    asked = (make.card.kind, make.card.target, dict(make.settings))
    [there], _ = answer_of(BEHAVE, asked)
    claim(alike(there, behaviour_of(*asked)), "with the same settings and seed it does something else in a new process")


def _descriptions(kind: type, setting: str) -> Iterator[str]:
    """What is written beside a setting's type, or beside one of the types that it may have."""
    yield from _beside(get_type_hints(kind, include_extras=True)[setting])


def _beside(hint: Any) -> Iterator[str]:
    """What is written in Annotated, of all of a type or of a part of it."""
    for note in getattr(hint, "__metadata__", ()):
        yield getattr(note, "description", None) or ""
    for part in get_args(hint):
        yield from _beside(part)


class _Pickled(Maker):
    """Makes components that went into bytes and back."""

    def __call__(self, *given: Any, **changes: Any) -> Any:
        return pickle.loads(pickle.dumps(super().__call__(*given, **changes)))


DECLARED: tuple[Check, ...] = (check_declaration_is_light, check_card_is_sound)
BUILT: tuple[Check, ...] = (
    check_settings_read_back_the_same,
    check_wrong_settings_are_refused,
    check_every_setting_is_described,
    check_making_it_changes_nothing_else,
    check_it_pickles,
    check_same_settings_same_behaviour_in_a_new_process,
)

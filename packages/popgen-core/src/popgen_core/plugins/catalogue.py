"""The catalogue: which components there are, whose they are, and the door by which the chosen one is imported."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from popgen_core.contracts.card import Card, Kind
from popgen_core.errors import PARTS, NotInstalled, PluginError, from_wheels
from popgen_core.plugins.loader import (
    BUILTIN,
    HOOK,
    Found,
    Offer,
    Problem,
    built_in,
    discover,
    let_in,
    naming,
    normal,
    strangers,
    strict,
)
from popgen_core.plugins.surroundings import aside, printable

__all__ = ["Catalogue", "catalogue"]

HOMES = {"encoder": "popgen_encoders", "evaluator": "popgen_eval"}  # modules that bring popgen's own of these kinds


@dataclass(frozen=True)
class Catalogue:
    """All offers and problems of the installed distributions. Listing imports no component; `load` imports one."""

    offers: Sequence[Offer]
    problems: Sequence[Problem]

    def named(self, kind: Kind) -> list[str]:
        """The names of a kind, sorted."""
        return sorted({offer.card.name for offer in self.offers if offer.card.kind == kind})

    def find(self, kind: Kind, name: str) -> Offer:
        """The offer of that kind and name; `dist:name` says whose.

        Raises PluginError when nobody offers it (with a guess at what was meant) or when two distributions do.
        """
        owner, _, plain = name.rpartition(":")
        named = [offer for offer in self.offers if offer.card.kind == kind and offer.card.name == plain]
        found = [offer for offer in named if normal(owner) in ("", normal(offer.distribution))]
        if not found:
            if normal(owner) in ("", PARTS.get(HOMES.get(kind, ""))):
                self._refuse_homeless(kind, plain)
            if owner:
                raise PluginError(
                    f"no {kind} {plain!r} of {owner}: {self._why(owner)}", hint=self._others_of(kind, plain, named)
                )
            raise PluginError(f"no {kind} is named {name!r}", hint=self._advice(kind, plain))
        builtin = [offer for offer in found if offer.distribution in BUILTIN]
        if builtin:
            return builtin[0]
        if len(found) > 1:
            raise _clash(found)
        return found[0]

    def load(self, kind: Kind, name: str) -> type[Any]:
        """The component's class, imported now; what a stranger's prints meanwhile goes to stderr.

        Raises PluginError when that fails, saying whose it is and what to install.
        """
        component: type[Any] = _imported(self.find(kind, name))
        return component

    def clashes(self) -> list[Problem]:
        """A line for each name that several distributions claim, and how to say which is meant."""
        lines = []
        for offer in self.offers:
            rivals = [other for other in self.offers if _same_name(other.card, offer.card) and other is not offer]
            if rivals and offer.distribution not in BUILTIN:
                card, others = offer.card, ", ".join(_whose(rival) for rival in rivals)
                line = f"hook {HOOK}: {card.kind} {card.name!r} is also in {others}"
                alone = offer.distribution not in [rival.distribution for rival in rivals]
                advice = f"; {offer.distribution}:{card.name} means this one" if alone else "; ask its author"
                lines.append(Problem(offer.distribution, line + advice, offer.version, loaded=True))
        return lines

    def _refuse_homeless(self, kind: Kind, name: str) -> None:
        """Raise NotInstalled where popgen's own components of a kind are not here, and the name is like no other."""
        home = HOMES.get(kind)
        if home and find_spec(home) is None and not get_close_matches(name, self.named(kind), n=1):
            what = f"no {kind} is named {name!r}, and {PARTS[home]}, which brings popgen's own, is not installed"
            raise NotInstalled(what, hint=from_wheels(PARTS[home]))

    def _why(self, owner: str) -> str:
        """Why a distribution that was asked for does not offer a component."""
        for problem in self.problems:
            if normal(problem.distribution) == normal(owner) and not problem.loaded:
                return f"it did not load: {problem.message}"
        if not (any(normal(offer.distribution) == normal(owner) for offer in self.offers) or _is_installed(owner)):
            return "it is not installed"
        if normal(owner) not in BUILTIN and not let_in(owner):
            return f"POPGEN_PLUGINS={os.environ['POPGEN_PLUGINS']} keeps it out"
        return "it does not offer one of this name"

    def _others_of(self, kind: Kind, name: str, named: Sequence[Offer]) -> str:
        """Who offers a name that somebody else was asked for."""
        if not named:
            return self._advice(kind, name)
        return f"there is one of {' and one of '.join(dict.fromkeys(_whose(offer) for offer in named))}"

    def _advice(self, kind: Kind, name: str) -> str:
        names = self.named(kind)
        if close := get_close_matches(name, names, n=1):
            return f"did you mean {close[0]!r}?"
        broken = "; ".join(str(problem) for problem in self.problems if not problem.loaded)
        known = f"there are: {', '.join(names)}" if names else f"no {kind} is installed"
        return f"{known}; not loaded: {broken}" if broken else known


class _Installed(Catalogue):
    """What is installed: strangers are imported when somebody asks for a name that no built-in has, or for all.

    So a stranger that hangs or ends the program does so to those alone who look for one. No built-in can be shadowed:
    the answer is the same.
    """

    def __init__(self) -> None:
        pass

    @cached_property
    def offers(self) -> Sequence[Offer]:
        """Of all distributions, built-ins first."""
        return [*self._own.offers, *self._others[0]]

    @cached_property
    def problems(self) -> Sequence[Problem]:
        """Of all distributions."""
        return [*self._own.problems, *self._others[1]]

    @cached_property
    def _own(self) -> Catalogue:
        return Catalogue(*built_in())

    @cached_property
    def _others(self) -> Found:
        return strangers()

    def find(self, kind: Kind, name: str) -> Offer:
        """The built-in of that name, else the stranger's; as `Catalogue.find`."""
        try:
            return self._own.find(kind, name)
        except PluginError:
            return super().find(kind, name)


@cache
def catalogue() -> Catalogue:
    """The catalogue of what is installed, found once a process; with POPGEN_STRICT=1 all of it at once."""
    return Catalogue(*discover()) if strict() else _Installed()


def _is_installed(distribution: str) -> bool:
    """Whether a distribution is installed, with plug-ins or not."""
    try:
        version(distribution)
    except (PackageNotFoundError, KeyError, ValueError):  # ValueError: a name that cannot be
        return False
    return True


def _same_name(one: Card, other: Card) -> bool:
    return one.kind == other.kind and one.name == other.name


def _whose(offer: Offer) -> str:
    return f"{offer.distribution} {offer.version}"


def _clash(found: Sequence[Offer]) -> PluginError:
    """Several offers of one name, none of them built in."""
    card, owners = found[0].card, [_whose(offer) for offer in found]
    if len({offer.distribution for offer in found}) == 1:
        return PluginError(
            f"{card.kind} {card.name!r} is offered {len(owners)} times by {owners[0]}", hint="ask its author"
        )
    return PluginError(
        f"{card.kind} {card.name!r} is offered by {' and by '.join(owners)}",
        hint=f"say whose: {found[0].distribution}:{card.name}",
    )


def _imported(offer: Offer) -> Any:
    """The component that a card points to. A stranger's module may print, hang, or raise anything."""
    card, whose = offer.card, _whose(offer)
    what = f"{card.kind} {card.name!r} of {whose}"
    module, _, attribute = card.target.partition(":")
    try:
        with naming(what, offer.distribution), nullcontext() if offer.distribution in BUILTIN else aside():
            found = getattr(importlib.import_module(module), attribute)
    except ImportError as error:
        said = f"{what} cannot be imported: {printable(error)}"
        if not card.install:
            raise PluginError(said, hint=f"reinstall {offer.distribution} with what it needs") from error
        ours = offer.distribution in BUILTIN
        raise NotInstalled(said, hint=from_wheels(card.install) if ours else f"install {card.install}") from error
    except (Exception, SystemExit) as error:
        said = f"{type(error).__name__}: {printable(error)}"
        raise PluginError(f"{what} cannot be loaded: {said}", hint=f"this is a defect of {whose}") from error
    if not (callable(found) if card.kind == "checkpoint" else isinstance(found, type)):
        needed = "a function" if card.kind == "checkpoint" else "a class"
        said = f"{card.target} is of type {type(found).__name__}, not {needed}"
        raise PluginError(f"{what} cannot be used: {said}", hint=f"this is a defect of {whose}")
    return found

"""The catalogue: which components there are, whose they are, and the door by which the chosen one is imported."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

from popgen_core.contracts.card import Card, Kind
from popgen_core.errors import PluginError
from popgen_core.plugins.loader import BUILTIN, Offer, Problem, discover

__all__ = ["Catalogue", "catalogue"]


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
        found = [offer for offer in self.offers if offer.card.kind == kind and offer.card.name == plain]
        found = [offer for offer in found if owner in ("", offer.distribution)]
        if not found:
            raise PluginError(f"no {kind} is named {name!r}", hint=self._advice(kind, plain))
        builtin = [offer for offer in found if offer.distribution in BUILTIN]
        if builtin:
            return builtin[0]
        owners = [offer.distribution for offer in found]
        if len(set(owners)) == 1 < len(owners):
            raise PluginError(f"{kind} {plain!r} is offered {len(owners)} times by {owners[0]}", hint="ask its author")
        if len(owners) > 1:
            raise PluginError(
                f"{kind} {plain!r} is offered by {' and by '.join(owners)}", hint=f"say whose: {owners[0]}:{plain}"
            )
        return found[0]

    def load(self, kind: Kind, name: str) -> type[Any]:
        """The component's class, imported now. Raises PluginError when that fails, saying what to install."""
        offer = self.find(kind, name)
        return _imported(offer.card, offer.distribution)

    def clashes(self) -> list[Problem]:
        """A line for each name that several distributions claim."""
        lines = []
        for offer in self.offers:
            rivals = [other for other in self.offers if _same_name(other.card, offer.card) and other is not offer]
            if rivals and offer.distribution not in BUILTIN:
                others = ", ".join(rival.distribution for rival in rivals)
                lines.append(Problem(offer.distribution, f"{offer.card.kind} {offer.card.name!r} is also in {others}"))
        return lines

    def _advice(self, kind: Kind, name: str) -> str:
        names = self.named(kind)
        if close := get_close_matches(name, names, n=1):
            return f"did you mean {close[0]!r}?"
        broken = "; ".join(f"{problem.distribution}: {problem.message}" for problem in self.problems)
        known = f"there are: {', '.join(names)}" if names else f"no {kind} is installed"
        return f"{known}; not loaded: {broken}" if broken else known


@cache
def catalogue() -> Catalogue:
    """The catalogue of what is installed, found once a process."""
    offers, problems = discover()
    return Catalogue(offers, problems)


def _same_name(one: Card, other: Card) -> bool:
    return one.kind == other.kind and one.name == other.name


def _imported(card: Card, distribution: str) -> type[Any]:
    module, _, attribute = card.target.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)  # type: ignore[no-any-return]
    except ImportError as error:
        hint = f"install {card.install}" if card.install else f"reinstall {distribution}"
        raise PluginError(
            f"{card.kind} {card.name!r} of {distribution} cannot be imported: {error}", hint=hint
        ) from error
    except (Exception, SystemExit) as error:  # a stranger's module may raise anything
        what = f"{type(error).__name__}: {error}"
        raise PluginError(
            f"{card.kind} {card.name!r} of {distribution} cannot be loaded: {what}",
            hint=f"this is a defect of {distribution}",
        ) from error

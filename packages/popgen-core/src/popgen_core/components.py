"""The components that a run or a checkpoint was made with, held against those that are installed.

A stranger's component may behave otherwise in another version of its distribution, so that is asked about; those of
popgen's own distributions never do under one name, so they only have to be there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from popgen_core.contracts.card import Kind
from popgen_core.errors import Refused
from popgen_core.plugins import Catalogue, Offer
from popgen_core.plugins.loader import BUILTIN, normal

__all__ = ["FORCE", "Component", "check_components", "components_from", "installed", "own_catalogue"]

FORCE = ", or add --force to go on all the same"  # what a hint ends with, where there is something to force
ZEROS = re.compile(r"(?<=\d)(?:\.0+)+(?!\d|\.\d)")  # those that end a version's release, as in 0.1.0 or 1.0rc1


@dataclass(frozen=True)
class Component:
    """One component, the distribution that it is of, and its version."""

    kind: Kind
    name: str
    distribution: str
    version: str

    @property
    def builtin(self) -> bool:
        """Whether it comes with popgen."""
        return normal(self.distribution) in BUILTIN

    @property
    def told(self) -> str:
        """Kind and name, for a sentence."""
        return f"the {self.kind} {self.name!r}"

    @property
    def wanted(self) -> str:
        """What is to be installed to have it."""
        return f"{self.distribution} {self.version}" + (" or newer from popgen's wheels" if self.builtin else "")


def components_from(plain: Mapping[str, Any]) -> tuple[Component, ...]:
    """A table of kind -> [name, distribution, version], as runs and cards hold it; other rows are left out."""
    rows = [(kind, row) for kind, row in plain.items() if isinstance(row, (list, tuple)) and len(row) == 3]
    return tuple(Component(kind, *map(str, row)) for kind, row in rows)  # type: ignore[arg-type]


def installed(made_with: Iterable[Component], catalogue: Catalogue) -> tuple[Component, ...]:
    """The same components in the versions that are here; those that are not offered are left out."""
    versions = {
        (offer.card.kind, offer.card.name, normal(offer.distribution)): offer.version
        for offer in reversed(catalogue.offers)
    }
    keys = [(one, (one.kind, one.name, normal(one.distribution))) for one in made_with]
    return tuple(replace(one, version=versions[key]) for one, key in keys if key in versions)


def own_catalogue(made_with: Iterable[Component], catalogue: Catalogue) -> Catalogue:
    """The catalogue without what others offer under the names of these: a plain name means what it meant then."""
    owners = {(one.kind, one.name): normal(one.distribution) for one in made_with}

    def own(offer: Offer) -> bool:
        owner = normal(offer.distribution)
        return owners.get((offer.card.kind, offer.card.name), owner) == owner

    return Catalogue([offer for offer in catalogue.offers if own(offer)], catalogue.problems)


def check_components(
    made_with: Sequence[Component], catalogue: Catalogue, what: str, *, force: bool = False
) -> tuple[str, ...]:
    """Hold what `what` was made with against what is here -> a line to warn with, where `force` let something pass.

    Raises Refused, naming everything at once and what to install, where a component is missing, or where it is a
    stranger's of another version and not forced.
    """
    here = {(one.kind, one.name): one for one in installed(made_with, catalogue)}
    missing = [one for one in made_with if (one.kind, one.name) not in here]
    others = [
        one
        for one in made_with
        if one not in missing and not one.builtin and not _alike(one.version, here[one.kind, one.name].version)
    ]
    changed = [f"{one.told} of {one.wanted}, and {here[one.kind, one.name].version} is installed" for one in others]
    made = f"was made with {_and(changed)}"
    if missing:
        needed = f"{what} needs {'; '.join(_reasons(missing, catalogue))}"
        more = f"; it {made}" if others and not force else ""
        raise Refused(needed + more, hint=_advice(missing, others if not force else [], catalogue))
    if others and not force:
        raise Refused(f"{what} {made}", hint=f"install {_wanted(others)}{FORCE}")
    return (f"forced: {what} {made}",) if others else ()


def _advice(missing: Iterable[Component], others: Iterable[Component], catalogue: Catalogue) -> str:
    """What to do to have them all."""
    kept_out = [one for one in missing if _kept_out(one, catalogue)]
    install = [one for one in (*missing, *others) if one not in kept_out]
    steps = [f"install {_wanted(install)}"] if install else []
    steps += [f"let {_and(dict.fromkeys(one.distribution for one in kept_out))} in"] if kept_out else []
    return "; ".join(steps)


def _reasons(missing: Iterable[Component], catalogue: Catalogue) -> list[str]:
    """Components that are not offered, those of one reason together."""
    alike: dict[str, list[str]] = {}
    for one in missing:
        alike.setdefault(_why(one, catalogue), []).append(one.told)
    absent = ("is" if len(alike.get("", ())) == 1 else "are") + " not installed"
    return [f"{_and(told)}, which {why or absent}" for why, told in alike.items()]


def _why(one: Component, catalogue: Catalogue) -> str:
    """Why a component is not offered; "" where its distribution is not installed."""
    for problem in catalogue.problems:
        if normal(problem.distribution) == normal(one.distribution) and not problem.loaded:
            return f"did not load: {problem.message}"
    if not (here := _version_here(one.distribution, catalogue)):
        return ""
    if _kept_out(one, catalogue):
        return f"POPGEN_PLUGINS={os.environ['POPGEN_PLUGINS']} keeps out"
    return f"{one.distribution} {here} does not offer"


def _kept_out(one: Component, catalogue: Catalogue) -> bool:
    """Whether a distribution is installed, but not let in."""
    offers = any(normal(offer.distribution) == normal(one.distribution) for offer in catalogue.offers)
    return not offers and "POPGEN_PLUGINS" in os.environ and bool(_version_here(one.distribution, catalogue))


def _version_here(distribution: str, catalogue: Catalogue) -> str:
    """Which version of a distribution is installed; "" where none is."""
    for offer in catalogue.offers:
        if normal(offer.distribution) == normal(distribution):
            return offer.version
    try:
        return version(distribution) or ""
    except (PackageNotFoundError, KeyError, ValueError):
        return ""


def _alike(one: str, other: str) -> bool:
    """Whether two versions are one: 0.1 is 0.1.0."""
    return ZEROS.sub("", one) == ZEROS.sub("", other)


def _wanted(components: Iterable[Component]) -> str:
    return _and(dict.fromkeys(one.wanted for one in components))


def _and(words: Iterable[str]) -> str:
    """Words as a list in a sentence."""
    *first, last = words or [""]
    return f"{', '.join(first)} and {last}" if first else last

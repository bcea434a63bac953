"""What a component still needs: told from the metadata of what is installed, without importing anything."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires, version

from popgen_core.contracts.card import Card

__all__ = ["lacks"]

ASKED = re.compile(r"([\w.-]+)(?:\[([\w.,\s-]+)\])?$")  # a distribution, and its extras
EXTRA = re.compile(r"""extra\s*==\s*["']([\w.-]+)["']\s*$""")


def lacks(card: Card) -> str:
    """What is to be installed before a card's component can be used: its `install`, or nothing if all of it is here.

    Looks at the distribution that `install` names and at what its extras ask for; an `install` of another form, which
    cannot be looked up, tells nothing.
    """
    asked = ASKED.match(card.install.strip())
    if not asked:
        return ""
    name, extras = asked[1], {extra.strip() for extra in (asked[2] or "").split(",")} - {""}
    if not _here(name):
        return card.install
    return "" if all(_here(needed) for needed in _of_extras(name, extras)) else card.install


def _of_extras(distribution: str, extras: set[str]) -> list[str]:
    """The distributions that these extras of a distribution ask for; those for other systems and Pythons left aside."""
    found = []
    for line in requires(distribution) or []:
        needed, _, marker = line.partition(";")
        extra = EXTRA.fullmatch(marker.strip())
        if extra and extra[1] in extras and (name := re.match(r"[\w.-]+", needed)):
            found.append(name[0])
    return found


def _here(distribution: str) -> bool:
    try:
        version(distribution)
    except PackageNotFoundError:
        return False
    return True

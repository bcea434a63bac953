"""Finding plug-ins: each entry point loads inside its own try, and a failure is a line in a report.

Our own loader around pluggy, whose `load_setuptools_entrypoints` is eager, fatal, and skips duplicates in silence,
and whose `register` leaves half a plug-in behind after an error.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, distributions, entry_points

import pluggy

from popgen_core.contracts.card import API, KINDS, Card
from popgen_core.errors import PluginError
from popgen_core.plugins import hooks

__all__ = ["BUILTIN", "Offer", "Problem", "discover", "offers_of"]

BUILTIN = ("popgen-core", "popgen-encoders", "popgen-eval")  # distributions whose names nobody may shadow


@dataclass(frozen=True)
class Offer:
    """A card and the distribution that hands it in."""

    card: Card
    distribution: str
    version: str


@dataclass(frozen=True)
class Problem:
    """What is wrong with one distribution's plug-in, in one line."""

    distribution: str
    message: str


def discover() -> tuple[list[Offer], list[Problem]]:
    """Offers of all installed distributions, and the problems met; imports card modules, never components.

    POPGEN_PLUGINS=off keeps strangers out, POPGEN_PLUGINS=dist,dist lets only those in (built-ins always load).
    POPGEN_STRICT=1 raises PluginError at the first problem.
    """
    offers: list[Offer] = []
    entries, problems = _entries()
    for entry in _wanted(entries):
        made, wrong = offers_of(entry)
        offers += made
        problems += wrong
    if problems and os.environ.get("POPGEN_STRICT") == "1":
        first = problems[0]
        raise PluginError(f"{first.distribution}: {first.message}", hint="unset POPGEN_STRICT to go on without it")
    return offers, problems


def offers_of(entry: EntryPoint) -> tuple[list[Offer], list[Problem]]:
    """What one entry point hands in; whatever it raises, SystemExit included, becomes a problem."""
    name, version = _owner(entry), _version(entry)
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks)
    try:
        manager.register(entry.load(), name=name)
        manager.check_pending()
        answers = manager.hook.popgen_components()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a stranger's module may raise anything, SystemExit too
        return [], [Problem(name, f"{entry.value} failed to load: {type(error).__name__}: {_one_line(error)}")]
    if not answers:
        return [], [Problem(name, f"{entry.value} implements no hook popgen_components")]
    return _sound(answers[0], name, version)


def _entries() -> tuple[list[EntryPoint], list[Problem]]:
    """All entry points of the group; a distribution whose list of them cannot be read is a problem of its own."""
    try:
        return list(entry_points(group=hooks.PROJECT)), []
    except Exception:  # one stranger's entry_points.txt stops the whole look-up: look at each by itself
        pass
    found, problems = [], []
    for distribution in {_said(d, "Name"): d for d in reversed(list(distributions()))}.values():
        try:
            found += list(distribution.entry_points.select(group=hooks.PROJECT))
        except Exception as error:
            line = f"its entry_points.txt cannot be read: {_one_line(error)}"
            problems.append(Problem(_said(distribution, "Name") or "unknown", line))
    return found, problems


def _wanted(entries: Iterable[EntryPoint]) -> list[EntryPoint]:
    setting = os.environ.get("POPGEN_PLUGINS")
    ordered = sorted(entries, key=lambda entry: (_owner(entry) not in BUILTIN, _owner(entry), entry.name))
    if setting is None:
        return ordered
    allowed = {_normal(name) for name in (*BUILTIN, *setting.split(","))}
    return [entry for entry in ordered if _normal(_owner(entry)) in allowed]


def _owner(entry: EntryPoint) -> str:
    """The distribution of an entry point; one without metadata goes by its entry point's name."""
    return _said(entry.dist, "Name") or entry.name


def _version(entry: EntryPoint) -> str:
    return _said(entry.dist, "Version") or "unknown"


def _said(distribution: Distribution | None, field: str) -> str:
    """What a distribution's metadata says; the package importlib_metadata raises where there is none, once loaded."""
    try:
        return (distribution.metadata[field] if distribution else "") or ""
    except (OSError, KeyError):
        return ""


def _normal(name: str) -> str:
    """A distribution's name as package indexes compare it: My_Plugin is my-plugin."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def _one_line(error: BaseException) -> str:
    """What an error says, without line breaks."""
    return " ".join(str(error).split())


def _sound(answer: object, name: str, version: str) -> tuple[list[Offer], list[Problem]]:
    """The cards that can be used, and a problem for each that cannot."""
    offers, problems = [], []
    for card in answer if isinstance(answer, (list, tuple)) else [answer]:
        if not isinstance(card, Card):
            problems.append(Problem(name, f"popgen_components must return a list of Card, got {type(card).__name__}"))
        elif wrong := _wrong_with(card):
            problems.append(Problem(name, wrong))
        else:
            offers.append(Offer(card, name, version))
    return offers, problems


def _wrong_with(card: Card) -> str:
    if not all(isinstance(text, str) for text in (card.kind, card.name, card.target, card.summary, card.install)):
        return f"a card holds something else than text where text belongs: {card}"
    if not isinstance(card.api, int):
        return f"{card.kind} {card.name!r} has the API number {card.api!r}, which is no whole number"
    if card.api != API:
        what = "install a newer popgen-core" if card.api > API else "ask its author for a newer version"
        return f"{card.kind} {card.name!r} is made for plug-in API {card.api}, this popgen has {API}: {what}"
    if card.kind not in KINDS:
        return f"{card.name!r} has the unknown kind {card.kind!r}; kinds are {', '.join(KINDS)}"
    if ":" not in card.target:
        return f"{card.kind} {card.name!r} has the target {card.target!r}, which is not of the form module:Class"
    return ""

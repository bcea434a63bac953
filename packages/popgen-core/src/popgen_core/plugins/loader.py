"""Finding plug-ins: each entry point loads inside its own try, and a failure is a line in a report.

Our own loader around pluggy, whose `load_setuptools_entrypoints` is eager, fatal, and skips duplicates in silence,
and whose `register` leaves half a plug-in behind after an error. Only `os._exit` and a crash of C code end the program
all the same: no Python code can catch those. Whoever uses built-ins alone never imports a stranger (`built_in`).
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, distributions, entry_points

import pluggy

from popgen_core.contracts.card import API, KINDS, Card
from popgen_core.errors import PluginError
from popgen_core.plugins import hooks
from popgen_core.plugins.surroundings import printable, watched

__all__ = [
    "BUILTIN",
    "HOOK",
    "Found",
    "Offer",
    "Problem",
    "built_in",
    "discover",
    "let_in",
    "naming",
    "normal",
    "offers_of",
    "strangers",
    "strict",
]

BUILTIN = (
    "popgen-core",
    "popgen-encoders",
    "popgen-eval",
    "popgen-starter",
)  # distributions whose names nobody may shadow
HOOK = "popgen_components"


@dataclass(frozen=True)
class Offer:
    """A card and the distribution that hands it in."""

    card: Card
    distribution: str
    version: str


@dataclass(frozen=True)
class Problem:
    """What is wrong with one distribution's plug-in, in one line; `loaded`: its components are there all the same."""

    distribution: str
    message: str
    version: str = "unknown"
    loaded: bool = False

    def __str__(self) -> str:
        """The line of a report: whose it is, then what it is."""
        return f"{self.distribution} {self.version}: {self.message}"


Found = tuple[list[Offer], list[Problem]]


def discover() -> Found:
    """Offers of all installed distributions, and the problems met; imports card modules, never components.

    POPGEN_PLUGINS=off keeps strangers out, POPGEN_PLUGINS=dist,dist lets only those in (built-ins always load).
    POPGEN_STRICT=1 raises PluginError at the first problem.
    """
    found = _joined([built_in(), strangers()])
    if found[1] and strict():
        raise PluginError(str(found[1][0]), hint="unset POPGEN_STRICT to go on without it")
    return found


def built_in() -> Found:
    """What this project's own distributions hand in; imports no stranger."""
    return _joined(offers_of(entry) for entry in _entries()[0] if _owner(entry) in BUILTIN)


def strangers() -> Found:
    """What all other distributions hand in, those that POPGEN_PLUGINS lets in."""
    entries, unreadable = _entries()
    foreign = [entry for entry in entries if _owner(entry) not in BUILTIN]
    found = _joined(offers_of(entry) for entry in foreign if let_in(_owner(entry)))
    return found[0], [*(problem for problem in unreadable if let_in(problem.distribution)), *found[1]]


def strict() -> bool:
    """Whether POPGEN_STRICT=1 makes problems fatal."""
    return os.environ.get("POPGEN_STRICT") == "1"


def offers_of(entry: EntryPoint) -> Found:
    """What one entry point hands in; whatever it raises, SystemExit included, becomes a problem, and so does noise."""
    name, version = printable(_owner(entry)), printable(_version(entry))
    with naming(f"plug-in {name} {version} ({entry.value})", name), watched() as seen:
        cards, wrong = _handed_in(entry)
    problems = [Problem(name, line, version) for line in wrong]
    problems += [Problem(name, f"{entry.value} {line}", version, loaded=bool(cards)) for line in seen.lines()]
    return [Offer(card, name, version) for card in cards], problems


@contextmanager
def naming(what: str, distribution: str, doing: str = "loading") -> Iterator[None]:
    """Ctrl-C while a stranger's code loads, or does something else, says whose it is: it may hang."""
    try:
        yield
    except KeyboardInterrupt as stopped:
        if distribution in BUILTIN:
            raise
        raise KeyboardInterrupt(f"while the {what} was {doing}; POPGEN_PLUGINS=off keeps it out") from stopped


def _handed_in(entry: EntryPoint) -> tuple[list[Card], list[str]]:
    """The cards of an entry point that can be used, and a line for all that cannot; raises nothing but Ctrl-C."""
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks)
    failed = f"entry point {entry.name} = {entry.value} cannot be loaded"
    try:
        module = entry.load()
        failed = f"{entry.value} does not implement the hook {HOOK}()"
        manager.register(module, name=entry.name)
        manager.check_pending()
        if not manager.hook.popgen_components.get_hookimpls():
            return [], [f"{entry.value} implements no hook {HOOK}: is it there, with @hookimpl above it?"]
        failed = f"hook {HOOK} of {entry.value} failed"
        answers = manager.hook.popgen_components()
        cards, wrong = _sound(_waited_for(answers[0]) if answers else None)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a stranger's module may raise anything, SystemExit too
        lacking = "; reinstall it with what it needs" if isinstance(error, ModuleNotFoundError) else ""
        return [], [f"{failed}: {type(error).__name__}: {printable(error)}{lacking}"]
    return cards, [f"hook {HOOK} of {entry.value}: {line}" for line in wrong]


def _joined(parts: Iterable[Found]) -> Found:
    offers: list[Offer] = []
    problems: list[Problem] = []
    for made, wrong in parts:
        offers += made
        problems += wrong
    return offers, problems


def _entries() -> tuple[list[EntryPoint], list[Problem]]:
    """All entry points of the group; a distribution whose list of them cannot be read is a problem of its own."""
    try:
        return _sorted(entry_points(group=hooks.PROJECT)), []
    except Exception:  # one stranger's entry_points.txt stops the whole look-up: look at each by itself
        pass
    found, problems = [], []
    for distribution in {_said(d, "Name"): d for d in reversed(list(distributions()))}.values():
        try:
            found += list(distribution.entry_points.select(group=hooks.PROJECT))
        except Exception as error:
            line = f"its entry_points.txt cannot be read: {printable(error)}"
            name, version = (_said(distribution, field) or "unknown" for field in ("Name", "Version"))
            problems.append(Problem(name, line, version))
    return _sorted(found), problems


def _sorted(entries: Iterable[EntryPoint]) -> list[EntryPoint]:
    return sorted(entries, key=lambda entry: (_owner(entry), entry.name))


def let_in(distribution: str) -> bool:
    """Whether POPGEN_PLUGINS lets a stranger in: where it is unset, or names it."""
    setting = os.environ.get("POPGEN_PLUGINS")
    return setting is None or normal(distribution) in {normal(name) for name in setting.split(",")}


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


def normal(name: str) -> str:
    """A distribution's name as package indexes compare it (PEP 503): My_Plugin is my-plugin."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def _waited_for(answer: object) -> object:
    """What a hook hands in, but a coroutine is closed, so that nothing says later that it was never waited for."""
    if inspect.iscoroutine(answer):
        answer.close()
        raise TypeError("it is async; popgen calls it without waiting: write def, not async def")
    return answer


def _sound(answer: object) -> tuple[list[Card], list[str]]:
    """The cards that can be used, and what is wrong with each that cannot."""
    cards, wrong = [], []
    for card in answer if isinstance(answer, (list, tuple)) else [answer]:
        if not isinstance(card, Card):
            wrong.append(f"it must return a list of Card, got {type(card).__name__}")
        elif line := _wrong_with(card):
            wrong.append(line)
        else:
            cards.append(card)
    return cards, wrong


def _wrong_with(card: Card) -> str:
    if not all(isinstance(text, str) for text in (card.kind, card.name, card.target, card.summary, card.install)):
        return f"a card holds something else than text where text belongs: {printable(card)}"
    if not isinstance(card.api, int):
        return f"{card.kind} {card.name!r} has the API number {card.api!r}, which is no whole number"
    if card.api != API:
        what = "install a newer popgen-core" if card.api > API else "ask its author for a newer version"
        return f"{card.kind} {card.name!r} is made for plug-in API {card.api}, this popgen has {API}: {what}"
    if card.kind not in KINDS:
        return f"{card.name!r} has the unknown kind {card.kind!r}; kinds are {', '.join(KINDS)}"
    if not card.name or ":" in card.name or any(each.isspace() or not each.isprintable() for each in card.name):
        return f"{card.kind} {card.name!r} is no name: one is not empty, and has no colon, space or unseen character"
    if ":" not in card.target:
        return f"{card.kind} {card.name!r} has the target {card.target!r}, which is not of the form module:Class"
    return ""

"""The plan of a listening test: every trial of every listener, from a seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from numpy.random import Generator, default_rng

from popgen_core.errors import RecipeError
from popgen_eval.listening.assignment import assigned, dealt
from popgen_eval.listening.design import Design
from popgen_eval.listening.order import ordered
from popgen_eval.listening.sides import balanced_halves

__all__ = ["CHOICES", "SPOILED", "Stimulus", "Trial", "plan_trials"]

CHOICES = ("A", "B", "none")
SPOILED = "spoiled"


@dataclass(frozen=True)
class Stimulus:
    """What is heard: a system's clip of an item; `kind` is "" or "spoiled"; `copy` 1 is the same sound once more."""

    system: str
    item: int
    kind: str = ""
    copy: int = 0

    @property
    def label(self) -> str:
        """As tables name it: the system, and in which way it was spoiled."""
        return f"{self.system}:{self.kind}" if self.kind else self.system


@dataclass(frozen=True)
class Trial:
    """Two clips that one listener compares: `left` is A, `right` is B.

    `kind`: pair, identical, anchor, repeat or attention. `order`: its place from 1. `rated`: which of both the
    listener rates, A or B. `expected`: the answer of an anchor or attention trial. `again`: the trial repeated.
    """

    trial: str
    listener: int
    order: int
    kind: str
    item: int
    left: Stimulus
    right: Stimulus
    rated: str
    expected: str = ""
    again: str = ""


def plan_trials(
    design: Design, systems: Sequence[str], items: int, *, ours: str | None = None, stamp: Sequence[int] = ()
) -> list[Trial]:
    """All trials, by listener and order. The same design, systems, items and stamp give the same plan.

    `ours` is the system that the anchors spoil, the first unless told; `stamp` are numbers drawn from the clips, so
    that a seed that someone guesses tells nothing. Raises RecipeError when the items are too few.
    """
    if len(systems) < 2 or len(set(systems)) < len(systems):
        raise RecipeError("a listening test compares two systems or more, each by its own name")
    chosen = systems[0] if ours is None else ours
    if chosen not in systems:
        raise RecipeError(f"{chosen!r} is none of the systems {', '.join(systems)}")
    random = default_rng([design.seed, *stamp])
    names = _names(random, design.listeners * design.all_trials)
    pairs = _pairs(design, list(combinations(systems, 2)), items, random)
    trials: list[Trial] = []
    for listener, mine in enumerate(pairs):
        whole = [*mine, *_controls(design, listener, mine, systems, chosen, items, random)]
        trials += _in_order([replace(trial, trial=names.pop()) for trial in whole], len(mine), random)
    return trials


def _names(random: Generator, count: int) -> list[str]:
    """Names of trials that tell nothing."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[random.bytes(4).hex()] = None
    return list(found)


def _pairs(design: Design, couples: list[tuple[str, str]], items: int, random: Generator) -> list[list[Trial]]:
    """For each listener the pairs of two systems, sides and rated clips balanced."""
    square = assigned(design.listeners, design.trials, items, len(couples))
    item_of, couple_of = random.permutation(items), random.permutation(len(couples))
    edges = [(listener, cell) for listener, cells in enumerate(square) for cell in cells]
    swapped, second = balanced_halves(edges), [False] * len(edges)
    for side in (False, True):  # which clip is rated is balanced among those of each side
        which = [number for number, half in enumerate(swapped) if half == side]
        for number, half in zip(which, balanced_halves([edges[number] for number in which]), strict=True):
            second[number] = half
    trials: list[list[Trial]] = [[] for _ in square]
    for (listener, (item, couple)), swap, rates in zip(edges, swapped, second, strict=True):
        heard = [Stimulus(system, int(item_of[item])) for system in couples[couple_of[couple]]]
        left, right = heard[::-1] if swap else heard
        rated = "B" if rates else "A"
        trials[listener].append(Trial("", listener + 1, 0, "pair", left.item, left, right, rated))
    return trials


def _controls(
    design: Design, listener: int, mine: list[Trial], systems: Sequence[str], ours: str, items: int, random: Generator
) -> list[Trial]:
    """The trials of a listener that check the listener and the test; sides in turn."""
    counts, number = design.counts, listener + 1
    made = []
    for at, item in enumerate(dealt(counts["identical"], listener, items)):
        system = systems[(listener * counts["identical"] + at) // items % len(systems)]
        heard = [Stimulus(system, item), Stimulus(system, item, copy=1)]
        made.append(_trial(number, "identical", heard, (listener + at) % 2 == 1))
    for at, item in enumerate(dealt(counts["anchor"], listener, items, items // 2)):
        swap = (listener + at) % 2 == 1
        heard = [Stimulus(ours, item), Stimulus(ours, item, SPOILED)]
        made.append(replace(_trial(number, "anchor", heard, swap), expected="B" if swap else "A"))
    for place in random.permutation(len(mine))[: counts["repeat"]]:
        first = mine[place]
        again = _trial(number, "repeat", [first.right, first.left], False)
        made.append(replace(again, rated="B" if first.rated == "A" else "A", again=str(place)))
    used = Counter(trial.item for trial in [*mine, *made])
    rarest = sorted(random.permutation(items).tolist(), key=lambda item: used[item])
    for at in range(counts["attention"]):
        heard = [Stimulus(system, rarest[at % items]) for system in systems[:2]]
        expected = CHOICES[int(random.integers(len(CHOICES)))]
        made.append(replace(_trial(number, "attention", heard, bool(random.integers(2))), expected=expected))
    return made


def _trial(listener: int, kind: str, heard: list[Stimulus], swap: bool) -> Trial:
    left, right = heard[::-1] if swap else heard
    return Trial("", listener, 0, kind, left.item, left, right, "B" if swap else "A")


def _in_order(trials: list[Trial], pairs: int, random: Generator) -> list[Trial]:
    """The trials of one listener in the order heard; repeats name the trial that they repeat."""
    later_than = {at: int(trial.again) for at, trial in enumerate(trials) if trial.kind == "repeat"}
    order = ordered(
        [trial.item for trial in trials],
        random,
        later_than=later_than,
        not_first=frozenset(range(pairs, len(trials))),
    )
    return [
        replace(trials[at], order=place, again=trials[later_than[at]].trial if at in later_than else "")
        for place, at in enumerate(order, 1)
    ]

"""What a listening test found: with the rules of exclusion, without them, and its controls."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any

from popgen_eval.listening.agreement import Agreement, agreements
from popgen_eval.listening.answers import Answer
from popgen_eval.listening.controls import Controls, controls
from popgen_eval.listening.exclusions import Rules, Watch, reasons, watched
from popgen_eval.listening.joined import Judgment, by_listener, joined
from popgen_eval.listening.key import Key
from popgen_eval.listening.preference import FEWEST, Preference, preference
from popgen_eval.listening.ratings import RatingGap, rating_gaps, rating_means
from popgen_eval.report.plain import plain
from popgen_eval.statistics import holm

__all__ = ["Analysis", "Panel", "analyse", "preferences_kept"]


@dataclass(frozen=True)
class Panel:
    """The results of one set of listeners: preferences, mean ratings (scale -> system), their gaps, how far
    listeners agree in them, control trials. Fewer than 5 listeners are described, not tested: every p is NaN.
    """

    listeners: int
    judgments: int
    preferences: tuple[Preference, ...]
    means: dict[str, dict[str, float]]
    gaps: tuple[RatingGap, ...]
    agreement: tuple[Agreement, ...]
    controls: Controls

    @property
    def few(self) -> bool:
        """Whether there are too few listeners to test anything."""
        return self.listeners < FEWEST


@dataclass(frozen=True)
class Analysis:
    """A whole test: who was left out and why, results with exclusions (`kept`) and without (`everyone`)."""

    test: str
    systems: tuple[str, ...]
    clip_seconds: float
    planned: int
    complete: int
    rules: Rules
    watches: dict[int, Watch]
    excluded: dict[int, tuple[str, ...]]
    kept: Panel
    everyone: Panel

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; NaN becomes null."""
        told: dict[str, Any] = plain(asdict(self))
        return told


def analyse(answers: Iterable[Answer], key: Key, *, rules: Rules | None = None, intervals: bool = True) -> Analysis:
    """Answers and their key -> what the test found. Raises PopgenError as `joined` does."""
    judgments, told = joined(answers, key), rules or Rules()
    of = by_listener(judgments)
    watches = {listener: watched(mine) for listener, mine in of.items()}
    excluded = _excluded(watches, key, told)
    counted = [one for one in judgments if one.trial.listener not in excluded]
    asked = len(key.trials) // max(len({trial.listener for trial in key.trials}), 1)
    everyone = _panel(judgments, key.systems, intervals)
    return Analysis(
        test=key.fingerprint,
        systems=key.systems,
        clip_seconds=key.seconds,
        planned=len({trial.listener for trial in key.trials}),
        complete=sum(len(mine) == asked for mine in of.values()),
        rules=told,
        watches=watches,
        excluded=excluded,
        kept=_panel(counted, key.systems, intervals) if excluded else everyone,
        everyone=everyone,
    )


def preferences_kept(answers: Iterable[Answer], key: Key, *, rules: Rules | None = None) -> tuple[Preference, ...]:
    """The preferences that `analyse` finds after the exclusions, without intervals and all else: for many panels."""
    of = by_listener(joined(answers, key))
    excluded = _excluded({listener: watched(mine) for listener, mine in of.items()}, key, rules or Rules())
    counted = [one for listener, mine in of.items() if listener not in excluded for one in mine]
    return _preferences(counted, key.systems, False)


def _excluded(watches: dict[int, Watch], key: Key, rules: Rules) -> dict[int, tuple[str, ...]]:
    """Who is left out -> why."""
    why = {listener: tuple(reasons(watch, key.seconds, rules)) for listener, watch in watches.items()}
    return {listener: found for listener, found in why.items() if found}


def _preferences(judgments: Sequence[Judgment], systems: Sequence[str], intervals: bool) -> tuple[Preference, ...]:
    """Those of every two systems, their p corrected for being many."""
    found = [preference(judgments, *pair, intervals=intervals) for pair in combinations(systems, 2)]
    corrected = holm([one.clustered.p for one in found], sum(one.still for one in found))
    return tuple(replace(one, p=p) for one, p in zip(found, corrected, strict=True))


def _panel(judgments: Sequence[Judgment], systems: Sequence[str], intervals: bool) -> Panel:
    gaps = rating_gaps(judgments, systems)
    corrected = zip(gaps, holm([gap.both_p for gap in gaps], sum(gap.still for gap in gaps)), strict=True)
    panel = Panel(
        listeners=len({one.trial.listener for one in judgments}),
        judgments=len(judgments),
        preferences=_preferences(judgments, systems, intervals),
        means=rating_means(judgments, systems),
        gaps=tuple(replace(gap, p=p) for gap, p in corrected),
        agreement=agreements(judgments),
        controls=controls(judgments),
    )
    return _untested(panel) if panel.few else panel


def _untested(panel: Panel) -> Panel:
    """A panel too small to test anything, without any p; those of preferences are NaN already."""
    gaps = tuple(
        replace(
            gap,
            over_listeners=replace(gap.over_listeners, p=math.nan),
            over_items=replace(gap.over_items, p=math.nan),
            both_p=math.nan,
            p=math.nan,
        )
        for gap in panel.gaps
    )
    told = panel.controls
    sides = {name: replace(getattr(told, name), p=math.nan) for name in ("identical", "pairs")}
    return replace(panel, gaps=gaps, controls=replace(told, **sides))

"""Which listeners do not count: rules that stand before anyone has listened."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from popgen_eval.listening.design import LEAST_ANCHORS
from popgen_eval.listening.joined import Judgment

__all__ = ["Rules", "Watch", "reasons", "watched"]


@dataclass(frozen=True)
class Rules:
    """A listener is left out below `anchors` (share of spoiled copies caught, 0..1), below `repeats` (share of
    repeated pairs answered alike, 0..1), when the median trial took less than `clips` clip lengths, or when an
    attention trial was failed.

    Anchors count from `least_anchors` of them on: of fewer, a single slip leaves less than 75 %. An honest listener who
    catches 97 in a hundred would go 9 times in a hundred with three, less than once with four. Repeats count from
    `least_repeats` of them on: with a single one the rule would be the toss of a coin. A listener whose true share is
    .6 answers a repeat alike 52 times in a hundred (.6^2 + .4^2), so every second honest one would go. Deviation from
    our protocol, which names no least numbers.
    """

    anchors: float = 0.75
    repeats: float = 0.60
    clips: float = 1.0
    least_repeats: int = 3
    least_anchors: int = LEAST_ANCHORS


@dataclass(frozen=True)
class Watch:
    """What a listener's control trials tell: shares 0..1, NaN where none was answered; seconds of the median trial."""

    anchors: float
    anchors_heard: int
    repeats: float
    repeats_heard: int
    median_seconds: float
    attention_failed: int


def watched(judgments: Sequence[Judgment]) -> Watch:
    """The judgments of one listener -> what their control trials tell."""
    heard = {one.trial.trial: one for one in judgments}
    caught = [one.answer.choice == one.trial.expected for one in judgments if one.trial.kind == "anchor"]
    alike = [one.chosen == heard[one.trial.again].chosen for one in judgments if one.trial.again in heard]
    failed = [one.answer.choice != one.trial.expected for one in judgments if one.trial.kind == "attention"]
    seconds = median(one.answer.rt_ms for one in judgments) / 1000
    return Watch(_share(caught), len(caught), _share(alike), len(alike), seconds, sum(failed))


def reasons(watch: Watch, clip_seconds: float, rules: Rules = Rules()) -> list[str]:
    """Why this listener is left out; empty for one who counts."""
    found = []
    if watch.anchors_heard >= rules.least_anchors and watch.anchors < rules.anchors:
        found.append(f"caught {watch.anchors:.0%} of the spoiled copies, {rules.anchors:.0%} are needed")
    if watch.repeats_heard >= rules.least_repeats and watch.repeats < rules.repeats:
        found.append(f"answered {watch.repeats:.0%} of the repeated pairs alike, {rules.repeats:.0%} are needed")
    if watch.median_seconds < rules.clips * clip_seconds:
        found.append(f"took {watch.median_seconds:.1f} s for the median trial, a clip lasts {clip_seconds:.1f} s")
    if watch.attention_failed:
        trials = "attention trial" if watch.attention_failed == 1 else "attention trials"
        found.append(f"did not answer {watch.attention_failed} {trials} as told")
    return found


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else math.nan

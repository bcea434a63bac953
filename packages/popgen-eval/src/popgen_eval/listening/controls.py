"""What the control trials say of the test itself: leanings to a side, spoiled copies caught, repeats alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from popgen_eval.listening.exclusions import watched
from popgen_eval.listening.joined import Judgment, by_listener
from popgen_eval.statistics import preference

__all__ = ["Controls", "Sides", "controls"]


@dataclass(frozen=True)
class Sides:
    """How often A, B and neither were chosen; p of equal A and B: exact below 40 choices, else chi-square."""

    left: int
    right: int
    neither: int
    p: float


@dataclass(frozen=True)
class Controls:
    """Over all listeners: sides of identical pairs and of all pairs of two systems, anchors caught, repeats alike,
    attention trials answered as told; each (number right, number answered).
    """

    identical: Sides
    pairs: Sides
    anchors: tuple[int, int]
    repeats: tuple[int, int]
    attention: tuple[int, int]


def controls(judgments: Sequence[Judgment]) -> Controls:
    """All judgments -> what the control trials say."""
    alike = [watched(mine) for mine in by_listener(judgments).values()]
    heard = sum(watch.repeats_heard for watch in alike)
    same = sum(round(watch.repeats * watch.repeats_heard) for watch in alike if watch.repeats_heard)
    return Controls(
        identical=_sides(judgments, "identical"),
        pairs=_sides(judgments, "pair"),
        anchors=_right(judgments, "anchor"),
        repeats=(same, heard),
        attention=_right(judgments, "attention"),
    )


def _sides(judgments: Sequence[Judgment], kind: str) -> Sides:
    chosen = [one.answer.choice for one in judgments if one.trial.kind == kind]
    left, right, neither = (chosen.count(choice) for choice in ("A", "B", "none"))
    return Sides(left, right, neither, preference(left, right, neither).p)


def _right(judgments: Sequence[Judgment], kind: str) -> tuple[int, int]:
    right = [one.answer.choice == one.trial.expected for one in judgments if one.trial.kind == kind]
    return sum(right), len(right)

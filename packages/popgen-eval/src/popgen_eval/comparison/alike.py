"""Whether reports were made alike: windows, groups, versions of evaluators, training sets; else no comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from popgen_core.errors import RecipeError
from popgen_eval.comparison.listing import clipped, gathered, listed
from popgen_eval.metrics.overall import HEADLINE, OVERALL
from popgen_eval.report import Report

__all__ = ["about_anchors", "about_settings", "refuse_unlike", "without_other_training", "without_other_versions"]

WORDS = {  # of each setting: how a sentence says it, of the first side and of the other
    "bars": ("was judged in windows of {} bars", "of {}"),
    "window": ("was judged by windows {!r}", "by {!r}"),
    "grouper": ("was grouped by {}", "by {}"),
}
TOLD = {*WORDS, "evaluators"}
OTHER_TRAINING = "made against other training sets"
ROOM = 60  # letters of a setting that a sentence shows


def refuse_unlike(reports: Sequence[Report], labels: Sequence[str]) -> None:
    """Raise RecipeError where two reports say that they were made in other windows or groups."""
    for name, (first, second) in WORDS.items():
        told = [(label, of.settings[name]) for of, label in zip(reports, labels, strict=False) if name in of.settings]
        for label, value in told[1:]:
            if value != told[0][1]:
                here, there = _short(told[0][1]), _short(value)
                said = f"{told[0][0]} {first.format(here)}, {label} {second.format(there)}"
                hint = "--bars sets the windows of MIDI that is judged here" if name == "bars" else "judge both alike"
                raise RecipeError(f"{said}: judge both alike" if name == "bars" else said, hint=hint)


def about_settings(reports: Sequence[Report], labels: Sequence[str]) -> list[str]:
    """A line on the sides that do not say how they were judged."""
    silent = [label for of, label in zip(reports, labels, strict=False) if not of.settings.keys() >= TOLD]
    if not silent:
        return []
    verb = "does" if len(silent) == 1 else "do"
    return [f"{listed(silent)} {verb} not say by which windows, groups and evaluators: only songs judged alike compare"]


def about_anchors(reports: Sequence[Report], labels: Sequence[str]) -> list[str]:
    """A line where reports name different anchors: their calibrated scores stand on different scales."""
    told = [
        (label, of.settings["anchors"]) for of, label in zip(reports, labels, strict=False) if "anchors" in of.settings
    ]
    if len({str(name) for _, name in told}) < 2:
        return []
    said = listed([f"{label} by {_short(name)}" for label, name in told])
    return [f"calibrated by different anchors, {said}: calibrated scores do not compare, what follows is of raw ones"]


def without_other_versions(figures: Sequence[str], reports: Sequence[Report]) -> tuple[list[str], list[str]]:
    """Common figures -> those that one version of an evaluator made everywhere, and a line on the others.

    `overall` goes with any of the headline figures that it is made of. A report that names no versions is believed.
    """
    tables = [table for of in reports if isinstance(table := of.settings.get("evaluators"), dict)]
    makers = {figure: list(dict.fromkeys(str(of[figure]) for of in tables if figure in of)) for figure in figures}
    other = {figure: made for figure, made in makers.items() if len(made) > 1}
    if not other:
        return list(figures), []
    if OVERALL.name in figures and OVERALL.name not in other and set(other) & set(HEADLINE):
        other[OVERALL.name] = ["made of them"]
    kept = [figure for figure in figures if figure not in other]
    said = clipped([f"{figure} ({', '.join(map(_short, made))})" for figure, made in other.items()], 130)
    return kept, [f"not compared, made by other versions: {said}"]


def without_other_training(
    figures: Sequence[str], reports: Sequence[Report], labels: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Common figures -> those without a training set or made against one and the same, and a line on the others.

    A report that does not name its training set is not believed: the path of one says nothing of what was in it.
    """
    learned = {name for of in reports for name in of.learned}
    held = [figure for figure in figures if figure in learned]
    digests = [of.settings.get("training_sha256") for of in reports]
    silent = [label for label, digest in zip(labels, digests, strict=False) if not _is_name(digest)]
    if not held or (not silent and len(set(digests)) == 1):
        return list(figures), []
    kept = [figure for figure in figures if figure not in learned]
    return kept, [f"not compared, {_unsaid(silent) if silent else OTHER_TRAINING}: {clipped(gathered(held), 130)}"]


def _unsaid(silent: Sequence[str]) -> str:
    return f"since {listed(silent)} {'does' if len(silent) == 1 else 'do'} not say against which training set"


def _is_name(digest: Any) -> bool:
    return isinstance(digest, str) and bool(digest)


def _short(value: Any) -> Any:
    """A setting as it is, cut where it is long: reports come from strangers."""
    return value if isinstance(value, int) else str(value)[:ROOM]

"""Figures of single groups: which part plays a role, and a score for each of the seven groups."""

from __future__ import annotations

from collections.abc import Mapping

from popgen_core.analysis.piece import LEAST_HITS, LEAST_NOTES, Part, Piece
from popgen_core.contracts.evaluator import Measure, Score
from popgen_core.groupers.program import GROUPS
from popgen_eval.metrics.pooling import pooled, undefined

__all__ = ["each_group", "group_measures", "lead_of", "part_of", "too_few"]


def part_of(piece: Piece, group: str) -> Part | None:
    """The group's notes where it has enough of them."""
    return next((part for part in piece.parts if part.name == group and part.enough), None)


def lead_of(piece: Piece) -> Part | None:
    """The group lead; without one the pitched group, other than the bass, that plays highest on average."""
    others = [part for part in piece.pitched if part.enough and part.name != "bass"]
    return part_of(piece, "lead") or max(others, key=lambda part: part.pitch.mean(), default=None)


def too_few(group: str) -> Score:
    """Undefined for want of notes of a group."""
    return undefined(f"{group}: fewer than {LEAST_HITS if group == 'drums' else LEAST_NOTES} notes")


def each_group(figure: str, values: Mapping[str, tuple[float, int]], reason: str) -> dict[str, Score]:
    """(value, notes) of the groups that have one -> the pooled figure, and `figure_group` for each of the seven."""
    scores = {figure: pooled(values.values(), reason)}
    for group in GROUPS:
        scores[f"{figure}_{group}"] = Score(values[group][0]) if group in values else too_few(group)
    return scores


def group_measures(pooled_measure: Measure) -> tuple[Measure, ...]:
    """The pooled figure's measure, and the same for each of the seven groups."""
    of = pooled_measure
    return (
        of,
        *(
            Measure(f"{of.name}_{group}", of.unit, of.low, of.high, of.better, f"{of.name} of the {group} alone")
            for group in GROUPS
        ),
    )

"""The comparison of two systems' reports, and of both with real songs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from popgen_core.contracts.evaluator import Measure
from popgen_core.errors import PopgenError, RecipeError
from popgen_eval.calibration import built_in
from popgen_eval.comparison import words
from popgen_eval.comparison.alike import (
    about_anchors,
    about_settings,
    refuse_unlike,
    without_other_training,
    without_other_versions,
)
from popgen_eval.comparison.contrast import FAMILIES, HINTS, Contrast, contrast_of
from popgen_eval.comparison.directions import directions_of
from popgen_eval.comparison.listing import clipped, gathered
from popgen_eval.comparison.songs import Songs, alone, file_name, judged, matched, songs_of
from popgen_eval.comparison.table import notes, rows
from popgen_eval.report import Report
from popgen_eval.statistics.bca import RESAMPLES

__all__ = ["Comparison", "compare"]

TITLES = {
    "headline": "headline figures, Holm over the family",
    "overall": "overall, made of the five headline figures",
    "named": "named figures, Holm over the family",
    "exploratory": "exploratory figures, hints only, Benjamini-Hochberg",
    "training": "figures against a training set, hints only, Benjamini-Hochberg",
}


@dataclass(frozen=True)
class Comparison:
    """A against B, then A and B each against the reference where there is one; `remarks` on the songs come first.

    `left_out`: by side, the names of the songs that the other side lacks, where only common ones are compared.
    """

    contrasts: tuple[Contrast, ...]
    remarks: tuple[str, ...]
    seed: int
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def hints(self) -> int:
        """How many figures are only hints: those that are left out where not `every` one is asked for."""
        return sum(test.family in HINTS for test in self.contrasts[0].figures)

    def sentences(self, *, every: bool = True) -> list[str]:
        """What was found, in plain words, the remarks first; of `every` figure, or without those that are hints."""
        shown = [contrast if every else contrast.without(HINTS) for contrast in self.contrasts]
        return [*self.remarks, *(line for contrast in shown for line in words.sentences(contrast))]

    def tables(self, *, every: bool = True) -> list[tuple[str, list[tuple[str, ...]]]]:
        """(title, rows) for a terminal, by contrast and family; the first row is the heading."""
        return [
            (f"{contrast.a} against {contrast.b}: {TITLES[family]}", rows(contrast, contrast.family(family)))
            for contrast in self.contrasts
            for family in FAMILIES
            if contrast.family(family) and (every or family not in HINTS)
        ]

    def notes(self, *, every: bool = True) -> list[str]:
        """What the columns and marks of the tables mean."""
        return notes([test for one in self.contrasts for test in one.figures if every or test.family not in HINTS])

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; NaN becomes null."""
        return {
            "sentences": self.sentences(),
            "seed": self.seed,
            "left_out": {label: list(names) for label, names in self.left_out.items()},
            "comparisons": [contrast.to_json() for contrast in self.contrasts],
        }


def compare(
    a: Report,
    b: Report,
    *,
    paired: bool,
    reference: Report | None = None,
    seed: int = 0,
    labels: tuple[str, str, str] = ("A", "B", "the reference"),
    by_name: bool = False,
    common: bool = False,
    measures: Sequence[Measure] | None = None,
    resamples: int = RESAMPLES,
) -> Comparison:
    """Compare two systems by the scores of their songs, and each with real songs where a reference is given.

    The unit is the song. `paired`: two songs of one file name were made from one prompt; paired t, checked by Wilcoxon.
    Otherwise Welch's t, checked by Mann-Whitney; so is every comparison with the reference. Where t and rank test
    disagree the rank test is trusted. It takes five songs of each, or five pairs. p and TOST are corrected within each
    family of figures, in each comparison by itself. `by_name`, and always where paired: files of one name in several
    folders are versions of one song (seeds), of which the mean is taken. `common`, for pairs: songs that only one side
    has are left out of everything, and told. `measures` say which direction is better; by default the installed
    evaluators do. Figures that other versions of their evaluators made, or that were made against
    other training sets, are left out, and told. Raises RecipeError for
    songs without a partner, for reports of other windows or groups and for those without a figure in common,
    PopgenError for one in which no song could be judged.
    """
    merged = by_name or paired
    reports = [a, b, *([reference] if reference else [])]
    refuse_unlike(reports, labels)
    lonely = _without_partner(a, b, labels) if common and paired else {}
    left = {name for names in lonely.values() for name in names}
    withouts = [left, left, set()]
    sides = [songs_of(one, by_name=merged, without=names) for one, names in zip(reports, withouts, strict=False)]
    remarks = [line for label, names in lonely.items() for line in words.about_alone(names, label)]
    remarks += [line for songs, label in zip(sides, labels, strict=False) for line in words.about_songs(songs, label)]
    shared = _common(sides, labels)
    same, other_versions = without_other_versions(shared, reports)
    figures, other_training = without_other_training(same, reports, labels)
    if not figures:
        lines, what = (other_training, "beside one training set") if same else (other_versions, "by one release")
        raise RecipeError(lines[0], hint=f"judge all songs {what}{'' if same else ' of popgen-eval'}")
    remarks += [
        *about_settings(reports, labels),
        *about_anchors(reports, labels),
        *_left_over(sides, labels, shared),
        *other_versions,
        *other_training,
    ]
    better = directions_of(figures, measures)
    scale = built_in().at(next((of.settings["bars"] for of in reports if "bars" in of.settings), None))
    learned = {name for report in reports for name in report.learned}
    both = labels[:2]
    first, second = matched(sides[0], sides[1], both) if paired else (judged(sides[0]), judged(sides[1]))
    remarks += [] if paired else words.about_pairs(a, b, both)

    how: dict[str, Any] = {"learned": learned, "seed": seed, "resamples": resamples, "scale": scale}
    contrasts = [contrast_of(first, second, both, better, paired=paired, to_reference=False, **how)]
    for songs, label in zip(sides[:2], both, strict=True):
        contrasts += [
            contrast_of(judged(songs), judged(real), (label, labels[2]), better, paired=False, to_reference=True, **how)
            for real in sides[2:]
        ]
    return Comparison(tuple(contrasts), tuple(remarks), seed, lonely)


def _without_partner(a: Report, b: Report, labels: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """By side, the songs that the other side lacks. Raises RecipeError where there is not one song that both have."""
    found = {labels[0]: alone(a, b), labels[1]: alone(b, a)}
    if len(found[labels[0]]) == len({file_name(file) for file in a.files}):
        raise RecipeError(
            f"{labels[0]} and {labels[1]} have no file name in common", hint="without pairs compare unpaired"
        )
    return {label: names for label, names in found.items() if names}


def _common(sides: Sequence[Songs], labels: Sequence[str]) -> list[str]:
    """The figures that all reports hold, in the first one's order."""
    for songs, label in zip(sides, labels, strict=False):
        if len(songs.unread) == len(songs.names):
            raise PopgenError(f"{label} has no song that could be judged")
    common = [figure for figure in sides[0].figures if all(figure in songs.figures for songs in sides)]
    if not common:
        raise RecipeError("the reports have no figure in common", hint="judge all songs by the same evaluators")
    return common


def _left_over(sides: Sequence[Songs], labels: Sequence[str], common: Sequence[str]) -> list[str]:
    """A line for each side with figures that the others lack."""
    lines = []
    for songs, label in zip(sides, labels, strict=False):
        if over := [name for name in songs.figures if name not in common]:
            lines.append(f"not compared, since not all have it: {clipped(gathered(over), 120)} of {label}")
    return lines

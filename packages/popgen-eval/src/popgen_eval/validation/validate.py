"""All figures against all corruptions on real songs: what `popgen eval-validate` prints."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.contracts.evaluator import Measure
from popgen_core.errors import RecipeError
from popgen_eval.cards import CURRENT
from popgen_eval.corruptions import CORRUPTIONS, CROSSING
from popgen_eval.judging.song import evaluator_named
from popgen_eval.metrics.overall import HEADLINE, OVERALL
from popgen_eval.report.plain import plain
from popgen_eval.validation.invariance import INVARIANCES, Invariance, invariance
from popgen_eval.validation.material import Material
from popgen_eval.validation.separation import Separation, separation
from popgen_eval.validation.spoil import REAL, WHOLE, SongScores, scored_songs, value, variants
from popgen_eval.validation.targets import TARGETS

__all__ = ["LEAST_SONGS", "SLACK", "Validation", "by_upper_end", "piece_figures", "reached", "target_of", "validate"]

SLACK = 0.03  # below its target an interval may end
LEAST_SONGS = 30  # the interval of fewer is so wide that it would reach nearly any target
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Validation:
    """What was found on the songs of a place. `real` (song,): each figure of the songs as they are, NaN if undefined.

    `figures` are their measures; `failed` counts the copies that could not be made, by corruption and reason.
    """

    place: str
    material: Material
    seed: int
    figures: Mapping[str, Measure]
    separations: tuple[Separation, ...]
    invariances: tuple[Invariance, ...]
    real: Mapping[str, NDArray[np.float64]]
    failed: Mapping[str, int]

    @property
    def targeted(self) -> tuple[Separation, ...]:
        """What is measured against a target, figure by figure."""
        return tuple(row for row in self.separations if target_of(row) is not None)

    @property
    def missed(self) -> tuple[Separation, ...]:
        """The targets that were not reached; one against a corruption that could not be made is among them."""
        return tuple(row for row in self.targeted if self.verdict(row) == "NO")

    @property
    def few(self) -> tuple[Separation, ...]:
        """The targets that too few songs tell of."""
        return tuple(row for row in self.targeted if self.verdict(row) == "too few")

    @property
    def summary(self) -> str:
        """How many songs there were, and how many targets were reached, missed and not to be told."""
        few = f", {len(self.few)} with too few songs (under {LEAST_SONGS})" if self.few else ""
        made = len(self.targeted) - len(self.missed) - len(self.few)
        songs = f"{len(self.material.songs)} {'song' if len(self.material.songs) == 1 else 'songs'}"
        return f"{songs}; {made} of {len(self.targeted)} targets reached, {len(self.missed)} missed{few}"

    def verdict(self, row: Separation) -> str:
        """yes or NO, "too few" songs to say, "" without a target."""
        if target_of(row) is None:
            return ""
        failed = any(name.startswith(f"{row.corruption}: ") for name in self.failed)
        if row.n < LEAST_SONGS and not failed:
            return "too few"
        return "yes" if reached(row) else "NO"

    @property
    def unknown(self) -> tuple[str, ...]:
        """Targets against corruptions that this popgen does not have."""
        known = {*CORRUPTIONS, *CROSSING}
        return tuple(
            f"{figure} against {name}"
            for figure in self.figures
            for name in TARGETS.get(figure, ())
            if name not in known
        )

    def to_json(self) -> dict[str, Any]:
        """As plain values, NaN as null."""
        told = {"yes": True, "NO": False}
        rows = [
            {
                **asdict(row),
                "target": target_of(row),
                "reached": told.get(verdict),
                "by_upper_end": verdict == "yes" and by_upper_end(row),
                "too_few": verdict == "too few",
            }
            for row, verdict in ((row, self.verdict(row)) for row in self.separations)
        ]
        return {
            "format": 1,
            "corpus": {"name": self.place, "sha256": self.material.sha256, "songs": list(self.material.names)},
            "bars": self.material.bars,
            "seed": self.seed,
            "unfit": dict(self.material.unfit),
            "unread": [{"file": row.file, "message": row.message} for row in self.material.unread],
            "failed": dict(self.failed),
            "separations": [plain(row) for row in rows],
            "invariances": [plain(asdict(row)) for row in self.invariances],
        }


def target_of(row: Separation) -> float | None:
    """The AUC that a figure must reach against a corruption, None where nobody asks it to."""
    return TARGETS.get(row.figure, {}).get(row.corruption)


def reached(row: Separation) -> bool | None:
    """Whether the interval of the AUC reaches the target less SLACK; None without a target."""
    target = target_of(row)
    return None if target is None else bool(row.high >= target - SLACK)


def by_upper_end(row: Separation) -> bool:
    """Whether a target is reached by the interval's upper end only: the AUC itself is below the target less SLACK."""
    target = target_of(row)
    return target is not None and bool(reached(row)) and row.auc < target - SLACK


def piece_figures(wanted: Sequence[str] | None = None) -> tuple[tuple[str, ...], dict[str, Measure]]:
    """The evaluators of popgen-eval that judge a piece by itself, and their figures; of those only the wanted ones.

    Raises RecipeError for a figure that none of them makes.
    """
    made = {card.name: evaluator_named(card.name).measures for card in CURRENT if _judges_pieces(card.name)}
    figures = {measure.name: measure for measures in made.values() for measure in measures}
    figures |= {OVERALL.name: OVERALL} if set(HEADLINE) <= set(figures) else {}
    if wanted is None:
        return tuple(made), figures
    if not wanted:
        raise RecipeError("no figure is named", hint="name one, or leave --figures away for all")
    if strange := [name for name in wanted if name not in figures]:
        raise RecipeError(f"no figure is called {', '.join(strange)}", hint=f"there are {', '.join(figures)}")
    needed = {*wanted, *(HEADLINE if OVERALL.name in wanted else ())}
    names = tuple(name for name, measures in made.items() if needed & {measure.name for measure in measures})
    return names, {name: figures[name] for name in figures if name in wanted}


def _judges_pieces(name: str) -> bool:
    return evaluator_named(name).scope == "piece"


def validate(
    place: str | os.PathLike[str],
    *,
    figures: Sequence[str] | None = None,
    bars: int = 32,
    limit: int | None = None,
    seed: int = 0,
    workers: int = 1,
    progress: Progress | None = None,
) -> Validation:
    """Spoil the fit songs of a dataset or folder in every way and see which figures notice.

    Raises PopgenError where no song is fit, RecipeError for unknown figures.
    """
    evaluators, measures = piece_figures(figures)
    material = Material.read(place, bars, limit)
    scored = scored_songs(material, evaluators, seed=seed, workers=workers, progress=progress)
    tables = {variant: {figure: _column(scored, variant, figure) for figure in measures} for variant in variants()}
    return Validation(
        place=Path(place).absolute().name,
        material=material,
        seed=seed,
        figures=measures,
        separations=tuple(
            separation(name, figure, tables[REAL][figure], tables[name][figure], measure.better)
            for figure, measure in measures.items()
            for name in (*CORRUPTIONS, *CROSSING)
        ),
        invariances=tuple(
            invariance(figure, check, tables[REAL][figure], tables[check][figure])
            for figure in measures
            for check in INVARIANCES
        ),
        real=tables[WHOLE],
        failed=dict(Counter(f"{name}: {why}" for song in scored for name, why in song.failed.items())),
    )


def _column(scored: Sequence[SongScores], variant: str, figure: str) -> NDArray[np.float64]:
    return np.array([value(song, variant, figure) for song in scored], dtype=np.float64)

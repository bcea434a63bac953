"""Which evaluators judge: all of popgen-eval's unless told, sorted by what they need to judge, figures by family."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from popgen_core.contracts.evaluator import Evaluator, Measure, PieceEvaluator, SetEvaluator, TrainingEvaluator
from popgen_core.errors import RecipeError
from popgen_eval.cards import CURRENT, popgen_components
from popgen_eval.judging.song import evaluator_named
from popgen_eval.metrics.families import FAMILIES, family_of
from popgen_eval.metrics.overall import HEADLINE, OVERALL

__all__ = ["Chosen", "choose"]

NEEDED = {"set": "reference songs", "training": "a training set"}


@dataclass(frozen=True)
class Chosen:
    """Evaluators by scope. `sent` is how those of pieces were named, or they themselves: what goes to workers.

    `versions`: each figure -> the evaluator that makes it, by its name in the catalogue, which holds its version.
    """

    pieces: tuple[PieceEvaluator, ...]
    sent: tuple[PieceEvaluator | str, ...]
    sets: tuple[SetEvaluator, ...]
    trainings: tuple[TrainingEvaluator, ...]
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The figures of pieces by themselves and against a training set, headline first, then family by family."""
        made = [measure.name for measure in self._of_songs]
        whole = [OVERALL.name] if OVERALL.name not in made and set(HEADLINE) <= set(made) else []
        order = {name: place for place, name in enumerate([*HEADLINE, OVERALL.name])}
        found = sorted([*made, *whole], key=lambda name: order.get(name, len(order)))
        return tuple(sorted(found, key=lambda name: FAMILIES.index(family_of(name))))

    @property
    def measures(self) -> dict[str, Measure]:
        """What each figure means, those of sets of songs too."""
        of_sets = [measure for evaluator in self.sets for measure in evaluator.measures]
        return {measure.name: measure for measure in [OVERALL, *self._of_songs, *of_sets]}

    @property
    def learned(self) -> tuple[str, ...]:
        """The figures that compare with a training set."""
        return tuple(measure.name for evaluator in self.trainings for measure in evaluator.measures)

    @property
    def _of_songs(self) -> list[Measure]:
        return [measure for evaluator in (*self.pieces, *self.trainings) for measure in evaluator.measures]


def choose(
    evaluators: Sequence[Any] | None, also: Sequence[Any] = (), *, reference: bool = False, training: bool = False
) -> Chosen:
    """Evaluators, or their names in the catalogue; without any, all of popgen-eval's that have what they need.

    Raises RecipeError for one that lacks what it needs, and for two that make a figure of one name.
    """
    there = {"piece", *(["set"] if reference else []), *(["training"] if training else [])}
    named = [card.name for card in CURRENT] if evaluators is None else evaluators
    given = [(each, _made(each)) for each in named]
    if evaluators is None:
        given = [(each, made) for each, made in given if made.scope in there]
    there_already = [each for each, _ in given]
    given += [(each, _made(each)) for each in also if each not in there_already]
    for _, made in given:
        if made.scope not in there:
            needed = NEEDED.get(made.scope, "what nobody can give")
            raise RecipeError(f"{type(made).__name__} judges scope {made.scope!r}", hint=f"it needs {needed}")
    _refuse_twins(made for _, made in given)
    return Chosen(
        pieces=tuple(made for _, made in given if made.scope == "piece"),
        sent=tuple(each for each, made in given if made.scope == "piece"),
        sets=tuple(made for _, made in given if made.scope == "set"),
        trainings=tuple(made for _, made in given if made.scope == "training"),
        versions={measure.name: _version(each, made) for each, made in given for measure in made.measures},
    )


def _made(each: Any) -> Any:
    return evaluator_named(each) if isinstance(each, str) else each


def _version(each: Any, made: Any) -> str:
    """The catalogue's name of an evaluator; of one handed in its class, and its config where that is its own."""
    if isinstance(each, str):
        return each
    kind = type(made)
    target = f"{kind.__module__}:{kind.__qualname__}"
    name = next((card.name for card in popgen_components() if card.target == target), target)
    config, usual = getattr(made, "config", None), getattr(kind, "Config", None)
    return name if config is None or usual is None or config == usual() else f"{name} {config}"


def _refuse_twins(evaluators: Iterable[Evaluator]) -> None:
    seen: set[str] = set()
    for evaluator in evaluators:
        for measure in evaluator.measures:
            if measure.name in seen:
                raise RecipeError(f"two evaluators make {measure.name!r}", hint="choose one of them")
            seen.add(measure.name)

"""The contract of an evaluator: named scores with unit, range, direction and law; never imports torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from popgen_core.analysis.piece import Piece

__all__ = ["Evaluator", "Measure", "PieceEvaluator", "Score", "SetEvaluator", "TrainingEvaluator"]


@dataclass(frozen=True)
class Measure:
    """What one score means. `name` is one word, `law` its definition in a line; `better` may be "none" for a
    descriptive figure. Values lie within `low` and `high`, either of which may be infinite, and are finite.

    `windows`: what a song of several windows scores, their mean or the most of any.
    """

    name: str
    unit: str
    low: float
    high: float
    better: Literal["higher", "lower", "none"]
    law: str
    windows: Literal["mean", "max"] = "mean"


@dataclass(frozen=True)
class Score:
    """A value, or NaN with the reason why it is undefined; never 0 for want of material.

    `note` says what a value does not: the song nearest to a copied one, say.
    """

    value: float
    reason: str = ""
    note: str = ""


class Evaluator(Protocol):
    """What every evaluator declares. `scope` says what it needs: one piece, references, or the training set.

    Laws: every score is one of `measures`, and every measure is scored; the same songs score the same, in every
    process, whatever the order of their tracks; no piece raises an exception or is changed; of a piece without notes
    every score is NaN with a reason; torch is never imported. Judging prints and writes nothing and moves no global
    chance: what is drawn is drawn by chance of its own.
    """

    @property
    def Config(self) -> type:
        """The frozen dataclass of its settings, every field with its unit and range."""
        ...

    @property
    def scope(self) -> Literal["piece", "set", "training"]:
        """What it needs to judge."""
        ...

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What each of its scores means."""
        ...

    def __init__(self, config: Any) -> None: ...


class PieceEvaluator(Evaluator, Protocol):
    """Scope "piece": judges one piece by itself."""

    def score(self, piece: Piece) -> Mapping[str, Score]:
        """A grouped piece -> a score for each of `measures`."""
        ...


class SetEvaluator(Evaluator, Protocol):
    """Scope "set": judges some pieces against reference pieces.

    Pieces of one song share its `song` object: whoever counts songs, or draws them, counts and draws those. References
    are what the set should be like: by a score that has a direction and depends on them, no other songs are better
    than they themselves are. The order of songs changes nothing; one that draws songs by their number says so by a
    class attribute `draws_songs = True`, and its scores with a direction then stay near what they were.
    """

    def score(self, pieces: Sequence[Piece], references: Sequence[Piece]) -> Mapping[str, Score]:
        """Grouped pieces and references -> a score for each of `measures`."""
        ...


class TrainingEvaluator(Evaluator, Protocol):
    """Scope "training": judges pieces against what a model was trained on.

    What was learned matters to its scores, the order in which it was learned does not. Pieces are windows. One with a
    class attribute `whole_songs = True` is handed whole songs, whatever the windows: `learn` a piece for each meter of
    a song, and its judge all such pieces of one song at once, judge(*pieces).
    """

    def learn(self, training: Iterable[tuple[str, Piece]]) -> Callable[..., Mapping[str, Score]]:
        """Names of songs and their pieces -> a judge: grouped piece -> a score for each of `measures`."""
        ...

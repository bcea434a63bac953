"""The evaluators of sets of songs against references, and songs against a training set."""

from popgen_core.contracts.card import Card

__all__ = ["SETS"]

SETS: list[Card] = [
    Card(
        "evaluator",
        "distribution.v1",
        "popgen_eval.distribution.evaluator:Distribution",
        "how far a set of songs is from a reference set, beside real songs from other real songs",
    ),
    Card(
        "evaluator",
        "copying.v1",
        "popgen_eval.copying.evaluator:Copying",
        "how much of a piece stands in a training set, in whatever key, and in which song",
    ),
]

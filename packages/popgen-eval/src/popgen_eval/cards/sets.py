"""The evaluators of sets of songs against references, and songs against a training set."""

from popgen_core.contracts.card import Card

__all__ = ["SETS"]

SETS: list[Card] = []

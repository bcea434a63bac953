"""The evaluators of what single groups and pairs of them do: the paper's other figures."""

from popgen_core.contracts.card import Card

__all__ = ["PARTS"]

PARTS: list[Card] = []

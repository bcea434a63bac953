"""The evaluators of arrangement, performance and motion."""

from popgen_core.contracts.card import Card

__all__ = ["CRAFT"]

CRAFT: list[Card] = []

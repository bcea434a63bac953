"""The evaluators of figures that others defined, and of what a piece is made."""

from popgen_core.contracts.card import Card

__all__ = ["PUBLISHED"]

PUBLISHED: list[Card] = []

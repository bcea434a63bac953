"""The name card of rests.v1. This module only declares it; what it does is in evaluator.py."""

from popgen_core.contracts.card import Card
from popgen_core.plugins import hookimpl

__all__ = ["popgen_components"]


@hookimpl
def popgen_components() -> list[Card]:
    """What this distribution brings; nothing heavy is imported here, since popgen calls it only to make a list."""
    return [
        Card(
            "evaluator",
            "rests.v1",
            "popgen_rests.evaluator:Rests",
            "where the lead rests: at bar lines, and between its phrases (descriptive)",
        )
    ]

"""The name card of combo.v1. This module only declares it; what it does is in grouper.py."""

from popgen_core.contracts.card import Card
from popgen_core.plugins import hookimpl

__all__ = ["popgen_components"]


@hookimpl
def popgen_components() -> list[Card]:
    """What this distribution brings; nothing heavy is imported here, since popgen calls it only to make a list."""
    return [
        Card(
            "grouper",
            "combo.v1",
            "popgen_jazz_combo.grouper:Combo",
            "a jazz combo of five: drums, bass, piano, guitar and horns",
        )
    ]

"""The name card of gru.v1. This module only declares it; what it does is in backbone.py."""

from popgen_core.contracts.card import Card
from popgen_core.plugins import hookimpl

__all__ = ["popgen_components"]


@hookimpl
def popgen_components() -> list[Card]:
    """What this distribution brings; nothing heavy is imported here, since popgen calls it only to make a list."""
    return [
        Card(
            "backbone",
            "gru.v1",
            "popgen_gru.backbone:Recurrent",
            "gated recurrent layers: all that was heard in one small state",
            install="popgen-core[torch]",
        )
    ]

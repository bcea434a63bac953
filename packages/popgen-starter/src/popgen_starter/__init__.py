"""The starter of popgen. This module only declares it; where its weights lie is in checkpoint.py."""

from popgen_core.contracts.card import Card
from popgen_core.plugins import hookimpl

__all__ = ["popgen_components"]


@hookimpl
def popgen_components() -> list[Card]:
    """What this distribution brings; nothing heavy is imported here, since popgen calls it only to make a list."""
    return [Card("checkpoint", "starter.v1", "popgen_starter.checkpoint:file", "a small model that writes pop songs")]

"""The name card of pitch-conv.v1. This module only declares it; what it does is in encoder.py."""

from popgen_core.contracts.card import Card
from popgen_core.plugins import hookimpl

__all__ = ["popgen_components"]


@hookimpl
def popgen_components() -> list[Card]:
    """What this distribution brings; nothing heavy is imported here, since popgen calls it only to make a list."""
    return [
        Card(
            "encoder",
            "pitch-conv.v1",
            "popgen_pitch_conv.encoder:PitchConvolution",
            "one convolution for all pitches: it knows a chord in every key",
            install="popgen-core[torch]",
        )
    ]

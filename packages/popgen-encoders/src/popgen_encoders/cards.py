"""The name cards of the encoders in this distribution."""

from popgen_core.contracts.card import Card
from popgen_core.plugins.hooks import hookimpl

__all__ = ["popgen_components"]

TORCH = "popgen-core[torch]"


@hookimpl
def popgen_components() -> list[Card]:
    """The paper's encoder, and the plainest one to compare it with."""
    return [
        Card(
            "encoder", "cnn.v1", "popgen_encoders.cnn:GroupCNN", "the paper's: a causal CNN for each group, then mixed"
        ),
        Card(
            "encoder",
            "cnn.v2",
            "popgen_encoders.hearing:HearingCNN",
            "cnn.v1 that also hears bars that come back and notes that are given",
            install=TORCH,
        ),
        Card(
            "encoder",
            "linear.v1",
            "popgen_encoders.linear:FrameLinear",
            "one linear layer over the last frame",
            install=TORCH,
        ),
    ]

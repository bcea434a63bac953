"""The name cards of popgen-core's own components: they enter by the same door as a stranger's."""

from popgen_core.contracts.card import Card
from popgen_core.plugins.hooks import hookimpl

__all__ = ["popgen_components"]

TORCH = "popgen-core[torch]"


@hookimpl
def popgen_components() -> list[Card]:
    """Groupers, backbones, decoders and losses."""
    return [
        Card(
            "grouper",
            "seven.v1",
            "popgen_core.groupers.seven:Seven",
            "the paper's seven, by name, channel, program and role",
        ),
        Card(
            "grouper", "program.v1", "popgen_core.groupers.program:Program", "the seven by General MIDI program alone"
        ),
        Card(
            "backbone",
            "transformer.v1",
            "popgen_core.backbones.transformer:Transformer",
            "the paper's causal Transformer with sinusoidal positions",
            install=TORCH,
        ),
        Card(
            "backbone",
            "rotary.v1",
            "popgen_core.backbones.rotary:Rotary",
            "the same with rotary positions: how long ago, not where",
            install=TORCH,
        ),
        Card(
            "decoder",
            "independent.v1",
            "popgen_core.decoders.independent:Independent",
            "one sigmoid a cell for onset and for active",
            install=TORCH,
        ),
        Card(
            "decoder",
            "ordered.v1",
            "popgen_core.decoders.ordered:Ordered",
            "the notes of a frame one after another, each given those before it",
            install=TORCH,
        ),
        Card(
            "decoder",
            "ordered.v2",
            "popgen_core.decoders.remembering:Remembering",
            "the same, knowing what was played a beat or some bars ago, and how",
            install=TORCH,
        ),
        Card(
            "loss",
            "paper.v1",
            "popgen_core.losses.paper:PaperLoss",
            "group-weighted cross-entropy on notes + 0.5 x MSE on rhythm",
            install=TORCH,
        ),
        Card(
            "loss",
            "likelihood.v1",
            "popgen_core.losses.likelihood:LikelihoodLoss",
            "how unlikely notes, lengths, velocities and offsets were",
            install=TORCH,
        ),
    ]

"""Checkpoints that come as pip packages: their model cards, their names, and making one out of a run. No torch."""

from popgen_core.shipped.card import TO_WRITE, ModelCard, read_model_card
from popgen_core.shipped.named import STARTER, checkpoint_file, newest, shipped_file, verified
from popgen_core.shipped.pack import About, Packed, pack
from popgen_core.shipped.wrote import checkpoint_that_wrote

__all__ = [
    "STARTER",
    "TO_WRITE",
    "About",
    "ModelCard",
    "Packed",
    "checkpoint_file",
    "checkpoint_that_wrote",
    "newest",
    "pack",
    "read_model_card",
    "shipped_file",
    "verified",
]

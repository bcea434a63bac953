"""Checkpoints that come as pip packages: their model cards, their names, and making one out of a run. No torch."""

from popgen_core.shipped.card import ModelCard, read_model_card
from popgen_core.shipped.named import checkpoint_file, shipped_file, verified
from popgen_core.shipped.pack import About, Packed, pack

__all__ = [
    "About",
    "ModelCard",
    "Packed",
    "checkpoint_file",
    "pack",
    "read_model_card",
    "shipped_file",
    "verified",
]

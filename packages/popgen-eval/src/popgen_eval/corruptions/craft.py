"""Ways to spoil the craft of an arrangement: its arpeggios, its swells, its tempo, its fills."""

from __future__ import annotations

from popgen_eval.corruptions.spoiling import Corruption

__all__ = ["CRAFT"]

CRAFT: dict[str, Corruption] = {}

"""Unigram: how often each group begins each pitch, whatever came before; the floor under every model."""

from popgen_core.baselines.baseline import Baseline

__all__ = ["UNIGRAM"]

UNIGRAM = Baseline("unigram", (("group", "pitch"),))

"""What the songs of a fold cost, in bits: told by a baseline that counts, and by the run that has not heard them."""

from __future__ import annotations

from pathlib import Path

from popgen_core.baselines import BASELINES, Likelihood
from popgen_core.corpus.dataset import Dataset
from popgen_core.errors import RecipeError
from popgen_core.plugins import catalogue
from popgen_core.score.yardstick import bits_of

__all__ = ["MARKOV", "MEASURES", "measured", "told_by_markov"]

MARKOV = "markov_bits_per_beat"
BITS = "bits_per_beat"
MEASURES = (BITS,)  # the names of what `measured` finds, known before any run is trained


def measured(run: Path, heard: Dataset) -> dict[str, float | None]:
    """What a finished run's checkpoint scores on songs that it was not trained on, by the names of MEASURES.

    None where the yardstick cannot be laid on it, such as a model of other pitches than the canonical 88.
    """
    try:
        return {BITS: bits_of(run, heard, catalogue()).bits_per_beat}
    except RecipeError:
        return {BITS: None}


def told_by_markov(trained: Dataset, heard: Dataset) -> Likelihood:
    """What the songs of one part cost the counting baseline `markov` that was fitted on the other. Needs no torch."""
    groups = trained.groups
    fitted = BASELINES["markov"].fit((stored.song() for stored in trained), groups)
    return sum((fitted.score(stored.song()) for stored in heard), Likelihood())

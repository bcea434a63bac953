"""The yardstick for models of music: bits that a song's onsets cost, and simple predictors that a model has to beat."""

from popgen_core.baselines.baseline import Baseline, FittedBaseline
from popgen_core.baselines.canonical import CanonicalRoll, canonical_roll
from popgen_core.baselines.copy_bar import COPY_BAR
from popgen_core.baselines.lengths import LengthTable
from popgen_core.baselines.likelihood import Likelihood, bernoulli_bits
from popgen_core.baselines.markov import MARKOV
from popgen_core.baselines.notes import CanonicalNotes, canonical_notes
from popgen_core.baselines.unigram import UNIGRAM
from popgen_core.baselines.velocities import VelocityTable

__all__ = [
    "BASELINES",
    "Baseline",
    "CanonicalNotes",
    "CanonicalRoll",
    "FittedBaseline",
    "LengthTable",
    "Likelihood",
    "VelocityTable",
    "bernoulli_bits",
    "canonical_notes",
    "canonical_roll",
]

BASELINES: dict[str, Baseline] = {baseline.name: baseline for baseline in (UNIGRAM, COPY_BAR, MARKOV)}

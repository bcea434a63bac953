"""The yardstick for models of music: bits that a song's onsets cost, and simple predictors that a model has to beat."""

from popgen_core.baselines.baseline import Baseline, FittedBaseline
from popgen_core.baselines.canonical import CanonicalRoll, canonical_roll
from popgen_core.baselines.copy_bar import COPY_BAR
from popgen_core.baselines.likelihood import Likelihood, bernoulli_bits
from popgen_core.baselines.markov import MARKOV
from popgen_core.baselines.unigram import UNIGRAM

__all__ = [
    "BASELINES",
    "Baseline",
    "CanonicalRoll",
    "FittedBaseline",
    "Likelihood",
    "bernoulli_bits",
    "canonical_roll",
]

BASELINES: dict[str, Baseline] = {baseline.name: baseline for baseline in (UNIGRAM, COPY_BAR, MARKOV)}

"""How many listeners a test needs to find a preference of a given share."""

from __future__ import annotations

import math
from statistics import NormalDist

__all__ = ["judgments_needed", "listeners_needed", "share_found"]

ALPHA, POWER, ICC = 0.05, 0.80, 0.10


def judgments_needed(share: float, *, alpha: float = ALPHA, power: float = POWER) -> int:
    """Independent choices after which a true share (0..1, not .5) is found: chi-square, 1 degree of freedom.

    n = (z(1 - alpha / 2) + z(power))^2 / (2 share - 1)^2, two-sided.
    """
    return math.ceil(_distance(alpha, power) / (2 * share - 1) ** 2)


def listeners_needed(share: float, trials: int, *, icc: float = ICC, alpha: float = ALPHA, power: float = POWER) -> int:
    """Listeners of `trials` choices each; `icc` (0..1) is how much alike the choices of one listener are.

    Judgments are multiplied by the design effect 1 + (trials - 1) icc (Kish 1965).
    """
    return math.ceil(judgments_needed(share, alpha=alpha, power=power) * (1 + (trials - 1) * icc) / trials)


def share_found(listeners: int, trials: int, *, icc: float = ICC, alpha: float = ALPHA, power: float = POWER) -> float:
    """The smallest share that so many listeners find; the inverse of `listeners_needed`, 1 at most."""
    effective = listeners * trials / (1 + (trials - 1) * icc)
    return min(1.0, 0.5 + math.sqrt(_distance(alpha, power) / effective) / 2)


def _distance(alpha: float, power: float) -> float:
    return (NormalDist().inv_cdf(1 - alpha / 2) + NormalDist().inv_cdf(power)) ** 2

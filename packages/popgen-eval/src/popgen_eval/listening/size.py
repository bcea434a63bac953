"""How many listeners a test needs to find a preference of a given share."""

from __future__ import annotations

import math

from popgen_eval.listening.preference import FEWEST
from popgen_eval.statistics import design_effect, detectable_share, share_size

__all__ = ["listeners_needed", "share_found"]

ALPHA, POWER, ICC = 0.05, 0.80, 0.10


def listeners_needed(
    share: float, trials: int, *, icc: float = ICC, alpha: float = ALPHA, power: float = POWER
) -> int | None:
    """Listeners of `trials` choices each who find a true share (0..1); None where a million answers do not suffice.

    Answers by chi-square, 1 degree of freedom, times the design effect (Kish 1965); `icc` (0..1) is how much alike the
    choices of one listener are. Never fewer than are tested at all.
    """
    answers = share_size(share, alpha, power)
    return None if answers is None else max(FEWEST, math.ceil(answers * design_effect(trials, icc) / trials))


def share_found(listeners: int, trials: int, *, icc: float = ICC, alpha: float = ALPHA, power: float = POWER) -> float:
    """The smallest share that so many listeners find; the inverse of `listeners_needed`, 1 where none would do."""
    if listeners < FEWEST:
        return 1.0
    found = detectable_share(listeners * trials / design_effect(trials, icc), alpha, power)
    return 1.0 if math.isnan(found) else found

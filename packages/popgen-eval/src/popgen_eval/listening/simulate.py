"""Listeners made by chance, to see what a plan and its analysis would find."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from popgen_eval.listening.answers import Answer
from popgen_eval.listening.key import Key
from popgen_eval.listening.plan import Trial

__all__ = ["simulated_answers"]

CAUGHT = 0.97  # share of spoiled copies that a listener with ears catches
HOLDS = 5  # points of the scales


def simulated_answers(
    key: Key,
    random: Generator,
    *,
    share: float = 0.5,
    icc: float = 0.1,
    ties: float = 0.0,
    listeners: int | None = None,
) -> list[Answer]:
    """Answers of listeners who choose the key's first system with chance `share` (0..1) on the average.

    Each has a share of their own, drawn from a beta distribution such that two choices of one listener correlate by
    `icc` (0: all alike; below 1). `ties`: chance of no preference. The first `listeners` of the plan answer, or all.
    Ratings are 1 to 5 at random, those of the first system a little higher where it is preferred.
    """
    trials = [trial for trial in key.trials if listeners is None or trial.listener <= listeners]
    own = _own_shares({trial.listener: share for trial in trials}, icc, random)
    chances = random.random((len(trials), 3)).tolist()  # (trial, what is caught, a tie, a choice)
    points = _points(trials, key, share, random)
    sure = random.integers(1, HOLDS + 1, len(trials)).tolist()
    pauses = random.integers(5_000, 30_000, len(trials)).tolist()  # milliseconds
    whole = round(key.seconds * 1000)
    return [
        Answer(
            session=f"{trial.listener:08x}",
            listener=trial.listener,
            trial=trial.trial,
            choice=_choice(trial, key, own[trial.listener], ties, chance),
            confidence=confidence,
            ratings=ratings,
            play_ms_a=whole,
            play_ms_b=whole,
            rt_ms=2 * whole + pause,
            order=trial.order,
            test=key.fingerprint,
            version="simulated",
            rated=trial.rated,
        )
        for trial, chance, ratings, confidence, pause in zip(trials, chances, points, sure, pauses, strict=True)
    ]


def _own_shares(mean: dict[int, float], icc: float, random: Generator) -> dict[int, float]:
    """Listener -> the share of their own around the mean one."""
    if icc <= 0:
        return mean
    spread, share = (1 - icc) / icc, np.array(list(mean.values()))
    return dict(zip(mean, random.beta(share * spread, (1 - share) * spread).tolist(), strict=True))


def _choice(trial: Trial, key: Key, share: float, ties: float, chance: list[float]) -> str:
    caught, tied, chosen = chance
    if trial.kind == "attention" or (trial.kind == "anchor" and caught < CAUGHT):
        return trial.expected
    if tied < ties:
        return "none"
    left, right = trial.left.label == key.systems[0], trial.right.label == key.systems[0]
    return "A" if (chosen < (share if left != right else 0.5)) == left else "B"


def _points(trials: list[Trial], key: Key, share: float, random: Generator) -> list[tuple[int, int, int, int]]:
    """Each trial's four ratings, 1 to 5."""
    rated = [(trial.left if trial.rated == "A" else trial.right).label == key.systems[0] for trial in trials]
    middle = 3 + (2 * share - 1) * np.where(rated, 1, -1)  # (trial,)
    drawn = random.normal(middle[:, None], 1, (len(trials), 4)).round().clip(1, HOLDS)  # (trial, scale)
    return [(one, two, three, four) for one, two, three, four in drawn.astype(int).tolist()]

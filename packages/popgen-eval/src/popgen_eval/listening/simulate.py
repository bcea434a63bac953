"""Listeners made by chance, to see what a plan and its analysis would find."""

from __future__ import annotations

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
    own: dict[int, float] = {}
    answers = []
    for trial in key.trials:
        if listeners is not None and trial.listener > listeners:
            continue
        if trial.listener not in own:
            own[trial.listener] = _own_share(share, icc, random)
        answers.append(_answer(trial, key, _choice(trial, key, own[trial.listener], ties, random), share, random))
    return answers


def _own_share(share: float, icc: float, random: Generator) -> float:
    if icc <= 0:
        return share
    spread = (1 - icc) / icc
    return float(random.beta(share * spread, (1 - share) * spread))


def _choice(trial: Trial, key: Key, share: float, ties: float, random: Generator) -> str:
    if trial.kind == "attention":
        return trial.expected
    if trial.kind == "anchor" and random.random() < CAUGHT:
        return trial.expected
    if random.random() < ties:
        return "none"
    first_left = trial.left.label == key.systems[0]
    if trial.left.label == trial.right.label or (not first_left and trial.right.label != key.systems[0]):
        share = 0.5
    return "A" if (random.random() < share) == first_left else "B"


def _answer(trial: Trial, key: Key, choice: str, share: float, random: Generator) -> Answer:
    rated = trial.left if trial.rated == "A" else trial.right
    middle = 3 + 2 * (share - 0.5) * (1 if rated.label == key.systems[0] else -1)
    one, two, three, four = (min(max(round(random.normal(middle, 1)), 1), HOLDS) for _ in range(4))
    whole = round(key.seconds * 1000)
    return Answer(
        session=f"{trial.listener:08x}",
        listener=trial.listener,
        trial=trial.trial,
        choice=choice,
        confidence=int(random.integers(1, HOLDS + 1)),
        ratings=(one, two, three, four),
        play_ms_a=whole,
        play_ms_b=whole,
        rt_ms=2 * whole + int(random.integers(5_000, 30_000)),
        order=trial.order,
        test=key.fingerprint,
        version="simulated",
        rated=trial.rated,
    )

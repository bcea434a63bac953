"""What a listening test asks of each listener: how many pairs, and how many that check the listener and the test."""

from __future__ import annotations

from dataclasses import dataclass

from popgen_core.errors import RecipeError

__all__ = ["LEAST_ANCHORS", "Design"]

MANY_TRIALS = 20  # from here on, attention is checked twice
ANCHORED_TRIALS = 8  # from here on, there are anchors enough for the rule that leaves listeners out
MOST_TRIALS = 200_000  # of all listeners: the key of more takes gigabytes
LEAST_ANCHORS = 4  # so that one slip leaves 75 %, which is enough; of three it leaves 67 %


@dataclass(frozen=True)
class Design:
    """Sizes of a test.

    `trials`: pairs of two systems a listener judges, 1 or more. `listeners`: planned, 1 or more; trials times
    listeners are 200,000 at most. Shares of `trials`,
    0..1, at least one trial each: `identical`, pairs of twice the same clip, which show a leaning to one side;
    `anchors`, a clip beside a spoiled copy of it, which must be caught, at least 4 from 8 trials on; `repeats`, pairs
    heard again with the sides swapped. `attention`: trials that tell what to answer; none given: 1, or 2 from 20 trials
    on. `seed`: of all chance.
    """

    trials: int = 16
    listeners: int = 36
    identical: float = 0.10
    anchors: float = 0.10
    repeats: float = 0.05
    attention: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.trials < 1 or self.listeners < 1:
            raise RecipeError("a listening test needs a trial and a listener at least")
        if self.trials * self.listeners > MOST_TRIALS:
            raise RecipeError(
                f"{self.trials:,} trials for each of {self.listeners:,} listeners are too many for one test",
                hint=f"ask for {MOST_TRIALS:,} in all at most",
            )
        for name in ("identical", "anchors", "repeats"):
            if not 0 <= getattr(self, name) <= 1:
                raise RecipeError(f"{name} = {getattr(self, name)} is no share of the trials", hint="give 0 to 1")

    @property
    def counts(self) -> dict[str, int]:
        """Trials of each kind that every listener gets; a share of 0 gives none, any other one at least."""
        attention = (1 + (self.trials >= MANY_TRIALS)) if self.attention is None else self.attention
        shares = {"identical": self.identical, "anchor": self.anchors, "repeat": self.repeats}
        controls = {kind: max(1, round(share * self.trials)) if share else 0 for kind, share in shares.items()}
        if self.anchors and self.trials >= ANCHORED_TRIALS:
            controls["anchor"] = max(controls["anchor"], LEAST_ANCHORS)
        return {"pair": self.trials, **controls, "attention": attention}

    @property
    def all_trials(self) -> int:
        """Trials of a listener, of all kinds."""
        return sum(self.counts.values())

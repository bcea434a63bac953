"""The constraints of each frame as a song is written: the plan's limits, and what the notes drawn so far call for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from popgen_core.contracts.tensors import Constraints, Frame
from popgen_core.generate.limits import Limits
from popgen_core.generate.repeating import Repeating
from popgen_core.generate.silence import Silence
from popgen_core.generate.steady import Steady

__all__ = ["Watching"]


class Watching:
    """Limits, the longest silence, the density held and the repetition control of songs that are drawn frame by frame.

    Ask `constraints` for the next frame, draw it, and show it to `watch`. `recalled` (frame,): whether the plan
    recalls it, so that it may repeat what came before. `first`: the frame that is drawn first.
    """

    def __init__(self, limits: Limits, batch: int, recalled: Sequence[bool] | None = None, first: int = 0) -> None:
        rules, timing = limits.rules, limits.timing
        self.limits, self.number = limits, first
        self.silence = self.repeating = self.steady = None
        if rules.silence_beats is not None:
            self.silence = Silence(rules.silence_beats, timing, batch, limits.device, first)
        if rules.repetition > 0:
            bars = timing.bar.tolist()
            self.repeating = Repeating(bars, batch, rules.repetition, rules.patience, recalled, first)

        if rules.steady > 0 and limits.plan is not None and any(one.density for one in limits.plan.sections):
            self.steady = Steady(limits, batch, rules.steady, limits.corpus.get("thickness"), first)

    def constraints(self) -> Constraints:
        """What must hold in the next frame."""
        made = self.limits.at(self.number)
        begin = self.silence.begin() if self.silence else None
        if begin is not None and made.begin is None:
            made = replace(made, begin=begin)
        leans = [made.lean, self.repeating.lean() if self.repeating else None]
        leans.append(self.steady.lean(self.limits.spec.pitches) if self.steady else None)
        said = [lean for lean in leans if lean is not None]
        return replace(made, lean=sum(said[1:], start=said[0])) if said else made

    def watch(self, frame: Frame) -> None:
        """Take in the frame that was drawn."""
        self.number += 1
        for watcher in (self.silence, self.repeating, self.steady):
            if watcher:
                watcher.watch(frame)

"""Decoders that predict well, but break one promise each when they draw."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch

from popgen_core.contracts.tensors import Constraints, Inputs, Sampling
from popgen_core.decoders.begun import begun, going_on
from popgen_core.decoders.independent import Independent
from popgen_core.decoders.remembering import Remembering


class Draws(Independent):
    """It draws with other constraints, settings, inputs or chances, or changes what it drew."""

    def sample(self, hidden: Any, inputs: Any, constraints: Any, settings: Any, generator: Any) -> Any:
        asked = self.asked(inputs, constraints, settings)
        return self.answered(super().sample(hidden, *asked, generator), inputs, constraints)

    def asked(self, inputs: Inputs, constraints: Constraints, settings: Sampling) -> Any:
        return inputs, constraints, settings

    def answered(self, frame: Any, inputs: Inputs, constraints: Constraints) -> Any:
        return frame


class DrawsNumbers(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        return replace(frame, onset=frame.onset.float(), active=frame.active.float())


class MovesTheGlobalChance(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        torch.rand(1)
        return frame


class Loud(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        return replace(frame, rhythm=replace(frame.rhythm, velocity=frame.rhythm.velocity * 127))


class NegativeLengths(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        return replace(frame, rhythm=replace(frame.rhythm, duration=frame.rhythm.duration - 0.5))


class FarOffsets(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        return replace(frame, rhythm=replace(frame.rhythm, offset=frame.rhythm.offset * 2))


class TouchesTheNotes(Draws):
    def asked(self, inputs: Any, constraints: Any, settings: Any) -> Any:
        return inputs, constraints, replace(settings, temperature=settings.touch)


class NeverTouched(Remembering):
    def sample(self, hidden: Any, inputs: Any, constraints: Any, settings: Any, generator: Any) -> Any:
        return super().sample(hidden, inputs, constraints, replace(settings, touch=1.0), generator)


class NoNumbersBetweenNotes(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        velocity = frame.rhythm.velocity.masked_fill(~frame.onset, torch.nan)
        return replace(frame, rhythm=replace(frame.rhythm, velocity=velocity))


class RingsOn(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        return replace(frame, active=torch.ones_like(frame.active))


class OnsetAlone(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        return replace(frame, active=frame.active & ~frame.onset)


class TheSecondChannel(Independent):
    def __init__(self, config: Any, sizes: Any) -> None:
        super().__init__(config, sizes)
        self.active_channel = 1


class PlaysAnything(Draws):
    def asked(self, inputs: Any, constraints: Any, settings: Any) -> Any:
        return inputs, replace(constraints, playable=torch.ones_like(constraints.playable)), settings


class SoundsOnWhereNoneMayPlay(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        return replace(frame, active=frame.active | (inputs.past[:, -1, :, self.active_channel] > 0.5))


class NeverLeans(Draws):
    def asked(self, inputs: Any, constraints: Any, settings: Any) -> Any:
        return inputs, replace(constraints, lean=None), settings


class LeansAsTheFirst(Draws):
    def asked(self, inputs: Any, constraints: Any, settings: Any) -> Any:
        lean = constraints.lean
        return inputs, replace(constraints, lean=lean[0] if lean is not None and lean.dim() == 3 else lean), settings


class LeansByHalf(Draws):
    def asked(self, inputs: Any, constraints: Any, settings: Any) -> Any:
        lean = constraints.lean
        return inputs, replace(constraints, lean=None if lean is None else lean / 2), settings


class Crowded(Draws):
    def asked(self, inputs: Any, constraints: Any, settings: Any) -> Any:
        return inputs, replace(constraints, most=None), settings


class CountsNewNotesAlone(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        sounded = inputs.past[:, -1, :, self.active_channel] > 0.5
        return frame if constraints.most is None else replace(frame, active=frame.active | sounded)


class OldNotesFirst(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        if constraints.most is None:
            return frame
        sounded = (inputs.past[:, -1, :, self.active_channel] > 0.5).any(-1, keepdim=True)
        return replace(frame, onset=frame.onset & ~sounded, active=frame.active & ~sounded)


class NeverHolds(Draws):
    def asked(self, inputs: Any, constraints: Any, settings: Any) -> Any:
        return inputs, replace(constraints, hold=None), settings


class HoldsSilence(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        return frame if constraints.hold is None else replace(frame, active=frame.active | constraints.hold)


class MayBegin(Draws):
    def asked(self, inputs: Any, constraints: Any, settings: Any) -> Any:
        return inputs, replace(constraints, begin=None), settings


class AllBegin(Draws):
    def asked(self, inputs: Any, constraints: Any, settings: Any) -> Any:
        begin = constraints.begin
        return inputs, replace(constraints, begin=None if begin is None else torch.ones_like(begin)), settings


class BeginsWhereNoneMayPlay(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        return _with_the_first_cell(frame, constraints, constraints.begin)


class BeginsAtTheFirstCell(Draws):
    def asked(self, inputs: Any, constraints: Any, settings: Any) -> Any:
        return inputs, replace(constraints, begin=None), settings

    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        return _with_the_first_cell(frame, constraints, constraints.begin)


def _with_the_first_cell(frame: Any, constraints: Constraints, begin: Any) -> Any:
    """A frame in which the first cell begins where nothing does and something must."""
    first = torch.zeros_like(frame.onset)
    if begin is not None:
        first[:, 0, 0] = begin & ~frame.onset.flatten(1).any(1)
    return replace(frame, onset=frame.onset | first, active=frame.active | first)


class Redraws(Draws):
    def asked(self, inputs: Any, constraints: Any, settings: Any) -> Any:
        return replace(inputs, given=None, kept=None), constraints, settings


class AddsToTheGiven(Independent):
    def sample(self, hidden: Any, inputs: Any, constraints: Any, settings: Any, generator: Any) -> Any:
        free = super().sample(hidden, replace(inputs, given=None, kept=None), constraints, settings, generator)
        kept = super().sample(hidden, inputs, constraints, settings, generator)
        return replace(kept, onset=kept.onset | free.onset, active=kept.active | free.active)


class OwnVelocities(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        return replace(frame, rhythm=replace(frame.rhythm, velocity=torch.full_like(frame.rhythm.velocity, 0.5)))


class AlwaysHalfAsWarm(Draws):
    def asked(self, inputs: Any, constraints: Any, settings: Any) -> Any:
        return inputs, constraints, replace(settings, temperature=settings.temperature / 2)


class EndsSooner(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        return replace(frame, active=frame.onset)


class NeverWarm(Draws):
    def asked(self, inputs: Any, constraints: Any, settings: Any) -> Any:
        return inputs, constraints, Sampling(1.0, top_p=settings.top_p)


class OneTemperatureForAll(Draws):
    def asked(self, inputs: Any, constraints: Any, settings: Any) -> Any:
        return inputs, constraints, replace(settings, by_group=None)


class NeverChoosy(Draws):
    def asked(self, inputs: Any, constraints: Any, settings: Any) -> Any:
        return inputs, constraints, replace(settings, top_p=1.0)


class Divided(Independent):
    """Logits divided by the temperature and no more; cells beyond the likeliest left out and no more."""

    def sample(self, hidden: Any, inputs: Any, constraints: Any, settings: Any, generator: Any) -> Any:
        made = self.forward(hidden[:, None])
        lean = 0.0 if constraints.lean is None else constraints.lean
        logits = (made.onset[:, 0] + lean) / settings.temperature
        if settings.top_p < 1:
            chances, order = logits.sigmoid().sort(dim=-1, descending=True)
            beyond = chances.cumsum(-1) - chances >= settings.top_p * chances.sum(-1, keepdim=True)
            logits = logits.masked_fill(torch.zeros_like(beyond).scatter(-1, order, beyond), -torch.inf)
        free, before = Constraints(constraints.playable), inputs.past[:, -1, :, self.active_channel] > 0.5
        onset = begun(logits, free, Sampling(1.0), generator)
        active = going_on(made.active[:, 0], onset, before, free, Sampling(1.0), generator)
        drawn = super().sample(hidden, inputs, constraints, settings, generator)
        return replace(drawn, onset=onset, active=active)


class OverflowsWhereItDraws(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        far = frame.rhythm.duration.mul(100).exp().clamp(min=1)
        return replace(frame, rhythm=replace(frame.rhythm, duration=far))


class ForgetsThePast(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        inputs.past.zero_()
        return frame


class FreesConstraints(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        constraints.playable.zero_()
        return frame

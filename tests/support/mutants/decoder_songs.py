"""Decoders that take one song of a batch for another, or mind constraints one at a time only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch

from mutants.decoder_draws import Draws
from popgen_core.contracts.tensors import RhythmValues
from popgen_core.decoders.independent import Independent
from popgen_core.decoders.ordered import Ordered


class OneHiddenForAll(Independent):
    def sample(self, hidden: Any, inputs: Any, constraints: Any, settings: Any, generator: Any) -> Any:
        return super().sample(hidden[:1].expand_as(hidden), inputs, constraints, settings, generator)


class OneRecallForAll(Ordered):
    def sample(self, hidden: Any, inputs: Any, constraints: Any, settings: Any, generator: Any) -> Any:
        controls, recall = (value[:1].expand_as(value) for value in (inputs.controls, inputs.recall))
        inputs = replace(inputs, controls=controls, recall=recall)
        return super().sample(hidden, inputs, constraints, settings, generator)


class RhythmOfTheFirst(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        return replace(
            frame, rhythm=RhythmValues(*(value[:1].expand_as(value) for value in vars(frame.rhythm).values()))
        )


class MasksAfterwards(Independent):
    """Where a note must begin it draws as if every cell might play, and silences those that must not."""

    def sample(self, hidden: Any, inputs: Any, constraints: Any, settings: Any, generator: Any) -> Any:
        every = replace(constraints, playable=torch.ones_like(constraints.playable))
        frame = super().sample(hidden, inputs, every, settings, generator)
        return replace(frame, onset=frame.onset & constraints.playable, active=frame.active & constraints.playable)


class ForgetsRoomWhereOneMustBegin(Independent):
    def sample(self, hidden: Any, inputs: Any, constraints: Any, settings: Any, generator: Any) -> Any:
        if constraints.begin is None or constraints.most is None:
            return super().sample(hidden, inputs, constraints, settings, generator)
        frame = super().sample(hidden, inputs, replace(constraints, most=None), settings, generator)
        room = (constraints.most > 0)[:, None]
        return replace(frame, onset=frame.onset & room, active=frame.active & room)


class RaisesTheRest(Draws):
    """Where some cells must not play it makes the others likelier."""

    def asked(self, inputs: Any, constraints: Any, settings: Any) -> Any:
        if constraints.playable.all():
            return inputs, constraints, settings
        lean = torch.full(constraints.playable.shape, 2.0)
        return (
            inputs,
            replace(constraints, lean=lean + (0.0 if constraints.lean is None else constraints.lean)),
            settings,
        )


class LeansAsTheFirstWhereOneMustBegin(Draws):
    def asked(self, inputs: Any, constraints: Any, settings: Any) -> Any:
        lean = constraints.lean
        if constraints.begin is not None and lean is not None and lean.dim() == 3:
            constraints = replace(constraints, lean=lean[0])
        return inputs, constraints, settings


class KnowsNoSettings(Ordered):
    """Its notes attract each other, and come the same at any temperature and top_p."""

    def __init__(self, config: Any, sizes: Any) -> None:
        super().__init__(config, sizes)
        torch.nn.init.constant_(self.pairs, 1.0)

    def sample(self, hidden: Any, inputs: Any, constraints: Any, settings: Any, generator: Any) -> Any:
        return super().sample(hidden, inputs, constraints, type(settings)(1.0), generator)


class Prints(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        print("drawn")
        return frame


class SeedsTheGlobalChance(Draws):
    def answered(self, frame: Any, inputs: Any, constraints: Any) -> Any:
        torch.manual_seed(0)
        return frame

"""Encoders that break one promise each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from mutants import encoder_long as long
from mutants import encoder_reach as reach
from mutants import sample
from mutants.encoder_sound import Sound
from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Inputs
from popgen_core.errors import RecipeError


class NoContext(Sound):
    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.context = 2.5


class HearsSomethingElse(Sound):
    hears = ("melody",)


class RowsTooWide(Sound):
    def forward(self, inputs: Inputs) -> Tensor:
        return torch.cat([super().forward(inputs), super().forward(inputs)], dim=2)


class StepKeepsTheFrame(Sound):
    def step(self, inputs: Inputs, state: Any) -> tuple[Tensor, Any]:
        row, state = super().step(inputs, state)
        return row[:, None], state


class DoublePrecision(Sound):
    def forward(self, inputs: Inputs) -> Tensor:
        return super().forward(inputs).double()


class NoNumbers(Sound):
    def rows(self, past: Tensor, inputs: Inputs) -> Tensor:
        return super().rows(past, inputs) / 0


class ThreeGroups(Sound):
    def forward(self, inputs: Inputs) -> Tensor:
        drums, bass, lead = inputs.past.unbind(2)
        return super().forward(replace(inputs, past=torch.stack([drums, bass, lead], dim=2)))


class RefusesOnePitch(Sound):
    def __init__(self, config: Any, sizes: Sizes) -> None:
        if sizes.roll.pitches < 2:
            raise RecipeError("one pitch is too few")
        super().__init__(config, sizes)


class WidthOf32(Sound):
    def rows(self, past: Tensor, inputs: Inputs) -> Tensor:
        return super().rows(past, inputs)[..., :32]


class StreamForgets(Sound):
    def step(self, inputs: Inputs, state: Any) -> tuple[Tensor, Any]:
        row, state = super().step(inputs, state)
        return row, state * 0


class StreamDoesNotHearTheGiven(Sound):
    def step(self, inputs: Inputs, state: Any) -> tuple[Tensor, Any]:
        return super().step(replace(inputs, given=None), state)


class SongsMix(Sound):
    def forward(self, inputs: Inputs) -> Tensor:
        x = super().forward(inputs)
        return x + x.mean(dim=0, keepdim=True)


class StreamedSongsMix(Sound):
    def step(self, inputs: Inputs, state: Any) -> tuple[Tensor, Any]:
        row, state = super().step(inputs, state)
        return row, state.mean(dim=0, keepdim=True).expand_as(state)


class RemembersInItself(Sound):
    def start(self, batch: int) -> Any:
        self.memory = super().start(batch)

    def step(self, inputs: Inputs, state: Any) -> tuple[Tensor, Any]:
        row, self.memory = super().step(inputs, self.memory)
        return row, None


class OneStateForAll(Sound):
    def start(self, batch: int) -> Any:
        if not hasattr(self, "memory") or len(self.memory) != batch:
            self.memory = super().start(batch)
        return self.memory.zero_()

    def step(self, inputs: Inputs, state: Any) -> tuple[Tensor, Any]:
        row, after = super().step(inputs, state)
        return row, state.copy_(after)


class KeepsEveryFrame(Sound):
    def step(self, inputs: Inputs, state: Any) -> tuple[Tensor, Any]:
        row, _ = super().step(inputs, state[:, state.shape[1] - self.reach :])
        return row, torch.cat([state, inputs.past.flatten(2)], dim=1)


class ForwardChangesControls(Sound):
    def forward(self, inputs: Inputs) -> Tensor:
        inputs.controls.mul_(0.5)
        return super().forward(inputs)


class StepChangesThePast(Sound):
    def step(self, inputs: Inputs, state: Any) -> tuple[Tensor, Any]:
        made = super().step(inputs, state)
        inputs.past.zero_()
        return made


class IdleParameter(Sound):
    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.idle = nn.Parameter(torch.zeros(4))


class RecallNotLearnt(Sound):
    def rows(self, past: Tensor, inputs: Inputs) -> Tensor:
        with torch.no_grad():
            recalled = 0 if inputs.recall is None else self.again(inputs.recall.flatten(2))
        return super().rows(past, replace(inputs, recall=None)) + recalled


class RecallWithoutNeed(Sound):
    """Its matrix for what comes back is made even for a model that is told of no such thing."""

    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.again = nn.Linear(self.cells, sizes.width, bias=False)


class NotSaved(Sound):
    """What it projects by is made by chance and lies in no file."""

    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.register_buffer("projection", torch.randn(sizes.width, sizes.width), persistent=False)

    def rows(self, past: Tensor, inputs: Inputs) -> Tensor:
        return super().rows(past, inputs) @ self.get_buffer("projection")


class MeanNotSaved(Sound):
    """What training has gathered lies in no file."""

    mean = 0.0

    def rows(self, past: Tensor, inputs: Inputs) -> Tensor:
        if self.training:
            self.mean = 0.5 * self.mean + 0.5
        return super().rows(past, inputs) + self.mean


class SavedInBfloat16(Sound):
    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.register_buffer("scale", torch.ones(1, dtype=torch.bfloat16))


class DropsInEvalMode(Sound):
    def rows(self, past: Tensor, inputs: Inputs) -> Tensor:
        return nn.functional.dropout(super().rows(past, inputs), 0.1)


class LearnsInEvalMode(Sound):
    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.register_buffer("heard", torch.zeros(()))

    def rows(self, past: Tensor, inputs: Inputs) -> Tensor:
        self.get_buffer("heard").add_(past.sum())
        return super().rows(past, inputs)


class RoundsToNothingInHalf(Sound):
    def rows(self, past: Tensor, inputs: Inputs) -> Tensor:
        x = super().rows(past, inputs)
        return x + torch.log((0 * self.place(inputs.controls) + 1.001) - 1)  # in bfloat16 1.001 is 1


class LeavesAScaleBehind(Sound):
    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.scale = torch.ones(sizes.width)

    def rows(self, past: Tensor, inputs: Inputs) -> Tensor:
        return super().rows(past, inputs) * self.scale


def mutants(*classes: type[Sound]) -> list[Any]:
    return [sample("encoder", f"{broken.__module__.removeprefix('mutants.')}:{broken.__name__}") for broken in classes]


GOOD = sample("encoder", "encoder_sound:Sound")
MUTANTS = {
    "check_says_what_it_hears": mutants(NoContext, HearsSomethingElse),
    "check_each_frame_becomes_a_row": mutants(RowsTooWide, StepKeepsTheFrame, DoublePrecision, NoNumbers),
    "check_any_roll_will_do": mutants(ThreeGroups, RefusesOnePitch),
    "check_any_width_will_do": mutants(WidthOf32),
    "check_rows_do_not_hear_what_comes": mutants(
        reach.HearsItsOwnFrame,
        reach.KnowsLaterControls,
        reach.RecallsTooEarly,
        reach.LooksFartherAhead,
        reach.NormalisesOverTheSong,
    ),
    "check_no_gradient_comes_from_later": mutants(reach.GradientFromLater, reach.HearsItsOwnFrame),
    "check_context_is_true": mutants(reach.ContextTooShort, reach.RemembersOldControls),
    "check_notes_are_heard": mutants(reach.HearsNoNotes, reach.HearsNothingGiven),
    "check_controls_are_heard": mutants(reach.IgnoresEnergy, reach.IgnoresControls),
    "check_nothing_told_is_silence": mutants(reach.SilenceIsSomething),
    "check_streaming_equals_whole": mutants(
        StreamForgets, StreamDoesNotHearTheGiven, long.ForgetsAfter300Frames, long.LeaksAtEveryChunk
    ),
    "check_a_longer_window_changes_no_row": mutants(long.LeaksInLongWindows, long.LeaksAtEveryChunk),
    "check_songs_of_a_batch_do_not_hear_each_other": mutants(
        SongsMix, StreamedSongsMix, long.LargeBatchesMix, long.StreamedPairsMix
    ),
    "check_streams_do_not_disturb_each_other": mutants(RemembersInItself, OneStateForAll),
    "check_state_does_not_grow": mutants(KeepsEveryFrame),
    "check_inputs_stay_as_they_are": mutants(ForwardChangesControls, StepChangesThePast),
    "check_its_calls_leave_no_trace": mutants(long.Reseeds, long.StepSeedsNumpy, long.Says),
    "check_every_parameter_gets_a_gradient": mutants(IdleParameter, RecallNotLearnt, RecallWithoutNeed),
    "check_saves_and_loads": mutants(NotSaved, MeanNotSaved, SavedInBfloat16),
    "check_eval_mode_is_steady": mutants(DropsInEvalMode, LearnsInEvalMode),
    "check_half_precision_stays_finite": mutants(RoundsToNothingInHalf),
    "check_moves_to_another_device": mutants(LeavesAScaleBehind),
}

"""Backbones that break one promise each."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from mutants import backbone_stream as stream
from mutants import sample
from mutants.backbone_sound import Sound
from popgen_core.contracts.sizes import Sizes


class EndlessWindow(Sound):
    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.window = None


class KeepsItsWholeWindow(Sound):
    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.keep = self.window


class OneRowForAll(Sound):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x)[:, -1:]


class LosesASingleFrame(Sound):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).squeeze(1)


class NormalisesOneFrame(Sound):
    """The spread of a single frame is no number."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) + 0 * x.sum(dim=1, keepdim=True) / torch.tensor(x.shape[1] - 1)


class StopsBeforeItsWindow(Sound):
    def forward(self, x: Tensor) -> Tensor:
        if x.shape[1] == self.window:
            raise IndexError("too many frames")
        return super().forward(x)


class WidthOf32(Sound):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x)[..., :32]


class SeesOneFrameAhead(Sound):
    def hidden(self, x: Tensor) -> Tensor:
        return super().hidden(x).triu(2)


class MovedByTheMean(Sound):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x - x.mean(dim=1, keepdim=True))


class GradientFromLater(Sound):
    """Its values are right: only the gradient comes from the frame after."""

    def forward(self, x: Tensor) -> Tensor:
        later = x.roll(-1, 1)
        return super().forward(x) + later - later.detach()


class DoesNotTeachTheEncoder(Sound):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.detach() + 0 * x)


class AttentionIsHalf(Sound):
    def attention(self, x: Tensor) -> Any:
        return super().attention(x) / 2


class AttentionWithoutHeads(Sound):
    def attention(self, x: Tensor) -> Any:
        return self.weights(x)[None]


class AttentionToLaterFrames(Sound):
    def attention(self, x: Tensor) -> Any:
        return super().attention(x).flip(-1)


class AttentionBelowNothing(Sound):
    def attention(self, x: Tensor) -> Any:
        weights = super().attention(x).clone()
        weights[..., -1, :2] += torch.tensor([2.0, -2.0])
        return weights


class AddsPositionsInPlace(Sound):
    def placed(self, x: Tensor) -> Tensor:
        return x.add_(self.positions[: x.shape[1]]) if not torch.is_grad_enabled() else super().placed(x)


class StepChangesItsRow(Sound):
    def step(self, x: Tensor, cache: Any) -> tuple[Tensor, Any]:
        made = super().step(x, cache)
        x.zero_()
        return made


class IdleParameter(Sound):
    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.idle = nn.Parameter(torch.zeros(4))


class NotSaved(Sound):
    """What it projects by is made by chance and lies in no file."""

    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.register_buffer("projection", torch.randn(sizes.width, sizes.width), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) @ self.get_buffer("projection")


class DropsInEvalMode(Sound):
    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.dropout(super().forward(x), 0.1)


class LearnsInEvalMode(Sound):
    def forward(self, x: Tensor) -> Tensor:
        self.positions.data += 0.001
        return super().forward(x)


class RoundsToNothingInHalf(Sound):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) + torch.log((0 * self.joined(x)[..., :1] + 1.001) - 1)  # in bfloat16 1.001 is 1


class WantsFloat32(Sound):
    def forward(self, x: Tensor) -> Tensor:
        if x.dtype != torch.float32:
            raise TypeError(f"float32 is needed, not {x.dtype}")
        return super().forward(x)


class LeavesAScaleBehind(Sound):
    def __init__(self, config: Any, sizes: Sizes) -> None:
        super().__init__(config, sizes)
        self.scale = torch.ones(sizes.width)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * self.scale


class RefusesBadly(Sound):
    def __init__(self, config: Any, sizes: Sizes) -> None:
        if sizes.width % 32:
            raise ValueError("32 only")
        super().__init__(config, sizes)


def mutants(*classes: type[nn.Module]) -> list[Any]:
    return [sample("backbone", f"{broken.__module__.removeprefix('mutants.')}:{broken.__name__}") for broken in classes]


GOOD = sample("backbone", "backbone_sound:Sound")
MUTANTS = {
    "check_window_is_a_number_of_frames": mutants(EndlessWindow, KeepsItsWholeWindow),
    "check_each_frame_becomes_a_vector": mutants(
        OneRowForAll, LosesASingleFrame, NormalisesOneFrame, StopsBeforeItsWindow
    ),
    "check_any_width_will_do": mutants(WidthOf32, RefusesBadly),
    "check_rows_do_not_see_later_ones": mutants(SeesOneFrameAhead, MovedByTheMean),
    "check_no_gradient_comes_from_later": mutants(GradientFromLater, DoesNotTeachTheEncoder),
    "check_attention_rows_sum_to_one": mutants(
        AttentionIsHalf, AttentionWithoutHeads, AttentionToLaterFrames, AttentionBelowNothing
    ),
    "check_stepping_equals_whole": mutants(stream.CacheForgetsTheFirst, stream.StepHearsItsFrameAlone),
    "check_a_longer_window_changes_no_row": mutants(stream.LeaksInLongWindows),
    "check_it_goes_on_beyond_its_window": mutants(
        stream.KeepsOneLess,
        stream.EndsAtItsWindow,
        stream.Unsaid,
        stream.RecurrentForgetsAtItsWindow,
        stream.NoNumbersBeyond,
        stream.ForgetsAfter300Frames,
    ),
    "check_songs_of_a_batch_do_not_hear_each_other": mutants(
        stream.SongsMix, stream.StreamedSongsMix, stream.LargeBatchesMix
    ),
    "check_streams_do_not_disturb_each_other": mutants(stream.RemembersInItself),
    "check_cache_does_not_grow": mutants(stream.KeepsEveryFrame),
    "check_inputs_stay_as_they_are": mutants(AddsPositionsInPlace, StepChangesItsRow),
    "check_its_calls_leave_no_trace": mutants(stream.Says, stream.Reseeds),
    "check_every_parameter_gets_a_gradient": mutants(IdleParameter),
    "check_saves_and_loads": mutants(NotSaved),
    "check_eval_mode_is_steady": mutants(DropsInEvalMode, LearnsInEvalMode),
    "check_half_precision_stays_finite": mutants(RoundsToNothingInHalf, WantsFloat32),
    "check_moves_to_another_device": mutants(LeavesAScaleBehind),
}

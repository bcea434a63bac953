"""What a decoder says of chances: those of all frames that can follow sum to 1, and so often each of them is drawn."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from popgen_core.contracts.tensors import Constraints, Frame, Inputs
from popgen_core.music.roll import RollSpec
from popgen_core.testing.maker import Maker
from popgen_core.testing.model.decoder_frames import drawn, free, hidden_of, known, sizes_of, stirred
from popgen_core.testing.model.targets import target_at
from popgen_core.testing.verdict import Check, Failed, claim

__all__ = ["CHANCES"]

# so few cells that all frames can be told, and channels in another order than usual
TINY = sizes_of(RollSpec(("drums", "bass"), pitches=2, lowest=60, channels=("velocity", "onset", "active")))
SOUNDED = torch.tensor([[True, False], [False, True]])  # (group, pitch) what sounds in the frame before
DRAWS = 4000
NEVER = 1e-6  # chance of a distance that sound draws do not reach
FEWEST = 5.0  # expected draws, below which frames are counted together


def check_chances_of_all_frames_sum_to_one(make: Maker) -> None:
    """The chances that its logits give to all frames that can follow sum to 1, with given groups and without: no cell
    knows itself or one that is drawn after it."""
    decoder = stirred(make, TINY)
    for hidden, (kept, inputs) in product(hidden_of(TINY, 2), _situations()):
        total = float(_log_chances(decoder, hidden, inputs, _every_frame(inputs)).exp().sum())
        told = "" if kept is None else f" where the {TINY.roll.groups[kept]} are given"
        claim(
            abs(total - 1) < 1e-3,
            f"the chances of all frames that can follow{told} sum to {total:.4f}, not 1: a cell's logit knows "
            "what only its own coin or a later one decides",
        )


def check_frames_are_drawn_as_often_as_their_chances_say(make: Maker) -> None:
    """At temperature 1 each frame comes as often as forward's logits say, given the notes of a group or not."""
    decoder, must = stirred(make, TINY), free(TINY)
    for hidden, (kept, inputs) in product(hidden_of(TINY, 2), _situations()):
        told = "" if kept is None else f"where the {TINY.roll.groups[kept]} are given "
        _compare(decoder, hidden, inputs, must, told)


def check_a_lean_is_added_to_the_logits_of_new_notes(make: Maker) -> None:
    """With a lean each frame comes as often as the onset logits and the lean together say."""
    decoder, must = stirred(make, TINY), replace(free(TINY), lean=torch.tensor([[1.5, -1.5], [-0.7, 2.0]]))
    for hidden in hidden_of(TINY, 2):
        _compare(decoder, hidden, _heard(None), must, "with a lean ")


def check_a_frame_that_must_begin_is_drawn_from_those_with_an_onset(make: Maker) -> None:
    """Where a note must begin frames come as often as without that, those without any onset left out."""
    decoder = stirred(make, TINY)
    must = replace(free(TINY), lean=torch.full((2, 2), -1.5), begin=torch.ones(DRAWS, dtype=torch.bool))
    for hidden in hidden_of(TINY, 2):
        _compare(decoder, hidden, _heard(None), must, "where a note must begin ")


def _heard(kept: int | None) -> Inputs:
    """What is known of the tiny frame: SOUNDED before it, and perhaps the notes of a group."""
    inputs = known(TINY, 1, kept=kept)
    channels = TINY.roll.channels
    inputs.past[:, 0] = 0.0
    inputs.past[:, 0, :, channels.index("active")] = SOUNDED.float()
    if kept is not None and inputs.given is not None:  # its first pitch begins, its second sounds on
        cells = {"onset": (1.0, 0.0), "active": (1.0, 1.0), "velocity": (0.6, 0.0)}
        inputs.given[:, 0, kept] = torch.tensor([cells[name] for name in channels])
    return inputs


def _situations() -> list[tuple[int | None, Inputs]]:
    """Nothing given, then the notes of each group."""
    return [(kept, _heard(kept)) for kept in (None, 0, 1)]


def _given(inputs: Inputs) -> tuple[Tensor, Tensor, Tensor]:
    """Of the tiny frame (group, pitch) bool each: the cells that are given, and their onsets and active ones."""
    assert inputs.given is not None
    assert inputs.kept is not None
    given = inputs.given[0, 0] > 0.5  # (group, channel, pitch)
    kept = (inputs.kept[0, 0, :, None] > 0.5).expand(SOUNDED.shape)
    onset, active = (given[:, TINY.roll.channels.index(name)] for name in ("onset", "active"))
    return kept, onset, active


def _every_frame(inputs: Inputs) -> tuple[Tensor, Tensor]:
    """All frames that can follow -> onset, active (frame, group, pitch) bool: a cell is silent, begins, or goes on
    where it sounded; given cells are as they are given."""
    rows = (each.flatten().tolist() for each in (SOUNDED, *_given(inputs)))
    cells = [
        [(onset, active)] if kept else [(False, False), (True, True), (False, True)][: 2 + before]
        for before, kept, onset, active in zip(*rows, strict=True)
    ]
    frames = torch.tensor(list(product(*cells))).view(-1, *SOUNDED.shape, 2)
    return frames[..., 0], frames[..., 1]


def _log_chances(
    decoder: Any, hidden: Tensor, inputs: Inputs, frames: tuple[Tensor, Tensor], lean: Tensor | None = None
) -> Tensor:
    """Logarithms of the chances of frames (frame,), float64, hidden (width,): a coin for each onset given the target,
    and one for each cell that sounded before and has none."""
    onset, active = frames
    many = len(onset)
    with torch.no_grad():
        target = target_at(onset[:, None], active[:, None])
        made = decoder(hidden.repeat(many, 1, 1), target, _repeated(inputs, many))
    logits = made.onset[:, 0].double() + (0.0 if lean is None else lean)
    begins = logsigmoid(torch.where(onset, logits, -logits))
    logits = made.active[:, 0].double()
    goes_on = logsigmoid(torch.where(active, logits, -logits)) * (SOUNDED & ~onset & ~_given(inputs)[0])
    return (begins + goes_on).sum((1, 2))


def _repeated(inputs: Inputs, many: int) -> Inputs:
    """The same for so many songs."""
    return Inputs(*(value.repeat(many, *[1] * (value.dim() - 1)) for value in vars(inputs).values()))


def _compare(decoder: Any, hidden: Tensor, inputs: Inputs, must: Constraints, when: str) -> None:
    """Draw many frames after one hidden vector (width,), and hold how often each came against its chance."""
    frames = _every_frame(inputs)
    chances = _log_chances(decoder, hidden, inputs, frames, must.lean).exp()
    if must.begin is not None:
        chances = chances * frames[0].flatten(1).any(1)
    chances = chances / chances.sum()
    made = drawn(decoder, hidden.repeat(DRAWS, 1), _repeated(inputs, DRAWS), must)
    counts = _counted(made, frames, when)
    chance = _chance_of_such(counts, chances)
    worst = int(((counts - DRAWS * chances).square() / (DRAWS * chances).clamp(min=1.0)).argmax())
    claim(
        chance > NEVER,
        f"{when}the frame {_told(frames[0][worst], frames[1][worst])} came {int(counts[worst])} times in {DRAWS} "
        f"draws at temperature 1, its chance by forward's logits says {DRAWS * float(chances[worst]):.0f}",
    )


def _counted(made: Frame, frames: tuple[Tensor, Tensor], when: str) -> Tensor:
    """How often each of the frames was drawn, (frame,) float64. Raises Failed for one that cannot follow."""
    digits = 4 ** torch.arange(SOUNDED.numel())
    names = [((2 * o.long() + a.long()).flatten(1) * digits).sum(1) for o, a in ((made.onset, made.active), frames)]
    found = names[0][:, None] == names[1]  # (draw, frame)
    if not found.any(1).all():
        draw = int((~found.any(1)).nonzero()[0])
        raise Failed(f"{when}it drew {_told(made.onset[draw], made.active[draw])}, which cannot follow")
    return found.sum(0).double()


def _chance_of_such(counts: Tensor, chances: Tensor) -> float:
    """How likely draws are as far from their chances as these, by Pearson's chi-square; rare frames together."""
    order = chances.argsort()
    expected, found = counts.sum() * chances[order], counts[order]
    rare = expected.cumsum(0) - expected < FEWEST
    expected = torch.cat([expected[rare].sum()[None], expected[~rare]])
    found = torch.cat([found[rare].sum()[None], found[~rare]])
    distance = ((found - expected).square() / expected.clamp(min=1e-9)).sum()
    freedom = torch.tensor((len(expected) - 1) / 2).double()
    return float(torch.special.gammaincc(freedom, distance / 2)) if len(expected) > 1 else 1.0


def _told(onset: Tensor, active: Tensor) -> str:
    """A tiny frame in letters, group by group: b begins, s sounds on, - is silent."""
    letters = torch.where(onset, 2, active.long()).tolist()
    return "/".join("".join("-sb"[cell] for cell in row) for row in letters)


CHANCES: tuple[Check, ...] = (
    check_chances_of_all_frames_sum_to_one,
    check_frames_are_drawn_as_often_as_their_chances_say,
    check_a_lean_is_added_to_the_logits_of_new_notes,
    check_a_frame_that_must_begin_is_drawn_from_those_with_an_onset,
)

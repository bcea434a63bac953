"""What a decoder says of chances: those of all frames that can follow sum to 1, and so often each of them is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from popgen_core.contracts.tensors import Constraints, Frame, Inputs
from popgen_core.music.roll import RollSpec
from popgen_core.testing.maker import Maker
from popgen_core.testing.model.decoder_frames import drawn, free, hidden_of, known, repeated, sizes_of, stirred
from popgen_core.testing.model.module import moved
from popgen_core.testing.model.targets import target_at
from popgen_core.testing.verdict import Check, Failed, claim

__all__ = ["CHANCES"]

# so few cells that all frames can be told, and channels in another order than usual
TINY = sizes_of(RollSpec(("drums", "bass"), pitches=2, lowest=60, channels=("velocity", "onset", "active")))
EVERY, SOME = torch.ones(2, 2, dtype=torch.bool), torch.tensor([[False, True], [False, True]])  # that may play
SOUNDED = torch.tensor([[True, False], [False, True]])  # (group, pitch) what sounds in the frame before
DRAWS = 2000
NEVER = 1e-6  # chance of a distance that sound draws do not reach
FEWEST = 5.0  # expected draws, below which frames are counted together
SIGMAS = 7.0  # standard errors that means of sound draws do not reach
MANY = 50  # notes of a cell, below which their mean says nothing


def check_chances_of_all_frames_sum_to_one(make: Maker) -> None:
    """The chances that its logits give to all frames that can follow sum to 1, with given groups and without: no cell
    knows itself or one that is drawn after it."""
    decoder = stirred(make, TINY)
    for hidden, (kept, inputs) in product(hidden_of(TINY, 2), _situations()):
        total = float(_log_chances(decoder, hidden, inputs, _every_frame(inputs), free(TINY)).exp().sum())
        told = "" if kept is None else f" where the {TINY.roll.groups[kept]} are given"
        claim(
            abs(total - 1) < 1e-3,
            f"the chances of all frames that can follow{told} sum to {total:.4f}, not 1: a cell's logit knows "
            "what only its own coin or a later one decides",
        )


def check_frames_are_drawn_as_often_as_their_chances_say(make: Maker) -> None:
    """At temperature 1 each frame comes as often as forward's logits say, given the notes of a group or not; each song
    of a batch draws after its own hidden vector and inputs."""
    decoder, must = stirred(make, TINY), free(TINY)
    for one, other in ((None, None), (0, 1), (1, None)):
        _compare(decoder, _Case(_hidden(0), _heard(one), must), _Case(_hidden(1), _heard(other, seed=11), must))


def check_a_lean_is_added_to_the_logits_of_new_notes(make: Maker) -> None:
    """With a lean, its own for each song, each frame comes as often as the onset logits and the lean together say."""
    decoder, leans = stirred(make, TINY), ([[1.5, -1.5], [-0.7, 2.0]], [[-1.0, 0.5], [2.0, -2.0]])
    musts = [replace(free(TINY), lean=torch.tensor(lean)) for lean in leans]
    _compare(decoder, *_cases(musts), "with a lean ")


def check_a_frame_that_must_begin_is_drawn_from_those_with_an_onset(make: Maker) -> None:
    """Where a note must begin frames come as often as without that, those without any onset left out; in one song of a
    batch, or in all, each with a lean of its own, where all cells may play or some."""
    decoder, leans = stirred(make, TINY), (-1.5, -0.5)
    for playable, begins in product((EVERY, SOME), ((True, True), (True, False))):
        musts = [
            Constraints(playable, lean=torch.full((2, 2), lean), begin=torch.tensor([begin]))
            for lean, begin in zip(leans, begins, strict=True)
        ]
        _compare(
            decoder,
            *_cases(musts),
            f"where a note must begin{'' if playable is EVERY else ' and some cells must not play'} ",
        )


def check_cells_that_may_play_keep_their_chances(make: Maker) -> None:
    """Where some cells must not play, the others begin and sound on as often as their logits say."""
    musts = [replace(free(TINY), playable=SOME)] * 2
    _compare(stirred(make, TINY), *_cases(musts), "where some cells must not play ")


def check_songs_of_a_batch_are_drawn_apart(make: Maker) -> None:
    """Songs of a batch are drawn and played as in a batch of their own: notes, velocities, lengths and offsets."""
    decoder = stirred(make, TINY)
    cases = _cases([replace(free(TINY), lean=torch.full((2, 2), 1.0))] * 2)
    mixed = _drawn_apart(decoder, cases)
    for case, beside in zip(cases, mixed, strict=True):
        alone = _drawn_apart(decoder, (case, case))[0]
        for name, here in _played(beside).items():
            apart, slack = _apart(here, _played(alone)[name])
            claim(
                apart <= slack,
                f"beside other songs the mean {name} drawn of a song is {apart:.3f} off what it is beside its like "
                f"(chance may move it by {slack:.3f}): each song draws after its own hidden vector and inputs",
            )


@dataclass(frozen=True)
class _Case:
    """What one song of a batch draws after: hidden (width,), inputs (1, 1, ...), its constraints."""

    hidden: Tensor
    inputs: Inputs
    must: Constraints


def _cases(musts: Sequence[Constraints]) -> tuple[_Case, _Case]:
    """Two songs that differ in all that they know, with nothing given."""
    one, other = musts
    return _Case(_hidden(0), _heard(None), one), _Case(_hidden(1), _heard(None, seed=11), other)


def _hidden(number: int) -> Tensor:
    return hidden_of(TINY, 2)[number]


def _drawn_apart(decoder: Any, cases: tuple[_Case, _Case]) -> list[Frame]:
    """Two songs drawn many times, in turn in one batch -> the frames of each."""
    one, other = cases
    inputs = [repeated(case.inputs, DRAWS) for case in cases]
    both = {
        name: None if value is None else torch.stack([value, getattr(inputs[1], name)], dim=1).flatten(0, 1)
        for name, value in vars(inputs[0]).items()
    }
    hidden = torch.stack([one.hidden, other.hidden]).repeat(DRAWS, 1)
    made = drawn(decoder, hidden, Inputs(**both), _joined(one.must, other.must))  # type: ignore[arg-type]
    return [moved(made, lambda value, first=first: value[first::2]) for first in (0, 1)]  # type: ignore[misc]


def _joined(one: Constraints, other: Constraints) -> Constraints:
    """Constraints of two songs in turn, many times; what may play is common to both."""
    joined = one
    if one.lean is not None and other.lean is not None:
        joined = replace(joined, lean=torch.stack([one.lean, other.lean]).repeat(DRAWS, 1, 1))
    if one.begin is not None and other.begin is not None:
        joined = replace(joined, begin=torch.cat([one.begin, other.begin]).repeat(DRAWS))
    return joined


def _played(frame: Frame) -> dict[str, tuple[Tensor, Tensor]]:
    """What is drawn of each cell (draw, group, pitch), by name, and where it counts."""
    everywhere = torch.ones_like(frame.onset)
    notes = {"onset": (frame.onset.float(), everywhere), "active cell": (frame.active.float(), everywhere)}
    return notes | {name: (value.float(), frame.onset) for name, value in vars(frame.rhythm).items()}


def _apart(one: tuple[Tensor, Tensor], other: tuple[Tensor, Tensor]) -> tuple[float, float]:
    """How far the means of two draws are apart in the cell that has them farthest of what chance may do, and that."""
    sides = []
    for value, where in (one, other):
        many = where.sum(0).clamp(min=1)
        mean = (value * where).sum(0) / many
        spread = ((value - mean).square() * where).sum(0) / many
        sides.append((mean, spread / many, many))
    (mean, error, many), (mean_other, error_other, many_other) = sides
    apart, slack = (mean - mean_other).abs(), SIGMAS * (error + error_other).sqrt() + 1e-4
    apart = torch.where(torch.minimum(many, many_other) >= MANY, apart, 0.0)
    cell = int((apart / slack).argmax())
    return float(apart.flatten()[cell]), float(slack.flatten()[cell])


def _heard(kept: int | None, seed: int = 1) -> Inputs:
    """What is known of the tiny frame: SOUNDED before it, and perhaps the notes of a group; the rest by chance."""
    inputs = known(TINY, 1, kept=kept, seed=seed)
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
    decoder: Any, hidden: Tensor, inputs: Inputs, frames: tuple[Tensor, Tensor], must: Constraints
) -> Tensor:
    """Logarithms of the chances of frames (frame,), float64, hidden (width,): a coin for each onset given the target,
    and one for each cell that sounded before and has none; a cell that must not play is silent without a coin."""
    onset, active = frames
    many = len(onset)
    with torch.no_grad():
        target = target_at(onset[:, None], active[:, None])
        made = decoder(hidden.repeat(many, 1, 1), target, repeated(inputs, many))
    logits = made.onset[:, 0].double() + (0.0 if must.lean is None else must.lean)
    begins = logsigmoid(torch.where(onset, logits, -logits))
    logits = made.active[:, 0].double()
    kept = _given(inputs)[0]
    goes_on = logsigmoid(torch.where(active, logits, -logits)) * (SOUNDED & ~onset & ~kept)
    shut = torch.where(onset | active, -torch.inf, 0.0).double()
    chances: Tensor = torch.where(must.playable | kept, begins + goes_on, shut).sum((1, 2))
    return chances


def _compare(decoder: Any, one: _Case, other: _Case, when: str = "") -> None:
    """Draw many frames of two songs in one batch, and hold how often each came in each against its chance."""
    for case, made in zip((one, other), _drawn_apart(decoder, (one, other)), strict=True):
        frames, kept = _every_frame(case.inputs), int(_given(case.inputs)[0].any(1).long().argmax())
        given = _given(case.inputs)[0].any()
        _compared(decoder, case, frames, made, f"{when}{f'where the {TINY.roll.groups[kept]} are given ' * int(given)}")


def _compared(decoder: Any, case: _Case, frames: tuple[Tensor, Tensor], made: Frame, when: str) -> None:
    """Hold how often each of the frames was drawn against its chance."""
    chances = _log_chances(decoder, case.hidden, case.inputs, frames, case.must).exp()
    if case.must.begin is not None and case.must.begin.all():
        chances = chances * frames[0].flatten(1).any(1)
    chances = chances / chances.sum()
    counts = _counted(made, frames, when)
    chance = _chance_of_such(counts, chances)
    worst = int(((counts - DRAWS * chances).square() / (DRAWS * chances).clamp(min=1.0)).argmax())
    claim(
        chance > NEVER,
        f"{when}the frame {_told(frames[0][worst], frames[1][worst])} came {int(counts[worst])} times in {DRAWS} "
        f"draws at temperature 1, beside other songs; its chance by forward's logits says "
        f"{DRAWS * float(chances[worst]):.0f}",
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
    check_cells_that_may_play_keep_their_chances,
    check_songs_of_a_batch_are_drawn_apart,
)

"""likelihood.v1: nats of what was played, by hand; the classes of rhythm values; how notes are played in a frame."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from popgen_core.contracts.classes import DURATIONS, OFFSETS, SIZES, VELOCITIES, classes_of, parted, values_of
from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import LossParts, Prediction, RhythmValues, Target, Whole
from popgen_core.decoders.manner import Manner
from popgen_core.losses.likelihood import LikelihoodLoss
from popgen_core.music import RollSpec

LN2 = math.log(2)
GIVEN = Sizes(RollSpec(("a", "b"), pitches=4, lowest=60), ControlSpec(()), 8)
EVENT = tuple[int, int, int, int]


def wanted(frames: int, *events: EVENT, lengths: int = 1, batch: int = 1) -> Target:
    """Onsets in these cells (batch, frame, group, pitch), `lengths` frames long; velocity 64, 0.5 s, on the line."""
    onset = torch.zeros(batch, frames, 2, 4)
    active = onset.clone()
    for song, frame, group, pitch in events:
        onset[song, frame, group, pitch] = 1.0
        active[song, frame : frame + lengths, group, pitch] = 1.0
    where = tuple(torch.tensor([event[axis] for event in events], dtype=torch.int64) for axis in range(4))
    one = torch.ones(len(events))
    values = RhythmValues(one * 64 / 127, one * math.log(1.5), one * 0.0)
    return Target(onset, active, torch.ones(batch, frames), where, values)  # type: ignore[arg-type]


def even(target: Target) -> Prediction:
    """Every cell and every class as likely as any other."""
    cells, events = torch.zeros_like(target.onset), len(target.where[0])
    return Prediction(cells, cells.clone(), RhythmValues(*(torch.zeros(events, size) for size in SIZES)))


def loss(prediction: Prediction, target: Target, *weights: float, rhythm: float = 1.0) -> LossParts:
    made = LikelihoodLoss(LikelihoodLoss.Config(rhythm), GIVEN)
    return made(prediction, target, torch.tensor(weights or (1.0, 1.0)))  # type: ignore[no-any-return]


def test_even_chances_cost_a_bit_a_cell_a_bit_a_note_that_may_go_on_and_the_classes() -> None:
    target = wanted(3, (0, 0, 0, 2), lengths=2)  # sounds in frames 0 and 1, may go on into 1 and 2
    found = loss(even(target), target)
    assert found.parts["onset"].item() == pytest.approx(3 * 8 * LN2 / 3 / 4, abs=1e-6)
    assert found.parts["active"].item() == pytest.approx(2 * LN2 / 3 / 4, abs=1e-6)
    classes = math.log(127) + math.log(64) + math.log(65)
    assert found.parts["rhythm"].item() == pytest.approx(classes / 3 / 4, abs=1e-5)
    assert found.total.item() == pytest.approx(sum(float(part) for part in found.parts.values()), abs=1e-6)


def test_a_cell_that_cannot_go_on_costs_nothing() -> None:
    target = wanted(3, (0, 0, 0, 2), (0, 1, 0, 2))  # a new onset follows at once; in frame 2 it may go on
    prediction = even(target)
    prediction.active[:] = 9.0
    prediction.active[0, 2, 0, 2] = 0.0
    assert loss(prediction, target).parts["active"].item() == pytest.approx(LN2 / 3 / 4, abs=1e-6)


def test_the_true_classes_are_the_cheap_ones() -> None:
    target = wanted(1, (0, 0, 1, 0))
    prediction = even(target)
    for name, at in (("velocity", 63), ("duration", 29), ("offset", 32)):  # 0.02 s x 1.1159^29 = 0.48 s
        getattr(prediction.rhythm, name)[0, at] = 50.0
    assert loss(prediction, target).parts["rhythm"].item() == pytest.approx(0.0, abs=1e-6)


def test_groups_count_by_their_weights_and_frames_outside_the_mask_do_not() -> None:
    target = wanted(4, (0, 0, 0, 2), (0, 1, 1, 1), lengths=1)
    prediction = even(target)
    by_group = loss(prediction, target).by_group
    heavy = loss(prediction, target, 0.5, 1.5)
    assert heavy.by_group["rhythm"].tolist() == pytest.approx((by_group["rhythm"] * torch.tensor([0.5, 1.5])).tolist())
    masked = replace(target, mask=torch.tensor([[1.0, 1.0, 0.0, 0.0]]))
    prediction.onset[:, 2:], prediction.active[:, 2:] = 7.0, 7.0
    assert loss(prediction, masked).parts["onset"].item() == pytest.approx(2 * 8 * LN2 / 2 / 4, abs=1e-6)
    assert loss(prediction, masked).parts["active"].item() == pytest.approx(LN2 / 2 / 4, abs=1e-6)


def test_the_losses_of_two_halves_of_a_batch_sum_to_that_of_the_whole() -> None:
    events = ((0, 0, 0, 2), (0, 1, 1, 1), (1, 0, 0, 3))
    torch.manual_seed(1)
    target = wanted(3, *events, lengths=2, batch=2)
    prediction = even(target)
    prediction = replace(prediction, onset=torch.randn(2, 3, 2, 4), active=torch.randn(2, 3, 2, 4))
    whole, parts = Whole(6.0, 3.0), []
    for song in range(2):
        mine = target.where[0] == song
        where = (torch.zeros(int(mine.sum()), dtype=torch.int64), *(index[mine] for index in target.where[1:]))
        half = Target(
            target.onset[[song]], target.active[[song]], target.mask[[song]], where, _of(target.rhythm, mine), whole
        )
        told = Prediction(prediction.onset[[song]], prediction.active[[song]], _of(prediction.rhythm, mine))
        parts.append(loss(told, half).total)
    assert sum(parts).item() == pytest.approx(loss(prediction, target).total.item(), abs=1e-6)  # type: ignore[union-attr]


def _of(values: RhythmValues, mine: Tensor) -> RhythmValues:
    return RhythmValues(*(value[mine] for value in vars(values).values()))


def test_values_and_classes_go_back_and_forth() -> None:
    values = RhythmValues(
        torch.tensor([1 / 127, 0.5, 1.0]), torch.tensor([0.0, math.log(1.5), 9.0]), torch.tensor([-0.5, 0.25, 0.5])
    )
    classes = classes_of(values)
    assert classes.velocity.tolist() == [0, 63, 126]
    assert classes.duration.tolist() == [0, 29, DURATIONS - 1]
    assert classes.offset.tolist() == [0, 48, OFFSETS - 1]
    again = classes_of(values_of(classes))
    assert all(torch.equal(getattr(again, name), getattr(classes, name)) for name in ("velocity", "duration", "offset"))
    assert values_of(classes).velocity[1] == pytest.approx(64 / 127)
    assert math.expm1(values_of(classes).duration[1]) == pytest.approx(0.02 * 1000 ** (29 / 63), rel=1e-5)


def manner(seed: int = 1) -> Manner:
    torch.manual_seed(seed)
    made = Manner(GIVEN)
    with torch.no_grad():
        for weights in made.parameters():
            weights.copy_(torch.randn_like(weights))
    return made


PLACE = torch.arange(8)


def test_how_a_note_is_played_hears_the_one_before_it_in_the_frame_and_no_later_one() -> None:
    made, hidden = manner(), torch.randn(1, 2, 8)
    target = wanted(2, (0, 0, 0, 1), (0, 0, 0, 3), (0, 0, 1, 0), (0, 1, 1, 2))
    plain = made(hidden, target, PLACE)
    for louder, moves in (([64, 100, 64, 64], [False, False, True, False]), ([64, 64, 100, 64], [False] * 4)):
        other = replace(target, rhythm=replace(target.rhythm, velocity=torch.tensor(louder) / 127))
        assert (made(hidden, other, PLACE).velocity != plain.velocity).any(1).tolist() == moves  # none in frame 1


def test_the_order_is_that_of_drawing_whatever_the_order_of_the_events() -> None:
    made, hidden = manner(), torch.randn(1, 1, 8)
    target = wanted(1, (0, 0, 0, 1), (0, 0, 1, 0))
    backwards = PLACE.roll(4)  # group b is drawn first
    plain = made(hidden, target, backwards)
    louder = replace(target, rhythm=replace(target.rhythm, velocity=torch.tensor([64, 100]) / 127))
    assert (made(hidden, louder, backwards).velocity != plain.velocity).any(1).tolist() == [True, False]


def test_notes_are_played_as_often_one_way_as_it_is_likely() -> None:
    made, songs = manner(), 4000
    hidden, (first, then) = torch.randn(1, 8), (1, 4)
    rounds = [(torch.arange(songs), torch.full((songs,), cell)) for cell in (first, then)]
    with torch.no_grad():
        drawn = made.sample(
            hidden.expand(songs, 8), rounds, torch.Size((songs, 2, 4)), torch.Generator().manual_seed(1)
        )
        target = wanted(1, (0, 0, 0, 1), (0, 0, 1, 0))
        chances = made(hidden[None], target, PLACE).velocity[0].softmax(0)
    shares = torch.bincount(classes_of(drawn).velocity[:, 0, 1], minlength=VELOCITIES) / songs
    assert ((shares - chances).abs() < 5 * (chances * (1 - chances) / songs).sqrt() + 1e-3).all()
    assert (drawn.velocity.flatten(1)[:, [first, then]] > 0).all()
    assert drawn.velocity.flatten(1)[:, [0, 2, 3, 5, 6, 7]].max() == 0


def test_a_touch_of_one_half_squares_the_chances_of_how_a_note_is_played() -> None:
    made, songs = manner(), 4000
    with torch.no_grad():  # velocity 40 three times as likely as 90, no other
        for weights in made.parameters():
            weights.zero_()
        made.classes.bias[:VELOCITIES] = -100.0
        made.classes.bias[40], made.classes.bias[90] = math.log(3.0), 0.0
    rounds, shape = [(torch.arange(songs), torch.zeros(songs, dtype=torch.int64))], torch.Size((songs, 2, 4))
    shares = []
    for touch in (1.0, 0.5):
        drawn = made.sample(torch.zeros(songs, 8), rounds, shape, torch.Generator().manual_seed(1), touch=touch)
        shares.append(float((classes_of(drawn).velocity[:, 0, 0] == 40).float().mean()))
    assert shares == pytest.approx([3 / 4, 9 / 10], abs=0.03)


def test_the_second_note_is_drawn_given_the_first_as_it_was_drawn() -> None:
    made = manner()
    with torch.no_grad():  # the velocity of the note before, and nothing else, decides: the same again
        for weights in made.parameters():
            weights.zero_()
        made.loudness[[40, 90], [0, 1]] = 10.0
        made.first[2] = 10.0
        made.classes.weight[[40, 90], [0, 1]] = 10.0
        made.classes.weight[[40, 90], 2] = 10.0
    rounds = [(torch.arange(200), torch.full((200,), cell)) for cell in (0, 5)]
    generator = torch.Generator().manual_seed(1)
    drawn = made.sample(torch.zeros(200, 8), rounds, torch.Size((200, 2, 4)), generator)
    velocity = classes_of(drawn).velocity.flatten(1)
    assert set(velocity[:, 0].tolist()) == {40, 90}
    assert torch.equal(velocity[:, 0], velocity[:, 5])


def test_logits_are_parted_into_those_of_each_value() -> None:
    made = parted(torch.arange(sum(SIZES))[None])
    assert [value.shape[1] for value in vars(made).values()] == [127, 64, 65]
    assert (made.duration[0, 0], made.offset[0, -1]) == (127, 255)

"""Decoders that are given notes: these are certain, and all others are drawn as fits them."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor

from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import Constraints, Frame, Inputs, Prediction, RhythmValues, Sampling, Target
from popgen_core.decoders.independent import Independent
from popgen_core.decoders.ordered import Ordered
from popgen_core.music import RollSpec

SPEC = RollSpec(("bass", "drums"), pitches=3, lowest=60)  # drums are drawn before the bass
SIZES = Sizes(SPEC, ControlSpec((("beat", 1), ("given", 2))), 4)
FREE, NONE = torch.ones(2, 3, dtype=torch.bool), torch.zeros(2, 3, dtype=torch.bool)
BASS, DRUMS = 0, 1
GIVEN = torch.tensor([1.0, 0.0, 1.0])  # which pitches of a given group begin
KINDS = ("independent", "dense", "events")


def decoder_of(kind: str, *, rank: int = 2) -> Any:
    """A decoder with weights at random, large enough that notes mean much to each other."""
    torch.manual_seed(1)
    if kind == "independent":
        made: Any = Independent(Independent.Config(), SIZES)
    else:
        made = Ordered(Ordered.Config(bias="zero", rank=rank, form="dense" if kind == "dense" else "events"), SIZES)
    with torch.no_grad():
        for weights in made.parameters():
            weights.copy_(torch.randn_like(weights))
    return made.eval()


def inputs_of(batch: int, group: int | None, *, frames: int = 1, ahead: int = 2, before: bool = False) -> Inputs:
    """Frames of which the notes GIVEN of one group are given: its first pitch loud, its second sounding still."""
    past = torch.zeros(batch, frames, 2, 3, 3)
    past[:, :, :, 1] = float(before)
    given, kept = torch.zeros(batch, frames + ahead, 2, 3, 3), torch.zeros(batch, frames + ahead, 2)
    if group is not None:
        given[:, :frames, group, 0] = GIVEN
        given[:, :frames, group, 1] = torch.tensor([1.0, 1.0, 1.0])
        given[:, :frames, group, 2] = torch.tensor([0.9, 0.0, 0.3])
        kept[:, :frames, group] = 1.0
    given[:, frames:], kept[:, frames:] = 1.0, 1.0  # what is to come is no matter of these frames
    return Inputs(past, torch.zeros(batch, frames, 3), None, given, kept)


def target_of(onset: Tensor, group: int | None) -> Target:
    """Frames (batch, frame, group, pitch) of onsets; of the given group nothing is asked."""
    asked = onset.clone()
    if group is not None:
        asked[:, :, group] = 0
    where = asked.nonzero(as_tuple=True)
    nothing = torch.zeros(len(where[0]))
    return Target(onset, onset, torch.ones(onset.shape[:2]), where, RhythmValues(nothing, nothing, nothing))  # type: ignore[arg-type]


def told(decoder: Any, hidden: Tensor, onset: Tensor, group: int | None) -> Prediction:
    with torch.no_grad():
        made: Prediction = decoder(hidden, target_of(onset, group), inputs_of(len(onset), group))
    return made


def drawn(
    decoder: Any, hidden: Tensor, group: int | None, *, playable: Tensor = FREE, temperature: float = 1.0, seed: int = 1
) -> Frame:
    generator = torch.Generator().manual_seed(seed)
    inputs = inputs_of(len(hidden), group, before=True)
    with torch.no_grad():
        frame: Frame = decoder.sample(hidden, inputs, Constraints(playable), Sampling(temperature), generator)
    return frame


def every_frame(group: int) -> Tensor:
    """The eight frames of the cells that are free, the others as GIVEN: (8, 1, group, pitch)."""
    frames = torch.zeros(8, 1, 2, 3)
    frames[:, 0, 1 - group] = torch.tensor(list(product((0.0, 1.0), repeat=3)))
    frames[:, 0, group] = GIVEN
    return frames


def chances_of(decoder: Any, hidden: Tensor, group: int) -> Tensor:
    """The chance of each of the eight frames, hidden (width,)."""
    onset = every_frame(group)
    logits = told(decoder, hidden.expand(8, 1, -1), onset, group).onset
    return torch.where(onset > 0.5, torch.sigmoid(logits), torch.sigmoid(-logits)).flatten(1).double().prod(1)


@pytest.mark.parametrize("group", [BASS, DRUMS])
@pytest.mark.parametrize("kind", KINDS)
def test_given_notes_are_certain_and_so_is_the_silence_of_their_group(kind: str, group: int) -> None:
    decoder, hidden = decoder_of(kind), torch.randn(1, 1, 4)
    made = told(decoder, hidden, every_frame(group)[:1], group)
    assert made.onset[0, 0, group].tolist() == [20, -20, 20]
    assert made.active[0, 0, group].tolist() == [20, 20, 20]
    assert made.onset[0, 0, 1 - group].abs().max() < 19


@pytest.mark.parametrize("kind", ["independent", "dense"])
def test_without_a_target_given_notes_are_certain_too(kind: str) -> None:
    decoder = decoder_of(kind)
    made = decoder(torch.randn(1, 1, 4), None, inputs_of(1, DRUMS))
    assert made.onset[0, 0, DRUMS].tolist() == [20, -20, 20]


@pytest.mark.parametrize("kind", KINDS)
def test_where_nothing_is_given_the_logits_are_those_of_a_model_without_given_notes(kind: str) -> None:
    decoder, hidden = decoder_of(kind), torch.randn(8, 1, 4)
    onset = every_frame(BASS)
    with torch.no_grad():
        plain = decoder(hidden, target_of(onset, None), Inputs(torch.zeros(8, 1, 2, 3, 3), torch.zeros(8, 1, 3)))
    made = told(decoder, hidden, onset, None)
    assert torch.equal(made.onset, plain.onset)
    assert torch.equal(made.active, plain.active)
    frames = [drawn(decoder, torch.randn(200, 4, generator=torch.Generator().manual_seed(9)), None) for _ in range(2)]
    assert torch.equal(frames[0].onset, frames[1].onset)


@pytest.mark.parametrize("group", [BASS, DRUMS])
@pytest.mark.parametrize("kind", ["dense", "events"])
def test_the_chances_of_what_is_free_sum_to_one(kind: str, group: int) -> None:
    chances = chances_of(decoder_of(kind), torch.randn(4), group)
    assert chances.sum().item() == pytest.approx(1, abs=1e-6)
    assert chances.max() < 0.95


@pytest.mark.parametrize("rank", [0, 2])
def test_notes_to_be_written_hear_the_given_ones_before_them(rank: int) -> None:
    decoder, hidden = decoder_of("dense", rank=rank), torch.randn(1, 1, 4)
    onset = every_frame(DRUMS)[:1]
    given = told(decoder, hidden, onset, DRUMS)
    with torch.no_grad():  # the same notes, nothing given
        written = decoder(hidden, target_of(onset, None))
        unheard = decoder(hidden, target_of(onset, DRUMS))
    assert torch.allclose(given.onset[0, 0, BASS], written.onset[0, 0, BASS], atol=1e-5)
    assert torch.allclose(given.active[0, 0, BASS], written.active[0, 0, BASS], atol=1e-5)
    assert (given.onset - unheard.onset)[0, 0, BASS].abs().min() > 1e-3


@pytest.mark.parametrize("group", [BASS, DRUMS])
@pytest.mark.parametrize("kind", ["dense", "events"])
def test_the_free_cells_are_drawn_as_often_as_they_are_likely_given_the_others(kind: str, group: int) -> None:
    decoder, hidden = decoder_of(kind), torch.randn(4, generator=torch.Generator().manual_seed(8))
    chances = chances_of(decoder, hidden, group)
    frames = drawn(decoder, hidden.expand(20_000, 4), group).onset[:, 1 - group]
    shares = torch.bincount((frames.long() * torch.tensor([4, 2, 1])).sum(1), minlength=8) / 20_000
    # five standard deviations of a share of 20,000 draws are at most 5 x sqrt(.25 / 20,000) = .018
    assert ((shares - chances).abs() < 5 * (chances * (1 - chances) / 20_000).sqrt() + 1e-4).all()


@pytest.mark.parametrize("temperature", [1.0, 0.5])
@pytest.mark.parametrize("playable", [FREE, NONE])
@pytest.mark.parametrize("group", [BASS, DRUMS])
@pytest.mark.parametrize("kind", KINDS)
def test_given_notes_are_never_drawn_whatever_may_be_played(
    kind: str, group: int, playable: Tensor, temperature: float
) -> None:
    decoder = decoder_of(kind)
    frame = drawn(decoder, torch.randn(300, 4), group, playable=playable, temperature=temperature)
    assert (frame.onset[:, group] == GIVEN.bool()).all()
    assert frame.active[:, group].all()  # though some of it would have ended
    assert bool(frame.onset[:, 1 - group].any()) == bool(playable.any())
    assert torch.allclose(frame.rhythm.velocity[:, group], torch.tensor([0.9, 0.0, 0.3]))


@pytest.mark.parametrize("kind", KINDS)
def test_other_groups_are_drawn_with_the_same_numbers_whether_notes_after_them_are_given_or_not(kind: str) -> None:
    decoder, hidden = decoder_of(kind), torch.randn(300, 4)
    given, free = drawn(decoder, hidden, BASS), drawn(decoder, hidden, None)
    assert torch.equal(given.onset[:, DRUMS], free.onset[:, DRUMS])  # the bass comes after the drums
    assert not torch.equal(given.onset[:, BASS], free.onset[:, BASS])


def test_how_given_notes_are_played_is_neither_asked_nor_drawn() -> None:
    decoder, hidden = decoder_of("events"), torch.randn(300, 4)
    onset = every_frame(DRUMS)
    made = told(decoder, hidden[:8, None], onset, DRUMS)
    assert len(made.rhythm.velocity) == int(onset[:, :, BASS].sum())
    frame = drawn(decoder, hidden, DRUMS)
    assert not frame.rhythm.duration[:, DRUMS].any()
    assert (frame.rhythm.velocity[:, BASS] > 0).equal(frame.onset[:, BASS])


def test_how_free_notes_are_played_is_drawn_as_often_as_it_was_told() -> None:
    decoder = decoder_of("events")
    hidden = torch.randn(4, generator=torch.Generator().manual_seed(8)).expand(20_000, 4)
    frame = drawn(decoder, hidden, DRUMS)
    low = frame.onset[:, BASS, 0] & ~frame.onset[:, BASS, 1] & ~frame.onset[:, BASS, 2]  # one bass note alone
    onset = every_frame(DRUMS)[4:5]
    logits = told(decoder, hidden[:1, None], onset, DRUMS).rhythm.velocity  # (1, class)
    expected = (logits.softmax(-1)[0] * torch.arange(1, 128) / 127).sum().item()
    assert low.sum() > 500
    assert frame.rhythm.velocity[low, BASS, 0].mean().item() == pytest.approx(expected, abs=0.03)

"""ordered.v1: the notes of a frame know of those before them, their likelihood is exact, and drawing obeys it."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import Tensor

from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import Constraints, Frame, Inputs, Prediction, Rates, RhythmValues, Sampling, Target
from popgen_core.decoders.ordered import Ordered, drawing_places
from popgen_core.music import RollSpec

SPEC = RollSpec(("bass", "drums"), pitches=3, lowest=60)  # drums are drawn before the bass
SIZES = Sizes(SPEC, ControlSpec((("beat", 1),)), 4)
CELLS = (2, 3)
FREE = torch.ones(CELLS, dtype=torch.bool)


def decoder_of(*, rank: int = 2, seed: int = 1, size: float = 1.0) -> Ordered:
    """A decoder with weights at random, large enough that notes mean much to each other."""
    torch.manual_seed(seed)
    made = Ordered(Ordered.Config(bias="zero", rank=rank), SIZES)
    with torch.no_grad():
        for weights in made.parameters():
            weights.copy_(torch.randn_like(weights) * size)
    return made.eval()


def told(decoder: Ordered, hidden: Tensor, onset: Tensor) -> Prediction:
    """The logits of frames (batch, frame, group, pitch) of onsets."""
    where = onset.nonzero(as_tuple=True)
    nothing = torch.zeros(len(where[0]))
    values = RhythmValues(nothing, nothing, nothing)
    target = Target(onset, onset, torch.ones(onset.shape[:2]), where, values)  # type: ignore[arg-type]
    return decoder(hidden, target)  # type: ignore[no-any-return]


def every_frame() -> Tensor:
    """All 64 frames of six cells, (64, 1, group, pitch)."""
    return torch.tensor(list(product((0.0, 1.0), repeat=6))).view(64, 1, *CELLS)


def chances_of(decoder: Ordered, hidden: Tensor) -> Tensor:
    """The chance of each of the 64 frames, given hidden (width,)."""
    onset = every_frame()
    with torch.no_grad():
        logits = told(decoder, hidden.expand(64, 1, -1), onset).onset
    each = torch.where(onset > 0.5, torch.sigmoid(logits), torch.sigmoid(-logits))
    return each.flatten(1).double().prod(1)


def drawn(
    decoder: Ordered,
    hidden: Tensor,
    *,
    before: Tensor | bool = False,
    temperature: float = 1.0,
    playable: Tensor = FREE,
    seed: int = 1,
) -> Frame:
    past = torch.zeros(len(hidden), 1, 2, 3, 3)
    past[:, 0, :, 1] = torch.as_tensor(before).float()  # channel 1 is `active`
    generator = torch.Generator().manual_seed(seed)
    inputs = Inputs(past, torch.zeros(len(hidden), 1, 1))
    with torch.no_grad():
        return decoder.sample(hidden, inputs, Constraints(playable), Sampling(temperature), generator)


def one_by_one(decoder: Ordered, hidden: Tensor, numbers: Tensor) -> Tensor:
    """Every cell looked at in its turn: it sounds where its number lies below its chance -> (batch, group, pitch)."""
    onset = torch.zeros(len(hidden), 1, *CELLS)
    for cell in drawing_places(SPEC.groups, 3).argsort().tolist():
        group, pitch = divmod(cell, 3)
        with torch.no_grad():
            chance = torch.sigmoid(told(decoder, hidden[:, None], onset).onset[:, 0, group, pitch])
        onset[:, 0, group, pitch] = (numbers[:, group, pitch] < chance).float()
    return onset[:, 0] > 0.5


@pytest.mark.parametrize("rank", [0, 2])
def test_the_chances_of_all_frames_sum_to_one(rank: int) -> None:
    chances = chances_of(decoder_of(rank=rank), torch.randn(4))
    assert chances.sum().item() == pytest.approx(1, abs=1e-6)
    assert chances.max() < 0.9


def test_drums_come_first_then_the_bass_each_from_low_to_high() -> None:
    assert drawing_places(("bass", "drums"), 3).tolist() == [3, 4, 5, 0, 1, 2]
    assert drawing_places(("others", "lead", "mine", "chords"), 1).tolist() == [2, 1, 3, 0]


def test_a_note_moves_the_logits_of_cells_after_it_alone() -> None:
    decoder, hidden, silence = decoder_of(), torch.randn(1, 1, 4), torch.zeros(1, 1, *CELLS)
    heard = silence.clone()
    heard[0, 0, 1, 1] = 1.0  # drums, the middle pitch
    moved = told(decoder, hidden, heard).onset != told(decoder, hidden, silence).onset
    assert moved[0, 0].tolist() == [[True, True, True], [False, False, True]]


def test_what_a_note_means_to_another_group_depends_on_the_hidden_vector() -> None:
    decoder, hidden, silence = decoder_of(), torch.randn(2, 1, 4), torch.zeros(2, 1, *CELLS)
    heard = silence.clone()
    heard[:, 0, 1, 1] = 1.0
    first, second = (told(decoder, hidden, heard).onset - told(decoder, hidden, silence).onset)[:, 0]
    assert (first[0] - second[0]).abs().min() > 1e-3  # bass
    assert torch.allclose(first[1], second[1], atol=1e-5)  # the drums themselves: a number a pair


def test_notes_that_go_on_hear_all_onsets_of_the_frame() -> None:
    decoder, hidden, silence = decoder_of(), torch.randn(1, 1, 4), torch.zeros(1, 1, *CELLS)
    heard = silence.clone()
    heard[0, 0, 0, 2] = 1.0  # the last cell drawn
    assert (told(decoder, hidden, heard).active != told(decoder, hidden, silence).active).all()


def test_the_frames_of_a_batch_do_not_hear_each_other() -> None:
    decoder, hidden = decoder_of(), torch.randn(2, 3, 4)
    onset = (torch.rand(2, 3, *CELLS) < 0.5).float()
    together = told(decoder, hidden, onset)
    for batch, frame in product(range(2), range(3)):
        alone = told(decoder, hidden[batch, frame].view(1, 1, 4), onset[batch, frame].view(1, 1, *CELLS))
        assert torch.allclose(alone.onset[0, 0], together.onset[batch, frame], atol=1e-5)
        assert torch.allclose(alone.active[0, 0], together.active[batch, frame], atol=1e-5)


@pytest.mark.parametrize("rank", [0, 2])
def test_jumping_from_note_to_note_draws_what_looking_at_every_cell_does(rank: int) -> None:
    decoder, hidden = decoder_of(rank=rank), torch.randn(500, 4)
    numbers = torch.rand(500, *CELLS, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    expected = one_by_one(decoder, hidden, numbers)
    assert torch.equal(drawn(decoder, hidden, seed=5).onset, expected)
    assert 500 < expected.sum() < 2500  # of 3,000 cells


def test_frames_are_drawn_as_often_as_they_are_likely() -> None:
    decoder, hidden = decoder_of(), torch.randn(4)
    chances = chances_of(decoder, hidden)
    frames = drawn(decoder, hidden.expand(20_000, 4)).onset.flatten(1)
    number = (frames.long() * 2 ** torch.arange(5, -1, -1)).sum(1)
    shares = torch.bincount(number, minlength=64) / 20_000
    # five standard deviations of a share of 20,000 draws are at most 5 x sqrt(.25 / 20,000) = .018
    assert ((shares - chances).abs() < 5 * (chances * (1 - chances) / 20_000).sqrt() + 1e-4).all()


def test_a_temperature_keeps_the_number_of_notes() -> None:
    decoder, hidden = decoder_of(size=0.7), torch.randn(20_000, 4)
    with torch.no_grad():
        decoder.heads.bias.view(2, 6)[0] -= 3  # notes are rare: divided alone, logits would lose or add most of them
    plain = drawn(decoder, hidden).onset.float().sum((0, 2))
    for temperature in (0.6, 1.5):
        tempered = drawn(decoder, hidden, temperature=temperature).onset.float().sum((0, 2))
        assert (tempered / plain).tolist() == pytest.approx([1, 1], abs=0.15)


def test_what_must_not_play_is_silent_and_says_nothing() -> None:
    decoder, hidden = decoder_of(), torch.randn(300, 4)
    playable = torch.tensor([[True, True, True], [False, False, False]])  # no drums
    frame = drawn(decoder, hidden, before=True, playable=playable)
    assert not frame.onset[:, 1].any()
    assert not frame.active[:, 1].any()
    assert frame.onset[:, 0].any()


def test_a_note_goes_on_only_where_one_sounded() -> None:
    decoder, hidden = decoder_of(), torch.randn(300, 4)
    before = torch.tensor([[True, False, True], [False, True, False]])
    frame = drawn(decoder, hidden, before=before)
    assert not (frame.active & ~frame.onset & ~before).any()
    assert (frame.active & ~frame.onset)[:, before].any()


def test_notes_are_carried_on_as_often_as_the_onsets_drawn_let_them() -> None:
    decoder, hidden = decoder_of(size=0.6), torch.randn(4).expand(20_000, 4)
    before = torch.tensor([[False, True, False], [False, False, False]])  # the bass's middle pitch sounds
    frame = drawn(decoder, hidden, before=before)
    logits = told(decoder, hidden[:, None], frame.onset[:, None].float()).active[:, 0, 0, 1]
    carried, free = (frame.active & ~frame.onset)[:, 0, 1], ~frame.onset[:, 0, 1]
    chances = torch.sigmoid(logits.detach())
    for sounds in (frame.onset[:, 1, 0], ~frame.onset[:, 1, 0]):  # with a low drum, and without
        mine = sounds & free
        assert carried[mine].float().mean().item() == pytest.approx(chances[mine].mean().item(), abs=0.03)
    assert chances.std() > 0.05


def test_a_song_is_drawn_alike_whatever_else_is_in_its_batch_and_the_global_generator_stays() -> None:
    decoder, hidden, state = decoder_of(), torch.randn(8, 4), torch.get_rng_state()
    frame, again = drawn(decoder, hidden), drawn(decoder, hidden)
    assert torch.equal(frame.onset, again.onset)
    assert torch.equal(torch.get_rng_state(), state)


def test_before_training_it_is_the_corpus_rates_and_notes_mean_nothing_to_each_other() -> None:
    torch.manual_seed(3)
    decoder = Ordered(Ordered.Config(), SIZES)
    rates = torch.tensor([[0.5, 0.1, 0.2], [0.3, 0.4, 0.25]])
    decoder.prime(Rates(rates, rates))
    with torch.no_grad():
        decoder.heads.weight.zero_()
    made = told(decoder, torch.randn(64, 1, 4), every_frame())
    assert torch.allclose(torch.sigmoid(made.onset), rates.expand(64, 1, 2, 3), atol=1e-6)


def test_a_silent_target_has_the_logits_of_no_target() -> None:
    decoder, hidden = decoder_of(), torch.randn(2, 3, 4)
    made, alone = told(decoder, hidden, torch.zeros(2, 3, *CELLS)), decoder(hidden)
    assert torch.equal(made.onset, alone.onset)
    assert torch.equal(made.active, alone.active)

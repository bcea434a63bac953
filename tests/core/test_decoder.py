"""independent.v1: every cell a coin of its own, drawn with the given generator and within what may play."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import Constraints, Frame, Inputs, Rates, RhythmValues, Sampling, Target
from popgen_core.decoders.independent import RAREST, Independent
from popgen_core.decoders.tempering import tempered
from popgen_core.music import RollSpec

SIZES = Sizes(RollSpec(("a", "b"), pitches=3, lowest=60), ControlSpec((("beat", 1),)), 4)
CELLS = (2, 3)
FREE = Constraints(torch.ones(CELLS, dtype=torch.bool))


def decoder_of(onset: Tensor | float, active: Tensor | float, bias: str = "zero") -> Independent:
    """A decoder whose logits are the same for any hidden vector."""
    made = Independent(Independent.Config(bias=bias), SIZES)  # type: ignore[arg-type]
    with torch.no_grad():
        made.heads.weight.zero_()
        heads = made.heads.bias.view(5, *CELLS)
        heads[0], heads[1], heads[2:] = torch.as_tensor(onset), torch.as_tensor(active), 0.0
    return made


def drawn(
    decoder: Independent,
    songs: int,
    *,
    before: Tensor | bool = False,
    temperature: float = 1.0,
    constraints: Constraints = FREE,
    seed: int = 1,
) -> Frame:
    past = torch.zeros(songs, 1, 2, 3, 3)
    past[:, 0, :, 1] = torch.as_tensor(before).float()  # channel 1 is `active`
    inputs = Inputs(past, torch.zeros(songs, 1, 1))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        return decoder.sample(torch.zeros(songs, 4), inputs, constraints, Sampling(temperature), generator)


def test_cells_sound_as_often_as_their_logit_says_at_temperature_1() -> None:
    logits = torch.tensor([[-3.0, -1.0, 0.0], [1.0, 2.0, -0.5]])
    frame = drawn(decoder_of(logits, -100.0), 20_000)
    expected = 1 / (1 + torch.exp(-logits))
    # five standard deviations of 20,000 coins are at most 0.018
    assert (frame.onset.float().mean(0) - expected).abs().max() < 0.018
    assert torch.equal(frame.active, frame.onset)


@pytest.mark.parametrize("temperature", [0.5, 0.8, 2.0])
def test_a_temperature_keeps_the_expected_notes_of_each_group(temperature: float) -> None:
    logits = torch.tensor([[[-5.0, -3.0, -8.0], [-1.0, 0.5, 2.0]]])
    chances = tempered(logits, temperature)
    assert torch.allclose(chances.sum(-1), torch.sigmoid(logits).sum(-1), rtol=0.02)
    assert not torch.allclose(chances, torch.sigmoid(logits), atol=1e-3)


def test_a_temperature_of_a_half_squares_the_odds_between_two_cells() -> None:
    [[[first, second]]] = tempered(torch.tensor([[[0.0, -2.0]]]), 0.5).tolist()
    assert (first / (1 - first)) / (second / (1 - second)) == pytest.approx(math.exp(2) ** 2, rel=1e-3)
    assert first > 0.5 > 0.1192 > second  # 1 / (1 + e^2) = 0.1192 is the second one's chance at temperature 1


def test_a_group_that_must_stay_silent_draws_nothing_at_any_temperature() -> None:
    assert tempered(torch.full((1, 1, 3), -torch.inf), 0.8).sum() == 0


def test_a_note_is_carried_on_as_often_as_active_says_and_only_where_one_sounded() -> None:
    before = torch.tensor([[True, True, False], [False, False, True]])
    frame = drawn(decoder_of(-100.0, 1.0), 20_000, before=before)
    assert not frame.onset.any()
    shares = frame.active.float().mean(0)
    assert (shares[before] - 0.7311).abs().max() < 0.018
    assert shares[~before].max() == 0


def test_an_onset_needs_nothing_before_it_and_is_active() -> None:
    frame = drawn(decoder_of(100.0, -100.0), 2)
    assert frame.onset.all()
    assert frame.active.all()


def test_what_must_not_play_is_silent_whatever_the_logits_say() -> None:
    playable = torch.tensor([[True, False, True], [False, False, False]])
    frame = drawn(decoder_of(100.0, 100.0), 3, before=True, constraints=Constraints(playable))
    assert torch.equal(frame.onset, playable.expand(3, 2, 3))
    assert torch.equal(frame.active, playable.expand(3, 2, 3))


def test_a_note_that_may_not_play_is_not_carried_on_either() -> None:
    silent = Constraints(torch.zeros(CELLS, dtype=torch.bool))
    assert not drawn(decoder_of(-100.0, 100.0), 3, before=True, constraints=silent).active.any()


def test_the_same_seed_draws_the_same_frame_whatever_else_was_drawn() -> None:
    decoder = decoder_of(0.0, 0.0)
    one = drawn(decoder, 50, before=True)
    torch.rand(7)  # moves the global generator, which must not matter
    same, other = drawn(decoder, 50, before=True), drawn(decoder, 50, before=True, seed=2)
    assert torch.equal(one.onset, same.onset)
    assert torch.equal(one.active, same.active)
    assert not torch.equal(one.onset, other.onset)


def test_drawing_leaves_the_global_generator_alone() -> None:
    decoder, before = decoder_of(0.0, 0.0), torch.get_rng_state()
    drawn(decoder, 50)
    assert torch.equal(torch.get_rng_state(), before)


def test_drawn_rhythm_values_stay_in_their_ranges() -> None:
    decoder = decoder_of(0.0, 0.0)
    for value, expected in ((-9.0, (0.0, 0.0, -0.5)), (9.0, (1.0, 9.0, 0.5))):
        with torch.no_grad():
            decoder.heads.bias.view(5, *CELLS)[2:] = value
        rhythm = drawn(decoder, 1).rhythm
        assert (rhythm.velocity[0, 0, 0], rhythm.duration[0, 0, 0], rhythm.offset[0, 0, 0]) == expected


RATES = Rates(torch.tensor([[0.5, 0.01, 0.0], [1.0, 0.2, 0.3]]), torch.tensor([[0.9, 0.1, 0.0], [0.5, 0.25, 1.0]]))


def test_primed_with_the_corpus_a_decoder_starts_at_its_rates() -> None:
    decoder = decoder_of(0.0, 0.0, bias="corpus")
    decoder.prime(RATES)
    made = decoder(torch.zeros(1, 1, 4))
    for logits, rates in ((made.onset, RATES.onset), (made.active, RATES.active)):
        expected = rates.clamp(RAREST, 1 - RAREST)  # never quite never, so that training can change its mind
        assert torch.allclose(torch.sigmoid(logits[0, 0]), expected, atol=1e-6)
    assert made.rhythm.velocity.abs().max() == 0


def test_told_to_start_from_zero_a_decoder_does_not_hear_the_corpus() -> None:
    decoder = decoder_of(0.0, 0.0, bias="zero")
    decoder.prime(RATES)
    made = decoder(torch.zeros(1, 1, 4))
    assert made.onset.abs().max() == 0
    assert made.active.abs().max() == 0


def test_a_prediction_has_one_value_a_cell() -> None:
    made = decoder_of(0.0, 0.0)(torch.zeros(2, 5, 4))
    assert all(x.shape == (2, 5, 2, 3) for x in (made.onset, made.active, *vars(made.rhythm).values()))
    assert Independent.form == "dense"


def target_at(*cells: tuple[int, int, int, int]) -> Target:
    """Onsets in these cells (batch, frame, group, pitch) of two songs of five frames; their values do not matter."""
    silence, nothing = torch.zeros(2, 5, 2, 3), torch.zeros(len(cells))
    where = tuple(torch.tensor([cell[axis] for cell in cells], dtype=torch.int64) for axis in range(4))
    return Target(silence, silence, torch.ones(2, 5), where, RhythmValues(nothing, nothing, nothing))  # type: ignore[arg-type]


def test_given_the_target_the_rhythm_is_that_of_its_onsets() -> None:
    torch.manual_seed(1)
    decoder, hidden = Independent(Independent.Config(), SIZES), torch.randn(2, 5, 4)
    target = target_at((0, 0, 0, 0), (0, 3, 1, 2), (1, 3, 0, 1), (1, 4, 1, 0))
    everywhere, there = decoder(hidden), decoder(hidden, target)
    assert torch.equal(there.onset, everywhere.onset)
    assert torch.equal(there.active, everywhere.active)
    for name in ("velocity", "duration", "offset"):
        dense, by_event = getattr(everywhere.rhythm, name), getattr(there.rhythm, name)
        assert by_event.shape == (4,)
        assert torch.allclose(by_event, dense[target.where], atol=1e-6)
        assert torch.equal(getattr(everywhere.rhythm.at(target.where), name), dense[target.where])
        assert torch.equal(getattr(there.rhythm.at(target.where), name), by_event)


def test_rhythm_of_onsets_alone_trains_the_same_weights() -> None:
    torch.manual_seed(1)
    decoder, hidden = Independent(Independent.Config(), SIZES), torch.randn(2, 5, 4, requires_grad=True)
    target = target_at((0, 3, 1, 2), (0, 3, 1, 1), (1, 4, 1, 2))  # a frame twice, a cell twice
    leaves = [hidden, *decoder.parameters()]
    ours, plain = (
        torch.autograd.grad(sum(v.square().sum() for v in vars(made.rhythm.at(target.where)).values()), leaves)
        for made in (decoder(hidden, target), decoder(hidden))
    )
    assert all(torch.allclose(left, right, atol=1e-6) for left, right in zip(ours, plain, strict=True))


def test_a_target_without_onsets_has_no_rhythm() -> None:
    made = decoder_of(0.0, 0.0)(torch.zeros(2, 5, 4), target_at())
    assert [value.shape for value in vars(made.rhythm).values()] == [(0,)] * 3

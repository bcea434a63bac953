"""How notes are drawn under options and constraints: both decoders obey them, and by default nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor

from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import Constraints, Frame, Inputs, RhythmValues, Sampling, Target
from popgen_core.decoders.begun import begun, going_on, limited
from popgen_core.decoders.independent import Independent
from popgen_core.decoders.ordered import Ordered, drawing_places
from popgen_core.decoders.tempering import only_likeliest, shifted
from popgen_core.music import RollSpec

SPEC = RollSpec(("bass", "drums"), pitches=3, lowest=60)  # drums are drawn before the bass
SIZES = Sizes(SPEC, ControlSpec((("beat", 1),)), 4)
CELLS = (2, 3)
FREE = torch.ones(CELLS, dtype=torch.bool)
PLACE = drawing_places(SPEC.groups, 3)


def weighted(kind: type[Any], size: float = 1.0) -> Any:
    """A decoder with weights at random."""
    torch.manual_seed(1)
    made = kind(kind.Config(bias="zero"), SIZES)
    with torch.no_grad():
        for weights in made.parameters():
            weights.copy_(torch.randn_like(weights) * size)
    return made.eval()


def drawn(decoder: Any, hidden: Tensor, settings: Sampling, *, before: bool = False, **constraints: Tensor) -> Frame:
    past = torch.full((len(hidden), 1, 2, 3, 3), float(before))
    inputs, generator = Inputs(past, torch.zeros(len(hidden), 1, 1)), torch.Generator().manual_seed(5)
    with torch.no_grad():
        return decoder.sample(hidden, inputs, Constraints(**{"playable": FREE, **constraints}), settings, generator)  # type: ignore[no-any-return]


def told(decoder: Ordered, hidden: Tensor, onset: Tensor) -> Tensor:
    """Onset logits (batch, group, pitch) of frames (batch, group, pitch) of onsets, each cell given those before it."""
    onset = onset[:, None].float()
    where = onset.nonzero(as_tuple=True)
    nothing = torch.zeros(len(where[0]))
    values = RhythmValues(nothing, nothing, nothing)
    target = Target(onset, onset, torch.ones(onset.shape[:2]), where, values)  # type: ignore[arg-type]
    with torch.no_grad():
        return decoder(hidden[:, None], target).onset[:, 0]  # type: ignore[no-any-return]


def one_by_one(
    decoder: Ordered, hidden: Tensor, at: Callable[[Tensor], Tensor], most: tuple[int, int] = (9, 9)
) -> Tensor:
    """Every cell of one song after another, in its turn: `at` takes the logits of the moment (1, group, pitch)."""
    generator = torch.Generator().manual_seed(5)
    numbers = torch.rand(len(hidden), *CELLS, generator=generator, dtype=torch.float64)
    onset = torch.zeros(len(hidden), *CELLS, dtype=torch.bool)
    for song, cell in product(range(len(hidden)), PLACE.argsort().tolist()):
        group, pitch = divmod(cell, 3)
        mine = slice(song, song + 1)
        chance = torch.sigmoid(at(told(decoder, hidden[mine], onset[mine])))[0, group, pitch]
        room = onset[song, group].sum() < most[group]
        onset[song, group, pitch] = bool(numbers[song, group, pitch] < chance) and bool(room)
    return onset


@pytest.mark.parametrize("kind", [Ordered, Independent])
@pytest.mark.parametrize("temperature", [1.0, 0.8])
def test_options_that_say_nothing_change_no_bit(kind: type[Any], temperature: float) -> None:
    decoder, hidden = weighted(kind), torch.randn(300, 4)
    plain = drawn(decoder, hidden, Sampling(temperature), before=True)
    settings = Sampling(temperature, by_group=torch.tensor([temperature, temperature]), top_p=1.0)
    nothing = {"hold": ~FREE, "begin": torch.zeros(300, dtype=torch.bool), "most": torch.tensor([3, 3])}
    same = drawn(decoder, hidden, settings, before=True, lean=torch.zeros(CELLS), **nothing)
    assert torch.equal(plain.onset, same.onset)
    assert torch.equal(plain.active, same.active)
    assert 0 < plain.onset.float().mean() < plain.active.float().mean() < 1


def test_top_p_keeps_the_fewest_likeliest_cells_that_hold_its_share() -> None:
    chances = torch.tensor([[[0.5, 0.1, 0.3, 0.1], [0.2, 0.2, 0.2, 0.2]]], dtype=torch.float64)  # 1 and .8 expected
    kept = only_likeliest(torch.logit(chances), 0.7)
    # .5 + .3 >= .7 and .5 < .7; of .8 expected .56 are wanted, three of the four, the lowest of them
    assert (kept > -torch.inf).tolist() == [[[True, False, True, False], [True, True, True, False]]]


def test_the_cells_that_top_p_keeps_make_up_for_the_others_up_to_a_mean_chance_of_its_share() -> None:
    chances = torch.tensor([[[0.5, 0.1, 0.3, 0.1], [0.8, 0.05, 0.05, 0.05]]], dtype=torch.float64)
    made = torch.sigmoid(only_likeliest(torch.logit(chances), 0.7))
    assert made.sum(-1)[0].tolist() == pytest.approx([1.0, 0.8], abs=0.01)  # the second is .8 already, above .7
    odds = made / (1 - made)
    assert float(odds[0, 0, 0] / odds[0, 0, 2]) == pytest.approx(1.0 / (0.3 / 0.7), rel=1e-6)  # as before


def test_a_group_without_a_chance_stays_silent_under_top_p() -> None:
    assert torch.sigmoid(only_likeliest(torch.full((1, 1, 3), -torch.inf), 0.5)).tolist() == [[[0, 0, 0]]]


def test_jumping_under_top_p_draws_what_looking_at_every_cell_does() -> None:
    decoder, hidden = weighted(Ordered), torch.randn(200, 4)
    expected = one_by_one(decoder, hidden, lambda logits: only_likeliest(logits, 0.7))
    assert torch.equal(drawn(decoder, hidden, Sampling(1.0, top_p=0.7)).onset, expected)
    assert not torch.equal(drawn(decoder, hidden, Sampling(1.0)).onset, expected)


def test_jumping_at_temperatures_by_group_draws_what_looking_at_every_cell_does() -> None:
    temperatures = torch.tensor([2.0, 0.5])
    found = Sampling(0.7, by_group=temperatures)
    decoder, hidden = weighted(Ordered, 0.5), torch.randn(200, 4)
    by_group = temperatures[:, None]
    expected = one_by_one(decoder, hidden, lambda logits: logits / by_group + shifted(logits, by_group))
    # jumps move the shift by one round a note where this finds it anew: a number may fall between the two
    assert (drawn(decoder, hidden, found).onset != expected).float().mean() < 0.005
    assert (drawn(decoder, hidden, Sampling(0.7)).onset != expected).float().mean() > 0.02


@pytest.mark.parametrize("kind", [Ordered, Independent])
def test_a_temperature_by_group_is_that_group_s_alone_and_keeps_its_notes(kind: type[Any]) -> None:
    decoder, hidden = weighted(kind, 0.7), torch.randn(4).expand(20_000, 4)
    plain, mine = (
        drawn(decoder, hidden, settings).onset.float().mean(0)
        for settings in (Sampling(1.0), Sampling(0.3, by_group=torch.tensor([0.4, 1.0])))
    )
    assert torch.allclose(mine[1], plain[1], atol=0.02)  # drums, drawn first
    assert (mine[0] - plain[0]).abs().max() > 0.05
    if kind is Independent:  # where notes tell each other of themselves, others follow
        assert mine[0].sum().item() == pytest.approx(plain[0].sum().item(), abs=0.06)


@pytest.mark.parametrize("kind", [Ordered, Independent])
def test_a_lean_moves_the_log_odds_of_new_notes_by_song_too(kind: type[Any]) -> None:
    decoder, hidden = weighted(kind), torch.randn(200, 4)
    lean = torch.zeros(200, *CELLS)
    lean[:100, :, 1] = -torch.inf
    lean[100:, :, 1] = 60.0
    frame = drawn(decoder, hidden, Sampling(0.8), before=True, lean=lean)
    assert not frame.onset[:100, :, 1].any()
    assert frame.onset[100:, :, 1].all()
    assert frame.active[:100, :, 1].any()  # what sounded may go on
    common = drawn(decoder, hidden, Sampling(1.0), lean=lean[0])
    assert torch.equal(common.onset, drawn(decoder, hidden, Sampling(1.0), lean=lean[:1].expand(200, 2, 3)).onset)


def test_jumping_with_room_for_few_notes_draws_what_looking_at_every_cell_does() -> None:
    decoder, hidden = weighted(Ordered), torch.randn(200, 4)
    expected = one_by_one(decoder, hidden, lambda logits: logits, most=(1, 2))
    found = drawn(decoder, hidden, Sampling(1.0), most=torch.tensor([1, 2])).onset
    assert torch.equal(found, expected)
    assert found.sum((0, 2)).tolist() != drawn(decoder, hidden, Sampling(1.0)).onset.sum((0, 2)).tolist()


@pytest.mark.parametrize("kind", [Ordered, Independent])
def test_new_notes_come_first_and_those_that_go_on_fill_the_room_left(kind: type[Any]) -> None:
    decoder, hidden = weighted(kind), torch.randn(500, 4)
    free = drawn(decoder, hidden, Sampling(1.0), before=True)
    frame = drawn(decoder, hidden, Sampling(1.0), before=True, most=torch.tensor([1, 9]))
    assert frame.active.sum(-1).amax(0).tolist() == [1, 3]
    begun_one = free.onset[:, 0].any(-1)
    assert frame.onset[begun_one, 0].sum(-1).tolist() == [1] * int(begun_one.sum())  # held notes made way
    assert frame.active[~begun_one, 0].any()


def test_of_too_many_the_likeliest_stay() -> None:
    cells, logits = torch.tensor([[[True, True, False, True]]]), torch.tensor([[[0.0, 2.0, 9.0, 1.0]]])
    assert limited(cells, logits, torch.tensor([[2]])).tolist() == [[[False, True, False, True]]]
    assert limited(cells, logits, torch.tensor([[-1]])).sum() == 0


def chances_given_a_note(each: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor]:
    """All 64 frames, and how likely each is among those with an onset; `each` gives their chances."""
    frames = torch.tensor(list(product((False, True), repeat=6))).view(64, *CELLS)
    chances = each(frames)
    chances[0] = 0.0
    return frames, chances / chances.sum()


def rare(kind: type[Any]) -> Any:
    """A decoder whose frames are often silent."""
    made = weighted(kind)
    with torch.no_grad():
        made.heads.weight.mul_(0.1)
        made.heads.bias.view(-1, *CELLS)[0] = -2.5 + torch.randn(CELLS) * 0.3
    return made


@pytest.mark.parametrize("kind", [Ordered, Independent])
def test_a_frame_in_which_a_note_must_begin_is_drawn_as_if_silent_ones_were_thrown_away(kind: type[Any]) -> None:
    decoder, hidden, count = rare(kind), torch.randn(4), 20_000
    many = hidden.expand(count, 4)

    def each(frames: Tensor) -> Tensor:
        logits = told(decoder, hidden.expand(64, 4), frames)
        signed = torch.where(frames, torch.sigmoid(logits), torch.sigmoid(-logits))
        return signed.flatten(1).double().prod(1)

    _, chances = chances_given_a_note(each)
    found = drawn(decoder, many, Sampling(1.0), begin=torch.ones(count, dtype=torch.bool)).onset.flatten(1)
    shares = torch.bincount((found.long() * 2 ** torch.arange(5, -1, -1)).sum(1), minlength=64) / count
    assert shares[0] == 0
    assert drawn(decoder, many, Sampling(1.0)).onset.flatten(1).any(1).float().mean() < 0.6
    assert ((shares - chances).abs() < 5 * (chances * (1 - chances) / count).sqrt() + 2e-4).all()


@pytest.mark.parametrize("kind", [Ordered, Independent])
def test_a_note_must_begin_only_in_the_songs_told_and_where_one_can(kind: type[Any]) -> None:
    decoder, hidden = rare(kind), torch.randn(400, 4)
    begin = torch.arange(400) < 200
    frame, plain = (drawn(decoder, hidden, Sampling(0.8), **told) for told in ({"begin": begin}, {}))
    assert frame.onset[:200].flatten(1).any(1).all()
    assert torch.equal(frame.onset[200:], plain.onset[200:])
    assert not drawn(decoder, hidden, Sampling(0.8), begin=begin, playable=~FREE).onset.any()
    few = drawn(decoder, hidden, Sampling(0.8), begin=begin, most=torch.tensor([1, 0])).onset[:200]
    assert (few[:, 0].sum(-1) == 1).all()  # in the group that has room
    assert not few[:, 1].any()


@pytest.mark.parametrize("kind", [Ordered, Independent])
def test_held_cells_go_on_and_cells_that_must_be_silent_end(kind: type[Any]) -> None:
    decoder, hidden = weighted(kind), torch.randn(300, 4)
    hold, playable = ~FREE, FREE.clone()
    hold[:, 0], hold[:, 1], playable[:, 1] = True, True, False
    frame = drawn(decoder, hidden, Sampling(0.8), before=True, hold=hold, playable=playable)
    assert frame.active[..., 0].all()
    assert not frame.active[..., 1].any()  # held or not
    assert 0 < frame.active[..., 2].float().mean() < 1
    assert not drawn(decoder, hidden, Sampling(0.8), hold=hold).active[..., 0].all()  # held is what sounded


def test_notes_go_on_at_the_temperature_of_their_group_too() -> None:
    before, silence = (torch.full((4000, 2, 3), sounds) for sounds in (True, False))
    logits = torch.tensor([[[1.0, -1.0, -1.0], [1.0, -1.0, -1.0]]]).expand(4000, 2, 3)
    settings = Sampling(1.0, by_group=torch.tensor([1.0, 0.1]))
    shares = going_on(logits, silence, before, Constraints(FREE), settings, torch.Generator().manual_seed(1))
    first, second = shares.float().mean(0)[:, 0].tolist()
    assert first == pytest.approx(0.731, abs=0.04)  # 1 / (1 + 1 / e)
    assert second > 0.95  # 1.27 are expected to go on: this one, and rarely another


def test_a_held_note_goes_on_before_likelier_ones_where_there_is_room_for_one() -> None:
    before, hold = torch.ones(1, 1, 2, dtype=torch.bool), torch.tensor([[True, False]])
    limits = Constraints(torch.ones(1, 2, dtype=torch.bool), most=torch.tensor([1]), hold=hold)
    logits, silence = torch.tensor([[[-3.0, 90.0]]]), torch.zeros(1, 1, 2, dtype=torch.bool)
    found = going_on(logits, silence, before, limits, Sampling(1.0), torch.Generator().manual_seed(1))
    assert found.tolist() == [[[True, False]]]


def test_coins_fall_for_the_likeliest_cells_alone_under_top_p() -> None:
    logits = torch.tensor([[[2.0, 0.0, -2.0], [-3.0, -3.0, 3.0]]]).expand(4000, *CELLS)
    found = begun(logits, Constraints(FREE), Sampling(1.0, top_p=0.8), torch.Generator().manual_seed(1)).float().mean(0)
    # .88, .5, .12 of 1.5: the first two hold .92; .05, .05, .95 of 1.05: the last holds .9
    assert (found > 0).tolist() == [[True, True, False], [False, False, True]]
    assert found[0].sum().item() == pytest.approx(1.5, abs=0.04)

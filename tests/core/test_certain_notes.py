"""Notes that are certain: they sound whatever options and constraints say, and leave those of others as they are."""

from __future__ import annotations

import pytest
import torch

from popgen_core.contracts.tensors import Constraints, Sampling
from popgen_core.decoders.begun import begun, going_on
from popgen_core.decoders.jumps import Jumps
from popgen_core.decoders.ordered import drawing_places

CELLS = (2, 3)
FREE = torch.ones(CELLS, dtype=torch.bool)
PLACE = drawing_places(("bass", "drums"), 3)  # drums are drawn before the bass
CERTAIN = torch.tensor([[[False, False, True], [False, True, False]]])  # the highest bass, the middle drum


def forbidding() -> Constraints:
    """A note at most, none here, no leaning to any, and one must begin."""
    lean = torch.full(CELLS, -torch.inf)
    return Constraints(~FREE, lean, torch.tensor([1, 1]), begin=torch.tensor([True]))


def test_certain_notes_sound_whatever_is_forbidden_and_are_handed_out_in_their_turn() -> None:
    logits, generator = torch.zeros(1, *CELLS), torch.Generator().manual_seed(1)
    jumps = Jumps(logits, forbidding(), PLACE, Sampling(0.5, top_p=0.5), generator, CERTAIN)
    assert [cells.tolist() for _, cells in jumps] == [[4], [2]]  # drums first
    assert torch.equal(jumps.onset, CERTAIN)
    assert torch.equal(begun(logits, forbidding(), Sampling(0.5, top_p=0.5), generator, CERTAIN), CERTAIN)
    silence = torch.zeros(1, *CELLS, dtype=torch.bool)
    assert torch.equal(going_on(logits, silence, silence, forbidding(), Sampling(0.5), generator, CERTAIN), CERTAIN)


def test_certain_notes_take_room_before_any_other_is_drawn() -> None:
    logits, generator = torch.full((1, *CELLS), 30.0), torch.Generator().manual_seed(1)
    limits = Constraints(FREE, most=torch.tensor([1, 2]))
    jumps = Jumps(logits, limits, PLACE, Sampling(1.0), generator, CERTAIN)
    assert len(list(jumps)) == 3
    assert jumps.onset.tolist() == [[[False, False, True], [True, True, False]]]
    assert begun(logits, limits, Sampling(1.0), generator, CERTAIN).sum(-1).tolist() == [[1, 2]]
    logits[0, 1, 0] = -30.0  # the certain drum has its turn first, and leaves the room to the one after it
    jumps = Jumps(logits, limits, PLACE, Sampling(1.0), generator, CERTAIN)
    assert [cells.tolist() for _, cells in jumps] == [[4], [5], [2]]


def test_where_a_note_is_certain_none_must_begin_besides_it() -> None:
    logits, certain = torch.full((500, *CELLS), -3.0), CERTAIN.expand(500, *CELLS)
    for begin in (torch.tensor([True]), torch.tensor([False])):
        limits, generators = Constraints(FREE, begin=begin), [torch.Generator().manual_seed(1) for _ in range(2)]
        jumps = Jumps(logits, limits, PLACE, Sampling(1.0), generators[0], certain)
        assert sum(len(songs) for songs, _ in jumps) == jumps.onset.sum()
        each = begun(logits, limits, Sampling(1.0), generators[1], certain)
        for found in (jumps.onset, each):  # 2 for sure, and .047 of the other 4 cells: a note too many would make it 3
            assert found.sum().item() / 500 == pytest.approx(2 + 4 * 0.0474, abs=0.05)


def test_certain_notes_take_no_share_of_those_that_top_p_expects() -> None:
    logits, generator = torch.full((500, *CELLS), -3.0).masked_fill(CERTAIN, 30.0), torch.Generator().manual_seed(1)
    certain = CERTAIN.expand(500, *CELLS)
    jumps = Jumps(logits, Constraints(FREE), PLACE, Sampling(1.0, top_p=0.9), generator, certain)
    assert len(list(jumps)) > 2
    each = begun(logits, Constraints(FREE), Sampling(1.0, top_p=0.9), generator, certain)
    for onset in (jumps.onset, each):
        assert onset[:, 0, :2].float().mean().item() == pytest.approx(0.0474, abs=0.03)  # 1 / (1 + e^3)

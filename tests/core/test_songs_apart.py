"""Songs of one batch are drawn each by itself, and classes as often as their logits say."""

from __future__ import annotations

import pytest
import torch

from popgen_core.contracts.classes import SIZES
from popgen_core.contracts.tensors import Constraints, Sampling
from popgen_core.decoders.jumps import Jumps
from popgen_core.decoders.manner import _drawn
from popgen_core.decoders.ordered import drawing_places

CELLS = (2, 3)
FREE = torch.ones(CELLS, dtype=torch.bool)
PLACE = drawing_places(("drums", "bass"), 3)


def test_a_song_without_another_note_stays_so_while_others_of_its_batch_go_on() -> None:
    # at a twentieth of the temperature six rounds end far from the shift; each round more would bring notes nearer
    logits, certain = torch.full((51, *CELLS), -2.0), torch.zeros(51, *CELLS, dtype=torch.bool)
    certain[50] = True  # six notes, drawn in six rounds
    found = []
    for songs in (50, 51):
        generator = torch.Generator().manual_seed(1)
        jumps = Jumps(logits[:songs], Constraints(FREE), PLACE, Sampling(0.05), generator, certain[:songs])
        rounds = [(songs.tolist(), cells.tolist()) for songs, cells in jumps]
        found.append(jumps.onset[:50])
    assert len(rounds) == 6
    assert rounds[-1] == ([50], [5])
    assert torch.equal(*found)


def test_songs_that_go_on_keep_their_own_logits_room_and_numbers() -> None:
    logits, most = torch.full((3, *CELLS), -30.0), torch.tensor([2, 2])
    logits[0, 1, 1] = 30.0  # one note
    logits[1, 0] = 30.0  # room for two of three
    generator = torch.Generator().manual_seed(1)
    jumps, seen = Jumps(logits, Constraints(FREE, most=most), PLACE, Sampling(1.0), generator), []
    for songs, cells in jumps:
        seen.append((songs.tolist(), cells.tolist()))
        more = torch.zeros(len(songs), *CELLS)
        more[songs == 1, 1, 2] = 60.0
        jumps.add(more)
    assert seen == [([0, 1], [4, 0]), ([1], [1]), ([1], [5])]
    assert jumps.onset.nonzero().tolist() == [[0, 1, 1], [1, 0, 0], [1, 0, 1], [1, 1, 2]]


def test_classes_are_drawn_as_often_as_their_logits_say_each_value_by_itself() -> None:
    chances = [torch.full((size,), 0.0) for size in SIZES]
    for chance, first in zip(chances, (0.7, 0.2, 0.5), strict=True):
        chance[0], chance[-1] = first, 1 - first
    logits = torch.cat(chances).log().expand(20_000, -1)
    drawn = _drawn(logits, torch.Generator().manual_seed(1))
    for classes, size, first in zip(drawn, SIZES, (0.7, 0.2, 0.5), strict=True):
        assert set(classes.tolist()) == {0, size - 1}
        assert (classes == 0).float().mean().item() == pytest.approx(first, abs=0.015)  # four standard deviations
    together = ((drawn[0] == 0) & (drawn[2] == 0)).float().mean().item()
    assert together == pytest.approx(0.35, abs=0.015)

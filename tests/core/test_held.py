"""A bar that comes back is held to what it recalls, the more the more alike the plan says they are."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from popgen_core.contracts.tensors import Constraints, Sampling
from popgen_core.generate.cues import Cue
from popgen_core.generate.draw import _held
from popgen_core.generate.sheet import SUREST, likeness_odds
from popgen_core.music import BeatGrid, Song
from popgen_core.plan import Plan, Recall, Section
from popgen_core.plan.told import Told

FREE = Constraints(torch.ones(1, 3, dtype=torch.bool))


def cue_of(recall: int | None, held: float) -> Cue:
    return Cue(torch.zeros(2), FREE, Sampling(), recall, held=held)


def test_how_firmly_is_the_log_odds_of_the_likeness_none_below_a_half_and_bounded_above() -> None:
    odds = likeness_odds(np.array([0.2, 0.5, 0.8, 0.9, 1.0]))
    assert odds == pytest.approx([0.0, 0.0, np.log(4), np.log(9), SUREST])


def test_notes_that_come_back_are_leaned_towards_and_all_others_against_song_by_song() -> None:
    recall = torch.zeros(3, 1, 1, 2, 3)  # songs, one group, onset and active, three pitches
    recall[0, 0, 0, 0, 1] = recall[1, 0, 0, 0, 2] = 1.0
    recall[0, 0, 0, 1, :] = 1.0  # what only goes on is not held
    must = _held(FREE, [cue_of(4, 2.0), cue_of(4, 0.5), cue_of(None, 3.0)], recall, 0)
    assert must.lean is not None
    assert must.lean[:, 0].tolist() == [[-2, 2, -2], [-0.5, -0.5, 0.5], [0, 0, 0]]
    leaned = Constraints(FREE.playable, lean=torch.full((1, 3), 10.0))
    again = _held(leaned, [cue_of(4, 2.0)] * 3, recall, 0).lean
    assert again is not None
    assert again[0, 0].tolist() == [8, 12, 8]


def test_where_nothing_comes_back_or_nothing_is_held_the_constraints_stay() -> None:
    assert _held(FREE, [cue_of(None, 0.0)], None, 0) is FREE
    assert _held(FREE, [cue_of(4, 0.0)], torch.ones(1, 1, 1, 2, 3), 0) is FREE


def test_a_plan_tells_how_like_each_recalled_bar_is() -> None:
    recalls = (None, None, Recall(0, 0.9), None, Recall(1, 1.0))
    told = Told.of(
        Plan((Section("verse", 5),), (None,) * 10, recalls), Song(480, ()), BeatGrid(4), ("recall",), ("drums",), 80
    )
    assert told.returns.tolist() == [[32, 0, 16], [64, 16, 16]]
    assert told.likeness.tolist() == [0.9, 1.0]
    deaf = Told.of(Plan((Section("verse", 5),), (None,) * 10, recalls), Song(480, ()), BeatGrid(4), (), ("drums",), 80)
    assert (deaf.returns.shape, deaf.likeness.shape) == ((0, 3), (0,))

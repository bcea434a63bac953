"""What each frame of a song is told around a user's notes: what stood, what stays, what is judged."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from popgen_core.contracts.tensors import Constraints, Sampling
from popgen_core.generate.planned import Given, Planned


def planned(**changes: Any) -> Planned:
    """Six frames of two groups, of which 2 and 3 are written around the second group; one is seen ahead."""
    roll = torch.arange(6.0)[:, None, None, None].expand(6, 2, 1, 1) + 1  # (frame, group, channel, pitch)
    kept = torch.ones(6, 2)
    kept[2:4, 0] = 0
    watching: Any = SimpleNamespace(constraints=lambda: Constraints(torch.ones(2, 1, dtype=torch.bool)))
    made = Planned(
        controls=torch.zeros(6, 4),
        frames=6,
        settings=Sampling(1.0),
        watching=watching,
        returns=np.array([[3, 1, 2]]),
        held=np.array([1.5]),
        given=Given(roll, kept, 2, 4),
        given_control=slice(2, 4),
        ahead=1,
    )
    return replace(made, **changes)


def cue(made: Planned, number: int) -> Any:
    told = made.cue(number)
    assert told is not None
    return told


def test_outside_the_written_frames_stands_what_stood_and_what_follows_is_judged() -> None:
    forced = [cue(planned(), number).forced for number in range(6)]
    assert [None if row is None else row.flatten().tolist() for row in forced] == [
        [1.0, 1.0],
        [2.0, 2.0],
        None,
        None,
        [5.0, 5.0],
        [6.0, 6.0],
    ]
    assert [cue(planned(), number).judged for number in range(6)] == [False] * 4 + [True] * 2
    assert [cue(planned(judge=True), number).judged for number in (2, 3)] == [True, True]
    assert planned().cue(6) is None


def test_written_frames_are_told_what_stays_of_them_and_of_those_ahead() -> None:
    told = cue(planned(), 3)
    assert told.given.flatten().tolist() == [0.0, 4.0, 5.0, 5.0]
    assert told.kept.tolist() == [[0.0, 1.0], [1.0, 1.0]]
    assert told.controls.tolist() == [0.0, 0.0, 0.0, 1.0]
    assert planned().controls.sum() == 0


def test_a_bar_that_comes_back_begins_anew() -> None:
    assert [(cue(planned(), number).recall, cue(planned(), number).anew) for number in (2, 3, 4, 5)] == [
        (None, False),
        (1, True),
        (2, False),
        (None, False),
    ]
    assert planned().recalls
    assert not planned(returns=np.zeros((0, 3), dtype=np.int64), held=np.zeros(0)).recalls

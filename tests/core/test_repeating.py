"""Repetition control: loops that go on for too long are leaned against until they break, unless the plan recalls."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from popgen_core.contracts.tensors import Constraints, Frame, RhythmValues
from popgen_core.generate.limits import Limits
from popgen_core.generate.repeating import Repeating, likeness
from popgen_core.generate.rules import FREE, Rules
from popgen_core.generate.watching import Watching
from popgen_core.music import BeatGrid, RollSpec
from popgen_core.music.song import METER, TEMPO, Song, rows

BAR = 4  # frames of a bar here
A, B, C, D, E = ([(frame, pitch)] for frame, pitch in ((0, 0), (1, 1), (2, 2), (3, 3), (1, 4)))
SILENT: list[tuple[int, int]] = []


def bar_of(*notes: tuple[int, int]) -> Tensor:
    """A bar of one song, (1, frame, group, pitch) bool; notes: frame, pitch of the second of two groups."""
    made = torch.zeros(1, BAR, 2, 5, dtype=torch.bool)
    for frame, pitch in notes:
        made[0, frame, 1, pitch] = True
    return made


def heard(*songs: list[list[tuple[int, int]]], strength: float = 2.0, **known: Any) -> Repeating:
    """Songs of a batch, each as bars of notes, all played."""
    bars = len(songs[0])
    numbers = known.pop("bars", [frame // BAR for frame in range(BAR * (bars + 1))])
    watched = Repeating(numbers, len(songs), strength, **known)
    for bar in range(bars):
        cells = torch.cat([bar_of(*song[bar]) for song in songs])
        for frame in range(BAR):
            watched.watch(SimpleNamespace(onset=cells[:, frame]))  # type: ignore[arg-type]
    return watched


def taken_off(watched: Repeating) -> float:
    """What is taken off in the next frame, at most; it moves on by a frame."""
    lean = watched.lean()
    return 0.0 if lean is None else float(-lean.min())


def test_the_fifth_loop_goes_free_and_each_one_after_costs_the_strength_more() -> None:
    costs = [taken_off(heard([A] * bars)) for bars in (2, 4, 5, 6, 7, 8, 12)]
    assert costs == [0, 0, 2, 4, 6, 6, 6]  # more than four heard; never more than 6
    assert taken_off(heard([A] * 5, strength=0.5)) == 0.5
    assert [taken_off(heard([A] * bars, patience=1)) for bars in (1, 2)] == [0, 2]


def test_only_the_notes_that_the_loop_would_play_next_are_leaned_against() -> None:
    watched = heard([[(0, 0), (0, 3), (2, 1)]] * 5)
    lean = watched.lean()
    assert lean is not None
    assert lean.tolist() == [[[0, 0, 0, 0, 0], [-2, 0, 0, -2, 0]]]
    watched.watch(SimpleNamespace(onset=torch.zeros(1, 2, 5, dtype=torch.bool)))  # type: ignore[arg-type]
    assert not watched.lean().any()  # type: ignore[union-attr]
    watched.watch(SimpleNamespace(onset=torch.zeros(1, 2, 5, dtype=torch.bool)))  # type: ignore[arg-type]
    assert watched.lean()[0, 1].tolist() == [0, -2, 0, 0, 0]  # type: ignore[index]


@pytest.mark.parametrize(("loop", "bars"), [([A, B], 10), ([A, B, C, D], 20)])
def test_loops_of_two_and_four_bars_count_as_loops(loop: list[Any], bars: int) -> None:
    played = (loop * 6)[:bars]
    assert taken_off(heard(played[:-1])) == 0
    watched = heard(played)
    assert taken_off(watched) == 2
    assert watched.lean()[0, 1, 0] == -2  # type: ignore[index]   the loop begins anew with A


def test_a_bar_that_differs_breaks_the_loop() -> None:
    assert taken_off(heard([A] * 6 + [B])) == 0
    assert taken_off(heard([A] * 6 + [B] + [A] * 4)) == 0
    assert taken_off(heard([A] * 6 + [B] + [A] * 5)) == 2
    assert taken_off(heard([SILENT] * 9)) == 0


def test_each_song_of_a_batch_has_its_own_loops() -> None:
    lean = heard([A] * 6, [A, B, C, D, E, A], [B] + [A] * 5).lean()
    assert lean is not None
    assert lean[:, 1, 0].tolist() == [-4, 0, -2]


def test_nothing_is_taken_off_where_the_plan_recalls_and_recalled_bars_are_no_loop() -> None:
    bars = 7
    recalled = [frame // BAR == 6 for frame in range(BAR * (bars + 1))]
    assert taken_off(heard([A] * 6, recalled=recalled)) == 0
    assert taken_off(heard([A] * 6)) == 4
    assert taken_off(heard([A] * 7, recalled=recalled, bars=[frame // BAR for frame in range(BAR * 8)])) == 0


def test_bars_are_alike_by_the_mean_cosine_of_the_groups_that_play_in_either() -> None:
    first, second = bar_of((0, 0), (1, 1), (2, 2), (3, 3)), bar_of((0, 0), (1, 1), (2, 2), (3, 4))
    assert likeness(first, second).item() == pytest.approx(0.75)
    assert likeness(first, bar_of((0, 0))).item() == pytest.approx(0.5)
    drummed = first.clone()
    drummed[0, 0, 0, 0] = True  # the first group plays in one of them alone
    assert likeness(first, drummed).item() == pytest.approx(0.5)
    assert likeness(first, first).item() == 1
    assert likeness(bar_of(), bar_of()).item() == 0


def test_bars_of_another_length_are_no_loop() -> None:
    watched = Repeating([0] * 4 + [1] * 3 + [2] * 4, 1, 2.0, patience=1)
    for _ in range(7):
        watched.watch(SimpleNamespace(onset=torch.ones(1, 2, 5, dtype=torch.bool)))  # type: ignore[arg-type]
    assert watched.lean() is None


def frame_of(onset: Tensor) -> Frame:
    silent = torch.zeros(onset.shape)
    return Frame(onset, onset, RhythmValues(silent, silent, silent))


def watched_by(rules: Rules) -> list[Constraints]:
    """The constraints of a song of eight bars that begins the same note with every bar."""
    template = Song(480, (), rows(TEMPO, [(0, 500_000)]), rows(METER, [(0, 1, 4)]))
    limits = Limits(template, BeatGrid(4), RollSpec(("one", "two"), pitches=5, lowest=60), 32, rules=rules)
    watching, found = Watching(limits, 1), []
    for frame in range(32):
        found.append(watching.constraints())
        watching.watch(frame_of(bar_of(*A)[:, frame % BAR]))
    return found


def test_in_a_song_the_control_is_off_unless_asked_for_and_adds_to_what_leans_already() -> None:
    assert all(each.lean is None for each in watched_by(FREE))
    asked = watched_by(Rules(repetition=1.5, silence_beats=None))
    costs = [None if each.lean is None else float(-each.lean[0, 1, 0]) for each in asked[::BAR]]
    assert costs == [None, None, None, None, None, 1.5, 3.0, 4.5]
    end = asked[29].lean
    assert end is not None
    assert (end == -torch.inf).all()  # behind the last chord

"""Density held: a group that plays more than its plan asks is leaned against, one that plays less towards."""

from __future__ import annotations

import math

import pytest
import torch

from popgen_core.contracts.tensors import Frame, RhythmValues
from popgen_core.generate.limits import Limits
from popgen_core.generate.rules import FREE
from popgen_core.generate.steady import LEAST, MOST, REACH, Steady
from popgen_core.music import BeatGrid, RollSpec, Song
from popgen_core.plan import Plan, Section

SPEC = RollSpec(("drums", "lead"), pitches=12)


def steady_of(*densities: dict[str, float], strength: float = 1.0, batch: int = 1) -> Steady:
    """Sections of two bars of 4/4, four frames a beat; each onset of both groups is one note."""
    sections = tuple(Section("verse", 2, density=density) for density in densities)
    bars = 2 * len(sections)
    plan = Plan(sections, (None,) * 2 * bars, (None,) * bars)
    limits = Limits(Song(480, ()), BeatGrid(4), SPEC, 16 * bars, rules=FREE, plan=plan)
    return Steady(limits, batch, strength, {"drums": 1.0, "lead": 1.0})


def frame_of(*drums: int) -> Frame:
    """Of each song so many drum notes."""
    onset = torch.zeros(len(drums), 2, 12, dtype=torch.bool)
    for song, notes in enumerate(drums):
        onset[song, 0, :notes] = True
    return Frame(onset, onset, RhythmValues(*(torch.zeros(onset.shape) for _ in range(3))))


def lean_of(steady: Steady, song: int = 0, group: int = 0) -> float:
    lean = steady.lean(12)
    assert lean is not None
    assert lean.shape[1:] == (2, 12)
    assert len(set(lean[song, group].tolist())) == 1
    return float(lean[song, group, 0])


def test_a_section_begins_without_any_leaning() -> None:
    assert lean_of(steady_of({"drums": 2.0, "lead": 1.0})) == 0.0


def test_too_many_notes_are_leaned_against_by_the_logarithm_of_their_surplus() -> None:
    steady = steady_of({"drums": 2.0})
    steady.watch(frame_of(5))  # five notes in a quarter of a beat: 20 a beat
    heard = 2.0 + (1 - math.exp(-0.25 / REACH)) * (20.0 - 2.0)
    assert lean_of(steady) == pytest.approx(math.log((2 + LEAST) / (heard + LEAST)), abs=1e-6)
    assert lean_of(steady, group=1) == 0.0  # of the lead nothing is said


def test_too_few_are_leaned_towards_and_never_by_more_than_the_most() -> None:
    steady = steady_of({"drums": 100.0}, strength=40.0)
    for _ in range(31):
        steady.watch(frame_of(0))
    assert lean_of(steady) == MOST
    loud = steady_of({"drums": 0.0}, strength=4.0)
    for _ in range(31):
        loud.watch(frame_of(12))
    assert lean_of(loud) == -MOST


def test_songs_of_a_batch_are_held_apart_and_a_new_section_begins_afresh() -> None:
    steady = steady_of({"drums": 2.0}, {"drums": 4.0}, batch=2)
    for _ in range(31):
        steady.watch(frame_of(0, 4))
    assert lean_of(steady, 0) > 0 > lean_of(steady, 1)
    steady.watch(frame_of(0, 4))  # the last frame of the first section
    assert lean_of(steady, 0) == lean_of(steady, 1) == 0.0


def test_behind_the_end_and_where_nothing_is_said_nothing_is_leaned() -> None:
    assert steady_of({}).lean(12) is None
    steady = steady_of({"drums": 1.0})
    for _ in range(32):
        steady.watch(frame_of(1))
    assert steady.lean(12) is None


def test_an_onset_of_a_group_counts_as_many_notes_as_it_has_in_real_songs() -> None:
    plan = Plan((Section("verse", 1, density={"drums": 2.0}),), (None, None), (None,))
    limits = Limits(Song(480, ()), BeatGrid(4), SPEC, 16, rules=FREE, plan=plan)
    steady = Steady(limits, 1, 1.0)
    assert steady.heard[0][0] == pytest.approx(2.0 * 1.7)

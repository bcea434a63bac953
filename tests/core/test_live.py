"""Playing live: frame by frame without end, taking changes between frames."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from popgen_core import api
from popgen_core.contracts.tensors import Frame, RhythmValues
from popgen_core.errors import PopgenError
from popgen_core.generate.generator import Generator
from popgen_core.generate.live import Live, LiveFrame
from popgen_core.generate.request import RequestError
from popgen_core.generate.rules import MOST, RANGES

pytest_plugins = ("pop_run",)


@pytest.fixture(scope="module")
def generator(pop_run: Path) -> Generator:
    return api.generator(pop_run)


def frames(live: Any, count: int) -> list[LiveFrame]:
    return list(islice(iter(live), count))


def test_frames_follow_each_other_at_the_tempo_that_is_set(generator: Generator) -> None:
    live = generator.stream(tempo=120.0, seed=1)
    going: Iterator[LiveFrame] = iter(live)
    first = [next(going) for _ in range(5)]
    assert [frame.time for frame in first] == pytest.approx([0.0, 0.125, 0.25, 0.375, 0.5])
    assert [(frame.bar, frame.beat) for frame in first] == [(0, 0.0), (0, 0.25), (0, 0.5), (0, 0.75), (0, 1.0)]
    live.change(tempo=60.0)
    after = [next(going) for _ in range(3)]
    assert [frame.seconds for frame in after] == [0.25] * 3
    assert after[1].time - after[0].time == pytest.approx(0.25)


def test_only_the_groups_of_now_begin_notes(generator: Generator) -> None:
    live = generator.stream(groups=("drums",), temperature=2.0, seed=2)
    going = iter(live)
    early = [note.group for _ in range(64) for note in next(going).begun]
    assert set(early) == {"drums"}
    live.change(groups=("bass",))
    late = [note.group for _ in range(64) for note in next(going).begun]
    assert set(late) == {"bass"}


def test_every_note_ends_once_after_it_began(generator: Generator) -> None:
    sounding: set[tuple[str, int]] = set()
    for frame in frames(generator.stream(temperature=2.0, seed=3), 200):
        for ended in frame.ended:
            assert ended in sounding
            sounding.discard(ended)
        for note in frame.begun:
            assert (note.group, note.pitch) not in sounding
            assert 1 <= note.velocity <= 127
            sounding.add((note.group, note.pitch))


def test_the_same_seed_and_changes_give_the_same_music(generator: Generator) -> None:
    def music(seed: int) -> list[LiveFrame]:
        live = generator.stream(chords="C F", seed=seed)
        going = iter(live)
        made = [next(going) for _ in range(20)]
        live.change(temperature=1.5, density={"drums": 3.0})
        return made + [next(going) for _ in range(20)]

    assert music(4) == music(4)
    assert music(4) != music(5)


def chord_at(live: Live, name: str = "chord") -> list[int]:
    """Pitch classes of the root that is told of the frame to come."""
    root = live.cue(0).controls[live.sizes.controls.features(name)][:12]  # type: ignore[union-attr]
    return root.nonzero()[:, 0].tolist()


def test_chords_change_with_the_next_bar_and_those_before_go_on_until_then(generator: Generator) -> None:
    live = generator.stream(chords="C F", seed=4)
    told = []
    for number in range(48):
        if number == 20:  # in bar 2, of F
            live.change(chords="Am E")
        if number == 22:
            live.change(energy=0.5, chords="D Am E")
        told += chord_at(live)
        next(live)
    assert told == [0] * 16 + [5] * 16 + [2] * 16


def test_after_the_last_chord_of_a_loop_the_first_is_next(generator: Generator) -> None:
    live = generator.stream(chords="C F", seed=4)
    told = [chord_at(live, "next") for _ in range(48) if next(live)]
    assert told[:31] == [[0]] * 7 + [[5]] * 16 + [[0]] * 8
    assert told[31:47] == [[0]] * 8 + [[5]] * 8


def test_where_a_song_without_end_stands_in_its_form_is_not_said(generator: Generator) -> None:
    live = generator.stream(chords="C F", energy=0.5, seed=4)
    told = live.cue(0)
    assert told is not None
    for name, is_said in (("section", False), ("recall", False), ("energy", True)):
        assert bool(told.controls[live.sizes.controls.features(name)].any()) == is_said


def test_who_iterates_again_goes_on(generator: Generator) -> None:
    live = generator.stream(seed=4)
    numbers = [frame.number for frame in islice(live, 3)] + [frame.number for frame in islice(live, 3)]
    assert numbers == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(("asked", "said"), [({"meter": (0, 4)}, "0/4"), ({"seed": -1}, "-1")])
def test_a_stream_that_cannot_begin_is_refused(generator: Generator, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        generator.stream(**asked)


def test_what_is_remembered_does_not_grow(generator: Generator) -> None:
    live = generator.stream(seed=6)
    going = iter(live)
    for _ in range(300):  # the tiny model's window is 64 frames
        next(going)
    assert not live.recalls


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tempo": 0.0}, "tempo 0"),
        ({"groups": ("horns",)}, "no group is named horns"),
        ({"density": {"horns": 1.0}}, "no group is named horns"),
        ({"temperature": 0.0}, "temperature 0"),
        ({"touch": 6.0}, "touch 6"),
        ({"loudness": 3}, "no live setting is named loudness"),
        ({"chords": "C H7"}, "H7"),
        ({"chords": "verse: C"}, "a song without end has no sections"),
        ({"key": "Q"}, "Q"),
        ({"energy": 1.5}, "energy 1.5"),
        ({"density": {"bass": -2.0}}, "density of bass -2"),
        ({"dynamics": {"bass": 2.0}}, "dynamics of bass 2"),
        ({"tempo": float("nan")}, "tempo nan"),
    ],
)
def test_a_change_that_cannot_be_changes_nothing(generator: Generator, changes: dict[str, Any], said: str) -> None:
    live = generator.stream(seed=1)
    before = live.settings
    with pytest.raises(PopgenError, match=said):
        live.change(**{"temperature": 0.5, **changes})
    assert live.settings == before


def test_a_model_without_a_control_refuses_its_setting(tiny_run: Path) -> None:
    with pytest.raises(RequestError, match="without the control chord"):
        api.generator(tiny_run).stream(chords="C F")
    assert frames(api.generator(tiny_run).stream(seed=1), 3)[2].number == 2


def test_a_note_of_velocity_nothing_is_the_softest_that_midi_can_say(generator: Generator) -> None:
    live = generator.stream(seed=1)
    spec = generator.loaded.model.sizes.roll
    onset = torch.zeros(1, len(spec.groups), spec.pitches, dtype=torch.bool)
    onset[0, 1, 12] = True
    frame = Frame(onset, onset, RhythmValues(*(torch.zeros(onset.shape) for _ in range(3))))
    [note] = live._told(0, frame, np.zeros(onset.shape[1:], dtype=np.bool_)).begun
    assert (note.group, note.pitch, note.velocity) == ("bass", 33, 1)


def test_groups_keep_to_their_ranges_and_to_as_many_notes_at_once_as_real_ones(generator: Generator) -> None:
    live = generator.stream(temperature=3.0, seed=7)
    for frame in frames(live, 120):
        for note in frame.begun:
            assert RANGES[note.group][0] <= note.pitch <= RANGES[note.group][1]
        assert sum(note.group == "bass" for note in frame.begun) <= MOST["bass"]

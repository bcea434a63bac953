"""Playing live: frame by frame without end, taking changes between frames."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from popgen_core import api
from popgen_core.generate.generator import Generator
from popgen_core.generate.live import LiveFrame
from popgen_core.generate.request import RequestError

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
        ({"loudness": 3}, "no live setting is named loudness"),
    ],
)
def test_a_change_that_cannot_be_changes_nothing(generator: Generator, changes: dict[str, Any], said: str) -> None:
    live = generator.stream(seed=1)
    before = live.settings
    with pytest.raises(RequestError, match=said):
        live.change(**changes)
    assert live.settings == before


def test_a_model_without_a_control_refuses_its_setting(tiny_run: Path) -> None:
    with pytest.raises(RequestError, match="without the control chord"):
        api.generator(tiny_run).stream(chords="C F")
    assert frames(api.generator(tiny_run).stream(seed=1), 3)[2].number == 2

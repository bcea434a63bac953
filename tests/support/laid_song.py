"""A song on a grid, and what a model is told of what it had played: fixtures of several test files."""

from __future__ import annotations

import pytest
from torch import Tensor

from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import Inputs
from popgen_core.music import BeatGrid
from popgen_core.music.roll import RollSpec, roll_from_song
from popgen_core.songwriter import write_song
from popgen_core.train.windows import TrainingSong


@pytest.fixture(scope="session")
def laid() -> TrainingSong:
    song = write_song(3)
    recipe_spec = RollSpec(tuple(track.name for track in song.tracks))
    return TrainingSong.of("song", song, roll_from_song(song, BeatGrid(4), recipe_spec), 64)


def echo_of(inputs: Inputs) -> Tensor:
    assert inputs.echo is not None
    return inputs.echo


def newest_of(inputs: Inputs) -> Tensor:
    assert inputs.newest is not None
    return inputs.newest


def sizes_of(song: TrainingSong) -> Sizes:
    return Sizes(song.roll.spec, ControlSpec((("position", song.controls.shape[1]),)), 16)

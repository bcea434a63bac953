"""What was played a beat or some bars ago, and how the newest notes were: for windows and for a decoder."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from laid_song import echo_of, newest_of, sizes_of
from numpy.typing import NDArray

from popgen_core.analysis.lags import lags_in, lags_of
from popgen_core.contracts.classes import classes_of
from popgen_core.contracts.controls import ControlConfig
from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import Inputs, RhythmValues
from popgen_core.corpus.augment import AugmentConfig
from popgen_core.decoders.echo import Echo
from popgen_core.decoders.manner import RememberingManner
from popgen_core.music import BeatGrid, SecondsGrid, Song, rows
from popgen_core.music.roll import EVENT, RollSpec
from popgen_core.music.song import METER
from popgen_core.train.played import echoes, newest, without_forgotten
from popgen_core.train.windows import TrainingSong, Window, Windows

pytest_plugins = ("laid_song",)

SPEC = RollSpec(("drums", "bass"), pitches=3)
NONE_KEPT = np.zeros((8, 2), dtype=np.float32)


def song_in(*meters: tuple[int, int, int]) -> Song:
    return Song(480, (), meters=rows(METER, meters))


def events(*notes: tuple[int, int, int, float]) -> NDArray[np.void]:
    """(frame, group, pitch, velocity): a tenth of a second long, on the beat."""
    return np.array([(frame, frame, group, pitch, v, 0.1, 0.0) for frame, group, pitch, v in notes], dtype=EVENT)


@pytest.mark.parametrize(
    ("meter", "lags"),
    [((4, 4), [4, 16, 32, 64, 128]), ((3, 4), [4, 12, 24, 48, 96]), ((6, 8), [6, 12, 24, 48, 96])],
)
def test_a_beat_and_some_bars_lie_as_many_frames_back_as_they_are_long(meter: tuple[int, int], lags: list[int]) -> None:
    song = song_in((0, *meter))
    assert lags_of(song, BeatGrid(4), 3).tolist() == [lags] * 3
    assert lags_in(meter, 4.0).tolist() == lags
    assert lags_of(song, SecondsGrid(20), 1)[0].tolist() == [round(lag * 2.5) for lag in lags]  # at 120 BPM


def test_bars_are_as_long_as_where_they_are_looked_for_from() -> None:
    song = song_in((0, 4, 4), (1920, 3, 4))
    assert lags_of(song, BeatGrid(4), 18)[:, 1].tolist() == [16] * 16 + [12] * 2


def test_bit_n_says_that_a_note_began_lag_n_ago() -> None:
    played = events((-3, 1, 2, 0.5), (0, 0, 1, 0.5), (1, 0, 1, 0.5))
    lags = np.array([[1, 2], [1, 2], [2, 5], [1, 1]])  # of frames 1, 2, 3, 4
    made = echoes(played, lags, SPEC)
    assert made[:, 0, 1].tolist() == [1, 3, 1, 0]
    assert not made[:, 1].any()
    assert echoes(played, np.array([[1, 4]]), SPEC)[0, 1].tolist() == [0, 0, 2]  # frame 1, four after -3


def test_the_newest_note_of_a_cell_and_the_highest_newest_of_a_group_are_known() -> None:
    played = events((-9, 0, 0, 0.25), (1, 0, 2, 0.5), (1, 0, 1, 0.75), (3, 0, 0, 1.0))
    velocity = newest(played, NONE_KEPT, 5, SPEC)[:, 0, 0]  # of drums; row n is that of frame n + 1
    quiet, soft, loud, full = 32, 64, 95, 127  # class + 1 is the velocity
    assert velocity[0].tolist() == [quiet, 0, 0, quiet]
    assert velocity[1].tolist() == velocity[2].tolist() == [quiet, loud, soft, soft]
    assert velocity[3].tolist() == velocity[4].tolist() == [full, loud, soft, full]
    assert not newest(played, NONE_KEPT, 5, SPEC)[:, 1].any()


def test_of_notes_that_are_given_velocities_alone_are_known() -> None:
    kept = NONE_KEPT.copy()
    kept[1, 0] = 1.0  # frame 2
    told = newest(events((1, 0, 0, 0.5), (2, 0, 1, 0.5)), kept, 3, SPEC)[2, 0]
    lengths, offsets = told[1].tolist(), told[2].tolist()
    assert told[0].tolist() == [64, 64, 0, 64]
    assert (lengths[0] > 0, lengths[1], lengths[3]) == (True, 0, 0)
    assert offsets == [33, 0, 0, 0]  # class 32 is on the frame


def test_what_is_forgotten_was_not_played() -> None:
    lost = np.zeros((4, 2), dtype=np.float32)
    lost[2, 1] = 1.0
    played = events((-1, 1, 0, 0.5), (2, 0, 0, 0.5), (2, 1, 0, 0.5), (3, 1, 0, 0.5))
    left = without_forgotten(played, lost)
    assert list(zip(left["frame"].tolist(), left["group"].tolist(), strict=True)) == [(-1, 1), (2, 0), (3, 1)]


def test_a_window_is_told_its_past_as_it_is_varied(laid: TrainingSong) -> None:
    louder = AugmentConfig(shift_beats=0, transpose_semitones=6, velocity_share=0.2, drop_group_share=0.3)
    windows = Windows([laid], sizes_of(laid), 64, 0, louder, controls=ControlConfig(), remembers=True)
    for seed in range(8):
        inputs = windows.batch([Window(0, 256)], [np.random.default_rng(seed)]).inputs
        began = inputs.past[0, :, :, 0] > 0  # row t is frame t - 1
        beats_later = echo_of(inputs)[0, 4:] & 1
        assert torch.equal(beats_later > 0, began[1:-3])
        soft = torch.where(began[1], classes_of(RhythmValues(*[inputs.past[0, 1, :, 2]] * 3)).velocity + 1, 0)
        assert torch.equal(newest_of(inputs)[0, 1, :, 0, :-1][began[1]], soft[began[1]].to(torch.int16))


def test_a_cell_gets_the_number_of_the_way_in_which_it_played_before() -> None:
    hint = Echo(Sizes(SPEC, ControlSpec(()), 4))
    ways = torch.arange(2 * 2 * hint.ways, dtype=torch.float32)  # head, group, way
    hint.trust.bias.data = ways
    echo = torch.zeros(1, 1, 2, 3, dtype=torch.uint8)
    echo[0, 0, 1, 2] = 5
    inputs = Inputs(torch.zeros(0), torch.zeros(0), echo=echo)
    made = hint(torch.zeros(1, 1, 4), inputs)
    assert made is not None
    onset, active = made
    assert onset[0, 0].tolist() == [[0.0] * 3, [32.0, 32.0, 37.0]]
    assert active[0, 0].tolist() == [[64.0] * 3, [96.0, 96.0, 101.0]]
    assert hint(torch.zeros(1, 1, 4), Inputs(torch.zeros(0), torch.zeros(0))) is None


@pytest.mark.parametrize("model", [0, 1, 2])
def test_a_note_may_be_played_as_a_model_was(model: int) -> None:
    torch.manual_seed(1)
    manner = RememberingManner(Sizes(SPEC, ControlSpec(()), 8))
    manner.alike.bias.data.view(3, 3)[model] = 100.0
    told = torch.zeros(1, 2, 3, 4, dtype=torch.int16)
    told[0, 1, :, 2] = torch.tensor([11, 12, 13])  # the newest of the cell
    told[0, 1, :, 3] = torch.tensor([21, 22, 23])  # and of the group
    songs = torch.zeros(1, dtype=torch.int64)
    notes = [(songs, torch.tensor([4])), (songs, torch.tensor([5]))]  # the bass's middle pitch, then its highest
    drawn = manner.sample(torch.zeros(1, 8), notes, torch.Size([1, 2, 3]), torch.Generator().manual_seed(2), told)
    classes = torch.stack(list(vars(classes_of(drawn)).values()))[:, 0, 1]  # (value, pitch)
    wanted = {0: [10, 11, 12], 1: [20, 21, 22], 2: classes[:, 1].tolist()}[model]
    assert classes[:, 2].tolist() == wanted

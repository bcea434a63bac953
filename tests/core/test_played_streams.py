"""What songs that are being drawn have played: as windows of whole songs tell it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from laid_song import echo_of, newest_of, sizes_of
from torch import Tensor

from popgen_core.analysis.lags import LAGS
from popgen_core.assemble import assemble
from popgen_core.contracts.classes import classes_of, length_class
from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.contracts.tensors import Constraints, Frame, Inputs, RhythmValues, Sampling
from popgen_core.generate.cues import Cue
from popgen_core.generate.draw import draw_frames
from popgen_core.generate.played import PlayedSoFar, fitted_length
from popgen_core.model import Model
from popgen_core.music.roll import Roll, RollSpec
from popgen_core.plugins import catalogue
from popgen_core.recipe import read_recipe
from popgen_core.train.windows import TrainingSong, Window, Windows

pytest_plugins = ("laid_song",)

SPEC = RollSpec(("drums", "bass"), pitches=3)


def frame_of(roll: Roll, number: int) -> Frame:
    dense = roll.dense(number, number + 1)
    values = (dense.velocity, np.log1p(dense.duration), dense.offset)
    rhythm = RhythmValues(*(torch.from_numpy(value) for value in values))
    return Frame(torch.from_numpy(dense.onset), torch.from_numpy(dense.active), rhythm)


def test_a_stream_is_told_what_windows_are(laid: TrainingSong) -> None:
    windows = Windows([laid], sizes_of(laid), 64, 5, None, remembers=True)
    stream = PlayedSoFar(1, windows.sizes, torch.device("cpu"))
    last = 6 * 64
    told = [windows.batch([Window(0, start)]).inputs.since(5) for start in range(0, last, 64)]
    assert laid.lags is not None
    for number in range(last):
        inputs, row = told[number // 64], number % 64
        assert torch.equal(stream.echo(number, [laid.lags[number].tolist()])[0, 0], echo_of(inputs)[0, row])
        assert torch.equal(stream.newest[0], newest_of(inputs)[0, row])
        stream.hear(number, frame_of(laid.roll, number), None)
    assert len(stream.onsets) < last
    assert len(torch.unique(echo_of(told[-1]))) > 2 ** (LAGS - 1)  # most ways are met


def model_of(decoder: str) -> Model:
    torch.manual_seed(1)
    changes = [f"decoder.name={decoder}", "decoder.form=events", "width=32", "backbone.layers=1"]
    return Model(assemble(read_recipe("pop", catalogue(), changes))).eval()


def test_ordered_v2_alone_remembers() -> None:
    assert [model_of(name).remembers for name in ("ordered.v1", "ordered.v2")] == [False, True]


class Steadily:
    """Conducts 40 frames of a song whose beat has 2 frames and whose bar has 4; the bass of frames 8 to 15 is given."""

    recalls = False

    def __init__(self, model: Model) -> None:
        self.model = model
        self.frames: list[Frame] = []

    def cue(self, number: int) -> Cue | None:
        sizes = self.model.sizes
        kept = torch.zeros(1 + self.model.ahead, len(sizes.roll.groups))
        kept[0, 1] = 8 <= number < 16
        given = torch.zeros(*kept.shape, 3, sizes.roll.pitches)
        given[0, 1, :, number % 5] = kept[0, 1]
        limits = Constraints(torch.ones(given.shape[1], given.shape[3], dtype=torch.bool))
        lags = (2, 4, 8, 16, 32)
        cue = Cue(torch.zeros(sizes.controls.width), limits, Sampling(1.0), given=given, kept=kept, lags=lags)
        return cue if number < 40 else None

    def stood(self, number: int) -> None: ...

    def heard(self, number: int, frame: Frame, song: int) -> None:
        self.frames.append(frame)

    def judged(self, nats: float) -> None: ...


def test_songs_that_are_drawn_hear_their_own_echo(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of("ordered.v2")
    heard: list[Inputs] = []
    sample, conductor = model.decoder.sample, Steadily(model)

    def noted(hidden: Tensor, inputs: Inputs, *rest: Any) -> Frame:
        heard.append(inputs)
        return sample(hidden, inputs, *rest)

    monkeypatch.setattr(model.decoder, "sample", noted)
    assert len(list(draw_frames(model, [conductor], seed=4))) == 40
    began = [frame.onset[0] for frame in conductor.frames]
    assert sum(int(onset.sum()) for onset in began) > 100
    for number, inputs in enumerate(heard):
        for bit, lag in enumerate((2, 4, 8, 16, 32)):
            wanted = began[number - lag] if number >= lag else torch.zeros_like(began[0])
            assert torch.equal((echo_of(inputs)[0, 0] >> bit) & 1 > 0, wanted)
    top = newest_of(heard[9])[0, 0, :, :, -1] > 0  # of each group, (group, value), behind the first frame that is given
    assert top[1].tolist() == [True, False, False]
    assert top[2].all()


class Onward(Steadily):
    """Conducts one frame behind those of a song that stand."""

    def __init__(self, model: Model, song: TrainingSong, first: int) -> None:
        super().__init__(model)
        self.song, self.first = song, first

    def cue(self, number: int) -> Cue | None:
        assert self.song.lags is not None
        lags = tuple(self.song.lags[number].tolist())
        limits = Constraints(torch.ones(7, 88, dtype=torch.bool))
        cue = Cue(torch.zeros(self.model.sizes.controls.width), limits, Sampling(1.0), lags=lags)
        return cue if number == self.first else None

    def stood(self, number: int) -> tuple[Tensor, Tensor]:
        dense = self.song.roll.dense(number, number + 1)
        rows = np.stack([dense.onset[0], dense.active[0], dense.velocity[0]], axis=1).astype(np.float32)
        return torch.from_numpy(rows), torch.from_numpy(
            np.stack([np.log1p(dense.duration[0]), dense.offset[0]], axis=1)
        )


def test_what_stands_before_the_first_frame_that_is_drawn_was_played(
    monkeypatch: pytest.MonkeyPatch, laid: TrainingSong
) -> None:
    heard: list[Inputs] = []
    model, first = model_of("ordered.v2"), 200
    sample = model.decoder.sample

    def noted(hidden: Tensor, inputs: Inputs, *rest: Any) -> Frame:
        heard.append(inputs)
        return sample(hidden, inputs, *rest)

    monkeypatch.setattr(model.decoder, "sample", noted)
    assert len(list(draw_frames(model, [Onward(model, laid, first)], 1, first))) == 1
    windows = Windows([laid], model.sizes, 64, 0, None, remembers=True)
    told = windows.batch([Window(0, first)]).inputs
    assert torch.equal(echo_of(heard[0])[0, 0], echo_of(told)[0, 0])
    assert torch.equal(newest_of(heard[0])[0, 0], newest_of(told)[0, 0])
    assert (newest_of(told)[0, 0] > 0).sum() > 100


def note(frame: int, pitch: int, seconds: float, offset: float = 0.0) -> Frame:
    """A frame of one bass note that begins; frame -1: one in which it has ended."""
    onset = torch.zeros(1, 2, 3, dtype=torch.bool)
    onset[0, 1, pitch] = frame >= 0
    values = RhythmValues(onset * 0.5, onset * float(np.log1p(seconds)), onset * offset)
    return Frame(onset, onset, values)


@pytest.mark.parametrize(
    ("drawn", "offset", "sounded", "played"),
    [
        (2.0, 0.0, 3, 0.4375),  # three frames of an eighth of a second, and half a one that a roll rounds away
        (0.05, 0.0, 3, 0.3125),
        (0.4, 0.0, 3, 0.4),
        (2.0, 0.4, 3, 0.3875),  # it began .4 of a frame late
        (0.001, 0.0, 1, 0.0125),  # none is shorter than a tenth of a frame
    ],
)
def test_a_note_that_has_ended_was_as_long_as_it_sounded(
    drawn: float, offset: float, sounded: int, played: float
) -> None:
    assert fitted_length(drawn, offset, sounded, 0.125) == pytest.approx(played)
    stream = PlayedSoFar(1, Sizes(SPEC, ControlSpec(()), 4), torch.device("cpu"))
    stream.hear(0, note(0, 2, drawn, offset), [0.125])
    as_drawn = stream.newest[0, 1, 1].tolist()
    assert as_drawn == [0, 0, 1 + length_class(drawn), 1 + length_class(drawn)]
    for frame in range(1, sounded):
        going_on = replace(note(0, 2, 0.0), onset=torch.zeros(1, 2, 3, dtype=torch.bool))
        stream.hear(frame, going_on, [0.125])
        assert stream.newest[0, 1, 1].tolist() == as_drawn
    stream.hear(sounded, note(-1, 2, 0.0), [0.125])
    assert stream.newest[0, 1, 1].tolist() == [0, 0, 1 + length_class(played), 1 + length_class(played)]


def test_a_length_alone_has_the_class_of_a_tensor_of_lengths() -> None:
    lengths = np.geomspace(0.001, 60, 500)
    told = classes_of(RhythmValues(*[torch.from_numpy(np.log1p(lengths))] * 3)).duration
    assert [length_class(float(length)) for length in lengths] == told.tolist()


def test_a_stream_remembers_so_far_and_no_farther() -> None:
    stream = PlayedSoFar(2, Sizes(SPEC, ControlSpec(()), 4), torch.device("cpu"))
    kick = torch.zeros(2, 2, 3, dtype=torch.bool)
    kick[1, 0, 0] = True
    frame = Frame(kick, kick, RhythmValues(*[kick * 0.1] * 3))
    for number in range(5000):
        echo = stream.echo(number, [(1, 4000), (1, 4000)])
        assert int(echo[0].sum()) == 0
        assert int(echo[1].sum()) == (number >= 1) + 2 * (number >= 4000)
        stream.hear(number, frame)
    assert len(stream.onsets) <= 4097

"""Drawing frame by frame: each frame hears the one before, and drawn frames become notes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from popgen_core.contracts.tensors import Constraints, Frame, Inputs, RhythmValues, Sampling
from popgen_core.generate.cues import Cue
from popgen_core.generate.draw import DrawnNotes, draw_frames
from popgen_core.groupers import GROUPS
from popgen_core.model import as_past
from popgen_core.music import RollSpec, SecondsGrid, roll_from_song
from popgen_core.songwriter import write_song


def frame_of(onsets: dict[int, tuple[float, float, float]], active: tuple[int, ...], songs: int = 1) -> Frame:
    """One frame of one group of five pitches in every song; onsets: pitch -> velocity, seconds, offset."""
    shape = (songs, 1, 5)
    onset, sounding = torch.zeros(shape, dtype=torch.bool), torch.zeros(shape, dtype=torch.bool)
    rhythm = RhythmValues(*(torch.zeros(shape) for _ in range(3)))
    sounding[:, 0, list(active)] = True
    for pitch, (velocity, seconds, offset) in onsets.items():
        onset[:, 0, pitch] = sounding[:, 0, pitch] = True
        rhythm.velocity[:, 0, pitch], rhythm.offset[:, 0, pitch] = velocity, offset
        rhythm.duration[:, 0, pitch] = float(np.log1p(seconds))
    return Frame(onset, sounding, rhythm)


def events_of(*frames: Frame, songs: int = 1) -> list[list[tuple[Any, ...]]]:
    """Rows of frame, last, group, pitch, velocity, seconds, offset; a frame lasts half a second."""
    notes = DrawnNotes([[0.5] * len(frames)] * songs)
    for frame in frames:
        notes.add(frame)
    return [[(*row[:4], *(round(value, 4) for value in row[4:])) for row in roll.tolist()] for roll in notes.finished()]


SILENCE = frame_of({}, ())


class Told:
    """Conducts as many frames as it has rows of controls; everything may play."""

    recalls = False

    def __init__(self, controls: Tensor) -> None:
        self.controls, self.numbers = controls, list[int]()

    def cue(self, number: int) -> Cue | None:
        if number >= len(self.controls):
            return None
        return Cue(self.controls[number], Constraints(torch.ones(1, 5, dtype=torch.bool)), Sampling())

    def heard(self, number: int, frame: Frame, song: int) -> None:
        self.numbers.append(number)

    def judged(self, nats: float) -> None:
        raise AssertionError("nothing was to be judged")


@pytest.mark.parametrize(
    ("drawn", "kept"),
    [(0.7, 0.7), (0.1, 0.625), (9.0, 1.125)],  # two frames of half a second, begun a quarter late: 1.25 to 2.25 frames
)
def test_active_gives_a_note_its_frames_and_the_duration_its_end_inside_the_last(drawn: float, kept: float) -> None:
    frames = (SILENCE, frame_of({2: (0.5, drawn, 0.25)}, ()), frame_of({}, (2,)), SILENCE, SILENCE)
    assert events_of(*frames) == [[(1, 2, 0, 2, 0.5, kept, 0.25)]]


def test_a_note_of_one_frame_lasts_a_tenth_of_it_at_least() -> None:
    assert events_of(frame_of({2: (0.5, 0.0, 0.0)}, ()), SILENCE) == [[(0, 0, 0, 2, 0.5, 0.05, 0.0)]]


def test_an_onset_in_a_sounding_cell_ends_its_note_and_begins_another() -> None:
    again = frame_of({2: (0.75, 0.4, 0.0)}, ())
    assert events_of(frame_of({2: (0.5, 0.4, 0.0)}, ()), frame_of({}, (2,)), again) == [
        [(0, 1, 0, 2, 0.5, 0.75, 0.0), (2, 2, 0, 2, 0.75, 0.4, 0.0)]
    ]


def test_what_still_sounds_at_the_end_ends_within_half_a_frame_of_it() -> None:
    assert events_of(frame_of({1: (0.5, 9.0, 0.0)}, ()), frame_of({}, (1,))) == [[(0, 1, 0, 1, 0.5, 1.25, 0.0)]]


def test_behind_the_end_of_a_song_nothing_begins_and_nothing_sounds_on() -> None:
    """Two songs of two and three frames, with the same notes: one held through, one that begins in the third."""
    notes = DrawnNotes([[0.5] * 2, [0.5] * 3])
    for frame in (
        frame_of({1: (0.5, 9.0, 0.0)}, (), 2),
        frame_of({}, (1,), 2),
        frame_of({3: (0.5, 0.4, 0.0)}, (1,), 2),
    ):
        notes.add(frame)
    short, long = ([row[:4] for row in roll.tolist()] for roll in notes.finished())
    assert short == [(0, 1, 0, 1)]
    assert long == [(0, 2, 0, 1), (2, 2, 0, 3)]


def test_songs_of_a_batch_keep_their_notes_apart() -> None:
    frame = frame_of({1: (0.5, 0.4, 0.0), 3: (0.25, 0.3, 0.0)}, (), songs=2)
    frame.onset[1, 0, 1] = frame.active[1, 0, 1] = False
    low, high = (0, 0, 0, 1, 0.5, 0.4, 0.0), (0, 0, 0, 3, 0.25, 0.3, 0.0)
    assert events_of(frame, songs=2) == [[low, high], [high]]


def test_silence_makes_no_notes() -> None:
    assert events_of(SILENCE, SILENCE, songs=1) == [[]]


def test_a_drawn_frame_is_the_past_of_the_next_with_velocity_at_onsets_alone() -> None:
    frame = frame_of({1: (0.5, 0.4, 0.0)}, (3,))
    frame.rhythm.velocity[0, 0, 3] = 0.9  # drawn for a cell that only goes on
    past = as_past(frame, ("onset", "active", "velocity"))
    assert past.shape == (1, 1, 1, 3, 5)
    assert past[0, 0, 0].tolist() == [[0, 1, 0, 0, 0], [0, 1, 0, 1, 0], [0, 0.5, 0, 0, 0]]


def model_that(sample: Any) -> Any:
    """A model of one group of five pitches that knows nothing, with a decoder that draws so."""
    return SimpleNamespace(
        sizes=SimpleNamespace(roll=RollSpec(("one",), pitches=5)),
        parameters=lambda: iter([torch.zeros(1)]),
        start=lambda batch: None,
        silence=lambda batch: Inputs(torch.zeros(batch, 1, 1, 3, 5), torch.zeros(batch, 1, 2)),
        step=lambda inputs, stream: None,
        decoder=SimpleNamespace(sample=sample),
        remembers=False,
    )


def test_each_frame_is_drawn_from_silence_on_given_the_frame_before_and_its_own_controls() -> None:
    heard: list[Inputs] = []
    made = [frame_of({n: (0.5, 0.4, 0.0)}, (), songs=2) for n in range(3)]

    def sample(hidden: Any, inputs: Inputs, *_: Any) -> Frame:
        heard.append(inputs)
        return made[len(heard) - 1]

    model = model_that(sample)
    controls = torch.tensor([[1.0, 2], [3, 4], [5, 6]])
    told = Told(controls)
    assert list(draw_frames(model, [told, told], seed=0)) == made
    assert [inputs.controls.tolist() for inputs in heard] == [[[[1, 2]]] * 2, [[[3, 4]]] * 2, [[[5, 6]]] * 2]
    assert heard[0].past.abs().sum() == 0
    for before, inputs in zip(made, heard[1:], strict=False):
        assert torch.equal(inputs.past, as_past(before, model.sizes.roll.channels))
    assert told.numbers == [0, 0, 1, 1, 2, 2]


def test_a_song_that_ends_sooner_hears_no_more_and_the_others_go_on() -> None:
    heard: list[Inputs] = []

    def sample(hidden: Any, inputs: Inputs, *_: Any) -> Frame:
        heard.append(inputs)
        return frame_of({}, (), songs=2)

    short, long = Told(torch.tensor([[1.0, 2]])), Told(torch.tensor([[1.0, 2], [3, 4], [5, 6]]))
    assert len(list(draw_frames(model_that(sample), [short, long], seed=0))) == 3
    assert [inputs.controls[:, 0].tolist() for inputs in heard] == [[[1, 2], row] for row in ([1, 2], [3, 4], [5, 6])]
    assert (short.numbers, long.numbers) == ([0], [0, 1, 2])


def test_a_real_roll_drawn_frame_by_frame_is_the_same_roll() -> None:
    song = write_song(4)
    roll = roll_from_song(song, SecondsGrid(20), RollSpec(GROUPS))
    dense = roll.dense(0, 2000)
    notes = DrawnNotes([[0.05] * 2000])
    for n in range(2000):
        rhythm = RhythmValues(
            *(torch.from_numpy(x[n])[None] for x in (dense.velocity, np.log1p(dense.duration), dense.offset))
        )
        notes.add(Frame(torch.from_numpy(dense.onset[n])[None], torch.from_numpy(dense.active[n])[None], rhythm))
    [drawn] = notes.finished()
    clear = {
        (int(row["frame"]), int(row["last"]), int(row["group"]), int(row["pitch"])): float(row["duration"])
        for row in roll.events[roll.events["last"] < 1999]
        if not dense.onset[row["frame"] + 1 : row["last"] + 2, row["group"], row["pitch"]].any()
    }  # notes that meet no other of their pitch on the grid
    made = {(int(r["frame"]), int(r["last"]), int(r["group"]), int(r["pitch"])): float(r["duration"]) for r in drawn}
    assert len(clear) > 1000
    found = [key for key in clear if key in made]
    assert len(found) > 0.99 * len(clear)
    assert [made[key] for key in found] == pytest.approx([clear[key] for key in found], abs=1e-4)

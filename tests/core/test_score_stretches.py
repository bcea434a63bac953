"""Songs heard in stretches: the logits of a stream, every frame once, on any grid the canonical roll and no other."""

from __future__ import annotations

import math
from dataclasses import replace
from math import log2

import numpy as np
import pytest
import torch

from popgen_core.assemble import assemble
from popgen_core.baselines import BASELINES, LengthTable, canonical_roll
from popgen_core.contracts.tensors import Inputs
from popgen_core.corpus.stored import StoredSong, stored_from_song
from popgen_core.decoders.ordered import Ordered
from popgen_core.errors import RecipeError, SongError
from popgen_core.groupers import Seven
from popgen_core.model import Model
from popgen_core.music import BeatGrid, SecondsGrid, Song, Track, notes_from, rows
from popgen_core.music.grid import Grid
from popgen_core.music.roll import RollSpec, roll_from_song
from popgen_core.music.song import TEMPO
from popgen_core.plugins import catalogue
from popgen_core.recipe import read_recipe
from popgen_core.score.heard import Listener
from popgen_core.score.laid import laid
from popgen_core.score.stretches import keep_of, stretches

SMALL = ("width=32", "encoder.channels=8", "encoder.layers=2", "encoder.kernel=3", "backbone.layers=2")
SHORT = ("backbone.heads=4", "backbone.feed_forward=64", "backbone.window=16", "backbone.keep=11", "train.window=16")
SPEC = RollSpec(Seven.groups)


def model_of(*changes: str) -> Model:
    """A small model, in eval mode, whose batch norm has heard noise."""
    torch.manual_seed(3)
    model = Model(assemble(read_recipe("paper", catalogue(), [*SMALL, *SHORT, *changes])))
    past = (torch.rand(2, 40, 7, 3, 88) < 0.05).float()
    model.train().encoder(Inputs(past, torch.randn(2, 40, model.sizes.controls.width)))
    return model.eval()


def fair_model() -> Model:
    """A model that tosses a fair coin for every cell."""
    model = model_of()
    for parameter in model.decoder.parameters():
        torch.nn.init.zeros_(parameter)
    return model


def stored_of(song: Song, grid: Grid | None = None) -> StoredSong:
    roll = roll_from_song(song, grid or SecondsGrid(20), SPEC)
    return stored_from_song(song, roll, source="song.mid", sha256="0" * 64)


def bass(*notes: tuple[int, int, int], tempo: int = 500_000, ticks_per_quarter: int = 480) -> StoredSong:
    """(start tick, length in ticks, pitch) of a bass."""
    track = Track("bass", 33, False, notes_from([(*note, 90) for note in notes]))
    return stored_of(Song(ticks_per_quarter, (track,), tempos=rows(TEMPO, [(0, tempo)])))


@pytest.fixture(scope="module")
def grouped(songs: list[Song]) -> Song:
    """Thirty-two beats of a song by the songwriter, played as people play."""
    song = Seven().group(songs[0]).song
    end = 32 * song.ticks_per_quarter
    kept = [replace(track, notes=track.notes[track.notes["start_tick"] < end]) for track in song.tracks]
    return replace(song, tracks=tuple(kept))


@pytest.mark.parametrize("grid", [BeatGrid(4), SecondsGrid(20)])
def test_each_frame_is_told_once_with_the_logits_of_a_stream(grouped: Song, grid: Grid) -> None:
    model = model_of()
    song = laid(stored_of(grouped), grid, model.sizes, model.backbone.window).song
    frames = song.roll.frames
    heard: dict[int, torch.Tensor] = {}
    for stretch in stretches(model, song, keep=11):
        for row, start in enumerate(stretch.starts):
            for frame in range(stretch.prediction.onset.shape[1]):
                if stretch.target.mask[row, frame]:
                    assert start + frame not in heard
                    heard[start + frame] = stretch.prediction.onset[row, frame]
    assert sorted(heard) == list(range(frames))
    dense = song.roll.dense()
    stream = model.start(1)
    with torch.inference_mode():
        past = model.silence(1).past
        for frame in range(frames):
            hidden = model.step(Inputs(past, torch.from_numpy(song.controls[frame])[None, None]), stream)
            logits = model.decoder(hidden[:, None]).onset[0, 0]
            assert torch.allclose(heard[frame], logits, atol=1e-4), frame
            channels = [getattr(dense, name)[frame] for name in ("onset", "active", "velocity")]
            past = torch.from_numpy(np.stack(channels, axis=1).astype(np.float32))[None, None]


def test_a_backbone_that_says_nothing_of_its_streams_keeps_three_quarters() -> None:
    model = model_of()
    assert keep_of(model) == (11, True)
    model.backbone.config = None  # type: ignore[assignment]
    assert keep_of(model) == (12, False)


@pytest.mark.parametrize("stored", [BeatGrid(4), SecondsGrid(20)])
def test_a_fair_model_needs_a_bit_a_cell_and_a_bit_a_coin_as_fair_tables_do(grouped: Song, stored: Grid) -> None:
    listener = Listener(fair_model(), BeatGrid(4), keep=11)
    song = listener.lay(stored_of(grouped, stored))
    made = listener.hear(song)
    roll = canonical_roll(grouped, Seven.groups)
    assert made.onsets.tolist() == pytest.approx([roll.frames * 88.0] * 7)
    assert made.onsets.sum() == pytest.approx(BASELINES["unigram"].fit([], Seven.groups).score_roll(roll).bits)
    assert made.lengths == pytest.approx(LengthTable.fit([], Seven.groups).bits(song.notes))
    assert made.velocities is not None
    # the same notes as the table's, if in another order within a stretch
    assert sorted(made.velocities.velocity.tolist()) == sorted(song.notes.velocity.tolist())
    assert np.bincount(made.velocities.group, minlength=7).tolist() == [
        int((roll.onsets[:, 1] == group).sum()) for group in range(7)
    ]


@pytest.mark.parametrize("grid", [SecondsGrid(20), SecondsGrid(100), BeatGrid(12)])
def test_on_a_grid_as_fine_as_sixteenths_every_onset_has_a_cell_of_its_own(grouped: Song, grid: Grid) -> None:
    model = fair_model()
    listener = Listener(model, grid, keep=11)
    song = listener.lay(stored_of(grouped))
    assert len(song.cells) == song.canonical.notes
    assert (song.shared, song.shared_bits) == (0, 0.0)
    assert listener.hear(song).onsets.tolist() == pytest.approx([song.song.roll.frames * 88.0] * 7)


def test_on_another_grid_a_note_begins_where_its_sixteenth_does_and_keeps_its_duration() -> None:
    late = bass((500, 240, 60), (730, 480, 62))  # a sixth of a sixteenth late, and as much early on the second
    song = laid(late, BeatGrid(12), model_of().sizes, 16)
    events = song.song.roll.events
    assert song.cells.tolist() == [[12, 1, 39], [18, 1, 41]]
    assert events["offset"].tolist() == [0.0, 0.0]
    assert events["last"].tolist() == [17, 29]
    assert song.song.roll.frames == 3 * song.canonical.frames == 30


def test_sixteenths_that_share_a_frame_cost_what_tells_which() -> None:
    # eighths as frames: of two sixteenths one or both hold the onset, three cases
    song = laid(bass((0, 120, 60), (120, 120, 60), (360, 120, 60)), BeatGrid(2), model_of().sizes, 16)
    assert song.cells.tolist() == [[0, 1, 39], [1, 1, 39], [2, 1, 39]]  # the half-way ones belong to the later
    # sixteenth 0 is alone in frame 0, 1 and 2 share frame 1, and 3 has frame 2 for itself at the end of the song
    assert song.shared == 1
    assert song.shared_bits == pytest.approx(log2(3))
    fast = laid(bass((0, 120, 60), (120, 120, 60), tempo=60_000), SecondsGrid(20), model_of().sizes, 16)  # 1000 BPM
    assert fast.cells.tolist() == [[0, 1, 39]]
    assert fast.shared_bits == pytest.approx(log2(3))


def test_a_resolution_that_sixteenths_do_not_divide_moves_no_onset() -> None:
    song = laid(bass((0, 2, 60), (2, 2, 61), (5, 2, 62), ticks_per_quarter=6), BeatGrid(12), model_of().sizes, 16)
    assert song.canonical.onsets[:, 0].tolist() == [0, 1, 3]
    assert song.cells[:, 0].tolist() == [0, 3, 9]


def test_one_cell_that_differs_from_the_canonical_roll_is_an_error() -> None:
    listener = Listener(fair_model(), BeatGrid(4), keep=11)
    song = listener.lay(bass(*[(beat * 480, 240, 60) for beat in range(8)]))
    assert song.canonical.frames == 30
    listener.hear(song)
    for wrong in (song.cells[:-1], np.add(song.cells, [0, 0, 1])):
        with pytest.raises(SongError, match=r"song\.mid: from frame .* differs from the canonical one in"):
            listener.hear(replace(song, cells=wrong))


def test_a_decoder_of_chances_tells_velocities_in_bits() -> None:
    model = fair_model()
    model.decoder = Ordered(Ordered.Config(bias="zero", rank=0, form="events"), model.sizes).eval()
    with torch.no_grad():
        for weights in model.decoder.parameters():
            weights.zero_()
    listener = Listener(model, BeatGrid(4), keep=11)
    heard = listener.hear(listener.lay(bass((0, 120, 60), (240, 120, 62))))
    assert heard.velocities == pytest.approx(2 * math.log2(127))
    assert heard.onsets.tolist() == pytest.approx([3 * 88.0] * 7)


def test_the_frames_told_are_those_of_the_canonical_roll() -> None:
    model = fair_model()
    stored = stored_of(bass((0, 60, 60), (480, 30, 60)).song(), BeatGrid(4))  # the last is no sixteenth long
    for one in (stored, replace(stored, frames=2)):  # a roll that ends too early is extended
        song = laid(one, BeatGrid(4), model.sizes, 16)
        assert song.song.roll.frames == song.canonical.frames == 5
        assert Listener(model, BeatGrid(4), keep=11).hear(song).onsets.tolist() == pytest.approx([5 * 88.0] * 7)


def test_a_model_of_other_pitches_is_refused() -> None:
    sizes = replace(model_of().sizes, roll=replace(SPEC, pitches=61, lowest=36))
    with pytest.raises(RecipeError, match="88 pitches"):
        laid(bass((0, 120, 60)), BeatGrid(4), sizes, 16)

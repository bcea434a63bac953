"""Notes explained: rows of attention sum to 1 and hear the past alone, chances are the score's, silence is silence."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from explained import SIXTEENTH, SOURCE, explained, loaded_of, song_of
from torch import nn

from popgen_core.explain.explain import Asked, explain_song
from popgen_core.explain.heard import View, attention_of, rows_of, views
from popgen_core.explain.place import ExplainError, place_of
from popgen_core.generate.load import Loaded
from popgen_core.music import Song, notes_from
from popgen_core.music.roll import roll_from_song
from popgen_core.score.stretches import stretches
from popgen_core.train.windows import TrainingSong

DECODERS = ("independent.v1", "ordered.v1")


def training_song(song: Song, loaded: Loaded) -> TrainingSong:
    roll = roll_from_song(song, loaded.recipe.grid, loaded.model.sizes.roll)
    return TrainingSong.of("song.mid", song, roll, 64)


def test_every_row_of_every_layer_and_head_sums_to_one() -> None:
    found = explained(song_of(7), "bar6")
    assert len(found.moments) == 2 * (8 + 4)  # lead and kick
    for moment in found.moments.values():
        assert moment.attention is not None
        assert moment.attention.shape == (2, 2, moment.frame - moment.start + 1)
        assert moment.attention.sum(-1) == pytest.approx(np.ones((2, 2)), abs=1e-5)


def test_no_row_looks_at_later_rows() -> None:
    loaded = loaded_of()
    given, *_ = rows_of(loaded.model, [training_song(song_of(4), loaded)], View(0, 0, 64))
    with torch.no_grad():
        weights = attention_of(loaded.model, given)
    assert weights is not None
    assert weights.shape == (2, 2, 64, 64)
    assert float(weights.triu(1).abs().max()) == 0
    assert weights.sum(-1).numpy() == pytest.approx(np.ones((2, 2, 64)), abs=1e-5)


def test_the_row_of_a_frame_has_heard_the_frames_before_it_and_not_its_own() -> None:
    """A note more in frame 24 changes what frame 25 was drawn from, and nothing of frame 24 itself."""
    before, after = explained(song_of(3), "bar2"), explained(song_of(3, more=((24 * SIXTEENTH, 60, 90, 100),)), "bar2")
    for frame, same in ((23, True), (24, True), (25, False)):
        one, other = before.moments[frame], after.moments[frame]
        assert one.attention is not None
        assert other.attention is not None
        assert np.array_equal(one.attention[:, :, :-1], other.attention[:, :, :-1]) == same
        assert np.array_equal(one.attention, other.attention) == same
        assert np.array_equal(one.chances, other.chances) == same


@pytest.mark.parametrize("decoder", DECODERS)
def test_chances_are_those_of_the_scores_bits_in_every_part_of_a_song(decoder: str) -> None:
    """Seven bars are 112 frames: a window of 64, then windows that kept the newest 48."""
    loaded, song = loaded_of(decoder), song_of(7)
    logits = np.full((112, 7, 88), np.nan)
    for stretch in stretches(loaded.model, training_song(song, loaded), 48):
        for start, told in zip(stretch.starts, stretch.prediction.onset.double().numpy(), strict=True):
            logits[start : start + len(told)] = told[: 112 - start]
    for at in ("bar1", "bar4", "bar6"):  # bars 4 and 5 lie on both sides of a window's beginning
        found = explained(song, at, decoder)
        for note in found.notes:
            chance = 1 / (1 + math.exp(-logits[note.frame, note.group, note.pitch - 21]))
            assert note.chance == pytest.approx(chance, rel=1e-4)
        for moment in found.moments.values():
            assert moment.chances == pytest.approx(1 / (1 + np.exp(-logits[moment.frame])), rel=1e-3, abs=1e-6)


def test_a_stream_has_all_in_view_until_its_window_is_full_and_then_what_it_kept() -> None:
    assert list(views(0, 40, 64, 48)) == [View(0, 0, 40)]
    assert list(views(60, 100, 64, 48)) == [View(0, 60, 64), View(16, 64, 80), View(32, 80, 96), View(48, 96, 100)]


def test_silence_of_a_group_is_the_silence_of_each_of_its_cells() -> None:
    found = explained(song_of(2), "bar1")
    for moment in found.moments.values():
        assert moment.silent.max() > 0.01
        assert moment.silent == pytest.approx((1 - moment.chances).prod(-1))


def test_a_groups_silence_knows_the_other_groups_of_the_frame_and_none_of_its_own_notes() -> None:
    """Drums are drawn before chords: without the kick the chords' silence is another, without their notes it is not."""
    song, chords = song_of(2), 2
    no_chords = replace(song, tracks=tuple(track for track in song.tracks if track.name != "chords"))
    whole, without, no_kick = (
        explained(one, "bar1", "ordered.v1").moments[0].silent[chords]
        for one in (song, no_chords, song_of(2, drums=False))
    )
    assert 0.01 < whole < 0.99
    assert without == pytest.approx(whole, rel=1e-6)
    assert no_kick != pytest.approx(whole, rel=1e-2)


def test_the_notes_of_the_bars_are_told_in_order_with_where_they_stand() -> None:
    found = explained(song_of(4), "bar2", bars=2)
    assert (found.start, found.first, found.stop) == (0, 16, 48)
    assert len(found.notes) == 8 + 2 + 4 + 16
    assert found.bars == ((1, 0.0), (2, 16.0), (3, 32.0), (4, 48.0))
    assert found.beats == (16.0, 20.0, 24.0, 28.0, 32.0, 36.0, 40.0, 44.0)
    first = found.notes[0]
    assert (first.frame, first.group, first.pitch, first.bar, first.beat, first.seconds) == (16, 0, 36, 2, 1.0, 2.0)
    assert found.notes[-1].beat == 4.75
    assert [(note.frame, note.group, note.pitch) for note in found.notes] == sorted(
        (note.frame, note.group, note.pitch) for note in found.notes
    )


def test_of_two_notes_in_one_cell_the_louder_is_told() -> None:
    [note] = [
        note
        for note in explained(song_of(3, more=((25 * SIXTEENTH + 9, 480, 72, 100),)), "bar2").notes
        if (note.frame, note.pitch) == (25, 72)
    ]
    assert note.last == 28


def test_the_note_to_begin_with_is_the_nearest_and_of_those_the_least_expected() -> None:
    found = explained(song_of(4), "bar2")
    there = [note for note in found.notes if note.frame == 16]
    assert len(there) == 4
    assert found.note is min(there, key=lambda note: note.chance)
    lead = explained(song_of(4), "bar2:3", group="lead")
    assert (lead.groups[lead.note.group], lead.note.frame) == ("lead", 23)


def test_alternatives_are_the_likeliest_cells_and_those_that_were_played() -> None:
    found = explained(song_of(2), "bar1")
    cells = found.alternatives(0, 2, most=3)
    played = [cell for cell in cells if cell.played]
    likeliest = np.sort(found.moments[0].chances[2])[::-1][:3]
    assert sorted(cell.pitch for cell in played) == [60, 64]
    assert [cell.chance for cell in cells if cell.chance >= likeliest[-1]] == likeliest.tolist()
    assert [cell.chance for cell in cells] == sorted((cell.chance for cell in cells), reverse=True)


class Mute(nn.Module):
    """A stranger's backbone that does not tell where it looks."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner, self.window = inner, 64

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner(x)  # type: ignore[no-any-return]


def test_a_backbone_that_does_not_tell_its_attention_leaves_all_else_as_it_is() -> None:
    loaded = loaded_of()
    told = explain_song(song_of(2), Asked("bar1"), loaded, SOURCE)
    loaded.model.backbone = Mute(loaded.model.backbone)
    found = explain_song(song_of(2), Asked("bar1"), loaded, SOURCE)
    assert all(moment.attention is None for moment in found.moments.values())
    assert found.source.remarks == ("the backbone transformer.v1 does not tell where it looks: no attention is shown",)
    assert [note.chance for note in found.notes] == [note.chance for note in told.notes]


@pytest.mark.parametrize(
    ("said", "tick", "bar"),
    [
        ("0", 0, 0),
        ("2.5", 2400, 1),
        (".5", 480, 0),
        ("0:02", 1920, 1),
        ("0:03.5", 3360, 1),
        ("bar2", 1920, 1),
        ("BAR 3", 3840, 2),
        ("bar1:4.5", 1680, 0),
    ],
)
def test_a_moment_is_named_in_seconds_minutes_or_bars(said: str, tick: float, bar: int) -> None:
    place = place_of(said, song_of(3))
    assert (place.tick, place.bar) == (pytest.approx(tick), bar)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        *((said, "is no moment") for said in ("soon", "1:75", "-1", "nan", "bar", "1:2:3", "")),
        *((said, "is not in the song, which has 3 bars") for said in ("6.01", "0:07", "bar4", "bar0")),
        *((said, "bar 2 has 4 beats") for said in ("bar2:5", "bar2:0.5")),
    ],
)
def test_what_is_no_moment_of_the_song_is_refused(said: str, why: str) -> None:
    with pytest.raises(ExplainError, match=why):
        place_of(said, song_of(3))


def test_what_cannot_be_explained_is_refused_in_a_line() -> None:
    silent = song_of(2)
    later = notes_from([(5 * 1920, 480, 72, 80)])
    silent = replace(silent, tracks=(*silent.tracks[:3], replace(silent.tracks[3], notes=later)))
    for asked, why in (
        (("bar4", {}), "no note begins in the 2 bars from there on"),
        (("bar1", {"group": "tuba"}), "no group is named tuba"),
        (
            ("bar1", {"group": "lead", "bars": 1}),
            r"no note of lead begins in its bar \(there play drums, bass, chords\)",
        ),
        (("bar1", {"bars": 9}), "--bars 9 is not between 1 and 8"),
        (("bar1", {"past": 33}), "--past 33 is not between 0 and 32"),
    ):
        with pytest.raises(ExplainError, match=why):
            explained(silent, asked[0], **asked[1])

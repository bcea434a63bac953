from collections import Counter

import numpy as np
import pytest

from popgen_core.music.song import Song
from popgen_eval.corruptions import CORRUPTIONS, CROSSING, excerpt, swapping
from popgen_eval.judging.song import HEADLINE_EVALUATORS, evaluator_named
from popgen_eval.statistics import auc
from popgen_eval.validation import separations

KEEPS_ALL = {"pitchperm", "shufbar", "stepperm", "jitter", "pitchrand", "noise", "shiftfrac", "leadsemi"}


def pitches(song: Song) -> list[Counter]:
    return [Counter(track.notes["pitch"].tolist()) for track in song.tracks]


@pytest.mark.parametrize("name", list(CORRUPTIONS))
def test_a_corruption_changes_the_song_the_same_way_for_the_same_seed(lively: Song, name: str) -> None:
    before = [track.notes.copy() for track in lively.tracks]
    one, two = (CORRUPTIONS[name](lively, np.random.default_rng(3)) for _ in range(2))
    assert all((a.notes == b.notes).all() for a, b in zip(one.tracks, two.tracks, strict=True))
    assert all((a == b.notes).all() for a, b in zip(before, lively.tracks, strict=True))
    assert any(not np.array_equal(a.notes, b.notes) for a, b in zip(one.tracks, lively.tracks, strict=True)) or (
        not np.array_equal(one.tempos, lively.tempos)
    )
    if name in KEEPS_ALL:
        assert one.note_count == lively.note_count


def test_what_a_corruption_keeps(lively: Song) -> None:
    random = np.random.default_rng(0)
    for name in ("pitchperm", "shufbar", "stepperm", "jitter", "shiftfrac"):
        assert pitches(CORRUPTIONS[name](lively, random)) == pitches(lively), name
    shuffled = CORRUPTIONS["shufbar"](lively, random).tracks[0].notes["start_tick"]
    assert Counter((shuffled % 1920).tolist()) == Counter((lively.tracks[0].notes["start_tick"] % 1920).tolist())


def test_one_bar_is_in_every_bar(lively: Song) -> None:
    for track in CORRUPTIONS["onebar"](lively, np.random.default_rng(0)).tracks:
        bar, place = np.divmod(track.notes["start_tick"], 1920)
        assert all((place[bar == number] == place[bar == 0]).all() for number in range(16))


def test_swapped_tracks_come_from_other_songs(lively: Song) -> None:
    other = CORRUPTIONS["noise"](lively, np.random.default_rng(9))
    swapped = swapping([lively, other])(lively, np.random.default_rng(0))
    assert (swapped.tracks[0].notes == lively.tracks[0].notes).all()
    assert all((a.notes == b.notes).all() for a, b in zip(swapped.tracks[1:], other.tracks[1:], strict=True))


def test_an_excerpt_begins_where_the_song_does(lively: Song, track) -> None:
    late = track("lead", (0, 480, 60), bars=40).notes
    late = late[late["start_tick"] >= 1920 * 3]
    song = Song(480, (track("lead"),), lively.tempos)
    cut = excerpt(Song(480, (type(song.tracks[0])("lead", 0, False, late),)), bars=16)
    assert cut.tracks[0].notes["start_tick"].tolist() == [1920 * bar for bar in range(16)]


def test_auc_by_hand() -> None:
    assert auc(np.array([2.0, 3.0]), np.array([1.0, 1.0])) == 1.0
    assert auc(np.array([1.0, 3.0]), np.array([1.0, 2.0])) == (0.5 + 0 + 1 + 1) / 4


def test_separations_name_each_figure_against_each_corruption(lively: Song) -> None:
    headline = [evaluator_named(name) for name in HEADLINE_EVALUATORS]
    found = separations([lively, lively], evaluators=headline)
    assert len(found) == (len(CORRUPTIONS) + len(CROSSING)) * 7
    assert found == separations([lively, lively], evaluators=headline)
    noise = next(s for s in found if (s.corruption, s.figure) == ("noise", "harmonic_consistency"))
    assert (noise.auc, noise.paired, noise.n) == (1.0, 1.0, 2)

from collections import Counter

import numpy as np
import pytest

from popgen_core.music.song import Song, Track
from popgen_eval.corruptions import CORRUPTIONS, CROSSING

BAR, STEP = 1920, 120


def spoiled(song: Song, name: str, seed: int = 3) -> dict[str, tuple[Track, Track]]:
    """Each group's track before and after."""
    after = CORRUPTIONS[name](song, np.random.default_rng(seed))
    return {a.name: (a, b) for a, b in zip(song.tracks, after.tracks, strict=True)}


def moved(pair: tuple[Track, Track], field: str) -> set[int]:
    """By how much the notes of a track were moved, where their order stayed."""
    before, after = (np.sort(track.notes[field].astype(np.int64)) for track in pair)
    return set((after - before).tolist())


def same(pair: tuple[Track, Track]) -> bool:
    return bool(np.array_equal(pair[0].notes, pair[1].notes))


@pytest.mark.parametrize("seed", range(6))
def test_shift_moves_all_but_the_first_by_sixteenths_less_than_a_bar(lively: Song, seed: int) -> None:
    first, *others = spoiled(lively, "shift", seed).values()
    by = [moved(pair, "start_tick") for pair in others]
    assert same(first)
    assert all(len(one) == 1 and one <= {STEP * k for k in range(1, 16)} for one in by)
    assert len(set().union(*by)) > 1  # each by its own


@pytest.mark.parametrize("seed", range(6))
def test_shiftbar_moves_all_but_the_first_by_whole_bars_round_the_piece(lively: Song, seed: int) -> None:
    first, *others = spoiled(lively, "shiftbar", seed).values()
    assert same(first)
    for before, after in others:
        then, now = (np.bincount(track.notes["start_tick"] // BAR, minlength=16) for track in (before, after))
        assert any(np.array_equal(np.roll(then, k), now) for k in range(1, 16))
        assert not same((before, after))
        assert Counter((before.notes["start_tick"] % BAR).tolist()) == Counter(
            (after.notes["start_tick"] % BAR).tolist()
        )


def test_onsetrand_leaves_every_note_in_its_bar_and_off_the_grid(lively: Song) -> None:
    for before, after in spoiled(lively, "onsetrand").values():
        bars = [Counter(zip(t.notes["start_tick"] // BAR, t.notes["pitch"], strict=True)) for t in (before, after)]
        assert bars[0] == bars[1]
        assert (after.notes["start_tick"] % STEP != 0).mean() > 0.9


def test_gridnoise_keeps_the_pitches_and_plays_on_any_sixteenth(lively: Song) -> None:
    for before, after in spoiled(lively, "gridnoise").values():
        assert Counter(before.notes["pitch"].tolist()) == Counter(after.notes["pitch"].tolist())
        assert (after.notes["start_tick"] % STEP == 0).all()
        assert len(set((after.notes["start_tick"] % BAR // STEP).tolist())) > 10


@pytest.mark.parametrize(("name", "by"), [("leadtr", range(1, 7)), ("leadsemi", (-1, 1, 6))])
def test_the_lead_alone_is_moved_in_pitch(lively: Song, name: str, by: object) -> None:
    for seed in range(24):
        groups = spoiled(lively, name, seed)
        (found,) = moved(groups.pop("lead"), "pitch")
        assert found in by
        assert all(same(pair) for pair in groups.values())


def test_bassshift_moves_the_bass_alone(lively: Song) -> None:
    for seed in range(6):
        groups = spoiled(lively, "bassshift", seed)
        (found,) = moved(groups.pop("bass"), "start_tick")
        assert found in {STEP * k for k in range(1, 16)}
        assert all(same(pair) for pair in groups.values())


def test_bassodd_puts_the_bass_alone_on_odd_sixteenths_of_its_bars(lively: Song) -> None:
    groups = spoiled(lively, "bassodd")
    before, after = groups.pop("bass")
    step = after.notes["start_tick"] / STEP
    assert (step % 2 == 1).all()
    assert Counter((before.notes["start_tick"] // BAR).tolist()) == Counter((step // 16).tolist())
    assert all(same(pair) for pair in groups.values())


@pytest.mark.parametrize("name", ["voicing", "octchord"])
def test_octaves_of_chord_groups_are_moved_and_nothing_else(lively: Song, name: str) -> None:
    for group, (before, after) in spoiled(lively, name).items():
        kept = [Counter(zip(t.notes["start_tick"], t.notes["pitch"] % 12, strict=True)) for t in (before, after)]
        assert kept[0] == kept[1]
        assert same((before, after)) == (group not in ("chords", "strings", "guitar"))


def test_octchord_moves_what_is_in_a_half_bar_together(track) -> None:
    song = Song(480, (track("chords", (0, 480, 60), (480, 480, 67), (960, 480, 64)),))
    after = CORRUPTIONS["octchord"](song, np.random.default_rng(0)).tracks[0].notes["pitch"].astype(int).reshape(12, 3)
    assert (after[:, 1] - after[:, 0] == 7).all()
    octaves = (after - [60, 67, 64]) // 12
    assert set(octaves.ravel()) == {-2, -1, 0, 1, 2}
    assert (octaves[:, 2] != octaves[:, 0]).any()


def test_bassswap_takes_the_bass_alone_from_another_song(lively: Song) -> None:
    other = CORRUPTIONS["noise"](lively, np.random.default_rng(9))
    swapped = CROSSING["bassswap"]([lively, other])(lively, np.random.default_rng(0))
    for mine, theirs, got in zip(lively.tracks, other.tracks, swapped.tracks, strict=True):
        expected = theirs if got.name == "bass" else mine
        assert np.array_equal(got.notes, expected.notes)

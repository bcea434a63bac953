import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import Song, Track, notes_from
from popgen_eval.distribution.invariants import FAMILIES, INVARIANTS, invariants, key_aligned
from popgen_eval.distribution.stretch import stretches_of

BAR = 1920


def found(song: Song) -> dict[str, float]:
    (stretch,) = stretches_of(Piece(song, 0, 8))
    return dict(zip(INVARIANTS, invariants(stretch).tolist(), strict=True))


def test_there_are_41_in_ten_families() -> None:
    assert len(INVARIANTS) == len(set(INVARIANTS)) == 41
    assert [len(names) for _, names in FAMILIES.values()] == [12, 9, 4, 4, 2, 3, 4, 1, 1, 1]


def test_pitch_classes_are_counted_from_the_tonic_of_the_major_key() -> None:
    scale = np.zeros(12)
    scale[[2, 4, 6, 7, 9, 11, 1]] = [5, 1, 2, 1, 3, 1, 1]  # D major
    assert key_aligned(scale)[[0, 2, 4, 5, 7, 9, 11]] == pytest.approx(np.array([5, 1, 2, 1, 3, 1, 1]) / 14)
    minor = np.zeros(12)
    minor[[4, 6, 7, 9, 11, 0, 2]] = [5, 1, 3, 1, 3, 1, 1]  # E minor: that of G major
    assert key_aligned(minor)[[9, 0]] == pytest.approx([5 / 15, 3 / 15])


def test_two_beats_of_a_melody_by_hand(track) -> None:
    # each bar: a quarter on 1 (C), an eighth on 2 (D), an eighth on the offbeat of 2 (D), a half on 3 (G)
    lead = track("lead", (0, 480, 60), (480, 240, 62), (720, 240, 62), (960, 960, 67), bars=8)
    row = found(Song(480, (lead,)))
    assert row["sixteenth 0 of two beats"] == 0.5  # beats 1 and 3
    assert row["sixteenth 4 of two beats"] == row["sixteenth 6 of two beats"] == 0.25
    assert row["off the grid"] == 0
    assert row["lead notes"] == pytest.approx(np.log2(5))
    assert row["lead length"] == pytest.approx((0 - 1 - 1 + 1) / 4)
    assert row["bass notes"] == 0
    assert np.isnan(row["bass length"])
    assert row["mean pitch"] == pytest.approx(251 / 4)
    assert row["spread of pitch"] == pytest.approx(np.std([60, 62, 62, 67]))
    assert row["time in the best scale"] == 1
    shares = np.array([0.25, 0.25, 0.5])
    assert row["entropy"] == row["entropy of a bar"] == pytest.approx(-(shares * np.log2(shares)).sum())
    # 8 bars have 8 steps up by 2, 8 repeats, 8 leaps by 5, and 7 by 7 down to the next bar
    assert [row[n] for n in ("repeated notes", "steps", "leaps", "large leaps")] == pytest.approx(
        [8 / 31, 8 / 31, 8 / 31, 7 / 31]
    )
    assert row["groove"] == 1
    assert np.isnan(row["onsets together"])


def test_onsets_between_all_points_are_off_the_grid(track) -> None:
    lead = track("lead", (0, 100, 60), (60, 100, 60), (160, 100, 60), (240, 100, 60), bars=8)  # a 32nd, a triplet
    assert found(Song(480, (lead,)))["off the grid"] == 0.25


def test_transposition_moves_register_only(lively: Song) -> None:
    up = [Track(t.name, 0, t.is_drum, t.notes.copy()) for t in lively.tracks]
    for track in up:
        track.notes["pitch"] += 0 if track.is_drum else 5
    one, two = found(lively), found(Song(480, tuple(up)))
    moved = {name for name in INVARIANTS if not np.array_equal(one[name], two[name], equal_nan=True)}
    assert moved == {"mean pitch"}
    assert two["mean pitch"] - one["mean pitch"] == pytest.approx(5)


def test_a_piece_is_cut_into_whole_stretches_and_silent_ones_are_left_out() -> None:
    notes = [(bar * BAR + 480, 240, 60 + bar, 90) for bar in [*range(8), *range(16, 28)]]
    piece = Piece(Song(480, (Track("lead", 0, False, notes_from(notes)),)), 0, 32)
    stretches = stretches_of(piece)
    assert piece.bars == 28
    assert [stretch.parts[0].pitch.tolist() for stretch in stretches] == [list(range(60, 68)), list(range(76, 84))]
    assert stretches[1].parts[0].onset.tolist() == [4 * bar + 1.0 for bar in range(8)]
    assert stretches[1].parts[0].step.tolist() == [16 * bar + 4 for bar in range(8)]

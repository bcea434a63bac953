import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import Song, Track
from popgen_eval.metrics.coherence import NoteCoherence, motifs, scale_share, steps_small


def line(*pitches: int, every: int = 4) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(len(pitches)) * every, np.array(pitches)


def coherence(*tracks) -> object:
    return NoteCoherence().score(Piece(Song(480, tracks)))["note_coherence"]


def test_one_note_in_eight_out_of_the_scale_costs_three_tenths(track) -> None:
    pitches = (60, 64, 67, 69, 65, 62, 71, 61)  # C major, and a C sharp
    piece = Piece(Song(480, (track("lead", *((240 * place, 240, pitch) for place, pitch in enumerate(pitches))),)))
    assert scale_share(piece, piece.parts[0]) == pytest.approx((7 / 8 - 7 / 12) / (5 / 12))


def test_the_scale_is_that_of_the_mix(track) -> None:
    lead = track("lead", (0, 480, 66), (480, 480, 68))  # by itself in many scales, none of them C major
    chords = track("chords", *((0, 1920, pitch) for pitch in (60, 62, 64, 65, 67, 69, 71)))
    piece = Piece(Song(480, (lead, chords)))
    assert [scale_share(piece, part) for part in piece.parts] == [1.0, 0.0]
    assert coherence(lead).value == pytest.approx(1.0)


def test_the_scale_is_that_of_the_half_bar_in_which_a_note_begins(track) -> None:
    notes = [(240 * place, 240, pitch) for place, pitch in enumerate((60, 62, 64, 65, 67, 69, 71, 72))]
    first, then = track("lead", *notes, bars=6).notes, track("lead", *notes, bars=6).notes
    then["start_tick"] += 1920 * 6
    then["pitch"] += 6
    piece = Piece(Song(480, (Track("lead", 0, False, np.concatenate([first, then])),)))
    assert scale_share(piece, piece.parts[0]) == 1.0


def test_intervals_up_to_a_fourth_are_small_and_an_octave_is_not() -> None:
    assert steps_small(*line(60, 65, 60, 60)) == 1.0
    assert steps_small(*line(60, 67, 79)) == pytest.approx((5 / 7 + 0) / 2)
    assert steps_small(*line(60, 84)) == 0.0


def test_a_rest_of_more_than_four_beats_ends_a_line() -> None:
    assert steps_small(np.array([0, 16, 33]), np.array([60, 67, 30])) == pytest.approx(5 / 7)
    assert np.isnan(steps_small(np.array([0, 17]), np.array([60, 67])))


def test_half_of_four_trigrams_come_back() -> None:
    # moves +2 +2 -4 +2 +2 -4: trigrams (2 2 -4) (2 -4 2) (-4 2 2) (2 2 -4)
    assert motifs(*line(60, 62, 64, 60, 62, 64, 60)) == pytest.approx(0.5)


def test_a_motif_is_rhythm_too() -> None:
    steps, pitches = line(60, 62, 64, 60, 62, 64, 60)
    steps[4:] += 1  # the second time the first note is longer
    assert motifs(steps, pitches) == 0.05


def test_a_motif_is_three_moves_and_not_two() -> None:
    assert motifs(*line(60, 62, 64, 69, 71, 73, 80)) == 0.05  # +2 +2 comes twice, followed by +5 and by +7


def test_motifs_are_never_nothing_and_undefined_without_three_moves() -> None:
    assert motifs(*line(60, 61, 63, 66, 70)) == 0.05
    assert np.isnan(motifs(*line(60, 61, 63)))


def test_a_scale_up_and_down_in_every_bar_is_wholly_coherent(track) -> None:
    notes = [(240 * place, 240, pitch) for place, pitch in enumerate((60, 62, 64, 65, 67, 65, 64, 62))]
    assert coherence(track("lead", *notes)).value == pytest.approx(1.0)


def test_coherence_is_the_cube_root_of_its_three_parts(track) -> None:
    pitches = (60, 64, 67, 69, 65, 62, 71, 61)  # intervals 4 3 2 4 3 9 10 and, to the next bar, 1
    lead = track("lead", *((240 * place, 240, pitch) for place, pitch in enumerate(pitches)))
    small = (12 * (5 + 3 / 7 + 2 / 7) + 11) / (12 * 7 + 11)
    assert coherence(lead).value == pytest.approx((0.7 * small * 1.0) ** (1 / 3))


def test_groups_weigh_by_the_root_of_their_notes(track) -> None:
    good = track("lead", (0, 480, 60), (480, 480, 60), (960, 480, 60), (1440, 480, 60))  # 48 notes, 1
    leaps = track("bass", (0, 480, 36), (960, 480, 48), bars=12)  # 24 notes an octave apart, 0
    expected = 48**0.5 / (48**0.5 + 24**0.5)
    assert coherence(good, leaps).value == pytest.approx(expected)


def test_drums_and_groups_of_few_notes_do_not_count(track) -> None:
    drums = track("drums", *((120 * place, 60, 36) for place in range(16)))
    few = track("lead", (0, 480, 60), bars=15)
    enough = track("lead", (0, 480, 60), bars=16)
    assert coherence(drums, few).reason == "no pitched group has 16 notes and a line"
    assert np.isnan(coherence(drums, few).value)
    assert coherence(drums, enough).value == pytest.approx(1.0)

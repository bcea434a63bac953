import numpy as np
import pytest

from popgen_core.analysis.agreement import agreement
from popgen_core.analysis.chords import KINDS, Chords, chords_of
from popgen_core.analysis.chroma import half_bar_chroma, lowest_pitches
from popgen_core.analysis.scales import key_share, scales_of

C, D, E, F, G, A, B = 0, 2, 4, 5, 7, 9, 11
C_MAJOR = {C, D, E, F, G, A, B}


def chroma(*classes: int, beats: float = 1.0) -> np.ndarray:
    row = np.zeros((1, 12))
    row[0, list(classes)] = beats
    return row


def sounding(*notes: tuple[float, float, int], halves: int = 4) -> np.ndarray:
    onset, length, pitch = (np.array(column) for column in zip(*notes, strict=True))
    return half_bar_chroma(onset.astype(float), length.astype(float), pitch.astype(int), halves, 2.0)


def chord(found: Chords) -> tuple[int, str]:
    return int(found.root[0]), list(KINDS)[found.kind[0]]


def test_a_note_over_a_half_bar_line_counts_in_both_half_bars() -> None:
    found = sounding((1.5, 2.0, 64))
    assert found[:, E].tolist() == [0.5, 1.5, 0.0, 0.0]
    assert found.sum() == 2.0


def test_a_note_sounds_no_longer_than_eight_beats() -> None:
    assert sounding((0.0, 100.0, 60), halves=8)[:, C].tolist() == [2.0, 2.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0]


def test_times_are_whole_parts_of_a_beat_so_that_their_sums_are_exact() -> None:
    parts = sounding((0.0, 1 / 3, 60), (0.1, 0.7, 62), (1.9, 0.3, 64)) * 4096
    assert (parts == np.rint(parts)).all()
    assert parts[0, C] == 1365  # a third of 4096


def test_what_sounds_before_or_after_the_window_does_not_count() -> None:
    assert sounding((-0.5, 1.0, 60))[:, C].tolist() == [1.0, 0.0, 0.0, 0.0]  # an early note is taken to be on time
    assert sounding((7.0, 4.0, 60))[:, C].tolist() == [0.0, 0.0, 0.0, 1.0]


def test_the_lowest_pitch_is_that_of_all_that_sounds_in_the_half_bar() -> None:
    onset, length, pitch = np.array([0.0, 1.0, 4.0]), np.array([1.0, 2.0, 1.0]), np.array([60, 48, 72])
    assert lowest_pitches(onset, length, pitch, 4, 2.0).tolist() == [48, 48, 72, 128]


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_of_chord_is_found_on_its_bass(kind: str) -> None:
    for root in range(12):
        tones = [(root + tone) % 12 for tone in KINDS[kind][0]]
        found = chords_of(chroma(*tones), np.array([36 + root]))
        assert chord(found) == (root, kind)
        assert set(np.flatnonzero(found.tones[0])) == set(tones)


def test_of_chords_with_the_same_tones_the_one_on_the_bass_is_meant() -> None:
    assert chord(chords_of(chroma(C, D, G), np.array([48]))) == (C, "sus2")
    assert chord(chords_of(chroma(C, D, G), np.array([43]))) == (G, "sus4")
    assert chord(chords_of(chroma(C, E, 8), np.array([52]))) == (E, "aug")


def test_a_triad_is_preferred_to_a_rarer_chord_that_fits_a_little_better() -> None:
    # C E G and .49 of B: cosine 3 / (1.732 x 1.8) = .962 for maj, 3.49 / (2 x 1.8) = .969 less .02 for maj7
    row = chroma(C, E, G, beats=1.0)
    row[0, B] = 0.49
    assert chord(chords_of(row, np.array([48]))) == (C, "maj")
    row[0, B] = 0.6
    assert chord(chords_of(row, np.array([48]))) == (C, "maj7")


def test_silence_has_neither_chord_nor_scale() -> None:
    found = chords_of(np.zeros((2, 12)), np.array([128, 128]))
    assert found.root.tolist() == [-1, -1]
    assert not found.tones.any()
    assert not scales_of(np.zeros((2, 12)), np.array([128, 128])).any()


def test_the_scale_holds_for_four_half_bars_before_and_after() -> None:
    rows = np.zeros((12, 12))
    rows[0, [C, D, E, F, G, A, B]] = 1.0
    found = scales_of(rows, np.full(12, 48))
    assert {frozenset(np.flatnonzero(row)) for row in found[:5]} == {frozenset(C_MAJOR)}
    assert not found[5:].any()


def test_harmonic_minor_is_found() -> None:
    a_minor = {A, B, C, D, E, F, 8}
    assert set(np.flatnonzero(scales_of(chroma(*a_minor), np.array([45]))[0])) == a_minor


def test_of_scales_that_fit_equally_here_the_one_that_fits_the_whole_window_is_meant() -> None:
    rows = np.zeros((20, 12))
    rows[0, [C, E, G]] = 1.0  # in C, F and G major alike
    rows[19, list(C_MAJOR)] = 1.0
    rows[19, F] = 0.0
    rows[19, 6] = 1.0  # the window's end is in G major
    assert set(np.flatnonzero(scales_of(rows, np.full(20, 48))[0])) == {G, A, B, C, D, E, 6}


def test_chords_and_scales_move_with_the_song_exactly() -> None:
    random = np.random.default_rng(1)
    rows = np.rint(random.random((40, 12)) * 3) / 4096  # few values, so that there are many ties
    bass = random.integers(36, 60, 40)
    for by in range(1, 12):
        moved = np.roll(rows, by, axis=1)
        assert (np.roll(chords_of(rows, bass).tones, by, axis=1) == chords_of(moved, bass + by).tones).all()
        assert (np.roll(scales_of(rows, bass), by, axis=1) == scales_of(moved, bass + by)).all()


def test_the_share_in_one_key_is_of_sounding_time() -> None:
    row = chroma(*C_MAJOR, beats=1.0)
    row[0, 1] = 3.0  # C sharp: D harmonic minor holds it and 5 others, C major 7 of 10
    assert key_share(row) == pytest.approx(0.8)
    assert np.isnan(key_share(np.zeros((3, 12))))


def test_agreement_is_six_tenths_chord_and_four_tenths_scale_above_chance() -> None:
    others = chroma(*C_MAJOR, beats=0.1)
    others[0, [C, E, G]] = 2.0
    half_on_chord = agreement(chroma(C, F), others, np.array([48]))
    chance = 0.6 * 3 / 12 + 0.4 * 7 / 12
    assert half_on_chord == pytest.approx((0.6 * 0.5 + 0.4 - chance) / (1 - chance))
    assert agreement(chroma(C, G), others, np.array([48])) == pytest.approx(1.0)
    assert agreement(chroma(1, 6), others, np.array([48])) == 0.0


def test_half_bars_count_equally_and_only_those_where_both_sound() -> None:
    others = np.zeros((3, 12))
    others[:2] = chroma(*C_MAJOR, beats=0.1)
    others[:2, [C, E, G]] = 2.0
    group = np.concatenate([chroma(C), chroma(6, beats=3.0), chroma(6)])
    chance = 0.6 * 3 / 12 + 0.4 * 7 / 12
    assert agreement(group, others, np.array([48, 48, 128])) == pytest.approx((0.5 - chance) / (1 - chance))


def test_agreement_counts_half_bars_where_both_sound_and_is_undefined_without() -> None:
    others = np.concatenate([chroma(C, E, G), np.zeros((1, 12))])
    group = np.concatenate([chroma(C), chroma(6)])
    assert agreement(group, others, np.array([48, 128])) == pytest.approx(1.0)
    assert np.isnan(agreement(group[::-1][:1], np.zeros((1, 12)), np.array([128])))

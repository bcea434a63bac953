"""Outline and harmony: what share of what was asked tiny songs meet, by hand."""

import pytest
from asked_songs import plan, song

from popgen_core.plan import NO_CHORD, Chord, Key, Section
from popgen_core.plan.met.adherence import Adherence, adherence
from popgen_core.plan.met.figure import Figure
from popgen_core.plan.scale import scale_of

BAR = Section("verse", 1)
C, A_MINOR = Chord(0), Chord(9, "min")


def value(found: Adherence, name: str) -> float | None:
    return found.figures()[name].value


def chords_of_bar(*pitches: int, chord: Chord, beats: float = 2.0) -> Figure:
    """A first half bar of these pitches, at which a chord is asked."""
    played = song({"chords": [(0, beats, pitch, 80) for pitch in pitches], "lead": [(3, 1, 72, 80)]})
    return adherence(played, plan(BAR, chords={0: chord})).chords


def test_a_song_as_long_as_asked_up_to_its_end_marker_meets_its_length() -> None:
    asked = plan(Section("verse", 8))
    notes = {"bass": [(0.0, 1.0, 36, 80)]}
    assert value(adherence(song(notes, end_beat=32), asked), "length") == 1.0
    assert value(adherence(song(notes, end_beat=24), asked), "length") == 0.75
    assert value(adherence(song(notes, end_beat=64), asked), "length") == 0.5
    assert value(adherence(song(notes, end_beat=2), asked), "length") == 1 / 16


def test_without_an_end_marker_a_last_note_that_rings_on_writes_no_bar_and_a_held_one_does() -> None:
    asked = plan(Section("verse", 2))
    assert value(adherence(song({"bass": [(7.0, 2.5, 36, 80)]}), asked), "length") == 1.0
    assert value(adherence(song({"bass": [(4.0, 0.5, 36, 80)]}), asked), "length") == 1.0
    assert value(adherence(song({"bass": [(0.0, 16.0, 36, 80)]}), asked), "length") == 0.5


def test_the_share_of_seconds_at_the_asked_tempo_counts() -> None:
    slower = song({}, tempos=[(0, 500_000), (4 * 480, 1_000_000)], end_beat=8)  # 2 seconds at 120, 4 at 60
    assert value(adherence(slower, plan(BAR, tempo=120.0)), "tempo") == pytest.approx(1 / 3)
    assert value(adherence(slower, plan(BAR, tempo=60.0)), "tempo") == pytest.approx(2 / 3)


def test_a_tempo_may_differ_by_one_percent() -> None:
    steady = song({}, end_beat=4)
    assert [value(adherence(steady, plan(BAR, tempo=bpm)), "tempo") for bpm in (121.2, 121.3, 118.9, 118.7)] == [
        1.0,
        0.0,
        1.0,
        0.0,
    ]


def test_the_share_of_seconds_in_the_asked_meter_counts_and_six_eights_are_not_three_quarters() -> None:
    changing = song({}, meters=[(0, 4, 4), (4 * 480, 3, 4), (10 * 480, 6, 8)], end_beat=16)
    shares = [value(adherence(changing, plan(BAR, meter=meter)), "meter") for meter in ((4, 4), (3, 4), (6, 8), (6, 4))]
    assert shares == pytest.approx([4 / 16, 6 / 16, 6 / 16, 0.0])


def test_what_a_map_says_after_the_end_is_not_heard() -> None:
    after = song({}, tempos=[(0, 500_000), (8 * 480, 250_000)], meters=[(0, 4, 4), (8 * 480, 3, 4)], end_beat=8)
    found = adherence(after, plan(BAR, tempo=120.0, meter=(4, 4)))
    assert (value(found, "tempo"), value(found, "meter")) == (1.0, 1.0)


def test_a_minor_key_has_its_natural_scale_and_the_raised_seventh() -> None:
    assert scale_of(Key(0)) == {0, 2, 4, 5, 7, 9, 11}
    assert scale_of(Key(9, "minor")) == {9, 11, 0, 2, 4, 5, 7, 8}
    assert scale_of(Key(11)) == {11, 1, 3, 4, 6, 8, 10}


def test_the_share_of_sounding_time_on_tones_of_the_key_counts() -> None:
    played = song({"lead": [(0, 3, 60, 80), (3, 1, 61, 80)], "drums": [(0, 4, 37, 80)]})
    found = adherence(played, plan(Section("verse", 1, key=Key(0)))).key
    assert (found.value, found.chance) == (0.75, 7 / 12)
    assert found.counts == {"beats": 4.0}
    minor = adherence(played, plan(Section("verse", 1, key=Key(10, "minor")))).key  # A sharp minor: both tones
    assert (minor.value, minor.chance) == (1.0, 8 / 12)


def test_each_section_is_heard_in_its_own_key_and_one_of_open_key_is_not() -> None:
    played = song({"lead": [(0, 4, 65, 80), (4, 4, 66, 80), (8, 4, 61, 80)]})  # F, F sharp, C sharp
    sections = Section("verse", 1, key=Key(0)), Section("chorus", 1, key=Key(7)), Section("outro", 1)
    assert adherence(played, plan(*sections)).key.value == 1.0
    assert adherence(played, plan(sections[1], sections[0], sections[2])).key.value == 0.0


def test_a_note_counts_for_eight_beats_at_most() -> None:
    played = song({"lead": [(0, 40, 60, 80)], "bass": [(0, 8, 37, 80)]}, end_beat=40)
    assert adherence(played, plan(Section("verse", 10, key=Key(0)))).key.value == 0.5


def test_the_share_of_sounding_time_on_tones_of_the_asked_chord_counts() -> None:
    played = song({"chords": [(0, 2, 60, 80), (0, 2, 64, 80), (2, 2, 61, 80)], "lead": [(0, 1, 74, 80)]})
    found = adherence(played, plan(BAR, chords={0: C})).chord_tones  # the second half bar is open
    assert (found.value, found.chance) == (4 / 5, 3 / 12)
    assert adherence(played, plan(BAR, chords={0: Chord(0, "maj", 2)})).chord_tones.value == 1.0  # C over D


def test_a_half_bar_asked_to_be_without_a_chord_has_no_chord_tones() -> None:
    played = song({"chords": [(0, 2, 60, 80), (2, 2, 61, 80)]})
    assert adherence(played, plan(BAR, chords={0: C, 1: NO_CHORD})).chord_tones.value == 1.0
    assert not adherence(played, plan(BAR, chords={1: NO_CHORD})).chord_tones.asked


def test_a_chord_is_met_by_its_root_and_its_third() -> None:
    assert chords_of_bar(60, 64, 67, chord=C).value == 1.0
    assert chords_of_bar(60, 64, 67, 70, chord=C).value == 1.0  # a seventh says nothing
    assert chords_of_bar(60, 63, 67, chord=C).value == 0.0
    assert chords_of_bar(57, 60, 64, chord=C).value == 0.0
    assert chords_of_bar(62, 67, 71, chord=C).value == 0.0
    assert chords_of_bar(57, 60, 64, 67, chord=A_MINOR).value == 1.0
    assert chords_of_bar(60, 65, 67, chord=C).value == 0.0  # a fourth for the third
    assert chords_of_bar(60, 65, 67, chord=Chord(0, "sus2")).value == 1.0
    assert chords_of_bar(60, 63, 66, chord=Chord(0, "min")).value == 1.0
    assert chords_of_bar(60, 64, 67, chord=Chord(0, "7", 4)).value == 1.0  # nor does the bass


def test_the_chance_of_a_chord_is_that_of_the_same_song_moved_by_any_semitones() -> None:
    assert chords_of_bar(57, 60, 64, chord=Chord(0, "min")).chance == pytest.approx(1 / 12)
    assert chords_of_bar(57, 60, 64, chord=C).chance == 0.0  # a minor chord is major in no key


def test_no_chord_is_met_by_silence_and_a_tail_of_less_than_a_sixteenth_is_silence() -> None:
    assert chords_of_bar(chord=NO_CHORD).value == 1.0
    assert chords_of_bar(60, chord=NO_CHORD).value == 0.0
    assert chords_of_bar(60, chord=NO_CHORD, beats=0.2).value == 1.0
    assert chords_of_bar(60, chord=NO_CHORD, beats=0.25).value == 0.0


def test_a_silent_half_bar_at_which_a_chord_is_asked_does_not_count() -> None:
    played = song({"chords": [(0, 2, pitch, 80) for pitch in (60, 64, 67)]})
    found = adherence(played, plan(BAR, chords={0: C, 1: C})).chords
    assert (found.value, found.counts) == (1.0, {"half bars": 1})


def test_half_bars_follow_the_songs_own_meters() -> None:
    waltz = song(
        {"chords": [(4, 1.5, pitch, 80) for pitch in (60, 64, 67)] + [(5.5, 1.5, pitch, 80) for pitch in (57, 60, 64)]},
        meters=[(0, 4, 4), (4 * 480, 3, 4)],
    )
    found = adherence(waltz, plan(Section("verse", 2), chords={2: C, 3: A_MINOR}))
    assert (found.chords.value, found.chord_tones.value) == (1.0, 1.0)

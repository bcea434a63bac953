"""Who plays, with what energy, in what form; and what holds of all figures: what tiny songs meet, by hand."""

import json
from dataclasses import replace

import pytest
from asked_songs import Note, moved_plan, moved_song, plan, song

from popgen_core.music.song import Song, Track
from popgen_core.plan import NO_CHORD, Chord, Key, Recall, Section
from popgen_core.plan.found import plan_of
from popgen_core.plan.met.adherence import adherence, overall_adherence
from popgen_core.plan.met.figure import Figure
from popgen_core.songwriter import write_songs


def bars(*pitches: int, velocity: int = 80) -> list[Note]:
    """One note of two beats a bar."""
    return [(4.0 * bar, 2.0, pitch, velocity) for bar, pitch in enumerate(pitches)]


FULL = plan(
    Section("verse", 4, 0.2, Key(0), ("bass", "chords"), {"bass": 0.5}, {"bass": 0.6}),
    Section("chorus", 4, 0.7, Key(9, "minor"), ("bass", "chords", "lead"), {"lead": 1.0}, {"lead": 0.8}),
    Section("verse", 4, 0.3, None, None),
    Section("chorus", 4, 0.9, Key(0), ("bass",)),
    chords={half: (Chord(0), Chord(9, "min7"), Chord(7, "sus4", 5), NO_CHORD)[half % 4] for half in range(31)},
    recalls={bar: Recall(bar - 8, 0.9) for bar in range(8, 16)},
    tempo=120.0,
    meter=(4, 4),
)
BAND = song(
    {
        "bass": bars(*[36, 45, 43, 41] * 4, velocity=70),
        "chords": [(4.0 * bar + beat, 1.9, 60 + beat + bar % 5, 75) for bar in range(14) for beat in (0, 2, 3)],
        "lead": [(16.0 + beat / 2, 0.5, 72 + beat % 7, 100) for beat in range(32)],
        "drums": [(float(beat), 0.2, 36 + beat % 2 * 2, 90) for beat in range(64)],
    },
    end_beat=64,
)


def test_a_decision_is_met_where_a_group_plays_that_was_asked_and_is_silent_where_it_was_not() -> None:
    played = song({"bass": bars(36, 36), "lead": bars(72), "drums": bars(36, 38, 36)})
    asked = plan(Section("verse", 1, groups=("bass",)), Section("chorus", 1, groups=("bass", "lead")))
    found = adherence(played, asked).groups
    # bass plays twice; lead plays and should not, then should and does not; drums play twice, unasked
    assert (found.value, found.counts) == (2 / 6, {"decisions": 6, "notes not asked": 3})


def test_a_note_played_a_little_before_the_bar_line_is_the_next_sections() -> None:
    asked = plan(Section("verse", 1, groups=("bass",)), Section("chorus", 1, groups=("bass", "lead")))
    played = song({"bass": bars(36, 36), "lead": [(3.9, 1.0, 72, 80)]})
    assert adherence(played, asked).groups.value == 1.0


def test_of_sections_that_say_nothing_groups_ask_that_others_are_silent_and_they_play_somewhere() -> None:
    played = song({"bass": [(4, 1, 36, 80)], "drums": bars(38)})
    asked = plan(Section("verse", 1), Section("chorus", 1))
    assert not adherence(played, asked).groups.asked
    assert adherence(played, asked, ["bass", "drums"]).groups.value == 1.0
    found = adherence(played, asked, ["bass", "lead"]).groups  # drums twice, bass and lead somewhere
    assert (found.value, found.counts) == (2 / 4, {"decisions": 4, "notes not asked": 1})


def test_groups_that_may_not_play_are_to_be_silent_whatever_a_section_says() -> None:
    played = song({"bass": bars(36), "lead": bars(72)})
    asked = plan(Section("verse", 1, groups=("bass", "lead")))
    assert adherence(played, asked).groups.value == 1.0
    assert adherence(played, asked, ["bass"]).groups.value == 0.5


def test_density_and_dynamics_are_the_less_over_the_more() -> None:
    played = song({"bass": [(0, 1, 36, 64), (0, 1, 48, 90), (2, 1, 36, 80)]}, end_beat=8)  # two onsets, three notes
    first, second = Section("verse", 1, density={"bass": 1.0}), Section("outro", 1, density={"bass": 0.0, "lead": 0.5})
    assert adherence(played, plan(first)).density.value == 0.5
    assert adherence(played, plan(first, second)).density.value == pytest.approx((0.5 + 1.0 + 0.0) / 3)
    assert adherence(played, plan(replace(first, bars=2, density={"bass": 0.5}))).density.value == 0.5  # a bar is empty
    mean = (64 + 90 + 80) / 3 / 127
    loud = adherence(played, plan(Section("verse", 1, dynamics={"bass": 1.0, "lead": 0.5}))).dynamics
    assert (loud.value, loud.counts) == (pytest.approx(mean), {"groups in sections": 1})
    soft = adherence(played, plan(Section("verse", 1, dynamics={"bass": mean / 2}))).dynamics
    assert soft.value == pytest.approx(0.5)


def test_energy_is_met_in_the_order_of_the_sections() -> None:
    played = song({"bass": [(4.0 * bar, 1.0, 36, 70 + 10 * bar) for bar in range(4)]})

    def met(*energies: float | None) -> Figure:
        return adherence(played, plan(*[Section(str(at), 1, energy) for at, energy in enumerate(energies)])).energy

    assert (met(0.1, 0.2, 0.3, 0.4).value, met(0.1, 0.2, 0.3, 0.4).chance) == (1.0, 0.5)
    assert met(0.8, 0.6, 0.4, 0.2).value == 0.0
    assert met(0.1, 0.2, 0.4, 0.3).value == pytest.approx((1 + 0.8) / 2)  # 1 - 6 (1 + 1) / (4 x 15)
    assert met(0.1, 0.1, 0.3, 0.3).value == pytest.approx((1 + 4 / 20**0.5) / 2)  # ranks .5 .5 2.5 2.5, 0 1 2 3
    assert (met(0.1, 0.2, 0.3, None).asked, met(0.5, 0.5, 0.5, 0.5).asked, met(None).asked) == (False, False, False)
    even = song({"bass": bars(36, 36, 36, 36)})
    assert adherence(even, plan(*[Section(str(at), 1, at / 4) for at in range(4)])).energy.value == 0.5


def test_a_border_is_met_a_bar_early_or_late_and_chance_is_the_share_of_such_lines() -> None:
    played = song({"bass": bars(*[36] * 8, *[41] * 8)})

    def met(first: int, name: str = "chorus") -> Figure:
        return adherence(played, plan(Section("verse", first), Section(name, 16 - first))).form

    assert [met(first).value for first in (6, 7, 8, 9, 10)] == [0.0, 1.0, 1.0, 1.0, 0.0]
    assert met(8).chance == 3 / 15
    assert met(8).counts == {"borders": 1, "borders heard": 1}
    assert not met(8, "verse").asked  # what is repeated at once begins nothing new
    empty = plan(Section("verse", 8), Section("bridge", 0), Section("verse", 4), Section("chorus", 4))
    assert adherence(played, empty).form.counts["borders"] == 1


def test_a_recall_is_met_as_far_as_the_bars_are_alike_beside_others_as_far_apart() -> None:
    played = song({"bass": bars(36, 38, 40, 41, 36, 37, 40, 42)})
    section = Section("verse", 8)
    exact = adherence(played, plan(section, recalls={4: Recall(0)})).recall
    assert (exact.value, exact.chance) == (1.0, pytest.approx((0.5 + 1 + 0.5) / 3))  # the rhythm of all is the same
    missed = adherence(played, plan(section, recalls={5: Recall(1, 0.8)})).recall
    assert (missed.value, missed.chance) == (pytest.approx(0.5 / 0.8), pytest.approx((1 + 1 + 0.5 / 0.8) / 3))
    assert adherence(played, plan(section, recalls={7: Recall(0)})).recall.chance is None


def test_song_and_plan_moved_together_change_nothing() -> None:
    found = adherence(BAND, FULL).table()
    for by in range(1, 12):
        assert adherence(moved_song(BAND, by), moved_plan(FULL, by)).table() == found
    assert adherence(moved_song(BAND, 1), FULL).table() != found


def test_songs_meet_the_plan_found_in_them_and_not_its_chords_a_semitone_higher() -> None:
    for played in write_songs(3, 1):
        own, higher = adherence(played, plan_of(played)), adherence(played, moved_plan(plan_of(played), 1))
        kept = ("chords", "meter", "length", "density", "dynamics", "energy", "recall")
        assert {name: own.figures()[name].value for name in kept} == pytest.approx(dict.fromkeys(kept, 1.0))
        assert higher.chords.value < 0.1 < 0.7 < own.chord_tones.value  # type: ignore[operator]


def test_the_order_of_tracks_changes_nothing_and_one_without_notes_neither() -> None:
    turned = replace(BAND, tracks=(Track("strings", 48, False), *reversed(BAND.tracks)))
    assert adherence(turned, FULL).table() == adherence(BAND, FULL).table()


def test_what_is_silent_is_told_in_words_and_ranks_last() -> None:
    silent = adherence(song({}), FULL)
    assert {name for name, figure in silent.figures().items() if figure.value is None} == {
        *("key", "chord_tones", "tempo", "meter", "dynamics", "energy", "form", "recall"),
    }
    assert all(figure.reason for figure in silent.figures().values() if figure.value is None)
    assert silent.length.value == 0.0
    assert overall_adherence(silent) < 0.2 < overall_adherence(adherence(BAND, FULL))  # type: ignore[operator]


def test_overall_is_the_mean_of_what_was_asked() -> None:
    found = adherence(song({}, end_beat=4), plan(Section("verse", 2, key=Key(0)), tempo=120.0))
    assert (found.length.value, found.tempo.value, found.key.value) == (0.5, 1.0, None)
    assert overall_adherence(found) == (0.5 + 1.0 + 0.0) / 3


def test_a_plan_that_asks_nothing_is_met_in_nothing() -> None:
    for played in (BAND, song({})):
        found = adherence(played, plan())
        assert not any(figure.asked for figure in found.figures().values())
        assert overall_adherence(found) is None
    assert adherence(BAND, plan(Section("verse", 0, key=Key(0)), Section("chorus", 0))).length.asked is False


def test_nothing_raises_whatever_the_meters_and_however_long_song_and_plan_are() -> None:
    meters = [(0, 1, 4), (480, 4, 4), (1000, 7, 8), (9000, 3, 4), (20000, 1, 64)]
    odd = replace(BAND, meters=song({}, meters=meters).meters)
    for played in (odd, song({"drums": [(0.0, 0.0, 0, 1)]}), song({"lead": [(40000.0, 1.0, 127, 127)]}), Song(96, ())):
        for asked in (FULL, plan(Section("verse", 3000, 0.5, Key(0), ("lead",), {"lead": 1.0}), tempo=1.0)):
            table = adherence(played, asked, ["bass"]).table()
            assert all(0 <= row["value"] <= 1 for row in table["figures"].values() if row["value"] is not None)


def test_of_a_plan_of_more_bars_than_can_be_compared_the_first_2048_are_heard() -> None:
    notes = [(0.0, 1.0, 60, 80), (4.0 * 2100, 1.0, 61, 80), (4.0 * 2249, 4.0, 61, 80)]
    asked = plan(Section("verse", 2000, key=Key(0)), Section("chorus", 1000, key=Key(0)))
    found = adherence(song({"lead": notes}), asked)
    assert (found.key.value, found.length.value) == (1.0, 0.75)


def test_a_table_is_plain_and_lines_are_for_people() -> None:
    found = adherence(BAND, FULL)
    assert json.loads(json.dumps(found.table())) == found.table()
    asked = plan(Section("verse", 2, 0.5, key=Key(0)), Section("chorus", 2), tempo=120.0)
    lines = adherence(song({"lead": [(0, 2.99, 60, 80), (3, 0.01, 61, 80)]}, end_beat=8), asked).lines()
    assert lines == [
        "key           99 %  by chance 58 %, beats: 3",
        "tempo        100 %  seconds: 4",
        "length        50 %  bars asked: 4, bars written: 2",
        "form           0 %  by chance 0 %, borders: 1, borders heard: 0",
        "overall       62 %",
        "not asked: chords, chord tones, meter, groups, density, dynamics, "
        "energy (asked of 1 sections, an order can be told of 4), recall",
    ]
    shares = (1.0, 1 - 1e-10, 0.999, 0.29)
    assert [Figure(value).line().strip() for value in shares] == [
        "100 %",
        "100 %",
        "99 %",
        "29 %",
    ]

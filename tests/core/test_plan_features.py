"""A plan as numbers: what each control says of each half bar, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from popgen_core.plan import NO_CHORD, Chord, Key, Plan, Recall, Section
from popgen_core.plan.features import CONTROLS, control_parts, kept, plan_rows, silenced, slices, transposed

GROUPS = ("drums", "bass", "lead")
VERSE = Section(
    "verse",
    1,
    energy=0.75,
    key=Key(9, "minor"),
    groups=("drums", "lead"),
    density={"drums": 3.0, "lead": 0.0},
    dynamics={"lead": 0.6},
)
SONG = Plan(
    (VERSE, Section("solo", 1, energy=0.0, key=Key(7))),
    (Chord(9, "min"), Chord(2, "7", bass=0), NO_CHORD, None),
    (None, Recall(0, 0.9)),
)


def rows_of(name: str, plan: Plan = SONG) -> list[list[float]]:
    """(half bar, feature) of one control."""
    return [[round(value, 6) for value in row] for row in plan_rows(plan, {name}, GROUPS).tolist()]


def one_hot(place: int, size: int = 12) -> list[float]:
    return [float(number == place) for number in range(size)]


def tones(*classes: int) -> list[float]:
    return [float(number in classes) for number in range(12)]


def test_groups_that_play_are_one_others_minus_one_and_open_ones_nothing() -> None:
    assert rows_of("groups") == [[1, -1, 1], [1, -1, 1], [0, 0, 0], [0, 0, 0]]


def test_density_is_told_on_a_logarithmic_scale_beside_whether_it_is_known() -> None:
    # log2(1 + 3) / 2 = 1 -> 1; log2(1 + 0) / 2 = 0 -> -1; one onset a beat would be 0
    assert rows_of("density")[0] == [1, 1, 0, 0, 1, -1]
    assert rows_of("density", Plan((Section("", 1, density={"bass": 1.0}),), (None, None), (None,)))[1] == [
        *[0, 0, 1, 0, 0, 0]
    ]
    assert rows_of("density")[2:] == [[0] * 6] * 2


def test_dynamics_run_from_minus_one_to_one() -> None:
    assert rows_of("dynamics") == [[0, 0, 0, 0, 1, 0.2]] * 2 + [[0] * 6] * 2


def test_a_minor_key_has_the_tones_of_its_relative_major_and_its_own_tonic() -> None:
    assert rows_of("key")[0] == [*tones(0, 2, 4, 5, 7, 9, 11), *one_hot(9)]
    assert rows_of("key")[2] == [*tones(7, 9, 11, 0, 2, 4, 6), *one_hot(7)]


def test_a_chord_is_its_root_and_its_tones_with_the_bass_and_no_chord_a_feature_of_its_own() -> None:
    a_minor = [*one_hot(9), *tones(9, 0, 4), 0]
    d_seventh = [*one_hot(2), *tones(2, 6, 9, 0), 0]
    none, unknown = [*[0] * 24, 1], [0] * 25
    assert rows_of("chord") == [a_minor, d_seventh, none, unknown]
    assert rows_of("next") == [d_seventh, none, unknown, unknown]
    suspended_over_e = Plan((Section("", 1),), (Chord(0, "sus2", bass=4), None), (None,))
    assert rows_of("chord", suspended_over_e)[0] == [*one_hot(0), *tones(0, 2, 7, 4), 0]


def test_a_half_bar_stands_in_its_section_by_name_and_by_bars_from_either_end() -> None:
    assert rows_of("section") == [
        *[[*one_hot(1, 6), *one_hot(0, 8), *one_hot(0, 8), 1, 0]] * 2,
        *[[*one_hot(5, 6), *one_hot(0, 8), *one_hot(0, 8), 0, 1]] * 2,  # a name of one's own
    ]
    long = Plan((Section("chorus", 10),), (None,) * 20, (None,) * 10)
    since_and_left = [(row[6:14].index(1), row[14:22].index(1)) for row in rows_of("section", long)[::2]]
    assert since_and_left == [(0, 7), (1, 7), (2, 7), (3, 6), (4, 5), (5, 4), (6, 3), (7, 2), (7, 1), (7, 0)]
    assert all(row[:6] == one_hot(2, 6) and row[22:] == [1, 1] for row in rows_of("section", long))


def test_energy_and_recall_say_whether_they_are_known() -> None:
    assert rows_of("energy") == [[1, 0.5], [1, 0.5], [1, -1], [1, -1]]
    assert rows_of("recall") == [[0, 0], [0, 0], [1, 0.8], [1, 0.8]]
    assert rows_of("energy", Plan((Section("", 1),), (None, None), (None,))) == [[0, 0]] * 2


def test_of_a_plan_that_says_nothing_only_the_places_in_its_sections_are_known() -> None:
    silent = Plan((Section("verse", 2),), (None,) * 4, (None,) * 2)
    told = set(CONTROLS) - {"section"}
    assert not plan_rows(silent, told, GROUPS).any()
    assert not plan_rows(SONG, {"given"}, GROUPS).any()  # whose notes are given is no matter of a plan


@pytest.mark.parametrize("known", [CONTROLS, (), ("key", "energy")])
def test_rows_are_as_wide_as_their_parts_say_though_there_be_no_bars(known: tuple[str, ...]) -> None:
    width = sum(size for _, size in control_parts(known, len(GROUPS)))
    assert plan_rows(SONG, known, GROUPS).shape == (4, width)
    assert plan_rows(Plan((), (), ()), known, GROUPS).shape == (0, width)


def test_the_parts_stand_in_one_order_whatever_order_they_are_named_in() -> None:
    sizes = {"groups": 3, "density": 6, "dynamics": 6, "key": 24, "chord": 25, "next": 25, "section": 24}
    every = {**sizes, "energy": 2, "recall": 2, "given": 3}
    assert control_parts(CONTROLS, 3) == tuple(every.items())
    assert control_parts(["recall", "key"], 7) == (("key", 24), ("recall", 2))
    assert slices((("key", 24), ("recall", 2))) == {"key": slice(0, 24), "recall": slice(24, 26)}
    both = plan_rows(SONG, ["recall", "key"], GROUPS)
    assert np.array_equal(both[:, :24], plan_rows(SONG, {"key"}, GROUPS))
    assert np.array_equal(both[:, 24:], plan_rows(SONG, {"recall"}, GROUPS))


def up(plan: Plan, semitones: int) -> Plan:
    """The same plan, some semitones higher."""

    def chord(one: Chord | None) -> Chord | None:
        if one is None or one.root < 0:
            return one
        return Chord((one.root + semitones) % 12, one.kind, None if one.bass is None else (one.bass + semitones) % 12)

    sections = [
        Section(**{**vars(each), "key": each.key and Key((each.key.tonic + semitones) % 12, each.key.mode)})
        for each in plan.sections
    ]
    return Plan(tuple(sections), tuple(chord(one) for one in plan.chords), plan.recalls)


@pytest.mark.parametrize("semitones", [-6, -1, 0, 1, 5])
def test_transposing_the_rows_is_transposing_the_plan(semitones: int) -> None:
    parts = control_parts(CONTROLS, 3)
    rows = plan_rows(SONG, CONTROLS, GROUPS)
    before = rows.copy()
    assert np.array_equal(transposed(rows, semitones, parts), plan_rows(up(SONG, semitones), CONTROLS, GROUPS))
    assert np.array_equal(rows, before)
    assert np.array_equal(transposed(rows, 12, parts), rows)


def test_a_silenced_group_may_not_play_and_is_neither_dense_nor_loud_where_that_is_said() -> None:
    rows = plan_rows(SONG, ("groups", "density", "dynamics", "energy"), GROUPS)
    changed = silenced(rows, [0, 2], control_parts(("groups", "density", "dynamics", "energy"), 3)).round(6)
    assert changed[0].tolist() == [-1, -1, -1, *[1, -1, 0, 0, 1, -1], *[0, 0, 0, 0, 1, -1], *[1, 0.5]]
    assert np.array_equal(changed[2:], rows[2:])  # nothing was said there
    assert rows[0, 0] == 1
    alone = plan_rows(SONG, ("key",), GROUPS)
    assert np.array_equal(silenced(alone, [0], control_parts(("key",), 3)), alone)


def test_kept_are_the_controls_that_are_named_and_nothing_is_said_of_others() -> None:
    parts = control_parts(CONTROLS, 3)
    rows, where = plan_rows(SONG, CONTROLS, GROUPS), slices(parts)
    some = kept(rows, {"key", "energy", "position"}, parts)
    for name in CONTROLS:
        expected = rows[:, where[name]] if name in ("key", "energy") else 0 * rows[:, where[name]]
        assert np.array_equal(some[:, where[name]], expected)
    assert not kept(rows, set(), parts).any()
    assert rows.any()

"""A plan file holds the whole plan, can be edited by hand, and tells what is wrong with it in one line."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from popgen_core.analysis.chords import KINDS
from popgen_core.plan import MODES, NO_CHORD, Chord, Key, Plan, Recall, Section
from popgen_core.plan.words.errors import PlanError
from popgen_core.plan.words.recall_text import recalls_from, recalls_text
from popgen_core.plan.words.toml import plan_from_toml, plan_to_toml

SHARE = st.floats(0, 1)
GROUP = st.one_of(st.sampled_from(["drums", "bass", "lead"]), st.text(max_size=4))
KEY = st.builds(Key, st.integers(0, 11), st.sampled_from(MODES))
CHORD = st.builds(Chord, st.integers(0, 11), st.sampled_from(list(KINDS)), st.none() | st.integers(0, 11))
HALF = st.none() | st.just(NO_CHORD) | CHORD
SECTION = st.builds(
    Section,
    st.sampled_from(["verse", "chorus"]) | st.text(max_size=5),
    st.integers(1, 6),
    st.none() | SHARE,
    st.none() | KEY,
    st.none() | st.lists(GROUP, max_size=3).map(tuple),
    st.dictionaries(GROUP, st.floats(0, 1e9), max_size=3),
    st.dictionaries(GROUP, SHARE, max_size=3),
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    sections = tuple(draw(st.lists(SECTION, min_size=1, max_size=4)))
    bars = sum(section.bars for section in sections)
    chords = draw(st.lists(HALF, min_size=2 * bars, max_size=2 * bars))
    likeness = st.sampled_from([1.0, 0.95]) | SHARE
    recalls = [
        None,
        *(draw(st.none() | st.builds(Recall, st.integers(0, bar - 1), likeness)) for bar in range(1, bars)),
    ]
    tempo = draw(st.none() | st.floats(0.1, 1e6))
    meter = draw(st.none() | st.tuples(st.integers(1, 64), st.sampled_from([1, 2, 4, 8, 16, 32, 64])))
    return Plan(sections, tuple(chords), tuple(recalls), tempo, meter)


FILE = """\
tempo = 96.0
meter = "6/8"

[[section]]  # bars 1-2
name = "verse"
bars = 2
energy = 0.4
key = "Eb major"
groups = ["drums", "bass"]
density = { drums = 2.0, bass = 0.5 }
dynamics = { bass = 0.7 }
chords = "Eb | Ab Bb7"

[[section]]  # bars 3-5
name = "chorus"
bars = 3
chords = "N.C. | ? | %"
recalls = [
    "3-4 like 1-2 at 0.95",
    "5 like 1",
]
"""
SPOILS = ['"\\u001b" = 1\n', "\n[[section]]\n", "9" * 5000, "[" * 99, "1979-05-27", "\x00", "nan"]
EB, AB, BB7 = Chord(3), Chord(8), Chord(10, "7")
PLAN = Plan(
    (
        Section("verse", 2, 0.4, Key(3), ("drums", "bass"), {"drums": 2.0, "bass": 0.5}, {"bass": 0.7}),
        Section("chorus", 3),
    ),
    (EB, EB, AB, BB7, NO_CHORD, NO_CHORD, None, None, None, None),
    (None, None, Recall(0, 0.95), Recall(1, 0.95), Recall(0)),
    96.0,
    (6, 8),
)


def broken(text: str) -> str:
    with pytest.raises(PlanError) as refused:
        plan_from_toml(text)
    return str(refused.value)


def section(settings: str, bars: int = 2) -> str:
    return f'[[section]]\nname = "verse"\nbars = {bars}\n{settings}\n'


def test_a_plan_file_looks_like_this() -> None:
    assert plan_to_toml(PLAN) == FILE.replace("? | %", "? | ?")
    assert plan_from_toml(FILE) == PLAN


@settings(deadline=None, max_examples=30)
@given(plans())
def test_every_plan_is_read_back_from_its_file_exactly(plan: Plan) -> None:
    assert plan_from_toml(plan_to_toml(plan)) == plan


def test_what_is_left_out_stays_open_and_chords_repeat_to_fill_their_section() -> None:
    assert plan_from_toml(section("")) == Plan((Section("verse", 2),), (None,) * 4, (None, None))
    assert plan_from_toml(section('key = "Am"\nchords = "i VI"', bars=3)).chords == tuple(
        chord for chord in (Chord(9, "min"), Chord(5), Chord(9, "min")) for _ in range(2)
    )


def test_a_plan_whose_numbers_were_counted_with_arrays_is_written_as_any_other() -> None:
    counted = Section("verse", np.int64(1), np.float64(0.5), density={"bass": np.float32(0.5)})  # type: ignore[arg-type,dict-item]
    written = plan_to_toml(Plan((counted,), (None, None), (None,), np.float32(96), (np.int64(4), 4)))  # type: ignore[arg-type]
    assert plan_from_toml(written) == Plan(
        (Section("verse", 1, 0.5, density={"bass": 0.5}),), (None, None), (None,), 96.0, (4, 4)
    )


def test_recalls_of_a_passage_are_one_line_and_of_different_likeness_one_number_a_bar() -> None:
    recalls = [Recall(0), Recall(1), Recall(0, 0.5), Recall(1, 0.25), None, Recall(3, 0.5)]
    lines = ["5-6 like 1-2", "7-8 like 1-2 at 0.5 0.25", "10 like 4 at 0.5"]
    assert recalls_text(recalls, 4) == lines
    assert recalls_from(lines, 4, 6) == recalls


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tempo = ", "the plan cannot be read: Invalid value (at end of document)"),
        ("", "section: expected one table or more under [[section]]"),
        ('[section]\nname = "a"', "section: expected one table or more under [[section]]"),
        (FILE.replace("[[section]]", "[[sections]]"), "sections: unknown key; did you mean 'section'?"),
        ("temp = 1\n" + FILE, "temp: unknown key; did you mean 'tempo'?"),
        (FILE.replace("96.0", "0"), "tempo: Input should be greater than 0, got 0"),
        (FILE.replace("6/8", "6:8"), 'meter: expected a meter such as 4/4 or 6/8, got "6:8"'),
        (FILE.replace("6/8", "6/0"), 'meter: expected a meter such as 4/4 or 6/8, got "6/0"'),
        (section("enrgy = 1"), "section 1.enrgy: unknown key; did you mean 'energy'?"),
        (section("energy = 1.5"), "section 1.energy: Input should be less than or equal to 1, got 1.5"),
        (section("energy = nan"), "section 1.energy: Input should be"),
        (section("energy = 1979-05-27"), "section 1.energy: Input should be a valid number"),
        ("[[section]]\nname = 1979-05-27\nbars = 1", "section 1.name: Input should be a valid string"),
        (section('energy = "0.5"'), "section 1.energy: Input should be a valid number, got '0.5'"),
        (section("density = { drums = -1 }"), "section 1.density.drums: Input should be greater than or equal to 0"),
        (section("dynamics = { drums = 2 }"), "section 1.dynamics.drums: Input should be less than or equal to 1"),
        (section("", bars=0), "section 1.bars: Input should be greater than or equal to 1, got 0"),
        ("[[section]]\nbars = 1", "section 1.name: Field required"),
        (section("", bars=2000) + section("", bars=1), "section 2.bars: more than 2000 bars in all"),
        (FILE + section('key = "H"'), 'section 3.key: "H": expected a key such as C'),
        (section('chords = "C IV"'), 'section 1.chords: at 3 "IV": a Roman numeral needs a key'),
        (section('chords = "C G Am"'), "section 1.chords: 3 bars of chords, the section has 2"),
        (section('recalls = ["2 = 1"]'), 'section 1.recalls: "2 = 1": expected bars such as 17-24 like 5-12'),
        (section('recalls = ["2 like 2"]'), 'section 1.recalls: "2 like 2": a bar is like one before it'),
        (section('recalls = ["2 like 0"]'), "a bar is like one before it"),
        (section('recalls = ["3 like 1"]'), "the section has bars 1-2"),
        (FILE + section('recalls = ["5-6 like 1-2"]'), 'section 3.recalls: "5-6 like 1-2": the section has bars 6-7'),
        (section('recalls = ["2-1 like 1"]'), "expected as many bars on both sides, got 0 and 1"),
        (FILE + section('recalls = ["6-7 like 1-3"]'), "expected as many bars on both sides, got 2 and 3"),
        (section('recalls = ["2 like 1", "2 like 1"]'), "bar 2 has its like already"),
        (section('recalls = ["2 like 1 at 2"]'), 'expected numbers from 0 to 1 behind at, got "2"'),
        (section('recalls = ["2 like 1 at 1 1"]'), "expected one number behind at, or one for each bar, got 2"),
        ('"a\\u001b[2J" = 1\n' + FILE, "a\\x1b[2J: unknown key"),
        ("a = " + "[" * 5000, "the plan cannot be read"),
        ("a = " + "[" * 50 + "]" * 50, "the plan cannot be read: tables or lists stand 11 deep"),
        ("a = " + "9" * 5000, "the plan cannot be read"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_by_table_and_key(text: str, told: str) -> None:
    line = broken(text)
    assert told in line
    assert line.isprintable()


@settings(deadline=None, max_examples=60)
@given(st.integers(0, len(FILE)), st.integers(0, 12), st.text(max_size=8) | st.sampled_from(SPOILS))
def test_a_file_spoiled_by_hand_is_read_or_refused_in_one_line(at: int, cut: int, text: str) -> None:
    refusal = ""
    try:
        plan_from_toml(FILE[:at] + text + FILE[at + cut :])
    except PlanError as error:
        refusal = str(error)
    assert refusal.isprintable()
    assert len(refusal) < 1700


def test_all_errors_come_at_once_but_no_more_than_five() -> None:
    two = broken(section("enrgy = 1") + section("bar = 1"))
    assert "section 1.enrgy: " in two
    assert "section 2.bar: " in two
    assert broken(section("x = 1") * 8).endswith("; and 3 more")

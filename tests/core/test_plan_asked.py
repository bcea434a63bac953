"""What a user settles stands in the plan, and nothing else does; no text brings the readers down."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from popgen_core.plan import NO_CHORD, Chord, Key, Plan, Section, asked_from, form_from, key_from, partial_plan
from popgen_core.plan.words.chord_text import Bar, Progressions, bars_from, bars_text, progressions_from
from popgen_core.plan.words.energy_text import energies_from
from popgen_core.plan.words.errors import PlanError, quoted
from popgen_core.plan.words.recall_text import recalls_from
from popgen_core.plan.words.toml import plan_from_toml

C, D, G = Chord(0), Chord(2), Chord(7)
LETTERS = st.text(st.sampled_from("ACGHbm#75/%|?;:. IViv°sudMaj=,x0-\n\x1b٣ø[]\"'"), max_size=24)
TEXT = st.one_of(LETTERS, st.text(max_size=24))
HALF = st.sampled_from([None, NO_CHORD, C, G, Chord(9, "min7"), Chord(3, "7", 10)])


def test_what_nobody_asked_for_stays_open() -> None:
    assert partial_plan(asked_from(), 2) == Plan((Section("", 2),), (None,) * 4, (None, None))


def test_what_was_asked_for_stands_in_the_plan() -> None:
    asked = asked_from("verse:1 chorus:2", "I V", "G", "chorus=0.9", ["drums", "bass"], 96.0, (6, 8))
    band, key = ("drums", "bass"), Key(7)
    assert partial_plan(asked, 3) == Plan(
        (Section("verse", 1, None, key, band), Section("chorus", 2, 0.9, key, band)),
        (G, G, G, G, D, D),
        (None, None, None),
        96.0,
        (6, 8),
    )


def test_chords_without_a_form_repeat_over_the_whole_song() -> None:
    assert partial_plan(asked_from(chords="C G"), 3).chords == (C, C, G, G, C, C)


def test_a_form_of_another_length_than_the_song_is_told_with_both() -> None:
    with pytest.raises(PlanError, match="--form has 12 bars, the length asked for is 16 bars"):
        partial_plan(asked_from("intro:4 verse:8"), 16)


@pytest.mark.parametrize("bars", [None, 0, 2001])
def test_without_a_form_a_length_is_needed(bars: int | None) -> None:
    with pytest.raises(PlanError, match="needs a length of 1 to 2000 bars"):
        partial_plan(asked_from(), bars)


def test_a_word_is_quoted_in_one_short_line_without_what_a_terminal_obeys() -> None:
    assert quoted("H\x1b[2J\n\udc80") == '"H\\x1b[2J\\n\\udc80"'
    assert quoted("x" * 41) == '"' + "x" * 37 + '..."'


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(HALF, HALF), min_size=1, max_size=9), st.integers(0, 11))
def test_bars_are_read_back_from_their_line(bars: list[Bar], tonic: int) -> None:
    assert list(bars_from(bars_text(bars, Key(tonic)))) == bars


@settings(deadline=None, max_examples=300)
@given(TEXT)
def test_whatever_is_written_is_read_or_refused_in_one_line(text: str) -> None:
    refusals = []
    for read in (
        lambda: progressions_from(text),
        lambda: progressions_from(text, Key(9, "minor")).over([Section("a", 2)]),
        lambda: key_from(text),
        lambda: form_from(text),
        lambda: energies_from(text).over([Section("a", 2)]),
        lambda: recalls_from([text], 4, 8),
        lambda: plan_from_toml(text),
        lambda: asked_from(text, text, "C", text),
    ):
        try:
            read()
        except PlanError as error:
            refusals.append(str(error))
    assert all(line.isprintable() and len(line) < 400 for line in refusals)


def test_nothing_asked_of_chords_leaves_all_open() -> None:
    assert Progressions().over([Section("", 1), Section("a", 1)]) == (None,) * 4

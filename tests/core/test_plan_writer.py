from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from plans_by_hand import FORM, song_in

from popgen_core.errors import RecipeError
from popgen_core.plan import Chord, Key, Plan, Recall, Section
from popgen_core.plan.book import book_of
from popgen_core.plan.writer import Wish, written

BOOK = book_of([song_in(tonic) for tonic in (0, 0, 7, 9) * 12])
OPEN = Plan((), (), ())
SEEDS = range(12)


def blank(*sections: Section) -> Plan:
    bars = sum(section.bars for section in sections)
    return Plan(sections, (None,) * (2 * bars), (None,) * bars)


def random_partial(seed: int) -> Plan:
    """A song of which most was taken out again, another part with each seed; some of it contradicts the corpus."""
    random, song = np.random.default_rng(seed), song_in(seed % 12)

    def maybe(value: object, other: object) -> object:
        return value if random.random() < 0.3 else other

    sections = tuple(
        replace(
            section,
            name=str(maybe("", section.name)),
            energy=maybe(0.55, None),
            key=maybe(Key(int(random.integers(12))), None),
            groups=maybe(("strings",), None),
            density=maybe({"drums": 9.0}, {}),
            dynamics=maybe({"lead": 0.01}, {}),
        )
        for section in song.sections
    )
    chords = tuple(maybe(Chord(6, "aug", 2), maybe(chord, None)) for chord in song.chords)
    return Plan(sections, chords, tuple(maybe(recall, None) for recall in song.recalls), 77.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(25))
def test_what_was_settled_stays_and_all_else_is_filled_in(seed: int) -> None:
    partial = random_partial(seed)
    plan = written(partial, BOOK, seed)
    assert (plan.bars, plan.tempo, plan.meter) == (40, 77.0, None)
    assert all(was in (None, now) for was, now in zip(partial.chords, plan.chords, strict=True))
    assert all(was in (None, now) for was, now in zip(partial.recalls, plan.recalls, strict=True))
    was_at, now_at = partial.section_of(), plan.section_of()
    for bar in range(40):
        was, now = partial.sections[was_at[bar]], plan.sections[now_at[bar]]
        assert now.name == was.name or (was.name == "" and now.name)
        assert was.energy in (None, now.energy)
        assert was.key in (None, now.key)
        assert was.groups in (None, now.groups)
        assert was.density.items() <= now.density.items()
        assert was.dynamics.items() <= now.dynamics.items()
        assert now.energy is not None
        assert now.key is not None
        assert now.groups is not None
    assert None not in plan.chords


def test_a_whole_plan_stays_as_it_is() -> None:
    song = replace(song_in(3), recalls=(None, *[Recall(0, 0.5)] * 39))
    full = tuple(replace(section, density={}, dynamics={}, groups=()) for section in song.sections)
    assert written(replace(song, sections=full), BOOK, 1) == replace(song, sections=full)


@pytest.mark.parametrize("bars", [1, 2, 3, 7, 30, 40, 41, 200])
def test_sections_fill_the_bars_that_are_wished(bars: int) -> None:
    plan = written(OPEN, BOOK, 5, Wish(bars=bars))
    assert plan.bars == bars
    assert all(section.name and section.bars > 0 for section in plan.sections)


def test_forty_bars_become_the_only_form_that_the_corpus_has() -> None:
    forms = [tuple((s.name, s.bars) for s in written(OPEN, BOOK, seed).sections) for seed in SEEDS]
    assert forms.count(FORM) >= 10  # the rest are forms that it never had, which are rare and not forbidden


def test_open_bars_between_named_sections_lead_from_one_to_the_other() -> None:
    plan = written(blank(Section("intro", 4), Section("", 8), Section("chorus", 8)), BOOK, 1)
    assert [(s.name, s.bars) for s in plan.sections] == [("intro", 4), ("verse", 8), ("chorus", 8)]


def test_open_bars_before_a_section_that_the_corpus_lacks_do_not_end_the_song() -> None:
    for seed in SEEDS:
        plan = written(blank(Section("chorus", 8), Section("", 8), Section("solo", 8)), BOOK, seed)
        assert [s.name for s in plan.sections] == [
            "chorus",
            "verse",
            "solo",
        ]  # the corpus's choruses also lead to outros


def test_a_form_ends_as_the_corpus_ends() -> None:
    verse, chorus, outro = Section("verse", 8), Section("chorus", 8), Section("outro", 8)
    book = book_of([blank(verse, chorus, outro), blank(verse, outro)])
    for seed in SEEDS:
        assert [s.name for s in written(OPEN, book, seed, Wish(bars=16)).sections] == ["verse", "outro"]


def test_names_come_back_as_often_as_in_the_corpus() -> None:
    verse, chorus, bridge = Section("verse", 8), Section("chorus", 8), Section("bridge", 8)
    book = book_of([blank(verse, chorus, verse), blank(verse, bridge, chorus)] * 12)
    forms = [written(OPEN, book, seed).sections for seed in range(40)]
    back = sum([s.name for s in form] == ["verse", "chorus", "verse"] for form in forms)
    assert 15 <= back <= 25  # half of them; by the chain of names alone it would be a quarter


def test_the_same_seed_gives_the_same_plan_in_any_process_and_another_one_another() -> None:
    code = (
        "from plans_by_hand import song_in\n"
        "from popgen_core.plan import Plan\n"
        "from popgen_core.plan.book import book_of\n"
        "from popgen_core.plan.writer import written\n"
        "print(written(Plan((), (), ()), book_of([song_in(t) for t in (0, 0, 7, 9) * 12]), 3))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": str(hash_seed)},
        ).stdout
        for hash_seed in (1, 2)
    }
    assert told == {f"{written(OPEN, BOOK, 3)}\n"}
    assert len({repr(written(OPEN, BOOK, seed)) for seed in SEEDS}) == len(SEEDS)


def test_settling_the_form_that_would_be_drawn_leaves_all_else_as_it_was() -> None:
    free = written(OPEN, BOOK, 4)
    assert written(blank(*[Section(s.name, s.bars) for s in free.sections]), BOOK, 4) == free


def test_settling_the_key_leaves_the_form_and_the_groups_as_they_were() -> None:
    free, told = written(OPEN, BOOK, 4), written(OPEN, BOOK, 4, Wish(key=Key(1)))
    assert {section.key for section in told.sections} == {Key(1)}
    assert [replace(s, key=None) for s in free.sections] == [replace(s, key=None) for s in told.sections]


def test_a_recalled_bar_has_the_chords_of_its_source_unless_they_were_settled() -> None:
    for seed in SEEDS:
        partial = random_partial(seed)
        plan = written(partial, BOOK, seed)
        for bar, recall in enumerate(plan.recalls):
            for half in (0, 1):
                if recall and partial.chords[2 * bar + half] is None:
                    assert plan.chords[2 * bar + half] == plan.chords[2 * recall.bar + half]
        assert all(bar - r.bar >= 4 for bar, r in enumerate(plan.recalls) if r)


def test_only_wished_groups_play_and_each_of_them_somewhere() -> None:
    for seed in SEEDS:
        sections = written(OPEN, BOOK, seed, Wish(groups=("strings", "drums", "lead"))).sections
        assert {group for section in sections for group in section.groups or ()} == {"strings", "drums", "lead"}


def test_a_wished_group_that_the_corpus_would_leave_out_plays_where_most_is_going_on() -> None:
    partial = blank(Section("intro", 4), Section("outro", 4, energy=0.9))
    for seed in SEEDS:
        outro = written(partial, BOOK, seed, Wish(groups=("drums", "bass", "lead"))).sections[1]
        assert "lead" in (outro.groups or ())  # the corpus's intros have drums only, its outros bass


def test_intros_are_thinner_than_choruses_and_calmer_as_in_the_corpus() -> None:
    plans = [written(OPEN, BOOK, seed) for seed in SEEDS]
    first = [plan.sections[0] for plan in plans]
    choruses = [section for plan in plans for section in plan.sections if section.name == "chorus"]
    assert np.mean([len(s.groups or ()) for s in first]) + 1 < np.mean([len(s.groups or ()) for s in choruses])
    assert np.mean([s.energy for s in first]) == pytest.approx(0.2, abs=0.1)
    assert np.mean([s.energy for s in choruses]) == pytest.approx(0.8, abs=0.1)
    assert all(set(s.density) == set(s.dynamics) == set(s.groups or ()) for plan in plans for s in plan.sections)


def test_groups_of_the_chorus_play_as_loudly_as_its_energy_has_it_in_the_corpus() -> None:
    chorus = written(blank(Section("chorus", 8, energy=0.8, groups=("drums",))), BOOK, 1).sections[0]
    assert chorus.density["drums"] == pytest.approx(2.0, abs=0.1)
    assert chorus.dynamics["drums"] == pytest.approx(0.8, abs=0.1)


@pytest.mark.parametrize(
    ("partial", "seed", "wish", "said"),
    [
        (blank(Section("verse", 8)), 1, Wish(bars=9), "the plan has 8 bars, 9 are wished"),
        (OPEN, -1, Wish(), "the seed is -1"),
        (blank(Section("", 2049)), 1, Wish(), "2,049 bars"),
    ],
)
def test_what_contradicts_itself_is_refused(partial: Plan, seed: int, wish: Wish, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        written(partial, BOOK, seed, wish)


@pytest.mark.parametrize("values", [{"bars": 0}, {"bars": 2049}, {"likeness": 1.1}, {"likeness": -0.1}, {"groups": ()}])
def test_a_wish_out_of_range_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(RecipeError, match=r"give a number|name one group"):
        Wish(**values)  # type: ignore[arg-type]


def test_what_the_book_does_not_know_stays_open() -> None:
    book = book_of([blank(Section("verse", 4))])
    plan = written(OPEN, book, 1, Wish(bars=8))
    assert all((s.energy, s.key, s.groups, s.density) == (None, None, None, {}) for s in plan.sections)
    assert set(plan.chords) == {None}


def test_inner_sections_leave_the_home_key_for_near_ones_as_the_corpus_does_and_the_ends_stay() -> None:
    names = ("intro", "verse", "chorus", "bridge", "outro")

    def song(away: Key) -> Plan:
        keys = (Key(0), Key(0), Key(0), away, Key(0))
        return blank(*[Section(name, 8, key=key) for name, key in zip(names, keys, strict=True)])

    book = book_of([song(Key(9, "minor"))] * 8 + [song(Key(1))] * 8)  # a key a semitone up is a misheard one
    keys = [
        [s.key for s in written(blank(*[Section(name, 8) for name in names]), book, seed).sections] for seed in SEEDS
    ]
    assert {key for row in keys for key in row} == {Key(0), Key(9, "minor")}
    assert {row[0] for row in keys} == {row[-1] for row in keys} == {Key(0)}
    told = written(blank(*[Section(name, 8) for name in names]), book, 1, Wish(key=Key(4)))
    assert {section.key for section in told.sections} == {Key(4)}


def test_a_plan_of_no_bars_stays_one() -> None:
    assert written(blank(Section("verse", 0)), BOOK, 1).bars == 0


def test_a_section_that_is_named_twice_on_purpose_comes_back_though_in_the_corpus_few_do() -> None:
    fresh = blank(*(Section(name, 8) for name in ("verse", "chorus", "verse", "chorus")))
    book = book_of([song_in(0)] * 4 + [replace(song_in(0), recalls=(None,) * 40)] * 12)

    def back(again: bool) -> float:
        plans = [written(fresh, book, seed, Wish(again=again)) for seed in SEEDS]
        return float(np.mean([recall is not None for plan in plans for recall in plan.recalls[16:]]))

    assert back(False) < 0.5
    assert back(True) > 0.75, "single bars of a phrase that comes back may still be new"

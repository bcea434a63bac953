"""A request completed: its length, its plan, and what a model without a control can still be asked."""

from __future__ import annotations

from typing import Any

import pytest

from popgen_core.errors import PopgenError
from popgen_core.generate.request import Request
from popgen_core.generate.wanted import Wanted, completed
from popgen_core.plan import Chord, Key, Plan, Section, plan_of
from popgen_core.plan.book import book_of
from popgen_core.plan.features import CONTROLS
from popgen_core.plan.words.toml import plan_to_toml
from popgen_core.songwriter import write_songs

PLAN = "[[section]]\nname = 'verse'\nbars = 4\n"
GROUPS = ("drums", "bass", "chords", "guitar", "strings", "lead", "others")


@pytest.fixture(scope="module")
def corpus() -> dict[str, Any]:
    """What a checkpoint knows of four songs by the songwriter."""
    return {"tempo": 100, "meter": [4, 4], "plans": book_of(plan_of(song) for song in write_songs(4, 3)).to_plain()}


def wanted(corpus: dict[str, Any], **asked: Any) -> Wanted:
    """The first song of a request, completed."""
    return completed(Request(**asked), GROUPS, corpus, CONTROLS)[0]


def plans(corpus: dict[str, Any], **asked: Any) -> list[Plan]:
    """The plans of all songs of a request."""
    return [song.plan for song in completed(Request(**asked), GROUPS, corpus, CONTROLS)]


def names(plan: Plan) -> list[tuple[str, int]]:
    return [(section.name, section.bars) for section in plan.sections]


def test_a_form_with_its_chords_key_and_energy_is_kept_and_the_rest_is_written(corpus: dict[str, Any]) -> None:
    made = wanted(
        corpus, form="intro:2 verse:4", chords="intro: C; verse: C G Am F", key="C", energy="0.2 0.8", tempo=96.0
    )
    plan = made.plan
    assert names(plan) == [("intro", 2), ("verse", 4)]
    assert plan.chords[:6] == (Chord(0),) * 6
    assert plan.chords[6:8] == (Chord(7),) * 2
    assert [section.energy for section in plan.sections] == [0.2, 0.8]
    assert {section.key for section in plan.sections} == {Key(0)}
    assert all(section.groups for section in plan.sections)
    assert (made.bars, made.end_tick, made.tempo) == (6, 6 * 1920, pytest.approx(96, abs=1e-3))


def test_nothing_said_is_sixty_seconds_of_the_corpus_s_tempo_with_a_form_of_popgen_s_own(
    corpus: dict[str, Any],
) -> None:
    made = wanted(corpus)
    assert made.bars == 25  # 100 beats
    assert sum(bars for _, bars in names(made.plan)) == 25
    assert all(name for name, _ in names(made.plan))


def test_each_song_has_a_plan_of_its_own_and_those_among_which_the_best_is_chosen_share_it(
    corpus: dict[str, Any],
) -> None:
    made = plans(corpus, bars=16, count=3, best_of=2, seed=4)
    assert len(made) == 6
    assert made[0] == made[1]
    assert made[2] == made[3]
    assert made[0] != made[2]
    assert made == plans(corpus, bars=16, count=3, best_of=2, seed=4)
    assert made != plans(corpus, bars=16, count=3, best_of=2, seed=5)


def test_a_plan_file_is_kept_but_for_what_is_said_beside_it(corpus: dict[str, Any]) -> None:
    [plan] = plans(corpus, form="verse:4 chorus:4", seed=1)
    text = plan_to_toml(plan)
    assert plans(corpus, plan=text, seed=9) == [plan]
    [changed] = plans(corpus, plan=text, chords="D A", key="D")
    assert changed.chords[:4] == (Chord(2), Chord(2), Chord(9), Chord(9))
    assert {section.key for section in changed.sections} == {Key(2)}
    assert names(changed) == names(plan)


def test_only_the_wanted_groups_are_planned_and_no_bar_comes_back_unless_wished(corpus: dict[str, Any]) -> None:
    [plan] = plans(corpus, bars=32, groups=("drums", "bass"), recalls=False)
    assert {group for section in plan.sections for group in section.groups or ()} == {"drums", "bass"}
    assert set(plan.recalls) == {None}
    [other] = plans(corpus, bars=32, groups=("drums", "bass"))
    assert any(other.recalls)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"form": "verse:4"}, "--form: the checkpoint was trained without the control section"),
        ({"chords": "C"}, "--chords: the checkpoint was trained without the control chord; --chord-strength 1"),
        ({"key": "C"}, "--key: the checkpoint was trained without the control key; --key-strength 1"),
        ({"energy": "0.5"}, "--energy: the checkpoint was trained without the control energy"),
    ],
)
def test_a_control_that_the_model_lacks_is_refused_never_ignored(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(PopgenError) as refused:
        completed(Request(**asked), GROUPS, {}, ())
    assert said in str(refused.value)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("name = 'verse'", "section"),
        ("name = ''\nchords = 'C'", "chord; --chord-strength 1 holds it to them"),
        ("name = ''\nkey = 'C'", "key; --key-strength 1 holds it to them"),
        ("name = ''\nenergy = 0.5", "energy"),
        ("name = ''\ndensity = { bass = 1.0 }", "density"),
        ("name = ''\ndynamics = { bass = 0.5 }", "dynamics"),
        ("name = ''\nrecalls = ['2 like 1']", "recall"),
    ],
)
def test_a_plan_file_that_says_what_the_model_cannot_hear_is_refused(line: str, said: str) -> None:
    text = f"[[section]]\nbars = 4\n{line}\n"
    with pytest.raises(PopgenError, match=f"--plan says .*without the control {said}"):
        completed(Request(plan=text), GROUPS, {}, ())
    assert completed(Request(plan=text), GROUPS, {}, CONTROLS)[0].bars == 4


def test_a_plan_of_length_groups_tempo_and_meter_is_for_any_model() -> None:
    text = "tempo = 90.0\nmeter = '3/4'\n[[section]]\nname = ''\nbars = 4\ngroups = ['bass']\n"
    [made] = completed(Request(plan=text), GROUPS, {"tempo": 120}, ())
    assert (made.end_tick, made.tempo) == (4 * 1440, pytest.approx(90, abs=1e-3))
    assert made.template.meters.tolist() == [(0, 3, 4)]


def test_beside_a_plan_only_the_sections_that_are_named_change() -> None:
    text = PLAN + "chords = 'C'\nenergy = 0.2\n" + PLAN.replace("verse", "chorus") + "chords = 'F'\nenergy = 0.7\n"
    plan = completed(Request(plan=text, chords="chorus: G", energy="chorus=0.9"), GROUPS, {}, CONTROLS)[0].plan
    assert plan.chords == (Chord(0),) * 8 + (Chord(7),) * 8
    assert [section.energy for section in plan.sections] == [0.2, 0.9]


def test_no_recalls_takes_those_of_a_plan_file_away() -> None:
    text = PLAN + "recalls = ['2 like 1']\n"
    plan = completed(Request(plan=text), GROUPS, {}, CONTROLS)[0].plan
    assert [recall and recall.bar for recall in plan.recalls] == [None, 0, None, None]
    plan = completed(Request(plan=text, recalls=False), GROUPS, {}, CONTROLS)[0].plan
    assert plan.recalls == (None,) * 4
    unnamed = PLAN.replace("verse", "") + "recalls = ['2 like 1']\n"
    assert completed(Request(plan=unnamed, recalls=False), GROUPS, {})[0].bars == 4


def test_key_and_chords_can_be_held_to_without_their_controls() -> None:
    [made] = completed(Request(bars=2, chords="C G", chord_strength=1.0, key="C", key_strength=0.5), GROUPS, {}, ())
    assert made.plan.chords == (Chord(0), Chord(0), Chord(7), Chord(7))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"form": "verse:8", "bars": 9}, "8 bars"),
        ({"plan": "bars = 3", "form": "verse:8"}, "--form and --plan both say the form"),
        ({"plan": "[[section]]\nname = 'x'\nbars = 0"}, "bars"),
        ({"bars": 0}, "--bars 0"),
        ({"bars": 2001}, "--bars 2001"),
        ({"top_p": 0.0}, "--top-p 0"),
        ({"touch": 0.0}, "--touch 0"),
        ({"count": 30, "best_of": 4}, "--count 30, each drawn 4 times, are 120 songs"),
        ({"chord_strength": 1.5}, "--chord-strength 1.5"),
        ({"temperatures": {"lead": 9.0}}, "--temperature lead 9"),
        ({"temperatures": {"horns": 1.0}}, "no group is named horns"),
        ({"programs": {"horns": 1}}, "no group is named horns"),
        ({"free": ("gravity",)}, "no rule is named gravity"),
        ({"groups": ()}, "--groups names no group"),
        ({"best_of": -1}, "--best-of -1"),
        ({"best_by": "overall"}, "say --best-of 8 too"),
        ({"count": 20, "around": "bars"}, "--count 20, each drawn 8 times, are 160 songs"),
        ({"seed": 2**63}, "--seed 9223372036854775808 is not between"),
        ({"seed": 10**400}, "--seed 10000000000000000000... is not between"),
        ({"plan": PLAN, "seconds": 60.0}, "--seconds says another"),
        ({"plan": PLAN, "bars": 5}, "--plan has 4 bars, --bars 5"),
        ({"plan": PLAN + 'groups = ["drums", "horns"]'}, "--plan: no group is named horns"),
        ({"plan": PLAN + "density = { horns = 1.0 }"}, "--plan: no group is named horns"),
        ({"groups": ("drums",), "temperatures": {"lead": 1.0}}, "--temperature: lead is not written"),
        ({"groups": ("drums",), "programs": {"lead": 1}}, "--program: lead is not written"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(corpus: dict[str, Any], asked: dict[str, Any], said: str) -> None:
    with pytest.raises(PopgenError) as refused:
        wanted(corpus, **asked)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.exit_code == 2


def test_an_unnamed_section_is_for_popgen_to_form(corpus: dict[str, Any]) -> None:
    text = plan_to_toml(Plan((Section("intro", 4), Section("", 12)), (None,) * 32, (None,) * 16))
    [plan] = plans(corpus, plan=text)
    assert names(plan)[0] == ("intro", 4)
    assert all(name for name, _ in names(plan))
    assert plan.bars == 16

"""The plan of a listening test: balanced, blind, and never the same item twice in a row."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

import pytest
from listening import key_of

from popgen_core.errors import RecipeError
from popgen_eval.listening import Design, plan_trials
from popgen_eval.listening.plan import Trial
from popgen_eval.listening.sides import balanced_halves


def plan(items: int = 20, systems: tuple[str, ...] = ("real", "ours"), **sizes: float) -> list[Trial]:
    return list(key_of(items, systems, **sizes).trials)


def test_a_listener_of_sixteen_pairs_gets_two_twins_four_anchors_a_repeat_and_an_attention_trial() -> None:
    kinds = Counter((trial.listener, trial.kind) for trial in plan())
    wanted = {"pair": 16, "identical": 2, "anchor": 4, "repeat": 1, "attention": 1}
    assert all(kinds[listener, kind] == count for listener in range(1, 37) for kind, count in wanted.items())
    assert Design(trials=20).counts["attention"] == 2
    assert Design(identical=0, anchors=0, repeats=0, attention=0).all_trials == 16


@pytest.mark.parametrize(("items", "listeners", "systems"), [(20, 36, 2), (16, 7, 2), (9, 11, 3), (30, 5, 3)])
def test_items_and_pairs_of_systems_are_judged_equally_often(items: int, listeners: int, systems: int) -> None:
    names = tuple("abc"[:systems])
    pairs = [one for one in plan(items, names, listeners=listeners, trials=9) if one.kind == "pair"]
    couples = [frozenset(couple) for couple in combinations(names, 2)]
    cells = Counter((one.item, frozenset((one.left.system, one.right.system))) for one in pairs)
    counts = [cells[item, couple] for item in range(items) for couple in couples]
    assert max(counts) - min(counts) <= 1
    for listener in range(1, listeners + 1):
        mine = [one for one in pairs if one.listener == listener]
        assert len({one.item for one in mine}) == 9
        heard = Counter(frozenset((one.left.system, one.right.system)) for one in mine)
        assert max(heard.values()) - min(heard[couple] for couple in couples) <= 2


def test_each_system_is_heard_as_a_and_as_b_equally_often_by_every_listener_and_of_every_item() -> None:
    pairs = [one for one in plan(listeners=35, trials=15) if one.kind == "pair"]
    for unit in ("listener", "item"):
        lead = Counter[int]()
        for one in pairs:
            lead[getattr(one, unit)] += 1 if one.left.system == "real" else -1
        assert max(map(abs, lead.values())) <= 1


def test_each_system_is_rated_equally_often_by_every_listener_and_on_either_side() -> None:
    pairs = [one for one in plan() if one.kind == "pair"]
    lead = Counter[int]()
    for one in pairs:
        rated = one.left if one.rated == "A" else one.right
        lead[one.listener] += 1 if rated.system == "real" else -1
    assert max(map(abs, lead.values())) <= 2
    assert abs(sum(one.rated == "A" for one in pairs) - len(pairs) / 2) <= 36


def test_halves_are_equal_at_every_end_even_of_crooked_tables() -> None:
    edges = [(0, "a"), (0, "b"), (0, "c"), (1, "a"), (1, "b"), (2, "a"), (2, "a"), (3, "d")]
    half = balanced_halves(edges)
    for end in (0, 1):
        lead = Counter[object]()
        for edge, side in zip(edges, half, strict=True):
            lead[edge[end]] += 1 if side else -1
        assert max(map(abs, lead.values())) <= 1


def test_no_item_follows_itself_and_controls_never_come_first() -> None:
    for items in (16, 20):
        trials = plan(items, listeners=50)
        for before, after in pairwise(trials):
            if before.listener == after.listener:
                assert before.item != after.item
                assert after.order == before.order + 1
            else:
                assert (after.order, after.kind) == (1, "pair")


def test_a_repeat_is_the_same_pair_with_its_sides_swapped_well_after_the_first() -> None:
    trials = plan(repeats=0.2)
    named = {one.trial: one for one in trials}
    repeats = [one for one in trials if one.kind == "repeat"]
    assert len(repeats) == 36 * 3
    for again in repeats:
        first = named[again.again]
        assert (again.left, again.right, again.listener) == (first.right, first.left, first.listener)
        assert again.order - first.order > 4
        assert again.rated != first.rated


def test_an_anchor_sets_ours_beside_its_spoiled_copy_on_either_side_and_expects_ours() -> None:
    anchors = [one for one in plan() if one.kind == "anchor"]
    assert Counter(one.expected for one in anchors) == {"A": 72, "B": 72}
    for one in anchors:
        right, wrong = (one.left, one.right) if one.expected == "A" else (one.right, one.left)
        assert (right.label, wrong.label, right.item) == ("real", "real:spoiled", wrong.item)


def test_an_identical_pair_is_one_sound_under_two_names() -> None:
    twins = [one for one in plan() if one.kind == "identical"]
    assert Counter(one.left.system for one in twins).keys() == {"real", "ours"}
    assert all((one.left.label, one.left.item) == (one.right.label, one.right.item) for one in twins)
    assert all({one.left.copy, one.right.copy} == {0, 1} for one in twins)


def test_the_same_seed_makes_the_same_plan_and_the_stamp_of_the_sounds_another() -> None:
    assert plan(seed=3) == plan(seed=3)
    assert plan(seed=3) != plan(seed=4)
    stamped = plan_trials(Design(seed=3), ("real", "ours"), 20, stamp=[7])
    assert {one.trial for one in stamped}.isdisjoint(one.trial for one in plan(seed=3))


def test_too_few_items_are_refused_in_words() -> None:
    with pytest.raises(RecipeError, match="16 trials for each listener need as many pairs, and 15 items"):
        plan(15)
    with pytest.raises(RecipeError, match="no item follows itself"):
        plan(1, trials=1)
    with pytest.raises(RecipeError, match="none of the systems"):
        plan_trials(Design(), ("real", "ours"), 20, ours="theirs")
    with pytest.raises(RecipeError, match="each by its own name"):
        plan_trials(Design(), ("real", "real"), 20)

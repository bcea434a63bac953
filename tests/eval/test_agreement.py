"""Agreement where nobody rates everything: by hand, and as the complete table has it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from listening import answer_to, key_of

from popgen_eval.listening import analyse
from popgen_eval.listening.agreement import agreements
from popgen_eval.listening.answers import Answer
from popgen_eval.listening.joined import Judgment, joined
from popgen_eval.listening.key import Key
from popgen_eval.listening.plan import Trial
from popgen_eval.listening.told import sentences
from popgen_eval.statistics import alpha_ordinal, icc_2k, icc_2k_incomplete, raters_each

NONE = math.nan
# Shrout and Fleiss 1979, table 2: six targets, four judges
JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def test_in_a_complete_table_it_is_the_published_coefficient() -> None:
    assert icc_2k_incomplete(JUDGES) == pytest.approx(icc_2k(JUDGES))
    assert icc_2k_incomplete(JUDGES) == pytest.approx(0.62, abs=0.005)


def test_a_table_with_holes_by_hand() -> None:
    # ann 1 2 -, bob 2 - 5, cal - 4 6 on x, y, z. y is 1 above x (ann), z 3 above x (bob) and 2 above y (cal):
    # x = 0, y = 1, z = 3 meet all, there is no rest. Squares around each rater's mean are (1 + 9 + 4) / 2 = 7, and hold
    # v(item) 6 - 6/2 = 3 times: 7/3. Raters: bob 1 above ann (x), cal 2 above ann (y) and 1 above bob (z), so squares
    # around each item's mean are (1 + 4 + 1) / 2 = 3, v(rater) 3/3. Two ratings an item: 7/3 / (7/3 + 1/2) = 14/17
    table = [[1, 2, NONE], [2, NONE, 4], [NONE, 5, 6]]
    assert raters_each(table) == pytest.approx(2.0)
    assert icc_2k_incomplete(table) == pytest.approx(14 / 17)


def test_ratings_an_item_are_counted_by_the_harmonic_mean() -> None:
    assert raters_each([[1, 2, 3], [4, NONE, NONE], [NONE, NONE, NONE]]) == pytest.approx(2 / (1 / 3 + 1))
    assert math.isnan(raters_each([]))


def test_holes_do_not_move_it_on_average() -> None:
    random, found = np.random.default_rng(3), []
    for _ in range(200):
        items, raters = random.normal(0, 1, (40, 1)), random.normal(0, 1, (1, 30))
        table = items + raters + random.normal(0, 1, (40, 30))
        found.append(icc_2k_incomplete(np.where(random.random(table.shape) < 0.4, table, NONE).tolist()))
    each = 12 - 7.2 / 12  # 12 ratings an item with a variance of 7.2: about their harmonic mean
    assert np.mean(found) == pytest.approx(1 / (1 + 2 / each), abs=0.01)


def test_what_cannot_be_told_is_nan() -> None:
    apart = [[1, 2, NONE, NONE], [NONE, NONE, 4, 5]]  # raters of one item never heard the other
    spare = [[1, 2], [3, NONE]]  # one item and one rater explain all, nothing is left over
    for table in ([], [[1, 2]], [[1], [2]], [[3, 3], [3, 3]], [[1, NONE], [NONE, 2]], apart, spare):
        with np.errstate(all="raise"):
            assert math.isnan(icc_2k_incomplete(table))


def answered(key: Key, ratings: Callable[[Trial], tuple[int, int, int, int]]) -> list[Answer]:
    return [answer_to(one, key, ratings=ratings(one)) for one in key.trials]


def test_listeners_who_hear_the_same_in_a_clip_agree_and_those_who_draw_lots_do_not() -> None:
    key, random = key_of(8, listeners=12, trials=8), np.random.default_rng(0)

    def rated(trial: Trial) -> tuple[int, int, int, int]:
        heard = trial.left if trial.rated == "A" else trial.right
        same = 1 + (heard.item + 2 * (heard.system == "real")) % 5
        if trial.kind != "pair":
            return (6 - same, 1, 1, 1)  # what is said of controls does not count
        return (same, int(random.integers(1, 6)), 3, same)

    coherence, interplay, quality, _ = found = agreements(joined(answered(key, rated), key))
    assert [one.scale for one in found] == ["r_coh", "r_inter", "r_quality", "r_pop"]
    assert (coherence.icc, coherence.alpha) == pytest.approx((1.0, 1.0))
    assert 5 < coherence.raters <= 6  # 96 ratings of 16 clips
    assert interplay.icc < 0.5
    assert abs(interplay.alpha) < 0.2
    assert math.isnan(quality.icc)
    assert math.isnan(quality.alpha)


def test_a_clip_rated_twice_by_one_listener_counts_once_with_the_mean() -> None:
    key = key_of(2, listeners=1, trials=2)
    trial = next(one for one in key.trials if one.kind == "pair")
    given = [(1, 0, 2), (1, 0, 4), (1, 1, 5), (2, 0, 3), (2, 1, 5)]  # listener, item, rating
    judgments = [
        Judgment(replace(trial, listener=listener, item=item), answer_to(trial, key, ratings=(rating,) * 4))
        for listener, item, rating in given
    ]
    coherence = agreements(judgments)[0]
    assert (coherence.raters, coherence.alpha) == (2.0, 1.0)


def test_the_sentences_tell_the_agreement_of_every_scale_of_which_it_is_known() -> None:
    key = key_of(8, listeners=5, trials=8)
    lines = sentences(analyse(answered(key, lambda one: (1 + one.item % 5, 3, 3, 3)), key, intervals=False))
    told = [line for line in lines if "agreement: ICC" in line]
    assert len(told) == 1  # the other three are rated alike throughout
    assert "Krippendorff's alpha 1.00" in told[0]
    assert sum("nothing to test" in line for line in lines) == 4
    assert not any("agreement" in line for line in sentences(analyse([], key)))


def test_the_coefficient_of_single_ratings_is_lower_than_that_of_their_mean() -> None:
    assert alpha_ordinal(JUDGES) < icc_2k_incomplete(JUDGES)

"""Sample sizes: the protocol's table, and what simulated tests of the planned size find."""

import math

import numpy as np
import pytest

from popgen_eval.statistics import (
    design_effect,
    detectable_paired,
    detectable_unpaired,
    equivalence,
    margin_of,
    paired_power,
    paired_size,
    paired_t,
    preference,
    same_paired_size,
    same_unpaired_size,
    share_size,
    unpaired_power,
    unpaired_size,
    welch_t,
)

RUNS = 2000


@pytest.mark.parametrize(("dz", "pairs"), [(0.3, (90, 134)), (0.5, (34, 51)), (0.8, (15, 22)), (1.0, (10, 16))])
def test_pairs_needed_are_those_of_the_protocol(dz: float, pairs: tuple[int, int]) -> None:
    assert (paired_size(dz), paired_size(-dz, 0.01)) == pairs


@pytest.mark.parametrize(("sd", "songs"), [(0.5, (64, 96)), (0.8, (26, 39)), (1.0, (17, 26))])
def test_songs_needed_a_side_are_those_of_the_protocol(sd: float, songs: tuple[int, int]) -> None:
    assert (unpaired_size(sd), unpaired_size(-sd, 0.01)) == songs


@pytest.mark.parametrize(
    ("share", "answers"), [(0.55, (785, 1168)), (0.60, (197, 292)), (0.65, (88, 130)), (0.70, (50, 73))]
)
def test_answers_needed_are_those_of_the_protocol(share: float, answers: tuple[int, int]) -> None:
    assert (share_size(share), share_size(1 - share, 0.01)) == answers


def test_ten_pieces_find_what_the_protocol_says() -> None:
    assert detectable_paired(10) == pytest.approx(1.0, abs=0.005)
    assert detectable_unpaired(10, 10) == pytest.approx(1.32, abs=0.005)
    assert [design_effect(10, 0.1), design_effect(20, 0.2)] == pytest.approx([1.9, 4.8])


def test_what_is_needed_and_what_can_be_found_are_one_law() -> None:
    assert paired_power(0.5, 34) >= 0.8 > paired_power(0.5, 33)
    assert unpaired_power(0.5, 64, 64) >= 0.8 > unpaired_power(0.5, 63, 63)
    assert detectable_paired(34) < 0.5 < detectable_paired(33)
    assert unpaired_power(0.0, 20, 30) == pytest.approx(0.05)


def test_what_no_number_of_songs_shows_has_no_size() -> None:
    assert paired_size(0.0) is None
    assert unpaired_size(0.001) is None
    assert share_size(0.5) is None
    assert paired_size(90.0) == 2
    assert math.isnan(detectable_paired(1))
    assert math.isnan(detectable_unpaired(1, 50))


def rate(found: list[bool]) -> float:
    return sum(found) / len(found)


def test_tests_of_the_planned_size_find_the_effect_about_80_times_in_100() -> None:
    random = np.random.default_rng(1)
    assert rate([paired_t(random.normal(0.5, 1, 34)).p < 0.05 for _ in range(RUNS)]) == pytest.approx(0.8, abs=0.03)
    groups = [welch_t(random.normal(0.5, 1, 64), random.normal(0, 1, 64)).p < 0.05 for _ in range(RUNS)]
    assert rate(groups) == pytest.approx(0.8, abs=0.03)
    chosen = random.binomial(197, 0.6, RUNS)
    assert rate([preference(int(a), 197 - int(a)).p < 0.05 for a in chosen]) == pytest.approx(0.8, abs=0.03)


def test_songs_planned_for_tost_show_equals_as_equal_about_80_times_in_100() -> None:
    random = np.random.default_rng(2)
    assert same_unpaired_size(0.2) == 429  # 2 (1.645 + 1.282)^2 / .04 and a little for t
    pairs = same_paired_size(0.4)
    assert pairs == 55
    found = [equivalence(paired_t(random.normal(0, 1, pairs)), 0.4).p < 0.05 for _ in range(RUNS)]
    assert rate(found) == pytest.approx(0.8, abs=0.03)


def test_tost_by_hand() -> None:
    test = paired_t(np.array([-1.0, 0.0, 1.0, 2.0]))  # mean .5, error sqrt(5/3 / 4)
    found = equivalence(test, 2.0)
    far = (2.0 - 0.5) / math.sqrt(5 / 12)
    root = far / math.sqrt(3)  # at 3 degrees of freedom Student's law is elementary
    assert found.p == pytest.approx(0.5 - (root / (1 + root**2) + math.atan(root)) / math.pi)
    assert (found.low, found.high) == pytest.approx(
        (0.5 - 2.353363 * math.sqrt(5 / 12), 0.5 + 2.353363 * math.sqrt(5 / 12))
    )
    assert equivalence(test, 0.4).p > 0.5  # the difference seen is larger than the margin
    assert math.isnan(equivalence(paired_t(np.zeros(4)), 0.2).p)
    assert math.isnan(equivalence(test, math.nan).p)


def test_the_margin_is_a_fifth_of_the_songs_spread() -> None:
    assert margin_of(np.array([1.0, 2.0, 3.0])) == pytest.approx(0.2)
    assert margin_of(np.array([1.0, 3.0]), np.array([0.0, 4.0])) == pytest.approx(0.2 * math.sqrt((2 + 8) / 2))
    assert math.isnan(margin_of(np.array([1.0])))


def test_systems_just_a_margin_apart_are_called_as_good_about_5_times_in_100_at_most() -> None:
    random = np.random.default_rng(4)
    found = []
    for _ in range(RUNS):
        real, made = random.normal(0, 1, 500), random.normal(-0.2, 1, 500)
        found.append(equivalence(welch_t(made, real), margin_of(real)).p < 0.05)
    assert 0.03 <= rate(found) <= 0.07

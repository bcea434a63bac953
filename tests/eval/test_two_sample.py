import math

import numpy as np
import pytest

from popgen_eval.distribution.overlap import density, divergence, overlap, overlap_and_divergence
from popgen_eval.distribution.two_sample import classifier_auc, ridge_logistic
from popgen_eval.distribution.vectors import Vectors


def drawn(random: np.random.Generator, songs: int, away: float) -> Vectors:
    """Songs of four rows that have much in common, the first entry moved."""
    middles = np.repeat(random.normal(size=(songs, 6)), 4, axis=0)
    rows = middles + 0.3 * random.normal(size=middles.shape)
    rows[:, 0] += away
    return Vectors(rows, np.repeat(np.arange(songs), 4))


def test_the_coefficients_are_where_loss_and_ridge_balance() -> None:
    # each of the four rows weighs 1 and pulls with 1 - p(w), the ridge pulls back with w
    weight, constant = ridge_logistic(np.array([[1.0], [1.0], [-1.0], [-1.0]]), np.array([True, True, False, False]))
    assert constant == pytest.approx(0, abs=1e-6)
    assert 4 * (1 - 1 / (1 + math.exp(-weight))) == pytest.approx(weight)


def test_classes_weigh_the_same_whatever_their_size() -> None:
    rows = np.array([[0.0]] * 9 + [[0.0]])
    assert ridge_logistic(rows, np.arange(10) < 9) == pytest.approx([0, 0], abs=1e-6)


def test_two_sets_of_one_kind_cannot_be_told_apart() -> None:
    random = np.random.default_rng(3)
    found = [classifier_auc(drawn(random, 20, 0), drawn(random, 20, 0), random) for _ in range(30)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.06)


def test_two_sets_of_two_kinds_can_be_told_apart_and_rows_of_one_song_help_no_one() -> None:
    random = np.random.default_rng(4)
    assert classifier_auc(drawn(random, 20, 4), drawn(random, 20, 0), random) > 0.95
    alone = np.repeat(50 * np.eye(20), 4, axis=0)  # each song has an entry of its own, known only to who saw that song
    sides = [Vectors(np.roll(np.hstack([alone, 0 * alone]), by, 1), np.repeat(np.arange(20), 4)) for by in (0, 20)]
    assert classifier_auc(*sides, random) == pytest.approx(0.5)


def test_overlap_and_divergence_by_hand() -> None:
    one, two = np.array([0.5, 0.5, 0.0]), np.array([0.25, 0.5, 0.25])
    assert overlap(one, two) == 0.75
    assert divergence(one, two) == pytest.approx(0.5 * math.log(2))
    assert divergence(one, one) == 0


def test_a_density_has_scotts_bandwidth_and_sums_to_one() -> None:
    values = np.array([-1.0, 1.0])  # sd sqrt 2, n^(-1/5) = .8706: bandwidth 1.2311
    grid = np.linspace(-8, 8, 801)
    found = density(values, grid)
    assert found.sum() == pytest.approx(1)
    spread = float((found * grid**2).sum())  # 1, the values', and the bandwidth squared
    assert spread == pytest.approx(1 + 2 * 2**-0.4, rel=1e-3)


def test_two_normal_densities_d_apart_share_twice_the_tail_beyond_half_of_d() -> None:
    grid = np.linspace(-8, 10, 4001)
    normal = [np.exp(-0.5 * (grid - middle) ** 2) for middle in (0, 2)]
    one, two = (values / values.sum() for values in normal)
    assert overlap(one, two) == pytest.approx(0.3173, abs=1e-3)  # 2 Phi(-1)
    assert divergence(one, two) == pytest.approx(2, rel=1e-3)  # 2^2 / 2


def test_families_without_any_difference_say_nothing() -> None:
    random = np.random.default_rng(5)
    rows = np.hstack([random.normal(size=(20, 2)), np.ones((20, 1))])
    both, first = [slice(0, 2), slice(2, 3)], [slice(0, 2)]
    assert overlap_and_divergence(rows[:10], rows[10:], both) == overlap_and_divergence(rows[:10], rows[10:], first)
    assert np.isnan(overlap_and_divergence(rows[:10], rows[10:], [slice(2, 3)])).all()
    area, apart = overlap_and_divergence(rows[:10], rows[:10], first)
    far_area, far_apart = overlap_and_divergence(rows[:10] + 9, rows[10:], first)
    assert area > 0.85 > 0.1 > far_area
    assert far_apart > 1 > apart

import numpy as np
import pytest

from popgen_eval.distribution.gaussian import frechet_distance, gaussian_distance, ledoit_wolf


def test_gaussians_of_one_covariance_are_as_far_apart_as_their_means_squared() -> None:
    assert gaussian_distance(np.array([0.0, 0.0]), np.eye(2), np.array([3.0, 4.0]), np.eye(2)) == pytest.approx(25)


def test_independent_entries_add_their_squared_difference_of_sd() -> None:
    one, two = np.diag([1.0, 9.0]), np.diag([16.0, 4.0])  # (1 - 4)^2 + (3 - 2)^2
    assert gaussian_distance(np.zeros(2), one, np.zeros(2), two) == pytest.approx(10)


def test_covariances_that_do_not_commute_and_are_singular_have_a_distance() -> None:
    # S1 S2 has the eigenvalues 1 and 0: tr S1 + tr S2 - 2 = 1 + 2 - 2
    one, two = np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([[1.0, 1.0], [1.0, 1.0]])
    assert gaussian_distance(np.zeros(2), one, np.zeros(2), two) == pytest.approx(1)


def test_ledoit_wolf_shrinks_by_the_share_of_noise() -> None:
    # S = diag(2, 1/2), m = 5/4, d2 = 2 x (3/4)^2 = 9/8, b2 = ((16 + 16 + 1 + 1) / 4 - 17/4) / 4 = 17/16: s = 17/18
    rows = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    expected = np.diag([2 / 18 + 17 / 18 * 5 / 4, 0.5 / 18 + 17 / 18 * 5 / 4])
    assert ledoit_wolf(rows + np.array([7, -3])) == pytest.approx(expected)


def test_ledoit_wolf_leaves_what_many_rows_say_and_equal_entries_alone() -> None:
    rows = np.repeat([[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]], 500, axis=0)
    assert ledoit_wolf(rows) == pytest.approx(np.diag([4.5, 0.5]), abs=0.01)
    assert ledoit_wolf(np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])) == pytest.approx(np.eye(2))
    assert ledoit_wolf(np.ones((3, 2))) == pytest.approx(np.zeros((2, 2)))


def test_a_set_is_at_no_distance_from_itself_and_shifted_by_one_sd_at_one() -> None:
    rows = np.random.default_rng(0).normal(size=(200, 5))
    assert frechet_distance(rows, rows) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(rows, rows + np.array([1, 0, 0, 0, 0])) == pytest.approx(1)

import math

import numpy as np
import pytest

from popgen_eval.distribution.kernel import median_distance, song_kernel
from popgen_eval.distribution.vectors import Vectors


def songs(*rows: list[float]) -> Vectors:
    """One-dimensional rows, a list for each song."""
    values = [value for song in rows for value in song]
    return Vectors(np.array(values)[:, None], np.repeat(np.arange(len(rows)), [len(song) for song in rows]))


def numbers(*each: int) -> np.ndarray:
    return np.array(each)


def test_the_discrepancy_of_two_and_two_songs_by_hand() -> None:
    # k(0, 1) = e^-1/2 = k(2, 3) inside; across: distances 2, 3, 1, 2
    kernel = song_kernel(songs([0.0], [1.0], [2.0], [3.0]), width=1)
    across = (2 * math.exp(-2) + math.exp(-4.5) + math.exp(-0.5)) / 4
    expected = math.exp(-0.5) + math.exp(-0.5) - 2 * across
    assert kernel.discrepancy(numbers(0, 1), numbers(2, 3)) == pytest.approx(expected)


def test_rows_of_one_song_are_not_compared_with_each_other() -> None:
    # song 0 has the rows 0 and 0, which are alike because they are one song's; inside: k(0, 1) twice, k(2, 2)
    kernel = song_kernel(songs([0.0, 0.0], [1.0], [2.0], [2.0]), width=1)
    across = (2 * 2 * math.exp(-2) + 2 * math.exp(-0.5)) / 6
    assert kernel.discrepancy(numbers(0, 1), numbers(2, 3)) == pytest.approx(math.exp(-0.5) + 1 - 2 * across)


def test_the_kernel_is_as_wide_as_the_median_distance() -> None:
    assert median_distance(np.array([[0.0], [1.0], [3.0]])) == pytest.approx(2)  # of 1, 2 and 3
    assert median_distance(np.ones((4, 2))) == 1


def test_songs_of_one_kind_are_at_zero_on_average_and_p_is_anything() -> None:
    random = np.random.default_rng(1)
    found, p_values = [], []
    for _ in range(60):
        some = songs(*(list(random.normal(random.normal(), 0.3, 4)) for _ in range(24)))
        kernel = song_kernel(some, width=1)
        found.append(kernel.discrepancy(np.arange(12), np.arange(12, 24)))
        p_values.append(kernel.p_value(12, 99, random))
    assert abs(np.mean(found)) < 3 * np.std(found) / math.sqrt(60)
    assert np.mean(np.array(p_values) <= 0.1) < 0.2
    assert 0.35 < np.mean(p_values) < 0.65


def test_songs_of_two_kinds_have_the_least_p_that_the_permutations_allow() -> None:
    apart = songs(*([value] for value in np.linspace(0, 1, 10)), *([value] for value in np.linspace(9, 10, 10)))
    assert song_kernel(apart, width=1).p_value(10, 99, np.random.default_rng(2)) == pytest.approx(0.01)

import numpy as np
import pytest

from popgen_eval.copying.alike_sets import LikeSets, are_alike, must_share
from popgen_eval.copying.runs import run_lengths


def index(sets: list[set[int]]) -> LikeSets:
    tokens = [np.array(sorted(each), dtype=np.int64) for each in sets]
    return LikeSets(np.concatenate(tokens), np.cumsum([0, *map(len, tokens)]), 64)


def test_four_of_five_are_alike_and_seven_of_nine_are_not() -> None:
    common, one, two = np.array([4, 7, 8, 16]), np.array([5, 8, 9, 18]), np.array([4, 8, 9, 18])
    assert are_alike(common, one, two).tolist() == [True, False, True, True]
    assert must_share(np.array([1, 4, 5, 6, 10])).tolist() == [1, 4, 4, 5, 8]


def test_the_index_finds_just_what_comparing_each_with_each_finds() -> None:
    random = np.random.default_rng(0)
    sets = [set(random.integers(0, 30, random.integers(1, 14)).tolist()) for _ in range(300)]
    sets += [each - {min(each)} | {int(random.integers(30))} for each in sets if len(each) > 3]
    asked = [*sets[::7], {60, 61}, {3}]
    found = 0
    for each in asked:
        expected = [n for n, other in enumerate(sets) if len(each & other) >= 0.8 * len(each | other) - 1e-9]
        assert index(sets).like(np.array(sorted(each))).tolist() == expected
        found += len(expected)
    assert found > len(asked)


@pytest.mark.parametrize(
    ("same", "telling", "length", "first"),
    [
        ("11111", "11111", 5, 0),
        ("11011", "11111", 2, 0),
        ("01110", "11111", 3, 1),
        ("11111", "01010", 3, 1),  # begins and ends with what tells
        ("11111", "00000", 0, -1),
        ("1110111", "1001111", 3, 4),
    ],
)
def test_the_longest_run_begins_and_ends_with_what_tells(same: str, telling: str, length: int, first: int) -> None:
    rows = np.array([[digit == "1" for digit in same]])
    lengths, begins = run_lengths(rows, np.array([digit == "1" for digit in telling]))
    assert (lengths.tolist(), begins.tolist()) == ([length], [first])

import numpy as np
import pytest

from popgen_core.analysis.segments import fitness, strictly_alike


def form(letters: str) -> np.ndarray:
    """Bars named by letters: those of one letter are wholly alike, others not at all."""
    return np.array([[float(a == b) for b in letters] for a in letters])


def best(letters: str, length: int) -> float:
    return float(fitness(form(letters), range(length, length + 1))[0])  # of the stretch that the piece begins with


def test_a_stretch_that_makes_the_whole_piece_explains_it_wholly() -> None:
    assert best("ABAB", 2) == 1.0
    assert best("AAAAAAAA", 3) == 1.0


def test_a_stretch_that_never_returns_explains_nothing() -> None:
    assert fitness(form("ABCD"), range(1, 4)).tolist() == [0.0] * (4 + 3 + 2)


def test_cover_by_hand() -> None:
    # matched wholly, one of three other bars covered
    assert best("ABAC", 1) == pytest.approx(2 * (1 / 3) / (4 / 3))


def test_a_bar_that_is_nearly_alike_matches_in_part() -> None:
    alike = form("ABAC")
    alike[0, 2] = alike[2, 0] = 0.9  # half way from .8 to 1
    assert fitness(alike, range(1, 2))[0] == pytest.approx(2 * (1 / 2) * (1 / 3) / (5 / 6))
    alike[0, 2] = alike[2, 0] = 0.79
    assert fitness(alike, range(1, 2))[0] == 0.0


def test_a_phrase_played_slower_or_faster_still_counts() -> None:
    assert best("ABCAXB", 2) == pytest.approx(2 * (3 / 4) / (7 / 4))  # A X B covers three of four bars in two steps
    assert best("ABCAC", 3) == 1.0


def test_paths_share_no_bar() -> None:
    # A A A: a stretch of two covers one bar more by A A on bars 2 and 3, not by overlapping itself
    assert best("AAA", 2) == 0.0
    assert best("AAAA", 2) == 1.0


def test_a_path_begins_on_the_first_bar_of_the_stretch_and_ends_on_its_last() -> None:
    assert best("ABCXB", 3) == 0.0
    assert best("ABCXA", 3) == 0.0
    assert best("ABCXC", 3) == 0.0


def test_a_bad_bar_inside_a_return_costs_two_good_ones() -> None:
    assert best("ABCAXC", 3) == 0.0  # 1 - 2 + 1
    assert best("ABCDABXD", 4) == pytest.approx(2 * (1 / 4) * 1 / (5 / 4))  # 3 - 2 in four steps


def test_all_stretches_are_given_by_length_then_start() -> None:
    found = fitness(form("ABABC"), range(1, 3))
    assert len(found) == 5 + 4
    assert found[5:].tolist() == pytest.approx([2 * (2 / 3) / (5 / 3), 0.0, 2 * (2 / 3) / (5 / 3), 0.0])
    assert len(fitness(form("AB"), range(2, 5))) == 0


def test_every_bar_is_wholly_like_itself() -> None:
    assert np.diag(strictly_alike(np.zeros((3, 3)))).tolist() == [1.0] * 3

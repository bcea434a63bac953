"""Pairs of two systems that do not hold all the same songs: only the common ones count, the others are named."""

from __future__ import annotations

import math

import pytest

from popgen_core.contracts.evaluator import Measure
from popgen_core.errors import RecipeError
from popgen_eval.comparison import compare
from popgen_eval.report import FileScores, Report

MEASURE = Measure("sweetness", "share", 0.0, 1.0, "higher", "how sweet it is")


def report(**scores: float) -> Report:
    files = tuple(FileScores(f"folder/{name}.mid", {"sweetness": score}) for name, score in scores.items())
    return Report(files, ("sweetness",), {"sweetness": MEASURE})


A = report(a=0.5, b=0.7, c=0.6, only=0.0)
B = report(c=0.5, b=0.5, a=0.2, alone=1.0, other=1.0)


def test_only_common_songs_count_and_the_others_are_named() -> None:
    found = compare(A, B, paired=True, common=True, measures=[MEASURE], labels=("mine", "theirs", "real"))
    test = found.contrasts[0].figures[0]
    assert found.contrasts[0].songs_a == found.contrasts[0].songs_b == 3
    assert math.isclose(test.mean_a, 0.6)
    assert math.isclose(test.mean_b, 0.4)
    assert math.isclose(test.t.difference, 0.2)
    assert found.remarks[:2] == (
        "left out, since only mine has it: 1 song, only.mid",
        "left out, since only theirs has them: 2 songs, alone.mid, other.mid",
    )
    assert found.to_json()["left_out"] == {"mine": ["only.mid"], "theirs": ["alone.mid", "other.mid"]}


def test_both_are_held_against_all_of_the_reference_by_their_common_songs() -> None:
    found = compare(A, B, paired=True, common=True, measures=[MEASURE], reference=B)
    assert [(one.songs_a, one.songs_b) for one in found.contrasts] == [(3, 3), (3, 5), (3, 5)]
    assert math.isclose(found.contrasts[2].figures[0].mean_a, 0.4)


def test_where_all_have_partners_nothing_is_left_out() -> None:
    plain, common = (compare(A, A, paired=True, common=common, measures=[MEASURE]) for common in (False, True))
    assert plain.to_json() == common.to_json()
    assert common.left_out == {}


def test_without_a_common_song_there_is_no_comparison() -> None:
    with pytest.raises(RecipeError, match="A and B have no file name in common"):
        compare(report(a=1.0), report(b=1.0), paired=True, common=True, measures=[MEASURE])


def test_without_it_the_way_out_is_named() -> None:
    with pytest.raises(RecipeError, match=r"3 songs have no partner.*only\.mid.*alone\.mid, other\.mid.*--common"):
        compare(A, B, paired=True, measures=[MEASURE])


def test_many_names_are_counted_and_none_breaks_the_line() -> None:
    many = report(**{"a": 0.1, "b": 0.2, **{f"x{number}\n": 0.1 for number in range(7)}})
    found = compare(many, report(a=0.3, b=0.3), paired=True, common=True, measures=[MEASURE])
    assert found.remarks[0].endswith("7 songs, x0\\n.mid, x1\\n.mid, x2\\n.mid, x3\\n.mid, x4\\n.mid and 2 more")

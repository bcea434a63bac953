"""All songs together: a line a measure, with its interval, what real songs show, and whether it is farther."""

from __future__ import annotations

import math

import pytest

from popgen_core.contracts.evaluator import Score
from popgen_eval.distribution.draws import floor_edge, floor_note
from popgen_eval.report import Report
from popgen_eval.telling.set_rows import set_rows


def rows_of(**sets: Score):
    return set_rows(Report((), (), sets=sets))


def test_interval_and_floor_stand_in_the_row_of_the_whole() -> None:
    note = floor_note(10.9, 12.6)
    [row] = rows_of(
        far_distance=Score(12.9, note=note), far_low=Score(5.4), far_high=Score(20.3), far_floor=Score(10.9)
    )
    assert (row.value, row.low, row.high, row.floor, row.edge) == (12.9, 5.4, 20.3, 10.9, 12.6)
    assert (row.farther, row.note) == ("yes", "")


@pytest.mark.parametrize(
    ("value", "side", "farther"),
    [(0.6, "below", "yes"), (0.5, "below", "no"), (0.4, "above", "yes"), (0.5, "above", "no")]
)  # fmt: skip
def test_farther_than_real_is_beyond_what_real_songs_keep(value: float, side: str, farther: str) -> None:
    [row] = rows_of(x_area=Score(value, note=floor_note(0.5, 0.5, side)), x_floor=Score(0.5))
    assert row.farther == farther


def test_a_p_is_said_beside_its_measure() -> None:
    rows = rows_of(mmd=Score(0.1, note=floor_note(0.1, 0.2)), mmd_floor=Score(0.1), mmd_p=Score(0.254))
    assert [(row.name, row.note) for row in rows] == [("mmd", "p 0.254")]


def test_a_strangers_measure_has_its_note_and_no_more() -> None:
    rows = rows_of(songs=Score(3.0, note="as songs"), gone=Score(math.nan, "no"))
    assert [(row.name, row.farther, row.note) for row in rows] == [("songs", "", "as songs")]


def test_a_note_of_real_songs_is_read_as_it_was_written() -> None:
    assert floor_note(0.000245, 0.0107) == "real against real: 0.000245 (95 % of draws below 0.0107)"
    assert floor_edge(floor_note(1, 1e-7)) == (1e-7, True)
    assert floor_edge(floor_note(1, 0.9, "above")) == (0.9, False)
    assert math.isnan(floor_edge("as songs")[0])

"""A target that only the upper end of an interval reaches is marked, and a note says what the mark means."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from popgen_eval.validation.material import Material
from popgen_eval.validation.separation import Separation
from popgen_eval.validation.table import markdown, notes, separation_rows
from popgen_eval.validation.validate import Validation, by_upper_end

NOTE = "* reached by the upper end of the interval only"
ROW = Separation("pitchperm", "note_coherence", 0.8, 0.4, auc=0.96, paired=1, n=40, low=0.9, high=0.99)  # target .98


def found(*rows: Separation) -> Validation:
    material = Material(("a",), (), 32, {}, ())
    return Validation("here", material, 0, MappingProxyType({}), rows, (), {}, {})


@pytest.mark.parametrize(
    ("auc", "high", "ok"), [(0.96, 0.99, "yes"), (0.951, 0.99, "yes"), (0.94, 0.951, "yes*"), (0.94, 0.949, "NO")]
)
def test_the_target_less_the_slack_is_what_an_auc_must_reach_itself(auc: float, high: float, ok: str) -> None:
    made = found(replace(ROW, auc=auc, high=high))
    assert separation_rows(made)[0][-1] == ok
    assert notes(made) == ([NOTE] if ok == "yes*" else [])
    assert [row["by_upper_end"] for row in made.to_json()["separations"]] == [ok == "yes*"]


def test_too_few_songs_and_rows_without_a_target_bear_no_mark() -> None:
    low = replace(ROW, auc=0.6, high=0.99)
    assert separation_rows(found(replace(low, n=29)))[0][-1] == "too few"
    assert found(replace(low, n=29)).to_json()["separations"][0]["by_upper_end"] is False
    other = replace(low, corruption="shufbar")
    assert by_upper_end(other) is False
    assert separation_rows(found(other), every=True)[0][-1] == ""


def test_the_page_bears_the_note_under_its_table() -> None:
    assert f"\n\n\\{NOTE}.\n\n" in markdown(found(replace(ROW, auc=0.94)))
    assert NOTE not in markdown(found(ROW))

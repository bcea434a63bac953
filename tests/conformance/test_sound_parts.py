"""No check takes for a fault what a part of a model does in a way of its own."""

from __future__ import annotations

import pytest

from popgen_core.contracts.card import Card, Kind
from popgen_core.testing import Maker, run_checks
from popgen_core.testing.where import contract_of

SOUND: list[tuple[Kind, str, list[str]]] = [
    ("encoder", "LooksUp", ["check_nothing_told_is_silence"]),
    ("encoder", "Opens", []),
    ("backbone", "Recurrent", ["check_attention_rows_sum_to_one"]),
    ("backbone", "OfMultiplesOf32", ["check_attention_rows_sum_to_one"]),
    ("backbone", "Averages", ["check_attention_rows_sum_to_one"]),
]


@pytest.mark.parametrize(("kind", "name", "without"), SOUND)
def test_a_sound_part_passes_every_check_that_says_something_of_it(kind: Kind, name: str, without: list[str]) -> None:
    make = Maker(Card(kind, "sample.v1", f"sound_parts:{name}", "a sample"))
    rows = run_checks(make, contract_of(kind).CHECKS)
    assert [row for row in rows if row.verdict == "FAIL"] == []
    assert [row.check for row in rows if row.verdict == "skip"] == without

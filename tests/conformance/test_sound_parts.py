"""No check takes for a fault what a part of a model does in a way of its own."""

from __future__ import annotations

import pytest

from popgen_core.contracts.card import Card, Kind
from popgen_core.testing import Maker, run_checks
from popgen_core.testing.component import BUILT
from popgen_core.testing.where import contract_of

TEMPERED = [
    "check_a_temperature_changes_which_notes_come",
    "check_a_temperature_leaves_the_number_of_notes",
    "check_top_p_draws_the_likeliest_cells_alone",
    "check_top_p_leaves_the_number_of_notes",
]
SOUND: list[tuple[Kind, str, list[str]]] = [
    ("encoder", "sound_parts:LooksUp", ["check_nothing_told_is_silence"]),
    ("encoder", "sound_parts:Opens", []),
    ("encoder", "sound_ways:FillsByATensor", ["check_moves_to_another_device"]),
    ("encoder", "sound_ways:LeavesLayersOut", []),
    ("backbone", "sound_parts:Recurrent", ["check_attention_rows_sum_to_one"]),
    ("backbone", "sound_parts:OfMultiplesOf32", ["check_attention_rows_sum_to_one"]),
    ("backbone", "sound_parts:Averages", ["check_attention_rows_sum_to_one"]),
    ("decoder", "sound_ways:Attracts", TEMPERED),
    ("decoder", "sound_ways:OneNewNoteAGroup", TEMPERED),
    ("grouper", "sound_ways:ByWords", []),
]


@pytest.mark.parametrize(("kind", "target", "without"), SOUND)
def test_a_sound_part_passes_every_check_that_says_something_of_it(kind: Kind, target: str, without: list[str]) -> None:
    make = Maker(Card(kind, "sample.v1", target, "a sample"))
    rows = run_checks(make, [*(BUILT if kind == "grouper" else ()), *contract_of(kind).CHECKS])
    assert [row for row in rows if row.verdict == "FAIL"] == []
    assert [row.check for row in rows if row.verdict == "skip"] == without

"""Room for the melody in songs of any length: what rubs is found however far the notes lie apart, in little memory."""

import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lead_sheets import pop909_folder, write_midi

from popgen_core import api
from popgen_core.music import notes_from
from popgen_core.songwriter.arranging import LeadSheet, RealPart, folder, pop909_sheet
from popgen_core.songwriter.arranging.room import made_room
from popgen_core.songwriter.notes import WrittenNote


def sheet_of(place: Path, melody: list[tuple[int, int, int, int]]) -> LeadSheet:
    """A sheet of forty bars with a melody of (tick, ticks, pitch, velocity)."""
    return replace(pop909_sheet(pop909_folder(place)), melody=RealPart(notes_from(melody)))


def test_a_note_held_from_the_beginning_rubs_at_the_end_among_hundreds_of_brief_ones(tmp_path: Path) -> None:
    brief = [(120 * step, 60, 60, 80) for step in range(16, 600)]
    sheet = sheet_of(tmp_path, [(16 * 120, 584 * 120, 72, 90), *brief])
    fine = [WrittenNote(step, 4, 67, 0.0) for step in range(16, 590)]
    rubs = [WrittenNote(step, 4, 71, 0.0) for step in (20, 300, 590)]
    assert made_room(sheet, "strings", [*rubs, *fine]) == fine
    assert made_room(sheet, "strings", [*fine, *reversed(rubs)]) == fine
    covers = [WrittenNote(590, 4, 70, 0.0), WrittenNote(16, 4, 57, 0.0)]  # the second is near the brief ones alone
    assert made_room(sheet, "others", [covers[0], *fine[1:], covers[1]]) == [*fine[1:], covers[1]]


def test_the_order_of_notes_does_not_matter_and_a_long_one_rubs_far_behind_its_beginning(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, [(120 * step, 480, 72 if step < 400 else 64, 80) for step in range(16, 600, 4)])
    fine = [WrittenNote(step, 4, 67, 0.0) for step in range(16, 200)]
    rubs = [WrittenNote(step, 4, 71, 0.0) for step in (20, 100, 180)]
    assert made_room(sheet, "strings", [*fine, *rubs][::-1]) == fine[::-1]
    far = WrittenNote(16, 400, 63, 0.0)  # held until the melody has come down to 64
    assert made_room(sheet, "strings", [far, *fine]) == fine


def test_memory_does_not_grow_with_the_product_of_both_parts(tmp_path: Path) -> None:
    steps = range(16, 600)
    melody = [(120 * step, 110, 60 + step % 12, 80) for step in steps for _ in range(8)]
    sheet = sheet_of(tmp_path, melody)
    written = [WrittenNote(step, 1, 40 + step % 12, 0.0) for step in steps for _ in range(8)]
    tracemalloc.start()
    assert len(made_room(sheet, "strings", written)) == len(written)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 10e6  # each of 4672 notes beside each of 4672 of the melody are 175 MB


def too_much(*_: object) -> None:
    np.empty(1 << 55, dtype=np.uint8)


def test_a_song_that_memory_does_not_hold_is_a_row_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_midi(tmp_path / "in" / "tune.mid", {"m": [(480 * at, 400, 60 + at % 5, 80) for at in range(64)]}, 4)
    monkeypatch.setattr(folder, "arranged", too_much)
    [row] = api.arrange(tmp_path / "in", tmp_path / "out")
    assert row.files == ()
    assert row.reason.startswith("this machine's memory does not hold its arrangement")

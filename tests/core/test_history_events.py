"""TensorBoard reads what a run's log says, live or afterwards; torch is not needed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from made_run import GROUPS, log_of, made_run, step_line

from popgen_core.errors import OutputError
from popgen_core.history.events import EventLog, scalars_of, write_events

EPOCH = {"kind": "epoch", "steps": 2, "epoch": 1, "loss": 1.5, "valid_loss": 1.25, "valid_parts": {"onset": 0.5}}


def needs_tensorboard() -> None:
    pytest.importorskip("tensorboard", reason="tensorboard is not installed (the extra popgen-core[tensorboard])")


def read_back(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """{tag: (step, value) of each point} as TensorBoard itself reads a folder."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events: Any = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    events.Reload()
    return {tag: [(at.step, at.value) for at in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


def test_a_line_has_a_value_for_each_thing_that_it_tells() -> None:
    step = dict(scalars_of(step_line(1, 0, 2.0), GROUPS))
    assert step["loss/step"] == 2.0
    assert step["part/active"] == 1.2
    assert step["group_active/drums"] == 0.6
    assert step["gradient_norm"] == 0.5
    assert len(step) == 1 + 3 + 3 * 7 + 4
    epoch = dict(scalars_of(EPOCH))
    assert epoch == {"loss/epoch": 1.5, "loss/validation": 1.25, "validation_part/onset": 0.5}


def test_what_is_not_told_has_no_value() -> None:
    assert "loss/step" not in dict(scalars_of(step_line(1, 0, None)))
    assert dict(scalars_of({"kind": "step", "loss": 1.0})) == {}
    assert "group_onset/1" in dict(scalars_of(step_line(1, 0, 2.0)))  # of groups without names


def test_a_finished_run_is_read_by_tensorboard_as_it_was_logged(tmp_path: Path) -> None:
    needs_tensorboard()
    run = made_run(tmp_path / "run", log_of([4.0, 3.0], valid=[5.0]))
    values = write_events(run, tmp_path / "events", GROUPS)
    found = read_back(tmp_path / "events")
    assert found["loss/step"] == [(1, 4.0), (2, 4.0), (3, 3.0), (4, 3.0)]
    assert found["loss/epoch"] == [(2, 4.0), (4, 3.0)]
    assert found["loss/validation"] == [(2, 5.0)]
    assert found["group_onset/drums"][0] == (1, pytest.approx(0.6))
    assert values == sum(len(points) for points in found.values())


def test_a_run_that_goes_on_takes_back_what_an_earlier_file_says_of_later_steps(tmp_path: Path) -> None:
    needs_tensorboard()
    with EventLog(tmp_path) as events:
        for step in (1, 2, 3):
            events.add(step_line(step, 0, 9.0))
    with EventLog(tmp_path, after_step=1) as events:
        events.add(step_line(2, 0, 1.0))
        events.flush()
        assert read_back(tmp_path)["loss/step"] == [(1, 9.0), (2, 1.0)]


def test_points_are_dated_by_the_time_of_training(tmp_path: Path) -> None:
    needs_tensorboard()
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    with EventLog(tmp_path, began=1000.0) as events:
        events.add(step_line(1, 0, 9.0, seconds=2.5))
        events.add(EPOCH)
    read: Any = EventAccumulator(str(tmp_path))
    read.Reload()
    assert [at.wall_time for at in read.Scalars("loss/step")] == [1002.5]
    assert [at.wall_time for at in read.Scalars("loss/epoch")] == [1002.5]


def test_a_folder_that_has_events_is_not_written_to_twice(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run", log_of([4.0]))
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "events.out.tfevents.1.host").touch()
    with pytest.raises(OutputError, match="holds event files already"):
        write_events(run, tmp_path / "events")


def test_a_place_that_cannot_be_written_is_told_in_a_line(tmp_path: Path) -> None:
    needs_tensorboard()
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        EventLog(tmp_path / "file" / "events")


def test_without_tensorboard_its_absence_is_an_import_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard.compat.proto", None)
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(ModuleNotFoundError):
        EventLog(tmp_path)

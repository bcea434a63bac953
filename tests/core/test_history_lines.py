"""A run's files are read as they are: half-written, older, with holes, from several sessions."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_run import GROUPS, log_of, made_run, step_line, write_lines

from popgen_core.files import locked
from popgen_core.history.curve import curve_of
from popgen_core.history.epochs import epochs_of
from popgen_core.history.facts import facts_of
from popgen_core.history.figures import gradients_of, speed_of, speed_over_time
from popgen_core.history.lines import read_lines, read_log, read_object
from popgen_core.history.sessions import at_work, sessions_of

OLD_STEP = {"kind": "step", "steps": 1, "epoch": 0, "loss": 0.5, "onset": 0.2, "active": 0.3, "gradient_norm": 2.0}


def test_a_half_written_last_line_counts_for_nothing_and_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"kind": "step", "steps": 1}\n{"kind": "st')
    assert read_lines(path) == ([{"kind": "step", "steps": 1}], 0)


def test_a_last_line_that_lacks_only_its_end_counts(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"steps": 1}\n{"steps": 2}')
    assert read_log(path) == [{"steps": 1}, {"steps": 2}]


def test_what_is_damaged_in_the_middle_is_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"steps": 1}\n\n{"steps": \xff\xfe\n[1, 2]\n{"steps": 3}\n')
    assert read_lines(path) == ([{"steps": 1}, {"steps": 3}], 2)


def test_files_that_are_missing_or_no_objects_are_empty(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("[1]")
    assert read_log(tmp_path / "log.jsonl") == []
    assert read_object(tmp_path / "run.json") == read_object(tmp_path / "none.json") == {}


def test_parts_are_read_where_older_runs_have_them() -> None:
    new = curve_of([step_line(1, 0, 1.0)])
    assert {name: values[0] for name, values in new.parts.items()} == {"onset": 0.3, "active": 0.6, "rhythm": 0.1}
    assert new.groups["active"].tolist() == [pytest.approx([0.3, *[0.05] * 6])]
    old = curve_of([OLD_STEP])
    assert {name: values[0] for name, values in old.parts.items()} == {"onset": 0.2, "active": 0.3}
    assert old.groups == {}
    assert math.isnan(old.seconds[0])


def test_of_two_lines_of_one_step_the_later_one_counts() -> None:
    curve = curve_of([step_line(1, 0, 3.0), step_line(2, 0, 2.0), step_line(1, 0, 1.0)])
    assert curve.steps.tolist() == [1, 2]
    assert curve.loss.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("line", [{"kind": "step"}, {"kind": "step", "steps": "2", "epoch": 0}, {"kind": "new"}, {}])
def test_lines_that_do_not_say_which_step_they_are_of_are_left_out(line: dict[str, Any]) -> None:
    assert curve_of([line, step_line(1, 0, 1.0)]).steps.tolist() == [1]


def test_an_epochs_loss_is_the_mean_of_its_steps_that_have_one() -> None:
    log = [step_line(1, 0, 3.0), step_line(2, 0, None), step_line(3, 0, 1.0)]
    [epoch] = epochs_of(curve_of(log), log)
    assert (epoch.number, epoch.steps, epoch.loss, epoch.whole) == (1, 3, 2.0, False)
    assert epoch.parts["onset"] == pytest.approx(0.6)  # of 0.9 and 0.3
    assert epoch.groups["onset"][0] == pytest.approx(0.3)


def test_an_epoch_is_whole_when_its_end_or_a_later_epoch_is_told() -> None:
    log = [step_line(1, 0, 3.0), step_line(2, 1, 2.0), {"kind": "epoch", "steps": 2, "epoch": 2}, step_line(3, 2, 1.0)]
    assert [(epoch.number, epoch.whole) for epoch in epochs_of(curve_of(log), log)] == [
        (1, True),
        (2, True),
        (3, False),
    ]


def test_what_an_epochs_end_tells_of_other_songs_is_kept() -> None:
    end = {"kind": "epoch", "steps": 1, "epoch": 1, "valid_loss": 0.5, "valid_parts": {"onset": 0.2},
           "valid_groups": {"onset": [0.1, 0.1]}}  # fmt: skip
    [epoch] = epochs_of(curve_of([]), [end])
    assert (epoch.valid_loss, epoch.valid_parts, epoch.valid_groups) == (0.5, {"onset": 0.2}, {"onset": (0.1, 0.1)})


def test_steps_lie_between_the_epochs_that_they_belong_to() -> None:
    curve = curve_of(log_of([3.0, 2.0], steps=4))
    assert curve.epochs_done(4).tolist() == [0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0]


def test_a_begin_without_an_end_is_a_session_that_was_killed() -> None:
    begin = {"kind": "begin", "time": "2026-11-01T08:00:00+00:00", "steps": 0, "threads": 2, "device": "cpu"}
    end = {"kind": "end", "time": "2026-11-01T09:30:00+00:00", "steps": 9, "stopped": "all epochs done"}
    killed, ended = sessions_of([begin, {**begin, "steps": 5}, end])
    assert (killed.first_step, killed.last_step, killed.stopped) == (0, None, "")
    assert (ended.first_step, ended.last_step, ended.stopped, ended.seconds) == (5, 9, "all epochs done", 5400.0)
    assert sessions_of([begin])[0].threads == 2


def test_times_that_are_no_times_make_no_length() -> None:
    [session] = sessions_of([{"kind": "begin", "time": "monday"}, {"kind": "end", "time": 3}])
    assert math.isnan(session.seconds)
    assert session.stopped == "for no told reason"


def test_a_lock_that_a_kill_left_behind_is_no_process_at_work(tmp_path: Path) -> None:
    assert not at_work(tmp_path)
    (tmp_path / ".lock").touch()
    assert not at_work(tmp_path)
    with locked(tmp_path, "the run"):
        assert at_work(tmp_path)


def test_what_a_run_does_not_tell_its_checkpoints_header_does(tmp_path: Path) -> None:
    text = json.dumps({"groups": ["drums", "bass"], "corpus": {"songs": 3}})
    header = json.dumps({"__metadata__": {"popgen": text, "popgen_sha256": hashlib.sha256(text.encode()).hexdigest()}})
    content = len(header).to_bytes(8, "little") + header.encode() + b"weights"
    (tmp_path / "last.safetensors").write_bytes(content)
    assert facts_of(tmp_path).groups == ("drums", "bass")
    assert facts_of(tmp_path).corpus == {"songs": 3}
    for damaged in (content.replace(b"bass", b"bast"), content[:40], b""):
        (tmp_path / "last.safetensors").write_bytes(damaged)
        assert facts_of(tmp_path).corpus == {}


def test_a_settings_path_that_a_recipe_lacks_is_none(tmp_path: Path) -> None:
    facts = facts_of(made_run(tmp_path / "run", [], songs={"trained": 8}))
    assert facts.setting("train", "clip") == 1.0
    assert facts.setting("train", "clip", "deeper") is facts.setting("none") is None
    assert facts.songs == {"trained": 8}
    (tmp_path / "run" / "recipe.toml").write_text("no [toml")
    assert facts_of(tmp_path / "run").recipe == {}


def test_an_older_run_of_the_papers_grouper_has_its_seven_groups(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run", [])
    (run / "run.json").unlink()
    assert facts_of(run).groups == GROUPS


def test_gradients_are_clipped_above_the_recipes_norm_and_steps_without_a_loss_counted() -> None:
    lines = [step_line(number, 0, 1.0, gradient_norm=norm) for number, norm in enumerate((0.5, 1.0, 3.0), start=1)]
    of = gradients_of(curve_of([*lines, step_line(4, 0, None, gradient_norm=None)]), clip=1.0)
    assert of is not None
    assert (of.middle, of.largest, of.clipped, of.skipped) == (1.0, 3.0, pytest.approx(1 / 3), 1)
    assert gradients_of(curve_of([]), 1.0) is None


def test_speed_is_frames_over_their_time_where_frames_are_told() -> None:
    curve = curve_of([step_line(1, 0, 1.0), step_line(2, 0, 1.0), step_line(3, 0, 1.0, seconds=8.0)])
    of = speed_of(curve)
    assert of is not None
    assert (of.seconds, of.frames, of.frames_per_second) == (8.0, 3000.0, 375.0)
    hours, rates = speed_over_time(curve)
    assert hours.tolist() == [pytest.approx(4 / 3600), pytest.approx(8 / 3600)]
    assert rates.tolist() == [500.0, 250.0]  # a thousand frames in two seconds, then in four


def test_without_frames_speed_is_what_the_log_said_it_was() -> None:
    old = [{**OLD_STEP, "steps": n, "seconds": float(n), "frames_per_second": 90 + n} for n in range(1, 31)]
    of = speed_of(curve_of(old))
    assert of is not None
    assert of.frames_per_second == 105.5
    assert speed_over_time(curve_of(old))[1].tolist() == [float(rate) for rate in range(111, 121)]
    assert speed_of(curve_of([OLD_STEP])) is None


def test_rows_of_another_number_of_groups_are_left_empty(tmp_path: Path) -> None:
    odd = step_line(3, 0, 1.0) | {"groups": {"onset": [1.0, 2.0]}}
    rows = curve_of([step_line(1, 0, 1.0), step_line(2, 0, 1.0), odd]).groups["onset"]
    assert rows.shape == (3, 7)
    assert np.isnan(rows[2]).all()
    write_lines(tmp_path / "log.jsonl", [odd])
    assert read_log(tmp_path / "log.jsonl") == [odd]

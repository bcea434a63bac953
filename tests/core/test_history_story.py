"""The story of a run: Table 1, whether validation turned, how it started and ended, and all of it in words."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_run import log_of, made_run, step_line, write_lines

from popgen_core import api
from popgen_core.errors import CheckpointError
from popgen_core.files import locked
from popgen_core.history import RunStory, read_story
from popgen_core.history.epochs import Epoch
from popgen_core.history.table import Row, beside_the_paper, row_of
from popgen_core.history.tables import epoch_table, group_table, licence_table, paper_table, part_table, text_of
from popgen_core.history.telling import answers, figure, headline, paper_line, phase_line, start_lines
from popgen_core.history.validation import validation_of

FIRST = 5.06
BEGIN = {"kind": "begin", "time": "2026-11-01T08:00:00+00:00", "steps": 0}
END = {"kind": "end", "time": "2026-11-01T09:00:00+00:00", "steps": 2, "stopped": "stopped by SIGINT"}


def epochs_with(losses: Sequence[float], valid: Sequence[float] = ()) -> list[Epoch]:
    heard = [*valid, *[math.nan] * (len(losses) - len(valid))]
    return [
        Epoch(number, 2, loss, True, valid_loss=other)
        for number, (loss, other) in enumerate(zip(losses, heard, strict=True), start=1)
    ]


def story_of(folder: Path, log: list[dict[str, Any]], *, sessions: Sequence[Any] = (), **facts: Any) -> RunStory:
    run = made_run(folder / "run", log, **facts)
    if sessions:
        write_lines(run / "sessions.jsonl", sessions)
    return read_story(run)


def test_a_row_begins_where_the_one_before_it_ends() -> None:
    epochs = epochs_with([4.0, 3.0, 2.0, 1.0])
    assert row_of("a", 1, 2, epochs, FIRST) == Row("a", 1, 2, FIRST, 3.0, 3.5)
    assert row_of("b", 3, 9, epochs, FIRST) == Row("b", 3, 4, 3.0, 1.0, 1.5)
    assert row_of("c", 5, 9, epochs, FIRST) is None


def test_an_epoch_without_a_loss_is_no_border_of_a_row() -> None:
    assert row_of("a", 2, 4, epochs_with([4.0, math.nan, 2.0, math.nan]), FIRST) == Row("a", 3, 3, 4.0, 2.0, 2.0)


def test_the_papers_ranges_are_filled_as_far_as_the_run_got() -> None:
    beginning, main, tuning = beside_the_paper(epochs_with([5.0] * 17 + [2.0] * 3), FIRST)
    assert beginning.run == Row("beginning", 1, 17, FIRST, 5.0, 5.0)
    assert main.run == Row("main", 18, 20, 5.0, 2.0, 2.0)
    assert (beginning.whole, main.whole, tuning.whole) == (True, False, False)
    assert tuning.run is None
    assert (main.paper.loss_from, main.paper.loss_to, main.paper.mean) == (3.89, 0.29, 1.65)


@pytest.mark.parametrize(
    ("valid", "course", "best"),
    [
        ([3.0, 2.0, 1.0], "too short to tell", 3),
        ([4.0, 3.0, 2.0, 1.0], "not turned", 4),
        ([4.0, 1.0, 2.0, 2.0], "not turned", 2),
        ([1.0, 1.01, 1.01, 1.01], "level", 1),
        ([1.0, 1.1, 1.2, 1.3], "turned", 1),
    ],
)
def test_validation_has_turned_when_its_last_three_lie_over_the_lowest(
    valid: list[float], course: str, best: int
) -> None:
    of = validation_of(epochs_with([4.0, 3.0, 2.0, 1.0][: len(valid)], valid))
    assert of is not None
    assert (of.course, of.best) == (course, best)


def test_how_far_validation_rose_and_training_fell_since_the_best_epoch() -> None:
    of = validation_of(epochs_with([4.0, 3.0, 2.0, 1.0], [1.0, 1.1, 1.2, 1.3]))
    assert of is not None
    assert (of.rise, of.training_change) == (pytest.approx(0.2), -0.75)
    assert validation_of(epochs_with([1.0])) is None


def test_the_story_begins_with_how_far_the_run_got_and_what_its_loss_did(tmp_path: Path) -> None:
    story = story_of(tmp_path, log_of([4.0, 3.0], spread=0.1), epochs=9)
    assert (
        headline(story)
        == "2 of 9 epochs are done, 4 steps; the loss fell from 4.40 (first step) to 3.00 (mean of epoch 2)."
    )
    assert paper_line(story) == "The run stopped at epoch 2; the paper's run went to 197."
    assert phase_line(story) == "Phases: too short to tell phases apart: 2 epochs, 12 are needed."


def test_a_run_that_overfits_is_called_so(tmp_path: Path) -> None:
    story = story_of(tmp_path, log_of([4.0, 3.0, 2.0, 1.0], valid=[1.0, 1.1, 1.2, 1.3]))
    assert (
        "was lowest after epoch 1, 1.00, and has turned: it lies 20 % higher now while the training loss fell by 75 % "
        "since, so the model overfits."
    ) in answers(story)[0]
    (tmp_path / "run" / "best.safetensors").touch()
    assert "best.safetensors holds the weights of that epoch" in answers(read_story(tmp_path / "run"))[0]


@pytest.mark.parametrize(
    ("sessions", "said"),
    [
        ([BEGIN, END], "It ended: stopped by SIGINT."),
        ([BEGIN, {**END, "stopped": "all epochs done"}], "It ended: all epochs done."),
        ([BEGIN, END, BEGIN], "Its last session has no end: it was killed, or the machine was."),
        ([], "Its files do not tell how it ended."),
    ],
)
def test_how_a_run_ended(tmp_path: Path, sessions: list[Any], said: str) -> None:
    assert said in answers(story_of(tmp_path, log_of([1.0]), sessions=sessions))


def test_an_older_run_with_all_its_epochs_ended_with_them(tmp_path: Path) -> None:
    assert "It ended: all epochs done." in answers(story_of(tmp_path, log_of([1.0]), epochs=1))


def test_a_run_whose_lock_is_held_is_at_work_unless_it_said_that_it_ended(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run", log_of([1.0]))
    with locked(run, "the run"):
        assert "It is at work now." in answers(read_story(run))
        assert paper_line(read_story(run)).startswith("The run is at epoch 1;")
        write_lines(run / "sessions.jsonl", [BEGIN, END])
        assert "It ended: stopped by SIGINT." in answers(read_story(run))


def test_kills_and_stops_are_counted(tmp_path: Path) -> None:
    sessions = [BEGIN, BEGIN, BEGIN, {**END, "peak_memory_bytes": 2e9}, BEGIN, END]
    story = story_of(tmp_path, log_of([1.0]), sessions=sessions)
    said = "It trained for 4 s at 500 frames a second, interrupted 3 times, twice by a kill or a crash"
    assert f"{said}; at most 2.0 GB of memory." in answers(story)
    write_lines(tmp_path / "run" / "sessions.jsonl", [BEGIN, END])
    assert any("without an interruption" in line for line in answers(read_story(tmp_path / "run")))


def test_the_first_steps_loss_is_split_beside_seven_coins(tmp_path: Path) -> None:
    first = step_line(1, 0, 5.0) | {"parts": {"onset": 2.4, "active": 2.5, "rhythm": 0.1}}
    story = story_of(tmp_path, [first])
    assert story.start is not None
    assert story.start.notes == pytest.approx(4.9)
    assert story.start.untrained == pytest.approx(7 * 0.693147, abs=1e-5)
    said = " ".join(start_lines(story))
    assert "5.00, is 4.90 for the notes (onset and active) and 0.100 for the rhythm" in said
    assert "7 ln 2 = 4.85. This run's notes begin 0.05 above it" in said
    assert "starts at 5.06, which under this reading leaves 0.21 for its rhythm" in said


def test_a_start_at_the_corpuss_rates_is_told_as_such_and_another_loss_not_at_all(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run", log_of([1.0]))
    recipe = (run / "recipe.toml").read_text()
    (run / "recipe.toml").write_text(recipe.replace('bias = "zero"', 'bias = "corpus"'))
    assert "set to the corpus's rates" in start_lines(read_story(run))[1]
    (run / "recipe.toml").write_text(recipe.replace("independent.v1", "own.v1"))
    assert start_lines(read_story(run))[1:] == ["The paper starts at 5.06."]
    (run / "recipe.toml").write_text(recipe.replace("paper.v1", "own.v1"))
    assert start_lines(read_story(run)) == []


def test_tables_of_the_paper_of_parts_of_groups_and_of_epochs(tmp_path: Path) -> None:
    story = story_of(tmp_path, log_of([4.0, 2.0], valid=[5.0, 3.0]))
    assert paper_table(story).rows[0] == ("beginning", "1-17", "5.06 - 3.89", "4.23", "1-2", "4.00 - 2.00", "3.00")
    assert paper_table(story).rows[1][4:] == ("not reached", "", "")
    assert part_table(story).rows[0] == ("onset", "1.20", "0.600", "-")
    assert part_table(story).rows[-1] == ("together", "4.00", "2.00", "3.00")
    assert group_table(story).rows[0] == ("drums", "2.00", "1.00", "0.300", "0.600", "0.100")
    assert group_table(story).rows[1] == ("bass", "0.333", "0.167", "0.0500", "0.100", "0.0167")
    assert epoch_table(story).rows[1] == ("2", "2", "2.00", "3.00", "0.600", "1.20", "0.200")
    assert text_of(part_table(story)).splitlines()[:3] == [
        "part      epoch 1  epoch 2  validation",
        "--------  -------  -------  ----------",
        "onset        1.20    0.600           -",
    ]


def test_the_data_passport_is_a_table_of_licences(tmp_path: Path) -> None:
    under = {"songs": 3, "seconds": 7200.0, "origins": {"band": 2, "choir": 1}}
    story = story_of(tmp_path, log_of([1.0]), corpus={"passport": {"licences": {"MIT": under}}})
    assert licence_table(story).rows == (("MIT", "yes", "band (2), choir (1)", "3", "2 h 0 min"),)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (5.06, "5.06"),
        (0.0824, "0.0824"),
        (12.34, "12.3"),
        (1234.5, "1,234"),
        (0, "0"),
        (2e-5, "2.00e-05"),
        (math.nan, "-"),
    ],
)
def test_three_digits_of_a_figure_count(value: float, said: str) -> None:
    assert figure(value) == said


def test_a_run_without_a_step_has_a_story(tmp_path: Path) -> None:
    story = story_of(tmp_path, [])
    assert headline(story) == "No step of this run is logged yet."
    assert answers(story) == ["Its files do not tell whether it goes on."]
    assert json.loads(json.dumps(story.to_plain(), allow_nan=False))["steps"] == 0


def test_a_run_in_its_first_epoch_has_a_story(tmp_path: Path) -> None:
    story = story_of(tmp_path, [step_line(1, 0, 4.0), step_line(2, 0, 3.0)], epochs=9)
    how_far = "0 of 9 epochs and a part of the next are done, 2 steps"
    assert headline(story) == f"{how_far}; the loss fell from 4.00 (first step) to 3.00 (last step)."
    assert paper_table(story).rows[0][4] == "not reached"


def test_all_but_the_steps_is_plain_json_without_nan(tmp_path: Path) -> None:
    story = story_of(tmp_path, [*log_of([4.0, 3.0]), step_line(5, 2, None)], sessions=[BEGIN])
    plain = json.loads(json.dumps(story.to_plain(), allow_nan=False))
    assert plain["epochs"][0]["loss"] == 4.0
    assert plain["epochs"][2]["loss"] is None
    assert plain["table"][0]["paper"]["loss_from"] == 5.06
    assert plain["sessions"][0]["seconds"] is None
    assert "curve" not in plain


def test_lines_that_could_not_be_read_are_told(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run", log_of([1.0]))
    with (run / "log.jsonl").open("a") as log:
        log.write("damaged\n")
    assert "1 line of its logs could not be read and was left out." in answers(read_story(run))


def test_a_folder_that_is_no_runs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="holds no run"):
        api.report(tmp_path)
    with pytest.raises(CheckpointError, match="is no folder"):
        api.report(tmp_path / "none")


def test_the_papers_own_shape_comes_out_as_its_table(tmp_path: Path) -> None:
    logs = np.interp(np.arange(1, 198), (0, 17, 117, 197), np.log((5.06, 3.89, 0.29, 0.22)))
    losses = np.exp(logs).tolist()
    start = [step_line(1, 0, 5.06), step_line(2, 0, 2 * losses[0] - 5.06)]  # the first epoch's mean stays what it was
    story = api.report(made_run(tmp_path / "run", [*start, *log_of(losses)[2:]]))
    assert [(row.first, row.last) for row in story.phase_rows] == [(1, 17), (18, 117), (118, 197)]
    for of in story.table:
        assert of.whole
        assert of.run is not None
        assert (round(of.run.loss_to, 2), round(of.run.loss_from, 2)) == (of.paper.loss_to, of.paper.loss_from)
    assert paper_line(story) == "The run has done the 197 epochs of the paper's run."

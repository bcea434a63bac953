"""popgen report: a run in words, as a page, as JSON and for TensorBoard; wrong folders in one line; without torch."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_run import log_of, made_run, write_lines

Popgen = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Two epochs, killed once."""
    folder = made_run(tmp_path / "mine", log_of([4.0, 3.0], valid=[5.0, 4.0]), epochs=2)
    begin = {"kind": "begin", "time": "2026-11-01T08:00:00", "steps": 0}
    write_lines(folder / "sessions.jsonl", [begin, begin, {"kind": "end", "steps": 4, "stopped": "all epochs done"}])
    return folder


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_run_is_told_in_words_and_its_page_and_picture_written(popgen: Popgen, run: Path) -> None:
    pytest.importorskip("matplotlib")
    done = popgen("report", run)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("mine: 2 of 2 epochs are done, 4 steps; the loss fell from 4.00 (first step) to 3.00")
    for said in ("interrupted once, by a kill or a crash", "beginning", "5.06 - 3.89", "The run stopped at epoch 2"):
        assert said in done.stdout
    assert done.stdout.rstrip().endswith(f"written: {run / 'report.html'}, {run / 'loss.png'}")
    assert {"report.html", "loss.png"} <= names(run)


def test_a_page_elsewhere_leaves_the_runs_folder_as_it_is(popgen: Popgen, run: Path, tmp_path: Path) -> None:
    before = names(run)
    done = popgen("report", run, "--html", tmp_path / "page.html")
    assert done.exit_code == 0, done.stderr
    assert "<h1>popgen report: mine</h1>" in (tmp_path / "page.html").read_text()
    assert names(run) == before


def test_json_is_all_that_is_printed_and_nothing_is_written(popgen: Popgen, run: Path) -> None:
    before = names(run)
    done = popgen("report", run, "--json")
    told = json.loads(done.stdout)
    assert told["ended_epochs"] == 2
    assert told["validation"]["best"] == 2
    assert told["headline"].startswith("2 of 2 epochs")
    assert names(run) == before


def test_a_folder_that_is_no_run_is_one_line(popgen: Popgen, tmp_path: Path) -> None:
    done = popgen("report", tmp_path)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (f"popgen: {tmp_path} holds no run (give the folder that `popgen train -o` has made)\n")
    assert popgen("report", tmp_path / "none").exit_code == 1


def test_a_page_that_cannot_be_written_is_one_line(popgen: Popgen, run: Path, tmp_path: Path) -> None:
    done = popgen("report", run, "--html", tmp_path / "none" / "page.html")
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert "cannot be written" in done.stderr


def test_without_matplotlib_the_words_are_there_and_one_line_says_what_to_install(
    popgen: Popgen, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    done = popgen("report", run)
    assert done.exit_code == 0
    assert "2 of 2 epochs are done" in done.stdout
    assert done.stderr.splitlines() == [
        "popgen: no pictures: they need matplotlib, which is not installed "
        "(install popgen-core[plot] from popgen's wheels)"
    ]
    assert "loss.png" not in names(run)


def test_without_tensorboard_one_line_says_what_to_install(
    popgen: Popgen, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard.compat.proto", None)
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    done = popgen("report", run, "--tensorboard", tmp_path / "events")
    assert done.exit_code == 1
    assert done.stderr.endswith("not installed (install popgen-core[tensorboard] from popgen's wheels)\n")


def test_events_for_tensorboard_lie_where_they_were_asked_for(popgen: Popgen, run: Path, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="tensorboard is not installed (the extra popgen-core[tensorboard])")
    done = popgen("report", run, "--tensorboard", tmp_path / "events")
    assert done.exit_code == 0, done.stderr
    assert len(list((tmp_path / "events").glob("events.out.tfevents.*"))) == 1
    again = popgen("report", run, "--tensorboard", tmp_path / "events")
    assert again.exit_code == 2
    assert "holds event files already" in again.stderr


def test_a_run_without_a_step_is_no_failure(popgen: Popgen, tmp_path: Path) -> None:
    done = popgen("report", made_run(tmp_path / "run", []))
    assert done.exit_code == 0, done.stderr
    assert "No step of this run is logged yet." in done.stdout


def test_a_report_needs_neither_torch_nor_safetensors(run: Path) -> None:
    code = (
        "import sys\n"
        "sys.modules['torch'] = sys.modules['safetensors'] = None\n"
        "from popgen_cli.app import app\n"
        f"app(['report', {str(run)!r}])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "2 of 2 epochs are done" in done.stdout


def test_a_run_that_popgen_trained_is_told(popgen: Popgen, run_dir: Path) -> None:
    told = json.loads(popgen("report", run_dir, "--json").stdout)
    assert told["steps"] == 1
    assert told["facts"]["groups"][0] == "drums"

import csv
import io
import json
import math

import pytest

from popgen_core.contracts.evaluator import Measure
from popgen_eval import calibration
from popgen_eval.calibration import Anchor
from popgen_eval.report import FileScores, Report

REPORT = Report(
    files=(
        FileScores("a.mid", {"x": 0.5, "y": math.nan}, {"y": "no notes"}),
        FileScores("b.mid", {"x": 1.0, "y": math.nan}, {"y": "too short"}, repairs=("a note ended",)),
        FileScores("c.mid", error="the bytes do not parse"),
    ),
    names=("x", "y"),
)


def test_a_report_as_json_has_null_for_what_is_undefined() -> None:
    made = json.loads(json.dumps(REPORT.to_json(), allow_nan=False))
    assert made["files"][0] == {"file": "a.mid", "scores": {"x": 0.5, "y": None}, "reasons": {"y": "no notes"}}
    assert made["files"][1]["repairs"] == ["a note ended"]
    assert made["files"][2] == {"file": "c.mid", "scores": {}, "reasons": {}, "error": "the bytes do not parse"}
    assert made["summary"]["y"] == {"mean": None, "sd": None, "low": None, "high": None, "n": 0}
    assert {"format", "popgen_eval", "seed", "settings", "figures", "files", "summary"} == set(made)


def test_a_summary_is_over_the_files_where_the_figure_is_defined() -> None:
    assert (REPORT.summary["x"].mean, REPORT.summary["x"].n) == (0.75, 2)
    assert list(REPORT.summary) == ["x", "y"]


def test_the_files_that_could_not_be_read_are_known() -> None:
    assert [file.path for file in REPORT.errors] == ["c.mid"]


def test_a_report_of_no_files_is_empty() -> None:
    made = Report((), ("x",)).to_json()
    assert made["files"] == []
    assert made["summary"] == {"x": {"mean": None, "sd": None, "low": None, "high": None, "n": 0}}


def test_a_csv_has_a_row_a_file_and_nothing_where_a_figure_is_undefined() -> None:
    assert REPORT.to_csv() == (
        "file,x,y,windows,error\na.mid,0.5,,0,\nb.mid,1.0,,0,\nc.mid,,,0,the bytes do not parse\n"
    )


def test_a_csv_keeps_names_with_commas_quotes_and_line_ends_apart() -> None:
    names = ['a,"b".mid', "c\nd.mid"]
    report = Report(tuple(FileScores(name, {"x": 1.0}) for name in names), ("x",))
    rows = list(csv.reader(io.StringIO(report.to_csv())))
    assert [row[0] for row in rows[1:]] == names


def test_why_a_figure_is_undefined_is_counted_the_most_frequent_first() -> None:
    causes = ("no bass", "too short", "too short")
    report = Report(tuple(FileScores("a", {"x": math.nan}, {"x": cause}) for cause in causes), ("x",))
    assert list(report.reasons("x").items()) == [("too short", 2), ("no bass", 1)]


def test_what_was_judged_in_several_windows_is_told_window_by_window() -> None:
    row = FileScores("a", {"x": 0.5}, bars=((1, 32), (33, 14)), windows={"x": (0.75, math.nan)}).to_json()
    assert row["bars"] == [[1, 32], [33, 14]]
    assert row["windows"] == {"x": [0.75, None]}


def test_a_reference_stands_in_the_report_with_its_files() -> None:
    made = Report(REPORT.files, REPORT.names, reference=Report(REPORT.files[:1], REPORT.names)).to_json()
    assert [row["file"] for row in made["reference"]["files"]] == ["a.mid"]
    assert made["reference"]["summary"]["x"]["mean"] == 0.5


def test_a_calibrated_mean_stands_beside_a_figure_with_an_anchor(monkeypatch: pytest.MonkeyPatch) -> None:
    anchor = Anchor("x", real_median=1.0, real_low=0.5, real_high=1.0, corrupted_mean=0.5, n=9, won_by=())
    monkeypatch.setattr(calibration, "anchors", lambda: {"x": anchor})
    summary = REPORT.to_json()["summary"]
    assert summary["x"]["calibrated"] == 0.5
    assert "calibrated" not in summary["y"]


def test_figures_that_have_no_end_can_be_written() -> None:
    measure = Measure("x", "ms", 0.0, math.inf, "none", "a law")
    made = Report((), ("x",), measures={"x": measure}).to_json()
    assert json.loads(json.dumps(made, allow_nan=False))["figures"]["x"]["high"] is None


def test_windows_of_another_length_have_no_calibrated_score() -> None:
    row = FileScores("a", {"overall": 0.5})
    assert not math.isnan(Report((row,), ("overall",), settings={"bars": 32}).calibrated("overall"))
    assert math.isnan(Report((row,), ("overall",), settings={"bars": 16}).calibrated("overall"))

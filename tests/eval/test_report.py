import json
import math

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
    assert set(made) == {"files", "summary"}


def test_a_summary_is_over_the_files_where_the_figure_is_defined() -> None:
    assert (REPORT.summary["x"].mean, REPORT.summary["x"].n) == (0.75, 2)
    assert list(REPORT.summary) == ["x", "y"]


def test_the_files_that_could_not_be_read_are_known() -> None:
    assert [file.path for file in REPORT.errors] == ["c.mid"]


def test_the_table_shows_each_figure() -> None:
    assert REPORT.rows()[0] == ("figure", "mean", "sd", "95 % interval", "n")
    assert REPORT.rows()[1][:3] == ("x", "0.75", "0.35")
    assert REPORT.rows()[2] == ("y", "-", "-", "- to -", "0 of 3")


def test_a_report_of_no_files_is_empty() -> None:
    assert Report((), ("x",)).to_json() == {
        "files": [],
        "summary": {"x": {"mean": None, "sd": None, "low": None, "high": None, "n": 0}},
    }

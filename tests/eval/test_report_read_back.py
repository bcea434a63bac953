"""A report written as JSON and read back; a table that is none is refused in one line that says where."""

import json
import math

import pytest

from popgen_core.errors import PopgenError
from popgen_eval.report import FileScores, Report
from popgen_eval.report.read_back import report_from_json

REPORT = Report(
    (
        FileScores("a.mid", {"x": 0.5, "y": math.nan}, {"y": "no notes"}),
        FileScores("b.mid", {"x": 1.0, "y": 2.0}, repairs=("a note ended",)),
        FileScores("c.mid", error="the bytes do not parse"),
    ),
    ("x", "y"),
)


def test_a_report_comes_back_as_it_was() -> None:
    back = report_from_json(json.loads(json.dumps(REPORT.to_json())))
    assert back.names == REPORT.names
    assert back.to_json() == REPORT.to_json()
    assert math.isnan(back.files[0].scores["y"])
    assert back.errors[0].error == "the bytes do not parse"


def test_what_else_a_table_holds_is_left_alone() -> None:
    table = REPORT.to_json() | {"reference": {"x": 1}, "version": 2}
    assert report_from_json(table).to_json() == REPORT.to_json()


ROW = {"file": "a.mid", "scores": {"x": 0.5}, "reasons": {}}


@pytest.mark.parametrize(
    ("table", "wrong"),
    [
        ([], "it has no list 'files'"),
        (None, "it has no list 'files'"),
        ({"files": {}, "summary": {}}, "it has no list 'files'"),
        ({"files": [ROW]}, "it has no object 'summary'"),
        ({"files": [ROW, 3], "summary": {}}, "files[1]: it has no object 'scores'"),
        ({"files": [{"file": "a.mid", "scores": {}}], "summary": {}}, "files[0]: it has no object 'reasons'"),
        ({"files": [ROW | {"scores": {"x": "0.5"}}], "summary": {}}, "files[0]: scores['x'] is no number"),
        ({"files": [ROW | {"scores": {"x": True}}], "summary": {}}, "files[0]: scores['x'] is no number"),
        ({"files": [ROW | {"scores": {"x": math.inf}}], "summary": {}}, "files[0]: scores['x'] is no number"),
        ({"files": [ROW | {"scores": {"x": 10**400}}], "summary": {}}, "files[0]: scores['x'] is no number"),
        ({"files": [ROW | {"file": None}], "summary": {}}, "files[0]: file is no text"),
        ({"files": [ROW | {"reasons": {"x": 1}}], "summary": {}}, "files[0]: reasons['x'] is no text"),
        ({"files": [ROW | {"repairs": [1]}], "summary": {}}, "files[0]: repairs is no text"),
        ({"files": [ROW | {"error": 1}], "summary": {}}, "files[0]: error is no text"),
    ],
)
def test_a_table_that_is_no_report_is_refused(table: object, wrong: str) -> None:
    with pytest.raises(PopgenError) as raised:
        report_from_json(table, "scores.json")
    assert raised.value.message == f"scores.json is no report of popgen eval: {wrong}"
    assert "popgen eval SONGS --json FILE" in raised.value.hint


def test_a_figure_that_the_summary_forgot_is_there_all_the_same() -> None:
    back = report_from_json({"files": [ROW], "summary": {}})
    assert back.names == ("x",)
    assert back.summary["x"].mean == 0.5

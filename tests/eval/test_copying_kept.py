"""The verdict on copying in a report's JSON and on its page: written, read back, and said before all else."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import pytest

from popgen_core.errors import PopgenError
from popgen_eval.copying import CopyingVerdict, RealSongs, copying_verdict
from popgen_eval.pages import report_page
from popgen_eval.report import FileScores, Report
from popgen_eval.report.read_back import report_from_json
from popgen_eval.telling.copies import copying_lines, copying_warning

NAMES = ("copied_share", "copied_run")
NAN = math.nan
HOSTILE = "<script>alert(1)</script>.mid"


def report_of(shares: Sequence[float], real: Sequence[float] | None = None) -> Report:
    """Songs that share so much, in runs of ten bars at most, beside real songs that share so much."""
    rows = tuple(
        FileScores(f"{place}{HOSTILE}", dict(zip(NAMES, (share, 10 * share), strict=True)),
                   notes={"copied_share": "most in t.mid: 5%"})
        for place, share in enumerate(shares)
    )  # fmt: skip
    return Report(rows, NAMES, learned=NAMES, reference=None if real is None else report_of(real))


def through_json(report: Report) -> Report:
    return report_from_json(json.loads(json.dumps(report.to_json(), allow_nan=False)))


def test_a_report_writes_its_verdict_and_what_real_songs_share() -> None:
    """Two of 22 songs share more than all others: by chance once in 231 draws."""
    told = report_of([0.5, 0.3, NAN], [0.1] * 20).to_json()["copying"]
    real = told.pop("real")
    assert told == {"verdict": "more than real songs", "songs": 2, "share": 0.4, "run": 5.0, "trained_on": 0}
    assert real == {"mean": pytest.approx(0.1), "songs": 20, "p": pytest.approx(1 / 231, abs=0.003)}
    assert report_of([0.05], [0.1] * 20).to_json()["copying"]["verdict"] == "not shown to be more"
    assert report_of([0.05], [0.95, 1.0, 0.1]).to_json()["copying"]["trained_on"] == 2


def test_without_real_songs_or_a_defined_share_nothing_stands_beside() -> None:
    assert report_of([0.5]).to_json()["copying"] == {
        "verdict": "nothing beside", "songs": 1, "share": 0.5, "run": 5.0, "real": None, "trained_on": 0,
    }  # fmt: skip
    assert report_of([0.5], [NAN, NAN]).to_json()["copying"]["real"] is None
    assert report_of([NAN], [0.1] * 3).to_json()["copying"] == {
        "verdict": "nothing beside", "songs": 0, "share": None, "run": None, "real": None, "trained_on": 0,
    }  # fmt: skip
    assert "copying" not in Report((FileScores("a.mid", {"x": 1.0}),), ("x",)).to_json()


@pytest.mark.parametrize(
    ("shares", "real"), [([0.5, NAN], [0.1] * 20), ([0.05], [0.1, 0.2]), ([0.5], None), ([NAN], None)]
)
def test_what_is_said_of_copying_is_the_same_of_a_report_that_was_read_back(
    shares: list[float], real: list[float] | None
) -> None:
    report = report_of(shares, real)
    back = through_json(report)
    assert back.to_json()["copying"] == report.to_json()["copying"] == through_json(back).to_json()["copying"]
    assert (copying_lines(back), copying_warning(back)) == (copying_lines(report), copying_warning(report))


GOOD = copying_verdict([0.5], [5.0], [0.1, 0.2]).to_json()


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        (3, "it has no object 'copying'"),
        (
            {"verdict": "fine"},
            "copying: its verdict is none of more than real songs, not shown to be more, nothing beside",
        ),
        ({"verdict": []}, "copying: its verdict is none of more than real songs, not shown to be more, nothing beside"),
        (GOOD | {"real": None}, "it has no object 'real'"),
        (GOOD | {"real": GOOD["real"] | {"p": math.inf}}, "copying: real: p is no number"),
        (GOOD | {"real": GOOD["real"] | {"songs": 1.5}}, "copying: real: songs is no count"),
        (GOOD | {"share": "0.5"}, "copying: share is no number"),
        (GOOD | {"songs": True}, "copying: songs is no count"),
        (GOOD | {"trained_on": -1}, "copying: trained_on is no count"),
    ],
)
def test_a_verdict_that_is_none_is_refused(told: object, wrong: str) -> None:
    with pytest.raises(PopgenError) as raised:
        report_from_json(report_of([0.5]).to_json() | {"copying": told})
    assert raised.value.message == f"this is no report of popgen eval: {wrong}"


def test_a_verdict_is_of_the_defined_values_only() -> None:
    found = copying_verdict([0.2, NAN, 0.4], [3.0, NAN, 7.0], [0.1, NAN, 0.1])
    one_in_six = RealSongs(0.1, 2, pytest.approx(1 / 6, abs=0.02))
    assert found == CopyingVerdict("not shown to be more", 2, pytest.approx(0.3), 7.0, one_in_six, 0)


def test_a_page_says_before_all_else_that_songs_share_more_than_real_ones() -> None:
    page = report_page(report_of([0.5] * 4, [0.1] * 20))
    top = page[: page.index("<h2>")]
    assert '<div class="warning" role="note"><strong>⚠ More copied than real songs would</strong>' in top
    assert "These songs share more with the training set than real songs outside it do: 50 % on average" in top
    assert "Shares most: 0&lt;script&gt;alert(1)&lt;/script&gt;.mid: 50 %, longest run 5 bars, nearest t.mid." in top


@pytest.mark.parametrize(
    "report", [report_of([0.05] * 4, [0.1] * 20), report_of([0.9] * 4)], ids=["less", "nothing beside"]
)
def test_a_page_of_songs_of_which_that_is_not_shown_begins_without_a_word(report: Report) -> None:
    assert 'class="warning"' not in report_page(report)

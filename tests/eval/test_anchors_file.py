"""Anchors of one's own in place of the release's; anchors of other windows are not used at all, and a line says why."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from popgen_core.errors import PopgenError
from popgen_core.music.song import Song
from popgen_core.songwriter import write_song
from popgen_eval import calibration
from popgen_eval.api import evaluate_songs
from popgen_eval.calibration import Scale, built_in, scale_from_file, version_of
from popgen_eval.comparison import compare
from popgen_eval.pages import report_page
from popgen_eval.pages.colours import BAND
from popgen_eval.pages.sparks import bands_of
from popgen_eval.pages.strips import strip
from popgen_eval.report import FileScores, Report
from popgen_eval.report.read_back import report_from_json
from popgen_eval.telling.words import standing_lines, unanchored

ROW = {"real_median": 0.6, "real_low": 0.5, "real_high": 0.7, "corrupted_mean": 0.2, "n": 9, "won_by": ["silence"]}
Frozen = Callable[..., Path]


@pytest.fixture
def frozen(tmp_path: Path) -> Frozen:
    """A file of anchors of one figure, with what is told changed in it before it is stamped."""

    def made(name: str = "mine", bars: int = 32, row: dict[str, Any] | None = None, **changes: Any) -> Path:
        plain = {"format": calibration.FORMAT, "corpus": {"name": name}, "window_bars": bars}
        plain |= {"figures": {"note_coherence": ROW if row is None else row}, **changes}
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps({"version": version_of(plain), **plain}))
        return path

    return made


@pytest.fixture(scope="module")
def song() -> Song:
    return write_song(3)


def test_a_report_is_held_against_the_anchors_given(song: Song, frozen: Frozen) -> None:
    """By a corrupted mean of .2 and a median of .6, a value x stands at (x - .2) / .4."""
    report = evaluate_songs([song], anchors=frozen())
    value = report.files[0].scores["note_coherence"]
    assert report.calibrated("note_coherence") == min((value - 0.2) / 0.4, 1.0)
    assert math.isnan(report.calibrated("overall"))
    assert "1.00 on the way from corrupted music to the median song of mine" in standing_lines(report)[0]
    assert report.scale.warning("note_coherence") == "silence scores better: never quote alone"
    assert bands_of(report, ["note_coherence"])[1] == "songs of mine"
    page = report_page(report)
    assert "nine of ten songs of mine lie" in page
    assert "permissive" not in page


def test_a_report_names_its_anchors_and_keeps_their_name_in_json(song: Song, frozen: Frozen) -> None:
    path = frozen()
    version = json.loads(path.read_text())["version"]
    table = evaluate_songs([song], anchors=path).to_json()
    assert table["settings"]["anchors"] == f"mine {version}"
    assert report_from_json(table).settings["anchors"] == f"mine {version}"
    assert evaluate_songs([song]).settings["anchors"] == built_in().name
    assert "anchors" not in evaluate_songs([song], bars=16).settings


def test_reports_by_different_anchors_are_compared_with_a_word(song: Song, frozen: Frozen) -> None:
    mine, theirs = evaluate_songs([song], anchors=frozen()), evaluate_songs([song])
    back = report_from_json(json.loads(json.dumps(mine.to_json())))
    for one in (mine, back):
        [line] = [line for line in compare(one, theirs, paired=False).remarks if "anchors" in line]
        assert line == (
            f"calibrated by different anchors, A by {mine.settings['anchors']} and B by {built_in().name}: calibrated "
            "scores do not compare, what follows is of raw ones"
        )
    assert not any("anchors" in line for line in compare(theirs, theirs, paired=False).remarks)


def test_a_file_that_cannot_be_used_is_refused_in_one_line(frozen: Frozen, tmp_path: Path) -> None:
    def refused(path: Path, bars: int = 32) -> str:
        with pytest.raises(PopgenError) as raised:
            scale_from_file(path, bars)
        assert "\n" not in raised.value.message
        assert str(path) in raised.value.message
        assert raised.value.hint
        return raised.value.message

    path = frozen()
    whole = path.read_text()
    assert "hold for windows of 32 bars, these are of 16" in refused(path, 16)
    path.write_text(whole.replace("0.6", "0.61"))
    assert "changed by hand" in refused(path)
    path.write_text(whole[:-9])
    assert "cannot be read" in refused(path)
    path.write_bytes(b"\xff\xfe\x00")
    assert "it is no text" in refused(path)
    assert "cannot be read: No such file" in refused(tmp_path / "nowhere.json")
    assert "cannot be read: Is a directory" in refused(tmp_path)
    assert "of format '1', this popgen reads" in refused(frozen(format=1))
    for row in (
        {**ROW, "n": math.inf}, {**ROW, "real_low": math.inf}, {**ROW, "won_by": [1]}, {**ROW, "won_by": None},
        {**ROW, "real_median": "x"}, {}, [],
    ):  # fmt: skip
        assert "cannot be read" in refused(frozen(row=row))
    for corpus in ({}, {"name": 3}, None):
        assert "cannot be read" in refused(frozen(corpus=corpus))


def test_names_in_a_file_are_shown_without_control_characters(frozen: Frozen, tmp_path: Path) -> None:
    row = {**ROW, "won_by": ["\x1b[31mred"]}
    scale = scale_from_file(frozen(row=row, corpus={"name": "\x1b]0;title\x07mine" + "e" * 99}), 32)
    assert "\x1b" not in scale.corpus + scale.anchors["note_coherence"].won_by[0]
    assert len(scale.corpus) <= 60


def held(bars: int | None, songs: int = 1) -> Report:
    settings = {} if bars is None else {"bars": bars}
    rows = tuple(FileScores(str(number), {"note_coherence": 0.1}) for number in range(songs))
    return Report(rows, ("note_coherence",), settings=settings)


def test_windows_of_another_length_have_no_bands_no_marks_and_a_line_that_says_why() -> None:
    name = "note_coherence"
    here, other = held(32), held(16)
    assert here.scale.warning(name)
    assert other.scale.warning(name) == ""
    assert bands_of(here, [name])[0][name] is not None
    assert bands_of(other, [name]) == ({name: None}, "")
    assert bands_of(held(16, songs=10), [name])[1] == "of these songs"
    assert BAND in strip(here, name).html()
    assert BAND not in strip(other, name).html()
    assert unanchored(here) == unanchored(held(None)) == ""
    assert unanchored(other) == (
        "No calibrated scores, no bands of permissive, no marks of figures that silly music wins: anchors hold for "
        "windows of 32 bars, these are of 16."
    )


def test_the_page_of_other_windows_says_nothing_of_the_median_real_song(song: Song) -> None:
    page = report_page(evaluate_songs([song], bars=16))
    assert "anchors hold for windows of 32 bars, these are of 16" in page
    for words in ("median song", "green shade", "never quote alone", "Calibrated", "calibrated 0"):
        assert words not in page
    assert "anchors hold" not in report_page(evaluate_songs([song]))


def test_a_comparison_of_other_windows_has_no_marks_either() -> None:
    high = tuple(FileScores(f"{number}", {"note_coherence": 0.9 + number / 100}) for number in range(9))
    for bars, marked in ((32, True), (16, False)):
        found = compare(replace(held(bars, 9), files=high), held(bars, 9), paired=False)
        assert ("beware of note_coherence" in "\n".join(found.sentences())) is marked


def test_a_scale_holds_for_its_own_windows_and_for_those_that_nobody_told() -> None:
    scale = Scale({"x": calibration.Anchor("x", 0.6, 0.5, 0.7, 0.2, 9, ())}, "mine", 16, "0")
    assert scale.at(16).anchors == scale.at(None).anchors == scale.anchors
    assert scale.at(32).anchors == scale.at("sixteen").anchors == {}

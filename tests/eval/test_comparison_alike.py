"""Reports made in other windows, groups or versions are not compared; silly music that wins is named."""

import pytest

from popgen_core.errors import RecipeError
from popgen_eval.api import evaluate_songs
from popgen_eval.comparison import compare
from popgen_eval.comparison.listing import clipped, gathered
from popgen_eval.metrics.coherence import NoteCoherence
from popgen_eval.report import FileScores, Report

SETTINGS = {"bars": 32, "window": "all", "grouper": "seven", "evaluators": {"note_coherence": "note_coherence.v1"}}


def report(high: float = 0.0, figures: tuple[str, ...] = ("note_coherence", "mctd"), **settings: object) -> Report:
    rows = (dict.fromkeys(figures, high + number / 100) for number in range(12))
    files = tuple(FileScores(f"{number}.mid", row) for number, row in enumerate(rows))
    return Report(files, figures, settings={**SETTINGS, **settings})


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"bars": 16}, "A was judged in windows of 32 bars, B of 16: judge both alike"),
        ({"window": "first"}, "A was judged by windows 'all', B by 'first'"),
        ({"grouper": "mine"}, "A was grouped by seven, B by mine"),
    ],
)
def test_reports_of_other_windows_or_groups_are_refused(other: dict[str, object], said: str) -> None:
    with pytest.raises(RecipeError) as raised:
        compare(report(), report(**other), paired=False)
    assert raised.value.message == said
    with pytest.raises(RecipeError, match="the reference"):
        compare(report(), report(), paired=False, reference=report(**other))


def test_a_report_without_settings_is_compared_with_a_remark() -> None:
    silent = Report(report().files, report().names)
    remarks = compare(report(), silent, paired=False).remarks
    assert "B does not say by which windows, groups and evaluators: only songs judged alike compare" in remarks
    assert not any("does not say" in line for line in compare(report(), report(), paired=False).remarks)


def test_a_figure_of_two_versions_is_left_out_and_overall_with_it() -> None:
    names = ("note_coherence", "overall", "mctd")
    newer = report(figures=names, evaluators={"note_coherence": "note_coherence.v2"})
    found = compare(report(figures=names), newer, paired=False)
    assert [test.figure for test in found.contrasts[0].figures] == ["mctd"]
    assert (
        "not compared, made by other versions: note_coherence (note_coherence.v1, note_coherence.v2) and "
        "overall (made of them)"
    ) in found.remarks
    with pytest.raises(RecipeError, match="made by other versions"):
        compare(report(figures=("note_coherence",)), newer, paired=False)


def test_a_report_names_the_version_that_made_each_figure(lively) -> None:
    made = {"note_coherence": "note_coherence.v1"}
    assert evaluate_songs([lively], evaluators=["note_coherence.v1"]).settings["evaluators"] == made
    assert evaluate_songs([lively], evaluators=[NoteCoherence(NoteCoherence.Config())]).settings["evaluators"] == made


def test_a_figure_that_silly_music_wins_is_never_praised_alone() -> None:
    warned = "beware of note_coherence: one bar repeated scores better: never quote alone"
    assert warned in compare(report(0.5), report(), paired=False).sentences()
    assert warned in compare(report(), report(0.5), paired=False).sentences()
    real = report(0.5)
    below, same = compare(report(), report(), paired=False, reference=real), compare(report(), report(), paired=False)
    assert warned not in [*below.sentences(), *same.sentences()]


def test_many_names_take_little_room() -> None:
    assert gathered(["copied_a", "x", "copied_b", "copied_c", "y_1", "y_2"]) == ["copied_* (3)", "x", "y_1", "y_2"]
    assert gathered(["a_b_1", "a_b_2", "a_b_3"]) == ["a_b_* (3)"]
    assert clipped(["one", "two", "three"], 17) == "one and 2 more"
    assert clipped(["one", "two", "three"], 18) == "one, two and three"
    assert clipped(["a" * 99, "b"], 20) == "2 figures"


def test_sentences_are_short_and_one_a_reason() -> None:
    figures = tuple(f"copied_figure_{letter}" for letter in "abcdefghijklmnop")
    found = compare(report(0.5, figures), report(0.0, figures), paired=False)
    lines = found.sentences()
    assert max(map(len, lines)) < 200
    assert (
        "exploratory figures, hints only (16 tested, Benjamini-Hochberg): A is higher on copied_figure_* (16)" in lines
    )
    assert not any("exploratory" in line for line in found.sentences(every=False))
    assert found.tables(every=False) == []
    more = compare(report(figures=("mctd", *figures)), report(figures=("mctd",)), paired=False)
    assert "not compared, since not all have it: copied_figure_* (16) of A" in more.remarks

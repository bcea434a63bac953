"""Songs beside a reference: what lies above, what below, with the intervals of differences, in plain sentences."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ttest_ind

from popgen_core.contracts.evaluator import Measure
from popgen_eval import calibration
from popgen_eval.calibration import Anchor, anchors
from popgen_eval.comparison.numbers import relation
from popgen_eval.report import FileScores, Report
from popgen_eval.telling.beside import differences
from popgen_eval.telling.words import beside_lines, lead, number, sections, spread, standing_lines

MEASURES = {
    "note_coherence": Measure("note_coherence", "share", 0, 1, "higher", "law"),
    "empty": Measure("empty", "share", 0, 1, "lower", "law"),
    "plain": Measure("plain", "share", 0, 1, "none", "law"),
}


def report_of(reference: Report | None = None, **values: list[float]) -> Report:
    count = len(next(iter(values.values())))
    files = [FileScores(f"{n}.mid", {name: row[n] for name, row in values.items()}) for n in range(count)]
    return Report(tuple(files), tuple(values), measures=MEASURES, reference=reference)


FIVE, NEXT = [0.0, 1.0, 2.0, 3.0, 4.0], [2.0, 3.0, 4.0, 5.0, 6.0]  # variance 2.5, error of the difference 1


def test_welchs_interval_of_the_difference_by_hand() -> None:
    """5 songs a side: error (2.5 / 5 + 2.5 / 5)^.5 = 1, 8 degrees of freedom, t 2.306."""
    [row] = differences(report_of(report_of(plain=NEXT), plain=FIVE))
    assert row.t.difference == -2
    assert (row.t.low, row.t.high) == pytest.approx((-4.306004, 0.306004), abs=1e-5)
    assert not row.differs


def test_welchs_interval_of_two_sizes_is_scipys() -> None:
    other = [*NEXT, 0.0, 9.0, 3.0]
    [row] = differences(report_of(report_of(plain=other), plain=FIVE))
    theirs = ttest_ind(FIVE, other, equal_var=False).confidence_interval(0.95)
    assert (row.t.low, row.t.high) == pytest.approx((theirs.low, theirs.high))


def test_a_figure_is_surer_alone_than_among_others_and_its_interval_the_same() -> None:
    """5 songs all below 5 others: p of ranks is 2 in 252 ways, .0079, and of the first of five headline figures .04."""
    low, high = [0.0, 0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8, 0.9]
    [alone] = differences(report_of(report_of(note_coherence=high), note_coherence=low))
    others = dict.fromkeys(("rhythm_accuracy", "cross_track_sync", "harmonic_consistency"), low)
    among = differences(report_of(report_of(note_coherence=high, **others), note_coherence=low, **others))[0]
    assert (alone.p_rank, among.p_rank) == pytest.approx((2 / 252, 8 / 252))
    assert alone.t == among.t


def test_which_way_is_better_is_the_figures_own() -> None:
    low, high = [0.1, 0.11, 0.12] * 2, [0.8, 0.81, 0.82] * 2
    found = differences(
        report_of(report_of(note_coherence=low, empty=low, plain=low), note_coherence=high, empty=high, plain=high)
    )
    assert [(row.differs, relation(row)) for row in found] == [(True, "better"), (True, "worse"), (True, "higher")]


def test_nothing_is_said_of_fewer_than_five_songs_on_either_side() -> None:
    few = [*FIVE[:4], math.nan]
    assert differences(report_of(report_of(plain=few), plain=NEXT)) == []
    assert differences(report_of(report_of(plain=NEXT), plain=few)) == []
    assert differences(report_of(plain=FIVE)) == []
    said = beside_lines(report_of(report_of(plain=few), plain=NEXT))
    assert said == [("Nothing can be said", ["It takes 5 songs with a figure defined on either side."])]
    assert beside_lines(report_of(plain=FIVE)) == []


def test_halves_of_one_corpus_differ_in_one_of_twenty_families_at_most_by_chance() -> None:
    random = np.random.default_rng(0)
    wrong = 0
    for _ in range(200):
        draws = {
            name: list(random.normal(size=12)) for name in ("note_coherence", "rhythm_accuracy", "cross_track_sync")
        }
        others = {name: list(random.normal(size=12)) for name in draws}
        wrong += any(row.differs for row in differences(report_of(report_of(**others), **draws)))
    assert wrong <= 20  # 10 are expected; more than 20 come once in 600 runs


def test_sentences_say_how_much_and_how_sure_and_what_to_beware_of(monkeypatch: pytest.MonkeyPatch) -> None:
    anchor = Anchor("note_coherence", 0.8, 0.6, 0.9, 0.3, 63, ("one bar repeated",))
    monkeypatch.setattr(calibration, "anchors", lambda: {"note_coherence": anchor})
    real = [0.0, 0.1, 0.2, 0.3, 0.4]
    reference = report_of(note_coherence=real, plain=[0.5] * 5)
    [(title, lines), (other, rest)] = beside_lines(
        report_of(reference, note_coherence=[value + 0.6 for value in real], plain=[0.5] * 5)
    )
    assert title == "Above the reference; more than real songs is no praise"
    assert lines == [
        "note_coherence: 0.80 against 0.20, higher by 0.60 (0.37 to 0.83); one bar repeated scores better: never "
        "quote alone."
    ]
    assert other == "No difference that these songs could show"
    assert rest == ["1 figure."]
    assert calibration.built_in().warning("plain") == ""


def test_above_and_below_are_places_and_less_is_better_is_said() -> None:
    low, high = [0.1, 0.11, 0.12] * 2, [0.8, 0.81, 0.82] * 2
    reference = report_of(note_coherence=high, empty=low)
    [(above, up), (below, down)] = beside_lines(report_of(reference, note_coherence=low, empty=high))
    assert above.startswith("Above the reference")
    assert up == ["empty: 0.81 against 0.11, higher by 0.70 (0.69 to 0.71); less is better; a hint only."]
    assert below == "Below the reference"
    assert down == ["note_coherence: 0.11 against 0.81, lower by 0.70 (0.69 to 0.71)."]


def test_the_difference_of_two_shares_is_one_at_most() -> None:
    """Means .2 and .8, variances .2: t 2.306 times (.2 / 5 * 2)^.5 is .652, and the lower end, -1.252, is no share."""
    mine, real = [0.0, 0.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 1.0, 1.0]
    [(_, lines)] = beside_lines(report_of(report_of(note_coherence=real), note_coherence=mine))
    assert lines == ["note_coherence: 0.20 against 0.80 (-1.00 to +0.05)."]
    [(_, turned)] = beside_lines(report_of(report_of(note_coherence=mine), note_coherence=real))
    assert turned == ["note_coherence: 0.80 against 0.20 (-0.05 to +1.00)."]


def test_figures_of_copying_are_no_part_of_the_comparison() -> None:
    low, high = [0.1, 0.11, 0.12] * 2, [0.8, 0.81, 0.82] * 2
    report = replace(report_of(report_of(copied_share=low), copied_share=high), learned=("copied_share",))
    assert [title for title, _ in beside_lines(report)] == ["Nothing can be said"]
    assert [title for title, _ in beside_lines(replace(report, learned=()))] != ["Nothing can be said"]


def test_an_interval_is_shown_from_five_songs_on() -> None:
    assert spread(report_of(plain=[0.1, 0.2, 0.3, 0.4]).summary["plain"]) == ""
    assert spread(report_of(plain=[0.1, 0.2, 0.3, 0.4, 0.5]).summary["plain"]).startswith("0.1")


def test_without_a_reference_the_headline_stands_by_itself() -> None:
    real = anchors()["note_coherence"].real_median
    assert standing_lines(report_of(note_coherence=[real] * 5, plain=[1] * 5)) == [
        f"note_coherence: {real:.2f} ({real:.2f} to {real:.2f}), 1.00 on the way from corrupted music to the median "
        "song of permissive."
    ]


def test_the_lead_counts_what_was_judged_and_warns_of_few_songs() -> None:
    rows = (FileScores("a", {"x": 1.0}, bars=((1, 32), (33, 32))), FileScores("b", error="no"))
    assert lead(Report(rows, ("x",), settings={"bars": 32})) == "1 of 2 files judged, in 2 windows of 32 bars at most"
    assert "Fewer than 8 songs" in lead(Report(rows[:1] * 7, ("x",)))
    assert "Fewer than 8 songs" not in lead(Report(rows[:1] * 8, ("x",)))


def test_figures_are_sorted_into_sections_with_overall_at_the_end_of_the_headline() -> None:
    names = ["note_coherence", "overall", "onset_sync", "stranger"]
    assert sections(names) == [
        ("headline", ["note_coherence", "overall"]),
        ("named", ["onset_sync"]),
        ("exploratory", ["stranger"]),
    ]


def test_numbers_have_the_digits_that_one_can_use() -> None:
    assert [number(value) for value in (0.123, 12.34, 1234.5, -0.5, -0.001, math.nan)] == [
        "0.12",
        "12.3",
        "1,234",
        "-0.50",
        "0.00",
        "-",
    ]


def test_scores_that_differ_by_rounding_alone_are_identical() -> None:
    report = report_of(note_coherence=[0.1 + 0.2] * 5)
    beside = report_of(note_coherence=[0.3] * 5)
    [found] = differences(replace(report, reference=beside))
    assert found.identical
    assert not found.differs

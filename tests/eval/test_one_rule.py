"""One rule of two commands: eval beside a reference tells of the same songs what compare tells."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from popgen_core.contracts.evaluator import Measure
from popgen_eval.comparison import FigureTest, compare
from popgen_eval.comparison.numbers import relation
from popgen_eval.pages import report_page
from popgen_eval.report import FileScores, Report
from popgen_eval.report.read_back import report_from_json
from popgen_eval.telling import words as telling
from popgen_eval.telling.beside import differences
from popgen_eval.telling.words import beside_lines

BETTER = {
    "note_coherence": "higher",
    "rhythm_accuracy": "higher",
    "structure_coherence": "higher",
    "overall": "higher",
    "onset_sync": "higher",
    "lead_contour": "higher",
    "bass_kick_lock": "higher",
    "density": "none",
    "silence": "none",
    "tonal_distance": "lower",
    "mine": "lower",
    "other": "higher",
}
MEASURES = {name: Measure(name, "share", 0, 1, way, "law") for name, way in BETTER.items()}  # type: ignore[arg-type]
LOW, HIGH = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5], [0.6, 0.7, 0.8, 0.9, 0.95, 1.0]


def report_of(table: dict[str, list[float]], reference: Report | None = None, learned: tuple[str, ...] = ()) -> Report:
    rows = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
    files = tuple(FileScores(f"{number % 2}/{number // 2}.mid", row) for number, row in enumerate(rows))
    return Report(files, tuple(table), measures=MEASURES, learned=learned, reference=reference)


def drawn(random: np.random.Generator) -> dict[str, list[float]]:
    """Scores of 4 to 14 songs: far or near, tied, undefined, 0 or 1 only, with a song far out."""
    songs, table = int(random.integers(4, 15)), {}
    for name in BETTER:
        values = random.normal(random.choice([0.0, 0.0, 0.05, 0.15]), 0.1, songs)
        kind = random.integers(0, 6)
        values = values.round(1) if kind == 0 else (values > 0).astype(float) if kind == 1 else values
        values[random.random(songs) < 0.1] = math.nan if kind == 2 else values[0]
        values[0] += 3 * (kind == 3)
        table[name] = [float(value) for value in values]
    return table


def told(test: FigureTest) -> tuple[str, str, float, float]:
    """A figure's verdict, with its corrected p and the lower end of the difference."""
    return test.figure, relation(test) if test.differs else "not shown", test.p_rank, test.t.low


def test_eval_and_compare_tell_one_verdict_of_every_figure() -> None:
    random, shown, apart = np.random.default_rng(3), 0, 0
    for _ in range(60):
        real, other = report_of(drawn(random)), report_of(drawn(random))
        mine = report_of(drawn(random), real)
        direct = compare(mine, real, paired=False, measures=list(MEASURES.values()), resamples=50)
        beside = compare(
            *(report_from_json(one.to_json()) for one in (mine, other)),
            paired=False,
            reference=report_from_json(real.to_json()),
            measures=list(MEASURES.values()),
            resamples=50,
        )
        found = [told(test) for test in differences(mine)]
        for contrast in (direct.contrasts[0], beside.contrasts[1]):
            assert found == [told(test) for test in contrast.figures if not test.reason]
        shown += sum(verdict != "not shown" for _, verdict, _, _ in found)
        apart += sum(test.differs == (test.t.low <= 0 <= test.t.high) for test in differences(mine))
    assert shown > 50  # neither command is silent
    assert apart > 10  # and songs on which the interval alone would tell otherwise are among them


def test_what_eval_says_stands_under_the_verdict_of_compare() -> None:
    random = np.random.default_rng(5)
    real = report_of(drawn(random))
    mine = report_of({name: [value + 0.3 for value in values] for name, values in drawn(random).items()}, real)
    contrast = compare(mine, real, paired=False, measures=list(MEASURES.values()), resamples=50).contrasts[0]
    lines = {title.split(";")[0]: " ".join(said) for title, said in beside_lines(mine)}
    above = {test.figure for test in contrast.figures if test.differs and test.up and test.better != "none"}
    assert len(above) >= 3
    assert {name for name in BETTER if f"{name}: " in lines["Above the reference"]} == above


def test_without_measures_both_ask_the_installed_evaluators_which_way_is_better() -> None:
    real = replace(report_of({"structure_coherence": LOW}), measures={})
    mine = replace(report_of({"structure_coherence": HIGH}, real), measures={})
    beside, compared = differences(mine)[0], compare(mine, real, paired=False).contrasts[0].figures[0]
    assert relation(beside) == relation(compared) == "better"


def test_neither_command_tests_fewer_than_five_songs_a_side() -> None:
    for few in (LOW[:4], [*LOW[:4], math.nan]):
        full = report_of({"note_coherence": HIGH[: len(few)]})
        part = report_of({"note_coherence": few}, full)
        assert differences(part) == []
        assert differences(replace(full, reference=part)) == []
        for sides in ((part, full), (full, part)):
            assert compare(*sides, paired=False).contrasts[0].figures[0].reason
    assert differences(report_of({"note_coherence": LOW[:5]}, report_of({"note_coherence": HIGH[:5]})))[0].differs


def sentence(mine: list[float], real: list[float], *others: str) -> str:
    """What eval says of structure_coherence beside other headline figures that are alike on both sides."""
    table = dict.fromkeys(others, LOW[: len(mine)])
    report = report_of({"structure_coherence": mine} | table, report_of({"structure_coherence": real} | table))
    return beside_lines(report)[0][1][0]


def test_where_the_interval_and_the_ranks_disagree_the_ranks_are_trusted_and_it_is_said() -> None:
    near = [0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.17]
    # seven songs above all others, one far below; then all above, one far: .915 +- 2.364 x (2.46 / 8 + .0006 / 8)^.5
    far_below = [0.61, 0.62, 0.63, 0.64, 0.65, 0.66, 0.67, -6.0]
    report = report_of({"structure_coherence": far_below}, report_of({"structure_coherence": near}))
    assert beside_lines(report)[0][0].startswith("Above the reference")
    ends = "higher by ranks, which are trusted, but not its mean (-1.00 to +1.00)."
    assert sentence(far_below, near) == f"structure_coherence: -0.19 against 0.14, {ends}"
    assert sentence([0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 4.9], near) == (
        "structure_coherence: 1.05 against 0.14, higher by 0.92 (-0.40 to +1.00); shown by ranks, which are trusted."
    )


def test_an_interval_without_zero_shows_nothing_that_the_corrected_ranks_do_not() -> None:
    """5 below 5 but for one: 2 of 252 ways lie as far out, p is .0159, and .0635 as the first of four figures."""
    low, high = [0.1, 0.2, 0.3, 0.4, 0.6], [0.5, 0.7, 0.8, 0.9, 1.0]
    others = ("note_coherence", "rhythm_accuracy", "cross_track_sync")
    assert sentence(low, high) == "structure_coherence: 0.32 against 0.78, lower by 0.46 (0.18 to 0.74)."
    assert sentence(low, high, *others) == (
        "structure_coherence: 0.32 against 0.78 (-0.74 to -0.18); not shown by ranks, corrected, which are trusted."
    )


def test_figures_against_a_training_set_make_no_other_figure_less_sure() -> None:
    tables = {"density": LOW, "silence": LOW[::-1]}, {"density": HIGH, "silence": LOW}
    copies = {f"copied_{number}": LOW for number in range(20)}
    mine, real = (report_of(table | copies, learned=tuple(copies)) for table in tables)
    alone = differences(report_of(tables[0], report_of(tables[1])))
    assert [told(test) for test in differences(replace(mine, reference=real))] == [told(test) for test in alone]
    read = [report_from_json(json.loads(json.dumps(with_training(one)))) for one in (mine, real)]
    comparison = compare(*read, paired=False, measures=list(MEASURES.values()))
    found = comparison.contrasts[0]
    assert [told(test) for test in found.family("exploratory")] == [told(test) for test in alone]
    assert len(found.family("training")) == 20
    assert comparison.hints == 22
    assert not any("training set" in line for line in comparison.sentences(every=False))
    assert any("figures against a training set, hints only" in line for line in comparison.sentences())


def test_where_counts_decide_eval_says_so_as_compare_does() -> None:
    ones, zeros, said = [1.0] * 5 + [0.0], [0.0] * 5 + [1.0], "chi-square or Fisher's exact test"
    mine = report_of({"density": ones}, report_of({"density": zeros}))
    assert differences(mine)[0].check == "Fisher's exact"
    assert said in telling.intervals_lead(mine)
    assert any(said in line for line in compare(mine, report_of({"density": zeros}), paired=False).notes())
    ranked = report_of({"density": LOW}, report_of({"density": HIGH}))
    assert said not in telling.intervals_lead(ranked)
    assert "by rank tests (Mann-Whitney)" in telling.intervals_lead(ranked)


def test_the_page_names_who_adds_effect_sizes() -> None:
    page = report_page(report_of({"density": LOW}, report_of({"density": HIGH})), "mine")
    assert "popgen compare adds effect sizes, and how many songs it would take." in page


def with_training(report: Report) -> dict[str, object]:
    """A report as `popgen eval --training --json` writes it."""
    measures = MEASURES | {name: Measure(name, "share", 0, 1, "none", "law") for name in report.learned}
    return replace(report, measures=measures, settings={"training_sha256": "12"}).to_json()


@pytest.mark.parametrize("figures", [[], None, {"density": "share"}, {"density": {"against": ["training"]}}])
def test_laws_of_a_report_that_make_no_sense_name_no_figure(figures: object) -> None:
    table = report_of({"density": LOW}).to_json() | {"figures": figures}
    assert report_from_json(table).learned == ()

"""Two systems compared: the song as unit, pairs by name, corrections by family, and what cannot be tested."""

import json
import math

import numpy as np
import pytest

from popgen_core.errors import PopgenError, RecipeError
from popgen_eval.comparison import Contrast, FigureTest, compare
from popgen_eval.report import FileScores, Report
from popgen_eval.statistics import hedges_g, paired_t, rank_sum, signed_rank, welch_t

OURS = {"a.mid": 0.9, "b.mid": 0.7, "c.mid": 0.8, "d.mid": 0.95, "e.mid": 0.6, "f.mid": 0.85}
THEIRS = {"a.mid": 0.5, "b.mid": 0.6, "c.mid": 0.45, "d.mid": 0.8, "e.mid": 0.52, "f.mid": 0.61}


FIRST_FOUR = {"a.mid": 0.5, "b.mid": 0.6, "c.mid": 0.45, "d.mid": 0.8}


def report(values: dict[str, float], figure: str = "note_coherence", folder: str = "x") -> Report:
    return Report(tuple(FileScores(f"{folder}/{name}", {figure: value}) for name, value in values.items()), (figure,))


def only(a: Report, b: Report, **options) -> FigureTest:
    return compare(a, b, **{"paired": False, **options}).contrasts[0].figures[0]


def test_without_pairs_it_is_welch_and_mann_whitney() -> None:
    found = only(report(OURS), report(THEIRS))
    a, b = np.array(list(OURS.values())), np.array(list(THEIRS.values()))
    assert (found.t, found.rank) == (welch_t(a, b), rank_sum(a, b))
    assert found.effect.value == hedges_g(a, b, np.random.default_rng(0)).value
    assert (found.n_a, found.n_b, found.mean_a) == (6, 6, pytest.approx(0.8))


def test_pairs_are_found_by_file_name_whatever_the_order() -> None:
    turned = dict(reversed(THEIRS.items()))
    found = only(report(OURS, folder="x/y"), report(turned, folder="z\\windows"), paired=True)
    differences = np.array([0.4, 0.1, 0.35, 0.15, 0.08, 0.24])
    assert found.t.p == pytest.approx(paired_t(differences).p)
    assert found.rank.p == signed_rank(differences).p
    assert found.effect.name == "dz"


def test_songs_without_a_partner_are_named() -> None:
    more = THEIRS | {"only.mid": 0.5}
    with pytest.raises(RecipeError, match=r"1 song has no partner of the same file name: only in B: only.mid"):
        only(report(OURS), report(more), paired=True)
    many = {f"{number}.mid": 0.5 for number in range(9)}
    with pytest.raises(RecipeError, match=r"15 songs have .*only in A: a.mid, b.mid.* and 1 more; only in B: 0.mid"):
        only(report(OURS), report(many), paired=True)


def test_a_score_that_is_undefined_takes_its_pair_along() -> None:
    found = only(report(OURS | {"a.mid": math.nan}), report(THEIRS | {"b.mid": math.nan}), paired=True)
    assert (found.n_a, found.n_b, found.left_out) == (4, 4, 2)
    assert (found.undefined_a, found.undefined_b) == (1, 1)
    assert found.mean_a == pytest.approx((0.8 + 0.95 + 0.6 + 0.85) / 4)
    alone = only(report(OURS | {"a.mid": math.nan}), report(THEIRS))
    assert (alone.n_a, alone.n_b, alone.left_out) == (5, 6, 1)


def seeds(*rows: tuple[str, float]) -> Report:
    return Report(tuple(FileScores(path, {"note_coherence": value}) for path, value in rows), ("note_coherence",))


def test_versions_of_one_song_count_as_one() -> None:
    a = seeds(("1/a.mid", 0.4), ("2/a.mid", 0.6), ("1/b.mid", 0.7), ("2/b.mid", math.nan))
    b = seeds(("a.mid", 0.3), ("b.mid", 0.2))
    found = only(a, b, paired=True)
    assert found.n_a == 2
    assert found.t.difference == pytest.approx(((0.5 - 0.3) + (0.7 - 0.2)) / 2)
    comparison = compare(a, b, paired=True)
    assert "A: 4 files of 2 names; files of one name count as one song" in comparison.remarks
    assert only(a, b).n_a == 3
    assert any("some files bear the same name" in line for line in compare(a, b, paired=False).remarks)
    assert only(a, b, by_name=True).n_a == 2


def test_files_that_could_not_be_read_are_left_out_and_told() -> None:
    broken = Report((*report(THEIRS).files[1:], FileScores("y/a.mid", error="no MIDI")), ("note_coherence",))
    comparison = compare(report(OURS), broken, paired=True)
    assert "B: 1 of 6 songs could not be judged: left out" in comparison.remarks
    assert comparison.contrasts[0].songs_a == comparison.contrasts[0].figures[0].n_a == 5
    assert comparison.contrasts[0].figures[0].undefined_b == 0
    with pytest.raises(PopgenError, match="B has no song that could be judged"):
        compare(report(OURS), Report((FileScores("a.mid", error="no MIDI"),), ("note_coherence",)), paired=False)


FIGURES = ("note_coherence", "rhythm_accuracy", "overall", "onset_sync", "bass_kick_lock", "my_own", "my_other")


def normal(shift: float, seed: int, songs: int = 30) -> Report:
    random = np.random.default_rng(seed)
    rows = [dict(zip(FIGURES, random.normal(0.5 + shift, 0.1, len(FIGURES)), strict=True)) for _ in range(songs)]
    return Report(tuple(FileScores(f"{number}.mid", row) for number, row in enumerate(rows)), FIGURES)


def test_p_is_corrected_within_its_family_only() -> None:
    contrast = compare(normal(0.03, 1), normal(0, 2), paired=False).contrasts[0]
    of = {test.figure: test for test in contrast.figures}
    low, high = sorted((of["note_coherence"], of["rhythm_accuracy"]), key=lambda test: test.t.p)
    assert low.p_t == pytest.approx(2 * low.t.p)
    assert high.p_t == pytest.approx(max(high.t.p, 2 * low.t.p))
    assert of["overall"].p_rank == of["overall"].rank.p
    first, second = sorted((of["my_own"], of["my_other"]), key=lambda test: test.rank.p)
    assert first.p_rank == pytest.approx(min(2 * first.rank.p, second.rank.p))
    assert (of["note_coherence"].alpha, of["my_own"].alpha, of["overall"].alpha) == (0.025, 0.05, 0.05)


def test_a_figure_of_which_nothing_varies_makes_no_other_surer() -> None:
    """It has no t and no TOST, but it was looked at as well: two figures are two."""
    both = [
        Report(tuple(FileScores(f.path, {**f.scores, "rhythm_accuracy": 0.5}) for f in one.files), FIGURES[:2])
        for one in (report(OURS), report(THEIRS))
    ]
    for paired in (True, False):
        first, second = compare(*both, paired=paired).contrasts[0].figures
        assert second.identical
        assert math.isnan(second.p_t)
        assert (first.p_t, first.p_rank) == (2 * first.t.p, 2 * first.rank.p)
        assert first.p_same == min(2 * first.same.p, 1.0)


def test_the_interval_of_a_figure_does_not_hang_on_the_others() -> None:
    a, b = normal(0, 1), normal(0, 2)
    alone = [Report(one.files, ("rhythm_accuracy",)) for one in (a, b)]
    assert compare(*alone, paired=False).contrasts[0].figures[0].effect in [
        test.effect for test in compare(a, b, paired=False).contrasts[0].figures
    ]


def test_with_a_reference_each_system_is_held_against_it() -> None:
    comparison = compare(
        normal(0, 1), normal(0, 2), paired=True, reference=normal(0, 3, songs=50), labels=("x", "y", "r")
    )
    assert [(one.a, one.b, one.paired) for one in comparison.contrasts] == [
        ("x", "y", True), ("x", "r", False), ("y", "r", False),
    ]  # fmt: skip
    real = np.array([file.scores["overall"] for file in normal(0, 3, songs=50).files])
    test = next(test for test in comparison.contrasts[1].figures if test.figure == "overall")
    assert test.same.margin == pytest.approx(0.2 * real.std(ddof=1))


def large(shift: float, seed: int) -> Report:
    values = np.random.default_rng(seed).normal(0.5 + shift, 0.1, 1500)
    return report({f"{number}.mid": value for number, value in enumerate(values)})


def test_many_songs_show_that_equal_systems_are_as_good() -> None:
    near = compare(large(0, 1), large(0, 2), paired=False, reference=large(0, 3), resamples=100)
    assert [contrast.figures[0].good_as for contrast in near.contrasts] == [True, True, True]
    assert not only(large(0.05, 1), large(0, 2), resamples=100).good_as


def degenerate() -> list[Contrast]:
    pairs = [
        (report({"a.mid": 0.5}), report({"a.mid": 0.4})),
        (report(OURS), report(OURS)),
        (report(dict.fromkeys(OURS, 0.5)), report(dict.fromkeys(OURS, 0.5))),
        (report(dict.fromkeys(OURS, 0.5)), report(dict.fromkeys(OURS, 0.7))),
        (report(dict.fromkeys(OURS, math.nan)), report(THEIRS)),
        (report({name: OURS[name] for name in FIRST_FOUR}), report(FIRST_FOUR)),
    ]
    comparisons = [compare(*pair, paired=paired) for pair in pairs for paired in (True, False)]
    for comparison in comparisons:
        assert comparison.sentences()
        assert comparison.tables()
        json.dumps(comparison.to_json(), allow_nan=False)
    return [comparison.contrasts[0] for comparison in comparisons]


def test_what_cannot_be_tested_has_a_reason_and_never_a_wrong_p() -> None:
    one_pair, one_each, same_pairs, same_groups, flat_pairs, flat_groups, *apart, gone, gone_each, few, few_each = [
        contrast.figures[0] for contrast in degenerate()
    ]
    assert one_pair.reason == "it is defined in both songs of 1 pair, 5 are needed"
    assert one_each.reason == "it is defined in 1 and 1 songs, 5 of each are needed"
    assert few.reason == "it is defined in both songs of 4 pairs, 5 are needed"
    assert few_each.reason == "it is defined in 4 and 4 songs, 5 of each are needed"
    assert same_pairs.identical
    assert flat_pairs.identical
    assert flat_groups.identical
    assert not same_groups.identical  # the same songs, but not known to be pairs
    for test in (one_pair, one_each, gone, gone_each, few, few_each):
        assert math.isnan(test.p_rank)
        assert not test.differs
        assert not test.good_as
    for test in (same_pairs, flat_pairs, flat_groups):
        assert test.p_rank == 1.0
        assert math.isnan(test.p_t)
        assert not test.good_as
    for test in apart:  # .5 and .7 in every song: no t, but ranks tell them apart
        assert math.isnan(test.p_t)
        assert test.differs
        assert not test.up
        assert not test.disagree


def test_reports_without_a_figure_in_common_cannot_be_compared() -> None:
    with pytest.raises(RecipeError, match="no figure in common"):
        only(report(OURS), report(THEIRS, "other"))
    some = Report(
        tuple(FileScores(f.path, f.scores | {"other": 1.0}) for f in report(OURS).files), ("note_coherence", "other")
    )
    assert "not compared, since not all have it: other of A" in compare(some, report(THEIRS), paired=False).remarks


def test_the_seed_decides_the_intervals() -> None:
    first, again, other = (only(report(OURS), report(THEIRS), seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.effect != other.effect

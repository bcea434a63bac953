"""Copying in words: a verdict beside real songs, which songs share most, and what makes the comparison worthless."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

import pytest

from popgen_eval.copying.nearest import nearest_note, nearest_song
from popgen_eval.report import FileScores, Report
from popgen_eval.telling.copies import copied_songs, copying_lines, copying_warning, is_copying, most_copied, percent

NAN = math.nan
WHY = "no two bars have enough different notes to tell"


def row_of(place: int, share: float) -> FileScores:
    """A song that shares so much, in a run of ten bars at most."""
    reasons = {"copied_share": WHY, "copied_run": WHY} if math.isnan(share) else {}
    notes = {"copied_share": nearest_note(f"/train/t{place}.mid", share)} if share > 0 else {}
    return FileScores(f"s{place}.mid", {"copied_share": share, "copied_run": 10 * share}, reasons, notes=notes)


def report_of(shares: Sequence[float], reference: Sequence[float] | None = None) -> Report:
    beside = report_of(reference) if reference is not None else None
    rows = tuple(row_of(place, share) for place, share in enumerate(shares))
    names = ("copied_share", "copied_run")
    return Report(rows, names, learned=names, reference=beside)


def test_songs_that_share_more_than_real_ones_are_said_to() -> None:
    """Four of 24 songs share more than all others: by chance once in 10,626 draws."""
    assert copying_lines(report_of([0.5] * 4, [0.1] * 20)) == [
        "These songs share more with the training set than real songs outside it do: 50 % on average, against 10 % in "
        "20 real songs (p < .001, permutations).",
        "Defined in 4 of 4 songs; the longest run is 5 bars.",
    ]


def test_songs_that_share_what_real_ones_share_are_not_accused() -> None:
    assert copying_lines(report_of([0.05] * 4, [0.1] * 20))[0] == (
        "These songs are not shown to share more with the training set than real songs outside it do: 5.0 % on "
        "average, against 10 % in 20 real songs (p = 1, permutations)."
    )
    assert "against 10 % in 1 real song (p = 1," in copying_lines(report_of([0.05], [0.1]))[0]


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (None, "give --reference real songs that were not trained on, to know whether that is much."),
        ([NAN, NAN], "no reference song has a share."),
    ],
)
def test_without_real_songs_there_is_no_verdict(reference: list[float] | None, said: str) -> None:
    verdict = copying_lines(report_of([0.5], reference))[0]
    assert verdict == f"These songs share 50 % with the training set, on average; {said}"


def test_a_reference_that_was_trained_on_is_doubted() -> None:
    doubt = copying_lines(report_of([0.5] * 4, [0.95, 1.0, 0.1]))[-1]
    assert doubt == (
        "2 reference songs share nine tenths or more with the training set: beside songs trained on, copies pass "
        "unseen."
    )
    assert len(copying_lines(report_of([0.5] * 4, [0.89, 0.1]))) == 2


def test_undefined_songs_are_counted_and_never_zero() -> None:
    assert copying_lines(report_of([0.5, NAN]))[1] == "Defined in 1 of 2 songs; the longest run is 5 bars."
    assert copying_lines(report_of([NAN, NAN])) == [f"Undefined for every song: {WHY}."]
    assert copying_lines(Report((FileScores("a"),), ())) == []
    assert most_copied(Report((FileScores("a"),), ())) == []


def test_songs_that_share_more_are_warned_of_with_the_one_that_shares_most() -> None:
    heading, verdict, most, *more = copying_warning(report_of([0.5, 0.6], [0.1] * 20))
    assert verdict.startswith("These songs share more with the training set than real songs outside it do: 55 %")
    assert most == "Shares most: s1.mid: 60 %, longest run 6 bars, nearest t1.mid."
    assert (heading, more) == ("More copied than real songs would", [])
    within, without, none = report_of([0.05] * 4, [0.1] * 20), report_of([0.9]), Report((FileScores("a"),), ())
    assert copying_warning(within) == copying_warning(without) == copying_warning(none) == []


def test_a_reference_that_was_trained_on_is_warned_of_since_it_hides_copies() -> None:
    hidden = copying_warning(report_of([1.0] * 2, [0.95, 0.9, 0.1]))
    assert hidden[0] == "The reference cannot tell copying"
    assert hidden[1].startswith("2 reference songs share nine tenths or more")
    assert "2 reference songs share" in copying_warning(report_of([1.0] * 8, [0.95, 0.9, *[0.1] * 18]))[-1]


def test_the_three_songs_that_share_most_are_named_with_the_nearest_training_song() -> None:
    shares = [0.2, NAN, 0.6, 0.0, 0.4, 0.8]
    assert [song.song for song in copied_songs(report_of(shares))] == [
        "s5.mid", "s2.mid", "s4.mid", "s0.mid", "s3.mid", "s1.mid",
    ]  # fmt: skip
    assert most_copied(report_of(shares)) == [
        "s5.mid: 80 %, longest run 8 bars, nearest t5.mid",
        "s2.mid: 60 %, longest run 6 bars, nearest t2.mid",
        "s4.mid: 40 %, longest run 4 bars, nearest t4.mid",
    ]
    assert most_copied(report_of([0.0, NAN])) == []


def test_a_strangers_figure_against_a_training_set_is_none_of_copying() -> None:
    report = Report((), ("same_tempo", "copied_share"), learned=("same_tempo",))
    assert not is_copying(report, "same_tempo")
    assert not is_copying(report, "copied_share")  # of another evaluator, of pieces
    assert is_copying(report_of([0.1]), "copied_run")


def test_the_nearest_training_song_is_a_column_for_programs() -> None:
    [one, two, three] = csv.DictReader(io.StringIO(report_of([0.5, 0.0, NAN]).to_csv()))
    assert (one["nearest"], two["nearest"], three["nearest"]) == ("/train/t0.mid", "", "")
    assert "nearest" not in Report((), ("x",)).to_csv()


def test_a_note_is_read_as_it_was_written() -> None:
    assert nearest_song(nearest_note("a: 5%: b.mid", 0.4)) == "a: 5%: b.mid"
    assert nearest_song("like song 2") == nearest_song("") == ""


def test_shares_are_said_in_the_digits_that_one_can_use() -> None:
    assert [percent(share) for share in (0, 0.008, 0.19, 1, NAN)] == ["0 %", "0.8 %", "19 %", "100 %", "-"]

"""The analysis of a listening test by hand values, its exclusions, and the files that it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from listening import answer_to, csv_of, key_of

from popgen_core.errors import PopgenError, Refused
from popgen_eval.listening import analyse, read_answers, read_key
from popgen_eval.listening.exclusions import Rules
from popgen_eval.listening.plan import Trial
from popgen_eval.listening.simulate import simulated_answers
from popgen_eval.listening.size import listeners_needed, share_found
from popgen_eval.listening.told import sentences
from popgen_eval.statistics import holm, share_size

SMALL = {"listeners": 4, "trials": 8}


def test_sizes_are_those_of_the_protocol() -> None:
    shares = (0.55, 0.60, 0.65, 0.70)
    assert [share_size(share) for share in shares] == [785, 197, 88, 50]
    assert [share_size(share, alpha=0.01) for share in shares] == [1168, 292, 130, 73]
    assert listeners_needed(0.60, 16) == 34  # 197 x 2.5 / 16 = 31, and three for the t of 20 items
    assert share_found(34, 16) < 0.60 < share_found(33, 16)
    assert share_found(1, 8) == 1.0  # no share would do


def test_counts_ties_and_the_winner_by_hand() -> None:
    key = key_of(8, listeners=5, trials=8)
    answers = [answer_to(trial, key, "real" if trial.item < 6 else "") for trial in key.trials]
    assert any("so no preference is shown" in line for line in sentences(analyse(answers, key)))
    [found] = analyse(answers, key).kept.preferences
    assert (found.first_wins, found.second_wins, found.ties) == (30, 0, 10)
    assert found.chi_square == 30.0
    assert found.half_chi_square == pytest.approx((35 - 5) ** 2 / 40)
    assert found.exact_p == pytest.approx(2 / 2**30)
    assert found.by_listener == (1.0, 1.0)
    assert found.p == 0.0625  # five listeners, all of one mind: five coins, of which the first is free


def test_six_listeners_of_one_mind_suffice() -> None:
    key = key_of(8, listeners=6, trials=8)
    found = analyse([answer_to(trial, key, "ours") for trial in key.trials], key)
    assert found.kept.preferences[0].p == 2.0**-5
    assert any("so ours is preferred over real" in line for line in sentences(found))


def test_ratings_are_averaged_by_listener_and_by_item_and_both_must_hold() -> None:
    key = key_of(8, **SMALL)

    def rated(trial: Trial) -> tuple[int, int, int, int]:
        if trial.kind != "pair":
            return (1, 1, 1, 1)  # what is said of controls does not count
        heard = trial.left if trial.rated == "A" else trial.right
        return (4 if heard.system == "real" else 2, 3, 3, 1 + trial.listener % 3)

    kept = analyse([answer_to(one, key, ratings=rated(one)) for one in key.trials], key).kept
    assert kept.means["r_coh"] == {"real": 4.0, "ours": 2.0}
    coherence = kept.gaps[0]
    assert (coherence.scale, coherence.over_listeners.difference, coherence.over_items.difference) == (
        "r_coh",
        2.0,
        2.0,
    )
    by_listener = {one.scale: one.over_listeners.difference for one in kept.gaps}
    assert by_listener == {"r_coh": 2.0, "r_inter": 0.0, "r_quality": 0.0, "r_pop": 0.0}


def test_the_larger_of_both_p_counts_and_holm_corrects_it_over_the_four_scales() -> None:
    key = key_of(20, listeners=8)
    gaps = analyse(simulated_answers(key, np.random.default_rng(0)), key, intervals=False).everyone.gaps
    assert [gap.both_p for gap in gaps] == [max(gap.over_listeners.p, gap.over_items.p) for gap in gaps]
    assert any(gap.over_listeners.p != gap.over_items.p for gap in gaps)
    assert [gap.p for gap in gaps] == holm([gap.both_p for gap in gaps])


@pytest.mark.parametrize(
    ("kind", "changes", "why"),
    [
        ("anchor", {"choice": "none"}, "caught 0% of the spoiled copies"),
        ("attention", {"choice": "A"}, "attention trial"),
        ("pair", {"rt_ms": 20_000}, "took 20.0 s for the median trial"),
        ("repeat", {"choice": "none"}, "answered 0% of the repeated pairs alike"),
    ],
)
def test_each_rule_leaves_out_the_listener_that_breaks_it_and_no_other(
    kind: str, changes: dict[str, object], why: str
) -> None:
    key = key_of(16, listeners=3, trials=16, repeats=0.2)
    answers = []
    for trial in key.trials:
        broken = trial.listener == 2 and trial.kind == kind
        told = {"choice": "B"} if broken and kind == "attention" and trial.expected == "A" else changes
        answers.append(answer_to(trial, key, "real", **(told if broken else {})))
    found = analyse(answers, key, intervals=False)
    assert list(found.excluded) == [2]
    assert why in found.excluded[2][0]
    assert (found.kept.listeners, found.everyone.listeners) == (2, 3)
    assert (found.kept.preferences[0].first_wins, found.everyone.preferences[0].first_wins) == (32, 48)


def test_a_single_repeat_answered_otherwise_leaves_nobody_out() -> None:
    key = key_of(16, listeners=2, trials=16)
    answers = [answer_to(one, key, "ours" if one.kind == "repeat" else "real") for one in key.trials]
    assert analyse(answers, key, intervals=False).excluded == {}
    assert len(analyse(answers, key, rules=Rules(least_repeats=1), intervals=False).excluded) == 2


def test_controls_count_sides_catches_and_repeats() -> None:
    key = key_of(16, listeners=5, trials=16)
    answers = [
        answer_to(one, key, "real", **({"choice": "A"} if one.kind == "identical" else {})) for one in key.trials
    ]
    told = analyse(answers, key, intervals=False).kept.controls
    assert (told.identical.left, told.identical.right, told.identical.p) == (10, 0, 2 / 1024)
    assert (told.anchors, told.repeats, told.attention) == ((20, 20), (5, 5), (5, 5))
    assert told.pairs.left + told.pairs.right == 80
    assert any("the test is flawed" in line for line in sentences(analyse(answers, key)))


def test_a_key_survives_its_file_and_names_the_test_by_every_word_of_it(tmp_path: Path) -> None:
    key = key_of(8, **SMALL)
    (tmp_path / "key.json").write_bytes(key.to_bytes())
    assert read_key(tmp_path / "key.json") == key
    assert read_key(tmp_path / "key.json").fingerprint == key.fingerprint
    assert key_of(8, **SMALL, seed=1).fingerprint != key.fingerprint
    for words in ("[]", "[" * 200_000):
        (tmp_path / "other.json").write_text(words)
        with pytest.raises(PopgenError, match=r"other\.json is no key of a listening test"):
            read_key(tmp_path / "other.json")


def test_a_file_survives_reading_and_a_malformed_one_is_named_with_its_row(tmp_path: Path) -> None:
    key, path = key_of(8, **SMALL), tmp_path / "one.csv"
    mine = [answer_to(one, key, "real") for one in key.trials if one.listener == 1]
    text = csv_of(mine)
    path.write_text(text, newline="")
    assert [(one.trial, one.choice) for one in read_answers(path)] == [(one.trial, one.choice) for one in mine]
    for old, new, words in (
        (",3,3,3,3,3,", ",3,6,3,3,3,", "row 2: r_coh must be a whole number from 1 to 5, not '6'"),
        ("00000001,1,", "=cmd(),1,", "row 2: session cannot be '=cmd\\(\\)'; it is 8 to 32 of the signs"),
        ("session,", "sitting,", "row 1: its columns .* column 1 is 'sitting', session is needed"),
        (f",{key.fingerprint},A", f",{key.fingerprint}", "row [0-9]+: 20 fields, 21 are needed"),
    ):
        path.write_text(text.replace(old, new, 1), newline="")
        with pytest.raises(PopgenError, match=f"one.csv, {words}"):
            read_answers(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PopgenError, match=r"one\.csv is no CSV file"):
        read_answers(path)


def test_answers_of_another_test_of_two_people_or_given_twice() -> None:
    key, other = key_of(8, **SMALL), key_of(8, **SMALL, seed=1)
    mine = [answer_to(one, key, "real", place="a.csv") for one in key.trials if one.listener == 1]
    assert analyse([*mine, *mine], key, intervals=False).kept.judgments == len(mine)
    with pytest.raises(Refused, match="the key is of"):
        analyse([answer_to(other.trials[0], other)], key)
    stranger = answer_to(key.trials[1], key, session="00000002", place="b.csv")
    with pytest.raises(PopgenError, match=r"b\.csv: listener 1 has answered in a\.csv already"):
        analyse([*mine, stranger], key)
    with pytest.raises(PopgenError, match="no such trial"):
        analyse([answer_to(key.trials[0], key, listener=2)], key)


def test_nothing_answered_is_told_as_nothing() -> None:
    key = key_of(8, **SMALL)
    found = analyse([], key)
    assert found.kept.judgments == 0
    assert "no choice with a preference" in "\n".join(sentences(found))
    assert found.to_json()["kept"]["preferences"][0]["p"] is None

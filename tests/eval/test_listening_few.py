"""Listening tests with few listeners, few spoiled copies, or files from a spreadsheet: what is told of them."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from listening import answer_to, csv_of, key_of

from popgen_core.errors import PopgenError
from popgen_eval.listening import COLUMNS, Design, Key, analyse, read_answers
from popgen_eval.listening.answers import SCALES, Answer
from popgen_eval.listening.joined import joined, joined_csv
from popgen_eval.listening.told import sentences

TESTED = re.compile(r"\bp [=<]|\bp not known|interval|Holm|dz|ICC|not known|undecided")


def of_one_mind(key: Key, *misses: int) -> list[Answer]:
    """Everyone prefers `real` and rates it higher; these listeners fail their attention trials."""
    answers = []
    for one in key.trials:
        rated = one.left if one.rated == "A" else one.right
        points = 3 + (rated.system == "real") + (one.listener % 2)
        answer = answer_to(one, key, "real", ratings=(points,) * 4)
        wrong = one.listener in misses and one.kind == "attention"
        answers.append(replace(answer, choice="A" if one.expected != "A" else "B") if wrong else answer)
    return answers


def test_four_listeners_are_described_and_five_are_tested() -> None:
    few, five = (key_of(8, listeners=count, trials=8) for count in (4, 5))
    lines = sentences(analyse(of_one_mind(few), few))
    assert lines[0].startswith("too few listeners to test anything: 5 are needed")
    assert not [line for line in lines if TESTED.search(line)]
    assert any("32 for real, 0 for ours" in line for line in lines)
    told = sentences(analyse(of_one_mind(five), five))
    assert not any("too few listeners" in line for line in told)
    assert any("interval 100.0% to 100.0% over listeners" in line for line in told)


def test_no_p_of_four_listeners_is_kept_for_programs_either() -> None:
    key = key_of(8, listeners=4, trials=8)
    panel = analyse(of_one_mind(key), key).kept
    ps = [value for one in panel.preferences for value in (one.p, one.clustered.p, one.chi_p, one.half_p, one.exact_p)]
    for gap in panel.gaps:
        ps += [gap.p, gap.both_p, gap.over_listeners.p, gap.over_items.p]
    ps += [panel.controls.identical.p, panel.controls.pairs.p, *panel.preferences[0].by_listener]
    assert len(ps) == 5 + 4 * 4 + 4
    assert all(math.isnan(p) for p in ps)
    assert panel.preferences[0].clustered.share == 1.0


def test_exclusions_that_leave_fewer_than_five_are_warned_of_first() -> None:
    key = key_of(8, listeners=6, trials=8)
    lines = sentences(analyse(of_one_mind(key, 2, 5), key))
    assert lines[0].startswith("warning: the exclusions leave 4 listeners, too few to test anything")
    assert "left out, by rules fixed beforehand: 2 of 6 listeners" in lines
    assert "  listener 2: did not answer 1 attention trial as told" in lines
    assert sentences(analyse(of_one_mind(key, 2), key))[0].startswith("test ")


def test_lines_are_under_120_letters_with_three_systems_of_long_names() -> None:
    names = ("the-real-songs-of-the-corpus", "our-newest-checkpoint", "a-peer-of-last-year")
    key = key_of(12, names, listeners=9, trials=9)
    answers = [answer_to(one, key, names[one.listener % 3]) for one in key.trials]
    answers = [replace(one, ratings=(1 + (one.order + one.listener) % 5,) * 4) for one in answers]
    lines = sentences(analyse([one if one.listener > 1 else replace(one, rt_ms=9) for one in answers], key))
    assert max(map(len, lines)) < 120
    assert not any(re.search(r"\bp( [=<])?$", line) for line in lines)  # no p torn from its value


def test_one_missed_spoiled_copy_of_four_is_forgiven_and_two_are_not() -> None:
    key = key_of(8, listeners=6, trials=8)
    for missed, out in ((1, []), (2, [3])):
        left, answers = missed, []
        for one in key.trials:
            miss = one.listener == 3 and one.kind == "anchor" and left > 0
            left -= miss
            answers.append(answer_to(one, key, "real", **({"choice": "none"} if miss else {})))
        assert list(analyse(answers, key, intervals=False).excluded) == out


def test_from_eight_pairs_on_there_are_four_spoiled_copies_and_fewer_leave_nobody_out() -> None:
    counts = {trials: Design(trials=trials).counts["anchor"] for trials in (7, 8, 16, 60)}
    assert counts == {7: 1, 8: 4, 16: 4, 60: 6}
    assert Design(trials=8, anchors=0).counts["anchor"] == 0
    key = key_of(8, listeners=2, trials=4)
    answers = [answer_to(one, key, **({"choice": "none"} if one.kind == "anchor" else {})) for one in key.trials]
    assert analyse(answers, key, intervals=False).excluded == {}


def test_scales_are_called_alike_on_the_page_and_in_the_result() -> None:
    script = (files("popgen_eval.listening") / "page.js").read_text()
    assert dict(re.findall(r'\["(r_\w+)", "([^"]+)",', script)) == SCALES


def test_a_file_that_a_spreadsheet_saved_with_semicolons_is_read_and_changed_words_are_explained(
    tmp_path: Path,
) -> None:
    key, path = key_of(8, listeners=1, trials=4), tmp_path / "one.csv"
    text = csv_of(of_one_mind(key))
    path.write_text(text, newline="")
    plain = [replace(one, place="") for one in read_answers(path)]
    path.write_text("\ufeff" + text.replace(",", ";"), encoding="utf-8", newline="")
    assert [replace(one, place="") for one in read_answers(path)] == plain
    path.write_text(text.replace("00000001,", "1,").replace(",", ";"), newline="")
    with pytest.raises(PopgenError, match="row 2: session cannot be '1'; it is 8 to 32 of the signs") as raised:
        read_answers(path)
    assert "a spreadsheet may have changed it" in str(raised.value.hint)
    path.write_text(text.replace(",none,", ",both,").replace(",A,", ",both,").replace(",B,", ",both,"), newline="")
    with pytest.raises(PopgenError, match="choice cannot be 'both'; it is A, B or none"):
        read_answers(path)


def test_the_test_has_a_column_of_its_own_and_the_seed_is_filled_in_when_joined(tmp_path: Path) -> None:
    key = key_of(8, listeners=1, trials=4, seed=7)
    sent = next(csv.DictReader(io.StringIO(csv_of(of_one_mind(key)))))
    assert (sent["test"], sent["seed"]) == (key.fingerprint, "")
    rows = list(csv.DictReader(io.StringIO(joined_csv(joined(of_one_mind(key), key), key).decode())))
    assert list(rows[0]) == list(COLUMNS)
    assert {(row["test"], row["seed"]) for row in rows} == {(key.fingerprint, "7")}


def test_items_are_numbered_from_one_in_the_key_and_in_the_joined_answers() -> None:
    key = replace(key_of(4, listeners=2, trials=4), items=tuple({"real": f"{at}.mid"} for at in "abcd"))
    plain = json.loads(key.to_bytes())
    assert list(plain["items"].items()) == [(str(at), {"real": f"{name}.mid"}) for at, name in enumerate("abcd", 1)]
    trials = plain["trials"]
    assert {one["item"] for one in trials} == {1, 2, 3, 4}
    assert all(one["item"] == one["left"]["item"] == one["right"]["item"] for one in trials)
    rows = csv.DictReader(io.StringIO(joined_csv(joined(of_one_mind(key), key), key).decode()))
    assert {row["trial"]: row["item"] for row in rows} == {one["trial"]: str(one["item"]) for one in trials}

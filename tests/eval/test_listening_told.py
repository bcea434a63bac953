"""What a listening test says of listeners it would take, and which pairs of systems count as tested."""

from __future__ import annotations

from dataclasses import replace

import pytest
from listening import answer_to, key_of

from popgen_eval.listening import analyse
from popgen_eval.listening.analysis import Panel
from popgen_eval.listening.answers import Answer
from popgen_eval.listening.key import Key
from popgen_eval.listening.told import sentences
from popgen_eval.statistics import clustered_share_size

THREE = ("real", "ours", "theirs")


def split(key: Key, ties: int) -> list[Answer]:
    """Of each listener's pairs the first `ties` without a choice, of the rest two in three for `real`."""
    met: dict[int, int] = {}
    answers = []
    for trial in key.trials:
        number = met.get(trial.listener, 0)
        met[trial.listener] = number + (trial.kind == "pair")
        chosen = "" if number < ties else "ours" if (number - ties + trial.listener) % 3 == 0 else "real"
        answers.append(answer_to(trial, key, chosen))
    return answers


def needed(key: Key, ties: int) -> tuple[str, Panel]:
    found = analyse(split(key, ties), key, intervals=False)
    whole = " ".join(line.strip() for line in sentences(found))
    return whole.partition("if the share is what it seems, ")[2].partition(" would show it")[0], found.kept


def test_power_is_of_decided_choices_and_the_sentence_names_pairs_heard() -> None:
    """Five listeners, too few to show anything: of all 9 pairs that they hear, and of only 3 that they decide."""
    key = key_of(9, listeners=5, trials=9)
    for ties in (0, 6):
        told, kept = needed(key, ties)
        [one] = kept.preferences
        assert one.decided == 5 * (9 - ties)
        share = max(one.clustered.share, 1 - one.clustered.share)
        listeners = clustered_share_size(share, one.decided / 5, one.items, 0.1)
        assert told == f"about {listeners} listeners of 9 such pairs"


def of_three(answered: dict[str, str], deciding: int = 99) -> Panel:
    """Eight listeners of three systems: who wins each pair of two, "" for ties, by as many listeners as decide."""
    key = key_of(8, THREE, listeners=8, trials=12)
    answers = []
    for trial in key.trials:
        pair = "/".join(sorted({trial.left.label, trial.right.label}))
        few = pair in answered and answered[pair].startswith("few ") and trial.listener > deciding
        answers.append(answer_to(trial, key, "" if few else answered.get(pair, "").removeprefix("few ")))
    return analyse(answers, key, intervals=False).everyone


@pytest.mark.parametrize(("deciding", "count"), [(4, 2), (5, 3)])
def test_a_pair_that_too_few_listeners_decided_was_not_tested_and_does_not_count(deciding: int, count: int) -> None:
    """2^-7 twice, of eight listeners of one mind: times two where the third pair is not tested, else times three."""
    panel = of_three({"ours/real": "real", "real/theirs": "real", "ours/theirs": "few ours"}, deciding)
    found = {(one.first, one.second): one for one in panel.preferences}
    assert found["real", "ours"].clustered.p == 2.0**-7
    assert found["real", "ours"].p == pytest.approx(count * 2.0**-7)


def test_a_pair_that_enough_listeners_heard_and_none_decided_was_tested_and_counts() -> None:
    panel = of_three({"ours/real": "real", "real/theirs": "real", "ours/theirs": ""})
    found = {(one.first, one.second): one for one in panel.preferences}
    assert found["ours", "theirs"].still
    assert not found["real", "ours"].still
    assert found["real", "ours"].p == pytest.approx(3 * 2.0**-7)
    few = replace(found["ours", "theirs"], listeners=4)
    assert not few.still

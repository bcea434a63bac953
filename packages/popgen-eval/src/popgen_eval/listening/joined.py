"""Answers beside what their trials were: the only place where the key meets them."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from popgen_core.errors import PopgenError, Refused
from popgen_eval.listening.answers import COLUMNS, SCALES, Answer
from popgen_eval.listening.key import Key, number_of
from popgen_eval.listening.plan import Trial

__all__ = ["Judgment", "by_listener", "joined", "joined_csv"]


@dataclass(frozen=True, slots=True)
class Judgment:
    """A trial and its answer."""

    trial: Trial
    answer: Answer

    @property
    def chosen(self) -> str:
        """The label of the system chosen, "" for no preference."""
        if self.answer.choice == "none":
            return ""
        return (self.trial.left if self.answer.choice == "A" else self.trial.right).label

    @property
    def rated(self) -> str:
        """The label of the system rated."""
        return (self.trial.left if self.trial.rated == "A" else self.trial.right).label


def joined(answers: Iterable[Answer], key: Key) -> list[Judgment]:
    """Each answer with its trial; a file given twice counts once.

    Raises Refused for answers of another test, PopgenError for trials that the key does not know and for a listener
    number that two people used.
    """
    found: dict[tuple[int, str], Judgment] = {}
    sessions: dict[int, Answer] = {}
    for answer in answers:
        if answer.test != key.fingerprint:
            raise Refused(f"{answer.place}: it is of test {answer.test}, the key is of {key.fingerprint}")
        trial = key.by_trial.get((answer.listener, answer.trial))
        if trial is None or (trial.order, trial.rated) != (answer.order, answer.rated):
            raise PopgenError(f"{answer.place}: listener {answer.listener} has no such trial {answer.trial} in the key")
        other = sessions.setdefault(answer.listener, answer)
        if other.session != answer.session:
            raise PopgenError(
                f"{answer.place}: listener {answer.listener} has answered in {other.place} already",
                hint="every listener needs a number of their own: keep one of both files",
            )
        earlier = found.setdefault((answer.listener, answer.trial), Judgment(trial, answer))
        if earlier.answer.choice != answer.choice or earlier.answer.ratings != answer.ratings:
            raise PopgenError(f"{answer.place}: it differs from {earlier.answer.place}", hint="keep one of both files")
    return list(found.values())


def by_listener(judgments: Iterable[Judgment]) -> dict[int, list[Judgment]]:
    """The judgments of each listener, in the order heard."""
    found = defaultdict(list)
    for judgment in sorted(judgments, key=lambda one: (one.trial.listener, one.trial.order)):
        found[judgment.trial.listener].append(judgment)
    return dict(found)


def joined_csv(judgments: Sequence[Judgment], key: Key) -> bytes:
    """All answers as one CSV, the columns of the key and its seed filled in."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for judgment in judgments:
        trial, answer = judgment.trial, judgment.answer
        known = (trial.kind, number_of(trial.item), trial.left.label, trial.right.label)
        times = (answer.play_ms_a, answer.play_ms_b, answer.rt_ms, answer.order, key.seed, answer.version, answer.test)
        head = (answer.session, answer.listener, answer.trial, *known, answer.choice, answer.confidence)
        writer.writerow((*head, *answer.ratings[: len(SCALES)], *times, answer.rated))
    return text.getvalue().encode()

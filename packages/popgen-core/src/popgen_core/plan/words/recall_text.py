"""Recalls as people write them, bars counted from 1: `17-24 like 5-12`, `25 like 9 at 0.95`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from popgen_core.plan.plan import Recall
from popgen_core.plan.words.errors import PlanError, quoted

__all__ = ["recalls_from", "recalls_text"]

BARS = r"([0-9]{1,9})(?:\s*-\s*([0-9]{1,9}))?"
LINE = re.compile(rf"\s*{BARS}\s+like\s+{BARS}(?:\s+at\s+(\S.*))?\s*")
EXPECTED = "expected bars such as 17-24 like 5-12 or 17-24 like 5-12 at 0.95"


def recalls_from(lines: Iterable[str], first: int, bars: int) -> list[Recall | None]:
    """Lines -> one recall for each of `bars` bars from bar `first` (counted from 0) on, None where no line tells.

    Behind `at` stands how alike the bars are, 0..1: one number for all or one each; without it they are note for note.
    Raises PlanError for what cannot be read, a bar elsewhere, one told twice, and one that does not come before.
    """
    recalls: list[Recall | None] = [None] * bars
    for line in lines:
        start, source, likeness = _line(line)
        if not first <= start or not start + len(likeness) <= first + bars:
            raise PlanError(f"{quoted(line)}: the section has bars {first + 1}-{first + bars}")
        if not 0 <= source < start:
            raise PlanError(f"{quoted(line)}: a bar is like one before it")
        for number, alike in enumerate(likeness):
            at = start + number - first
            if recalls[at]:
                raise PlanError(f"{quoted(line)}: bar {start + number + 1} has its like already")
            recalls[at] = Recall(source + number, alike)
    return recalls


def recalls_text(recalls: Sequence[Recall | None], first: int = 0) -> list[str]:
    """The recalls of the bars from bar `first` on as lines that `recalls_from` reads back, one a passage."""
    lines: list[str] = []
    passage: list[Recall] = []
    for bar, recall in enumerate([*recalls, None], first):
        if passage and (recall is None or recall.bar != passage[-1].bar + 1):
            lines.append(_passage(bar - len(passage), passage))
            passage = []
        if recall:
            passage.append(recall)
    return lines


def _passage(start: int, recalls: Sequence[Recall]) -> str:
    likeness = [float(recall.likeness) for recall in recalls]
    told = likeness[:1] if len(set(likeness)) == 1 else likeness
    at = "" if told == [1.0] else " at " + " ".join(map(repr, told))
    return f"{_range(start, len(recalls))} like {_range(recalls[0].bar, len(recalls))}{at}"


def _range(start: int, bars: int) -> str:
    return f"{start + 1}" if bars == 1 else f"{start + 1}-{start + bars}"


def _line(line: str) -> tuple[int, int, list[float]]:
    """The first bar and the first that it is like, counted from 0, and a likeness each bar."""
    found = LINE.fullmatch(line)
    if not found:
        raise PlanError(f"{quoted(line)}: {EXPECTED}")
    start, source = int(found[1]) - 1, int(found[3]) - 1
    bars, others = int(found[2] or found[1]) - start, int(found[4] or found[3]) - source
    if bars < 1 or bars != others:
        raise PlanError(f"{quoted(line)}: expected as many bars on both sides, got {bars} and {others}")
    told = [_likeness(line, word) for word in (found[5] or "1").split()]
    if len(told) not in (1, bars):
        raise PlanError(f"{quoted(line)}: expected one number behind at, or one for each bar, got {len(told)}")
    return start, source, told * bars if len(told) == 1 else told


def _likeness(line: str, word: str) -> float:
    try:
        likeness = float(word)
    except ValueError:
        likeness = -1.0
    if not 0 <= likeness <= 1:
        raise PlanError(f"{quoted(line)}: expected numbers from 0 to 1 behind at, got {quoted(word)}")
    return likeness

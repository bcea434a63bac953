"""Names in a sentence: joined, gathered by what they begin with, and no more than there is room for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile

__all__ = ["clipped", "gathered", "listed"]

ALIKE = 3  # names of one beginning that are shown as one


def listed(names: Iterable[str]) -> str:
    """a, b and c."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def clipped(names: Sequence[str], room: int) -> str:
    """As many names as `room` letters hold, and the number of the others."""
    if len(listed(names)) <= room:
        return listed(names)
    kept = list(names)
    while kept and len(_with_more(kept, len(names))) > room:
        kept.pop()
    return _with_more(kept, len(names)) if kept else f"{len(names)} figures"


def gathered(names: Sequence[str]) -> list[str]:
    """Figures in their order, three or more that begin alike as one: copied_* (16)."""
    families: dict[str, list[str]] = {}
    for name in names:
        families.setdefault(name.split("_")[0], []).append(name)
    found = []
    for alike in families.values():
        found += [f"{_start(alike)}_* ({len(alike)})"] if len(alike) >= ALIKE else alike
    return found


def _start(names: Sequence[str]) -> str:
    """The words that all names begin with."""
    columns = zip(*(name.split("_") for name in names), strict=False)
    return "_".join(words[0] for words in takewhile(lambda words: len(set(words)) == 1, columns))


def _with_more(kept: Sequence[str], count: int) -> str:
    return f"{', '.join(kept)} and {count - len(kept)} more"

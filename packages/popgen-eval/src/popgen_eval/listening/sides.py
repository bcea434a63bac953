"""Which system is heard as A: as often one as the other, for every listener and for every item at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence

__all__ = ["balanced_halves"]

End = tuple[str, Hashable]  # who or what, and its name; None is a stand-in
Edge = tuple[End, End]


def balanced_halves(edges: Sequence[tuple[Hashable, Hashable]]) -> list[bool]:
    """(listener, item) of each judgment -> which half it falls in; both halves are equal at every listener and item.

    At one with an odd number of judgments the halves differ by one. Law: judgments are edges of a graph between
    listeners and items; odd ends are joined through two stand-ins, then every closed walk over the edges has even
    length, so that taking turns along it leaves each end as often one way as the other.
    """
    ends: list[Edge] = [(("listener", listener), ("item", item)) for listener, item in edges]
    ends += _stand_ins(ends)
    return _in_turns(ends)[: len(edges)]


def _stand_ins(ends: Sequence[Edge]) -> list[Edge]:
    """Edges that make every end even."""
    degree: dict[End, int] = defaultdict(int)
    for left, right in ends:
        degree[left] += 1
        degree[right] += 1
    odd = [end for end, number in degree.items() if number % 2]
    made: list[Edge] = [(end, ("item", None)) if end[0] == "listener" else (("listener", None), end) for end in odd]
    if sum(end[0] == "listener" for end in odd) % 2:
        made.append((("listener", None), ("item", None)))
    return made


def _in_turns(ends: Sequence[Edge]) -> list[bool]:
    """Walk over all edges in closed walks, and put every second edge of a walk in the other half."""
    at: dict[End, list[int]] = defaultdict(list)
    for number, edge in enumerate(ends):
        for end in edge:
            at[end].append(number)
    half, walked = [False] * len(ends), [False] * len(ends)
    for start in list(at):
        end, turn = start, False
        while (step := _unwalked(at[end], walked)) is not None:
            walked[step], half[step] = True, turn
            left, right = ends[step]
            end, turn = (right if end == left else left), not turn
    return half


def _unwalked(numbers: list[int], walked: list[bool]) -> int | None:
    while numbers:
        number = numbers.pop()
        if not walked[number]:
            return number
    return None

"""What the groups of a training set play in every two bars, kept so that it is found again at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.piece import Piece
from popgen_eval.copying.alike_sets import LikeSets
from popgen_eval.copying.pairs import VOCABULARY, Kind, Pairs, Telling, pairs_of

__all__ = ["Library", "Shelf", "learned", "whole"]

Numbers = NDArray[np.int64]
Hashes = NDArray[np.uint64]
BREAK = np.uint64(2**64 - 1)  # between two lines, so that no run goes on from one to the next


def whole(training: Iterable[tuple[str, Piece]]) -> Iterator[tuple[str, Piece]]:
    """Names and pieces of songs -> the same, pieces that follow each other in one song joined into one."""
    held: tuple[str, Piece] | None = None
    for name, piece in training:
        if held is not None and held[0] == name and (joined := _joined(held[1], piece)) is not None:
            held = name, joined
            continue
        if held is not None:
            yield held
        held = name, piece
    if held is not None:
        yield held


def _joined(one: Piece, two: Piece) -> Piece | None:
    """Two pieces as one where the second begins in the same song and meter where the first ends, or None."""
    bars, more = (np.flatnonzero(piece.window.index >= 0) for piece in (one, two))
    if one.song is not two.song or one.window.meter != two.window.meter or not len(bars) or not len(more):
        return None
    if more[0] != bars[-1] + 1:
        return None
    joined = Piece(one.song, int(bars[0]), int(more[-1] - bars[0] + 1))
    return joined if joined.window.meter == one.window.meter else None


@dataclass(frozen=True)
class Shelf:
    """All of one kind, lines (a group of a song) end to end with a break after each: `hash` of each pair of bars and
    the number of its `song`, both (pairs and breaks,). `by_hash` orders the telling ones' places, `sorted_hash` is
    their hashes in that order. `sets` are the different telling sets, `set_hash` their hashes, rising.
    """

    hash: Hashes
    song: Numbers
    by_hash: Numbers
    sorted_hash: Hashes
    sets: LikeSets
    set_hash: Hashes

    def places(self, wanted: Hashes) -> tuple[Numbers, Numbers]:
        """Hashes -> which of them, and where: every telling pair of bars on the shelf that has one of them."""
        low, high = (np.searchsorted(self.sorted_hash, wanted, side=side) for side in ("left", "right"))
        counts = high - low
        which = np.repeat(np.arange(len(wanted)), counts)
        ends = np.cumsum(counts)
        return which, self.by_hash[np.arange(len(which)) + np.repeat(low - ends + counts, counts)]

    def songs_with(self, wanted: Hashes) -> Numbers:
        """Hashes of sets -> the songs that have one of them, each once."""
        return np.unique(self.song[self.places(wanted)[1]])


@dataclass(frozen=True)
class Library:
    """The names of the songs learned, a shelf for each kind of line, and what two bars must have to count."""

    names: tuple[str, ...]
    shelves: dict[Kind, Shelf]
    rules: tuple[Telling, Telling]  # pitched groups, drums


def learned(training: Iterable[tuple[str, Piece]], rules: tuple[Telling, Telling]) -> Library:
    """Names of songs and their pieces in order -> a library. Holds about 30 bytes for each note of them."""
    names: dict[str, int] = {}
    lines: dict[Kind, list[tuple[int, Pairs]]] = {}
    for name, piece in whole(training):
        song = names.setdefault(name, len(names))
        for part in piece.parts:
            pairs = pairs_of(part, piece.bars, piece.steps, rules[part.is_drum])
            lines.setdefault(pairs.kind, []).append((song, pairs))
    return Library(tuple(names), {kind: _shelf(some) for kind, some in lines.items()}, rules)


def _shelf(lines: Sequence[tuple[int, Pairs]]) -> Shelf:
    ended = [np.append(pairs.hash, BREAK) for _, pairs in lines]
    hashes = np.concatenate(ended)
    telling = np.flatnonzero(np.concatenate([np.append(pairs.telling, False) for _, pairs in lines]))
    by_hash = telling[np.argsort(hashes[telling], kind="stable")]
    set_hash, tokens, start = _different_sets(lines)
    return Shelf(
        hash=hashes,
        song=np.repeat([song for song, _ in lines], [len(line) for line in ended]),
        by_hash=by_hash,
        sorted_hash=hashes[by_hash],
        sets=LikeSets(tokens, start, VOCABULARY),
        set_hash=set_hash,
    )


def _different_sets(lines: Sequence[tuple[int, Pairs]]) -> tuple[Hashes, Numbers, Numbers]:
    """Lines -> the hashes of their different telling sets, rising, and these sets end to end with their starts."""
    found: dict[int, Numbers] = {}
    for _, pairs in lines:
        for pair in np.flatnonzero(pairs.telling).tolist():
            found.setdefault(int(pairs.hash[pair]), pairs.set_of(pair))
    hashes = sorted(found)
    sets = [found[each] for each in hashes]
    start = np.concatenate([[0], np.cumsum([len(tokens) for tokens in sets])]).astype(np.int64)
    return np.array(hashes, dtype=np.uint64), np.concatenate([np.zeros(0, dtype=np.int64), *sets]), start

"""The judge of copies: knows a training set, says how much of a song stands there, and in which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Score
from popgen_core.groupers.program import GROUPS
from popgen_eval.copying.library import Library, Shelf
from popgen_eval.copying.nearest import nearest_note
from popgen_eval.copying.pairs import Pairs, pairs_of
from popgen_eval.copying.runs import Run, longest_run
from popgen_eval.metrics.pooling import undefined

__all__ = ["Judge"]


@dataclass(frozen=True)
class Line:
    """What is found of one group: its telling pairs of bars, how many of them are known, and the longest run.

    `songs` (songs of the library,) counts the known ones by the songs that have them.
    """

    telling: int
    known: int
    run: Run
    songs: NDArray[np.int64]


class Judge:
    """Knows a training set; called with the pieces of a song it says how much of them stands there."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def __call__(self, *pieces: Piece) -> Mapping[str, Score]:
        """One grouped piece or more of one song -> `copied_share` and `copied_run`, of all groups and of each."""
        lines: dict[str, list[Line]] = {}
        for piece in pieces:
            for part in piece.parts:
                pairs = pairs_of(part, piece.bars, piece.steps, self.library.rules[part.is_drum])
                lines.setdefault(part.name, []).append(self._line(pairs))
        nothing = "no two bars have enough different notes to tell" if lines else pieces[0].reason
        scores = self._scores("", [line for some in lines.values() for line in some], nothing)
        for group in GROUPS:
            scores |= self._scores(f"_{group}", lines.get(group, []), nothing)
        return scores

    def _line(self, pairs: Pairs) -> Line:
        """Looks up every different telling pair of bars of one group, once."""
        hashes, counts = np.unique(pairs.hash[pairs.telling], return_counts=True)
        songs = np.zeros(len(self.library.names), dtype=np.int64)
        shelf, known = self.library.shelves.get(pairs.kind), 0
        if shelf is None:
            return Line(int(counts.sum()), 0, Run(), songs)
        for each, count in zip(hashes, counts, strict=True):
            having = _songs_with(shelf, each, pairs)
            songs[having] += count
            known += int(count) if len(having) else 0
        return Line(int(counts.sum()), known, longest_run(pairs, shelf), songs)

    def _scores(self, end: str, lines: Sequence[Line], nothing: str) -> dict[str, Score]:
        """The lines of some groups -> both scores of them together."""
        share, run = f"copied_share{end}", f"copied_run{end}"
        telling = sum(line.telling for line in lines)
        if not telling:
            return {share: undefined(nothing), run: undefined(nothing)}
        known, longest = sum(line.known for line in lines), max((line.run for line in lines), key=lambda run: run.bars)
        songs = np.sum([line.songs for line in lines], axis=0)
        nearest = nearest_note(self.library.names[int(songs.argmax())], songs.max() / telling) if known else ""
        longest_in = f"in {self.library.names[longest.song]}" if longest.bars else ""
        return {share: Score(known / telling, note=nearest), run: Score(float(longest.bars), note=longest_in)}


def _songs_with(shelf: Shelf, wanted: np.uint64, pairs: Pairs) -> NDArray[np.int64]:
    """The songs that have just this pair of bars; where none has, those that have one like it."""
    exactly = shelf.songs_with(np.array([wanted], dtype=np.uint64))
    if len(exactly):
        return exactly
    like = shelf.sets.like(pairs.set_of(int(np.flatnonzero((pairs.hash == wanted) & pairs.telling)[0])))
    return shelf.songs_with(shelf.set_hash[like])

"""What an evaluator of any scope makes of songs, handed to it as popgen hands them; whether two answers agree."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from popgen_core.analysis.piece import Piece, pieces_of, whole_song
from popgen_core.analysis.window import bar_count, first_sounding_bar
from popgen_core.contracts.evaluator import Score
from popgen_core.music.song import Song
from popgen_core.testing.songs import band_song
from popgen_core.testing.verdict import Failed, NotApplicable

__all__ = [
    "SCOPES",
    "Handed",
    "Scores",
    "alike",
    "answered",
    "differences",
    "handed",
    "judged",
    "only_for",
    "sides_for",
]

Scores = Mapping[str, Score]

SCOPES = ("piece", "set", "training")
WINDOW = 32  # bars
SONGS = {"piece": (1, 0), "set": (10, 20), "training": (1, 3)}  # to judge, and to judge them by; fewer make no set
BARS, BARS_OF_SET = 24, 12  # of each song


@dataclass(frozen=True)
class Handed:
    """What an evaluator gets: pieces to judge, and named pieces to judge them by."""

    pieces: list[Piece]
    others: list[tuple[str, Piece]]


def handed(evaluator: Any, songs: Sequence[Song], others: Sequence[Song] = ()) -> Handed:
    """Grouped songs, and those that they are judged by -> the pieces that an evaluator of its scope gets.

    A set gets the windows of all songs, other scopes those of the first. Raises Failed for a scope that is none.
    """
    if evaluator.scope not in SCOPES:
        raise Failed(f"its scope is {evaluator.scope!r}; scopes are {', '.join(SCOPES)}")
    if evaluator.scope == "set":
        return Handed([piece for song in songs for piece in pieces_of(song, WINDOW)], _named(others, pieces_of))
    if evaluator.scope == "training" and getattr(evaluator, "whole_songs", False):
        return Handed(whole_song(songs[0]), _named(others, whole_song))
    return Handed(pieces_of(songs[0], WINDOW)[:1], _named(others, _every_bar))


def answered(evaluator: Any, given: Handed) -> Scores:
    """The scores of what it was handed; a training set comes once, piece by piece, as it may be larger than memory."""
    if evaluator.scope == "piece":
        return dict(evaluator.score(given.pieces[0]))
    if evaluator.scope == "set":
        return dict(evaluator.score(given.pieces, [piece for _, piece in given.others]))
    return dict(evaluator.learn(iter(given.others))(*given.pieces))


def judged(evaluator: Any, songs: Sequence[Song], others: Sequence[Song] = ()) -> Scores:
    """Grouped songs, and those that they are judged by -> their scores."""
    return answered(evaluator, handed(evaluator, songs, others))


def sides_for(evaluator: Any) -> tuple[list[Song], list[Song]]:
    """Songs of a band for its scope, and those to judge them by, among which they are."""
    bars = BARS_OF_SET if evaluator.scope == "set" else BARS
    count, others = SONGS[evaluator.scope]
    return [band_song(number, bars) for number in range(count)], [band_song(number, bars) for number in range(others)]


def only_for(evaluator: Any, *scopes: str) -> None:
    """Raise NotApplicable for an evaluator of another scope."""
    if evaluator.scope not in scopes:
        raise NotApplicable(f"it judges scope {evaluator.scope!r}")


def alike(one: float, other: float) -> bool:
    """Whether two values differ by no more than another order of sums changes; NaN is like NaN."""
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9) or (math.isnan(one) and math.isnan(other))


def differences(one: Scores, other: Scores) -> list[str]:
    """The scores whose values differ, as "name: one, other"."""
    pairs = {name: (score.value, other[name].value) for name, score in one.items()}
    return [f"{name}: {a:.6g}, {b:.6g}" for name, (a, b) in pairs.items() if not alike(a, b)]


def _named(songs: Sequence[Song], cut: Callable[[Song], list[Piece]]) -> list[tuple[str, Piece]]:
    return [(f"song {number}", piece) for number, song in enumerate(songs) for piece in cut(song)]


def _every_bar(song: Song) -> list[Piece]:
    """The end of a training song is learned too, however short it is."""
    return [Piece(song, start, WINDOW) for start in range(first_sounding_bar(song), bar_count(song), WINDOW)]

"""The split of a corpus: which songs are for training, which for testing once, and the folds inside the training part.

Stratified by tempo, mode, density, groups, feel, length and source; near-duplicates stay together (metrics, section 4).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.corpus.balance import BalanceRow
from popgen_core.corpus.facts import SongFacts
from popgen_core.corpus.strata import Strata, strata_of
from popgen_core.corpus.stratify import dealt
from popgen_core.errors import DatasetError, RecipeError

__all__ = ["Split", "SplitSong", "folds_anew", "make_split", "split_from_plain"]

VERSION = 1
DRAWS = 50  # seeded draws of which the first accepted one is taken
LEAST_SONGS = 10  # fewer cannot show that two parts are alike
TRAIN, TEST = 0, 1


@dataclass(frozen=True)
class SplitSong:
    """A song to be put into a part: `name` of its file, where it comes from, number of its cluster, its facts."""

    name: str
    source: str
    cluster: int
    facts: SongFacts


@dataclass(frozen=True)
class Split:
    """Names of songs by part, each sorted; `folds` part the training songs, and are none where those are too few.

    `test_share`: share of songs that was asked for. `draw`: which of the seeded draws it is, from 0. `balance`: how
    alike training and test part are, a row a feature. `accepted`: whether every row is; `note` says why not.
    """

    seed: int
    test_share: float
    draw: int
    train: tuple[str, ...]
    test: tuple[str, ...]
    folds: tuple[tuple[str, ...], ...]
    balance: tuple[BalanceRow, ...]
    accepted: bool
    note: str
    songs: int
    clusters: int

    @property
    def sha256(self) -> str:
        """The digest of the lists of names."""
        lists = {"train": self.train, "test": self.test, "folds": self.folds}
        return hashlib.sha256(json.dumps(lists, sort_keys=True).encode()).hexdigest()

    def to_plain(self) -> dict[str, Any]:
        """The split as plain values for JSON, with its digest."""
        plain = asdict(self) | {"train": list(self.train), "test": list(self.test)}
        plain |= {"folds": [list(fold) for fold in self.folds], "balance": [asdict(row) for row in self.balance]}
        return {"version": VERSION, **plain, "sha256": self.sha256}


def split_from_plain(plain: Mapping[str, Any]) -> Split:
    """The split in plain values; raises DatasetError for one of another version, or whose lists were changed."""
    if plain.get("version") != VERSION:
        raise DatasetError(f"the split has version {plain.get('version')!r}, this popgen reads {VERSION}")
    try:
        values = {name: plain[name] for name in Split.__dataclass_fields__}
        lists = {name: tuple(plain[name]) for name in ("train", "test")}
        folds, balance = tuple(map(tuple, plain["folds"])), tuple(BalanceRow(**row) for row in plain["balance"])
    except (KeyError, TypeError) as error:
        raise DatasetError(f"the split lacks or mistakes {error}", hint="prepare the dataset anew") from error
    split = Split(**{**values, **lists, "folds": folds, "balance": balance})
    if split.sha256 != plain.get("sha256"):
        raise DatasetError("the lists of the split were changed since it was made", hint="prepare the dataset anew")
    return split


def make_split(songs: Sequence[SplitSong], seed: int = 0, test_share: float = 0.2, folds: int = 10) -> Split:
    """Songs in any order -> their split; the same for the same songs, seed and shares.

    Draws up to 50 times until the parts are alike enough, else takes the most alike. Two clusters or more give a test
    part, however small; two or more training clusters give folds, at most as many as clusters.
    Raises DatasetError for two songs of one name, RecipeError for `test_share` outside 0..1 or negative `folds`.
    """
    _check(songs, test_share, folds)
    songs = sorted(songs, key=lambda song: song.name)
    strata = strata_of([song.source for song in songs], [song.facts for song in songs])
    cluster = _numbered([song.cluster for song in songs])
    draw, parts, balance = _best_draw(strata, cluster, seed, test_share)
    names = np.array([song.name for song in songs], dtype=object)
    note = _note(len(songs), cluster, parts, balance)
    return Split(
        seed=seed,
        test_share=test_share,
        draw=draw,
        train=tuple(names[parts == TRAIN]),
        test=tuple(names[parts == TEST]),
        folds=tuple(tuple(names[fold]) for fold in _folds(strata, cluster, parts, seed, folds)),
        balance=balance,
        accepted=not note,
        note=note,
        songs=len(songs),
        clusters=len(set(cluster.tolist())),
    )


def folds_anew(split: Split, songs: Sequence[SplitSong], folds: int) -> tuple[tuple[str, ...], ...]:
    """Other folds of the songs that a split was made of: those that it would have, had it been asked for `folds`.

    At most as many as there are training clusters. Raises DatasetError for two songs of one name, RecipeError for
    negative `folds`.
    """
    _check(songs, split.test_share, folds)
    songs, kept = sorted(songs, key=lambda song: song.name), set(split.train)
    strata = strata_of([song.source for song in songs], [song.facts for song in songs])
    cluster = _numbered([song.cluster for song in songs])
    parts = np.array([TRAIN if song.name in kept else TEST for song in songs], dtype=np.int64)
    names = np.array([song.name for song in songs], dtype=object)
    return tuple(tuple(names[fold]) for fold in _folds(strata, cluster, parts, split.seed, folds))


def _check(songs: Sequence[SplitSong], test_share: float, folds: int) -> None:
    if len({song.name for song in songs}) < len(songs):
        raise DatasetError("two songs of a split have one name", hint="give each song its own")
    if not 0 < test_share < 1:
        raise RecipeError(f"a test share lies between 0 and 1, got {test_share}", hint="0.2 is usual")
    if folds < 0:
        raise RecipeError(f"the number of folds is 0 or more, got {folds}", hint="10 is usual")


def _numbered(clusters: Sequence[int]) -> NDArray[np.int64]:
    """Cluster numbers counted anew in the order in which they come, so that only who is together matters."""
    numbers: dict[int, int] = {}
    return np.array([numbers.setdefault(cluster, len(numbers)) for cluster in clusters], dtype=np.int64)


def _best_draw(
    strata: Strata, cluster: NDArray[np.int64], seed: int, test_share: float
) -> tuple[int, NDArray[np.int64], tuple[BalanceRow, ...]]:
    """Number of the draw that is taken, the part of each song in it, and the balance of the parts."""
    best: tuple[float, int, NDArray[np.int64], tuple[BalanceRow, ...]] | None = None
    for draw in range(DRAWS if cluster.max(initial=0) > 0 else 1):
        rng = np.random.default_rng([seed, draw])
        parts = _drawn(strata.kinds, cluster, (1 - test_share, test_share), rng)
        parts = _with_test(parts, cluster)
        balance = strata.balance(parts == TEST)
        margin = min((row.margin for row in balance), default=0.0)
        if best is None or margin > best[0]:
            best = margin, draw, parts, balance
        if balance and all(row.accepted for row in balance):
            return draw, parts, balance
    return best[1:] if best else (0, np.zeros(0, dtype=np.int64), ())


def _drawn(
    kinds: NDArray[np.int64], cluster: NDArray[np.int64], shares: Sequence[float], rng: np.random.Generator
) -> NDArray[np.int64]:
    """(songs, kinds) and the cluster of each song, 0 to the last -> (songs,) its part."""
    sums = np.zeros((int(cluster.max(initial=-1)) + 1, kinds.shape[1]), dtype=np.int64)
    np.add.at(sums, cluster, kinds)
    return dealt(sums, np.bincount(cluster), shares, rng)[cluster]


def _with_test(parts: NDArray[np.int64], cluster: NDArray[np.int64]) -> NDArray[np.int64]:
    """The parts with the smallest cluster moved to whichever part is empty, where there are two clusters or more."""
    if len(parts) == 0 or (parts == TEST).any() == (parts == TRAIN).any() or not cluster.any():
        return parts
    sizes = np.bincount(cluster)
    moved = np.argmin(sizes) if not (parts == TEST).any() else np.argmax(sizes)
    return np.where(cluster == moved, 1 - parts, parts)


def _folds(
    strata: Strata, cluster: NDArray[np.int64], parts: NDArray[np.int64], seed: int, folds: int
) -> list[NDArray[np.int64]]:
    """Indices of the songs of each fold; none is empty."""
    train = np.flatnonzero(parts == TRAIN)
    inside = _numbered(cluster[train].tolist())
    count = min(folds, int(inside.max(initial=-1)) + 1)
    if count < 2:
        return []
    fold_of = _drawn(strata.kinds[train], inside, [1 / count] * count, np.random.default_rng([seed, DRAWS]))
    return [train[fold_of == fold] for fold in range(count) if (fold_of == fold).any()]


def _note(songs: int, cluster: NDArray[np.int64], parts: NDArray[np.int64], balance: Sequence[BalanceRow]) -> str:
    """Why the split is not accepted, or ""."""
    if not (parts == TEST).any():
        return "all songs belong together: there is no test part" if songs > 1 else "too few songs for a test part"
    if songs < LEAST_SONGS:
        return f"{songs} songs are too few to show that the parts are alike"
    uneven = [row.feature for row in balance if not row.accepted]
    return f"the parts differ in {', '.join(uneven)}" if uneven else ""

"""A split keeps what belongs together in one part, and both parts alike."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from popgen_core.corpus.duplicates import clusters
from popgen_core.corpus.facts import SongFacts, facts_of
from popgen_core.corpus.split import Split, SplitSong, make_split, split_from_plain
from popgen_core.corpus.stratify import dealt
from popgen_core.errors import DatasetError, RecipeError
from popgen_core.groupers import Seven
from popgen_core.music.guard import read_song


def facts(number: int) -> SongFacts:
    """Facts that vary from song to song, so that every third, mode, feel and group occurs."""
    groups = tuple(group for place, group in enumerate(("bass", "drums", "lead")) if number >> place & 1)
    mode, feel = ("major", "minor")[number % 3 == 0], ("8th", "16th")[number % 5 < 2]
    return SongFacts(80.0 + number * 37 % 100, mode, 5.0 + number * 17 % 23, 60.0 + number * 29 % 211, groups, feel, "")


def corpus_of(count: int, *, together: int = 1) -> list[SplitSong]:
    """Songs of three sources, each so many in a row of one cluster."""
    return [
        SplitSong(f"{number:03}.mid", ("club", "film", "folk")[number % 3], number // together, facts(number))
        for number in range(count)
    ]


def parts(split: Split) -> list[tuple[str, ...]]:
    return [split.train, split.test, *split.folds]


def test_a_fifth_is_for_testing_and_every_song_is_in_one_part() -> None:
    split = make_split(corpus_of(100))
    assert (len(split.train), len(split.test), split.songs, split.clusters) == (80, 20, 100, 100)
    assert sorted(split.train + split.test) == [song.name for song in corpus_of(100)]


def test_the_folds_part_the_training_songs_and_nothing_else() -> None:
    split = make_split(corpus_of(100))
    assert [len(fold) for fold in split.folds] == [8] * 10
    assert sorted(name for fold in split.folds for name in fold) == sorted(split.train)
    assert [len(fold) for fold in make_split(corpus_of(100), folds=4).folds] == [20] * 4
    assert make_split(corpus_of(100), folds=0).folds == ()


@pytest.mark.parametrize("seed", range(5))
def test_a_split_never_parts_a_cluster(seed: int) -> None:
    songs = corpus_of(120, together=4)
    cluster = {song.name: song.cluster for song in songs}
    split = make_split(songs, seed=seed)
    for one in (split.train, split.test), split.folds:
        where = [{cluster[name] for name in part} for part in one]
        assert sum(len(part) for part in where) == len(set.union(*where))


def test_even_parts_are_accepted() -> None:
    split = make_split(corpus_of(200))
    assert split.accepted
    assert split.note == ""
    assert [row.feature for row in split.balance] == [
        *("tempo", "density", "seconds", "mode", "feel", "source", "group bass", "group drums", "group lead")
    ]
    assert all(row.p > 0.1 and abs(row.smd) <= 0.25 for row in split.balance)


def test_what_cannot_be_even_is_said() -> None:
    songs = [SplitSong(f"{number:02}", "club", number, facts(number)) for number in range(40)]
    songs += [SplitSong(f"film {number}", "film", 100, facts(number)) for number in range(10)]  # one cluster
    split = make_split(songs)
    assert not split.accepted
    assert "source" in split.note


def test_the_order_of_songs_and_the_numbers_of_clusters_change_nothing() -> None:
    songs = corpus_of(90, together=3)
    renamed = [SplitSong(song.name, song.source, 1000 - song.cluster, song.facts) for song in songs]
    random.Random(1).shuffle(renamed)
    assert make_split(renamed, seed=3) == make_split(songs, seed=3)


def test_seeds_make_different_splits_and_one_seed_one() -> None:
    found = [make_split(corpus_of(100), seed=seed) for seed in (0, 1, 2, 0)]
    assert len({split.test for split in found}) == len({split.sha256 for split in found}) == 3


def test_the_first_accepted_draw_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    songs = corpus_of(60, together=3)
    found = make_split(songs, seed=1)
    assert found.accepted
    assert found.draw > 0
    monkeypatch.setattr("popgen_core.corpus.split.DRAWS", found.draw)
    assert not make_split(songs, seed=1).accepted


def test_where_no_draw_is_accepted_the_most_even_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    songs = corpus_of(40, together=4)
    best = make_split(songs, seed=1)
    assert not best.accepted
    monkeypatch.setattr("popgen_core.corpus.split.DRAWS", 1)
    first = make_split(songs, seed=1)
    assert best.draw > first.draw == 0
    assert min(row.margin for row in best.balance) > min(row.margin for row in first.balance)


def test_a_split_survives_json() -> None:
    split = make_split(corpus_of(30, together=2), seed=5)
    plain = json.loads(json.dumps(split.to_plain()))
    assert split_from_plain(plain) == split
    assert plain["version"] == 1
    assert plain["sha256"] == split.sha256


def test_a_changed_split_is_refused() -> None:
    plain = make_split(corpus_of(30)).to_plain()
    moved = plain | {"train": plain["train"][1:], "test": sorted([*plain["test"], plain["train"][0]])}
    for changed, said in ((moved, "changed"), (plain | {"version": 9}, "version"), ({"version": 1}, "lacks")):
        with pytest.raises(DatasetError, match=said):
            split_from_plain(changed)


def test_two_songs_of_one_name_are_refused() -> None:
    with pytest.raises(DatasetError, match="one name"):
        make_split([*corpus_of(3), *corpus_of(1)])


def test_shares_out_of_range_are_refused() -> None:
    for wrong in ({"test_share": 0.0}, {"test_share": 1.0}, {"folds": -1}):
        with pytest.raises(RecipeError):
            make_split(corpus_of(20), **wrong)  # type: ignore[arg-type]


def test_one_song_is_for_training() -> None:
    split = make_split(corpus_of(1))
    assert (split.train, split.test, split.folds, split.accepted) == (("000.mid",), (), (), False)
    assert "too few songs" in split.note
    assert make_split([]).songs == 0


def test_songs_that_all_belong_together_are_for_training() -> None:
    split = make_split(corpus_of(50, together=50))
    assert (len(split.train), split.test, split.accepted) == (50, (), False)
    assert "belong together" in split.note


@pytest.mark.parametrize("count", range(2, 10))
def test_a_few_songs_give_two_parts_that_nobody_can_judge(count: int) -> None:
    split = make_split(corpus_of(count))
    assert len(split.test) == max(round(count / 5), 1)
    assert len(split.train) == count - len(split.test)
    assert len(split.folds) == (len(split.train) if len(split.train) > 1 else 0)
    assert not split.accepted
    assert "too few" in split.note


def test_a_cluster_of_most_songs_is_for_training() -> None:
    songs = [SplitSong(f"{number:02}", "club", max(number, 30), facts(number)) for number in range(50)]
    for seed in range(5):
        split = make_split(songs, seed=seed)
        assert {f"{number:02}" for number in range(31)} <= set(split.train)
        assert 8 <= len(split.test) <= 12


def test_dealing_gives_each_part_its_share_of_a_rare_kind() -> None:
    kinds = np.zeros((100, 2), dtype=np.int64)
    kinds[:10, 0], kinds[10:, 1] = 1, 1
    part = dealt(kinds, np.ones(100, dtype=np.int64), (0.8, 0.2), np.random.default_rng(1))
    assert (np.bincount(part[:10]).tolist(), np.bincount(part[10:]).tolist()) == ([8, 2], [72, 18])


def test_dealing_weighs_all_kinds_of_a_song_at_once() -> None:
    """Two kinds that cross: every fifth song of each of the four combinations is for testing."""
    kinds = np.array([[a, 1 - a, b, 1 - b] for a in (0, 1) for b in (0, 1)] * 25)
    part = dealt(kinds, np.ones(100, dtype=np.int64), (0.8, 0.2), np.random.default_rng(2))
    assert kinds[part == 1].sum(axis=0).tolist() == [10, 10, 10, 10]


@pytest.mark.corpus
def test_the_split_of_permissive_is_accepted_for_every_seed(corpus: Path) -> None:
    files = sorted((corpus / "permissive").rglob("*.mid"))
    known = [facts_of(Seven().group(read_song(file).song).song) for file in files]
    numbers = clusters([one.print for one in known])
    songs = [
        SplitSong(file.name, file.name.split("__")[0], int(number), one)
        for file, number, one in zip(files, numbers, known, strict=True)
    ]
    assert all(make_split(songs, seed=seed).accepted for seed in range(10))
    assert len(set(numbers.tolist())) == 339  # two pairs are revisions of one piece

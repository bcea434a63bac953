"""How often the songs of each folder of a corpus come in an epoch."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from popgen_core import api
from popgen_core.checkpoint import read_checkpoint
from popgen_core.contracts.training import TrainConfig
from popgen_core.corpus.dataset import Dataset
from popgen_core.errors import RecipeError
from popgen_core.groupers import Seven
from popgen_core.train.mixture import Mixture, folder_of
from popgen_core.train.optimise import learning_rate
from popgen_core.train.rates import corpus_facts

pytest_plugins = ("tiny_run",)

NAMES = ["rock/a.mid", "rock/b.mid", "jazz/c.mid", "jazz/live/d.mid", "e.mid"]
PIECES = ["a", "b", "c", "d", "e"]


def mixture(**times: float) -> Mixture[str]:
    return Mixture.of(PIECES, NAMES, times)


def test_a_song_lies_in_the_first_folder_of_its_path_or_in_none() -> None:
    assert [folder_of(name) for name in NAMES] == ["rock", "rock", "jazz", "jazz", "."]


def test_without_times_an_epoch_is_every_piece_once_in_its_order() -> None:
    assert Mixture.of(PIECES, NAMES, {}).of_epoch(1, 0) == PIECES
    assert len(Mixture.of(PIECES, NAMES, {})) == 5


def test_a_folder_comes_as_often_as_it_is_asked_and_others_once() -> None:
    mixed = mixture(rock=3, jazz=0)
    assert Counter(mixed.of_epoch(1, 0)) == {"a": 3, "b": 3, "e": 1}
    assert len(mixed) == 7


def test_a_share_of_a_folder_is_another_one_in_other_epochs_and_the_same_in_the_same() -> None:
    mixed = mixture(rock=1.5, jazz=0.5)
    drawn = [tuple(sorted(mixed.of_epoch(1, epoch))) for epoch in range(20)]
    assert {len(pieces) for pieces in drawn} == {len(mixed)} == {5}  # 2 + 1, 1 and e
    assert len(set(drawn)) == 4  # a or b once more, c or d
    assert mixed.of_epoch(1, 7) == mixture(rock=1.5, jazz=0.5).of_epoch(1, 7)
    assert {tuple(sorted(mixed.of_epoch(seed, 0))) for seed in range(20)} == set(drawn)


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ({"rok": 2.0}, "train.times names rok; the dataset's songs lie in ., jazz, rock"),
        ({"rock": -1.0}, "train.times must lie between 0 and 100"),
        ({"rock": 101.0}, "train.times must lie between 0 and 100"),
        ({"rock": float("nan")}, "train.times must lie between 0 and 100"),
    ],
)
def test_what_cannot_be_mixed_is_one_line(times: dict[str, float], said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        Mixture.of(PIECES, NAMES, times)


@pytest.mark.parametrize("times", [0.0, 0.2])
def test_an_epoch_of_nothing_is_one_line(times: float) -> None:
    mixture(rock=times).refuse_nothing()
    with pytest.raises(RecipeError, match=r"train\.times leaves nothing to learn from"):
        mixture(rock=times, jazz=times, **{".": times}).refuse_nothing()


def test_a_held_rate_falls_in_the_last_fifth_to_a_twentieth() -> None:
    config = TrainConfig(schedule="hold", learning_rate=1.0, warmup_steps=10)
    assert [learning_rate(config, step, 100) for step in (0, 9, 10, 79, 80)] == [0.1, 1.0, 1.0, 1.0, 1.0]
    assert learning_rate(config, 90, 100) == pytest.approx(0.05 + 0.95 / 2)
    assert learning_rate(config, 100, 100) == pytest.approx(0.05)


def test_a_run_whose_rate_is_still_held_goes_on_alike_with_more_steps() -> None:
    config = TrainConfig(schedule="hold", learning_rate=1.0, warmup_steps=10)
    assert [learning_rate(config, step, 1000) for step in (10, 79)] == [learning_rate(config, 79, 100)] * 2


def test_an_epoch_of_a_run_has_the_steps_of_its_mixture(
    tiny_dataset: Path, tiny_changes: tuple[str, ...], tmp_path: Path
) -> None:
    changes = [*tiny_changes, "train.epochs=1", "train.batch=1"]
    once = api.train(tiny_dataset, tmp_path / "once", "paper", changes=changes)
    twice = api.train(tiny_dataset, tmp_path / "twice", "paper", changes=[*changes, 'train.times={"." = 2.0}'])
    assert twice.steps == 2 * once.steps > 0


def test_a_run_of_nothing_is_refused_and_few_songs_are_known_all_the_same(
    tiny_dataset: Path, tiny_changes: tuple[str, ...], tmp_path: Path
) -> None:
    with pytest.raises(RecipeError, match="leaves nothing"):
        api.train(tiny_dataset, tmp_path / "none", "paper", changes=[*tiny_changes, 'train.times={"." = 0.01}'])
    few = [*tiny_changes, "train.epochs=1", 'train.times={"." = 0.2}']  # one or two of seven windows, none of two songs
    api.train(tiny_dataset, tmp_path / "few", "paper", changes=few)
    assert read_checkpoint(tmp_path / "few" / "last.safetensors")[0].corpus["songs"] == 2


def test_what_a_model_knows_of_its_corpus_counts_songs_as_often_as_they_come(
    tiny_dataset: Path, tiny_changes: tuple[str, ...], tmp_path: Path
) -> None:
    songs = [Dataset.open(tiny_dataset).load(number) for number in (0, 1)]
    once, mixed = corpus_facts(songs, Seven.groups), corpus_facts([*songs, songs[1], songs[1]], Seven.groups)
    assert (mixed["songs"], mixed["seconds"]) == (once["songs"], once["seconds"]) == (2, once["seconds"])
    tempi = sorted(60 * s.song().end_tick / s.song().ticks_per_quarter / s.song().duration_seconds() for s in songs)
    assert once["tempi"][9] == pytest.approx(sum(tempi) / 2, abs=0.06)  # half-way between two
    assert len(once["tempi"]) == 19
    assert once["bands"] == [dict(song.programs) for song in songs]
    assert mixed["bands"] == [once["bands"][song] for song in (0, 1, 1, 1)]
    heard = corpus_facts([songs[1]], Seven.groups)["tempi"][0]
    assert mixed["tempi"][9] == heard != once["tempi"][9]
    api.train(tiny_dataset, tmp_path, "paper", changes=[*tiny_changes, "train.epochs=1", 'train.times={"." = 2.0}'])
    facts = read_checkpoint(tmp_path / "last.safetensors")[0].corpus
    assert (facts["songs"], facts["seconds"]) == (once["songs"], once["seconds"])
    assert facts["notes_per_second"] == once["notes_per_second"]

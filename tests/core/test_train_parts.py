"""Training keeps to the dataset's split: the test part is never touched, one fold is heard for validation."""

from __future__ import annotations

from pathlib import Path

import pytest

from popgen_core import api
from popgen_core.checkpoint import read_checkpoint
from popgen_core.corpus.dataset import Dataset
from popgen_core.music import Song, Track, notes_from, song_to_midi
from popgen_core.train.parts import parts_of

pytest_plugins = ("tiny_run",)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty short melodies, no two alike, under a licence each."""
    place = tmp_path_factory.mktemp("twenty")
    (place / "midi").mkdir()
    rows = ["file\tlicence\tsource"]
    for number in range(20):
        steps = [(number * 7 + n * n * (number % 5 + 1)) % 12 for n in range(24)]
        notes = notes_from([(240 * n, 200, 55 + step, 64) for n, step in enumerate(steps)])
        (place / "midi" / f"{number:02}.mid").write_bytes(song_to_midi(Song(480, (Track("lead", 0, False, notes),))))
        rows.append(f"{number:02}.mid\t{'CC0-1.0' if number % 2 else 'MIT'}\there")
    (place / "midi" / "MANIFEST.tsv").write_text("\n".join(rows))
    api.prepare(place / "midi", place / "dataset", workers=1)
    return place / "dataset"


def test_the_parts_do_not_share_a_song_and_hold_all(dataset: Path) -> None:
    opened = Dataset.open(dataset)
    parts = parts_of(opened, "train", None)
    assert opened.split is not None
    assert parts.valid is not None
    trained, heard = ({song.file for song in part.songs} for part in (parts.train, parts.valid))
    assert trained.isdisjoint(heard)
    assert trained | heard == set(opened.split.train)
    assert heard == set(opened.split.folds[0])
    assert (len(trained) + len(heard) + parts.left, parts.left) == (20, len(opened.split.test))


def test_with_a_dataset_for_validation_no_fold_is_kept(dataset: Path) -> None:
    opened = Dataset.open(dataset)
    parts = parts_of(opened, "train", opened)
    assert opened.split is not None
    assert parts.valid is opened
    assert {song.file for song in parts.train.songs} == set(opened.split.train)


def test_all_songs_are_trained_on_when_asked(dataset: Path) -> None:
    assert parts_of(Dataset.open(dataset), "all", None).counts() == {"trained": 20, "validated": 0, "left": 0}


def test_a_handful_of_songs_is_trained_on_whole(tiny_dataset: Path) -> None:
    assert parts_of(Dataset.open(tiny_dataset), "train", None).counts() == {"trained": 2, "validated": 0, "left": 0}


def test_a_checkpoint_carries_the_passport_of_what_it_was_trained_on(
    dataset: Path, tiny_changes: tuple[str, ...], tmp_path: Path
) -> None:
    report = api.train(dataset, tmp_path / "run", "paper", changes=[*tiny_changes, "train.epochs=1"])
    assert report.songs["trained"] + report.songs["validated"] + report.songs["left"] == 20
    assert report.valid_loss == report.valid_loss  # measured on the fold that was kept
    corpus = read_checkpoint(report.checkpoint)[0].corpus
    passport = corpus["passport"]
    assert passport["songs"] == corpus["songs"] == report.songs["trained"]
    assert passport["permissive"] is True
    assert set(passport["licences"]) == {"CC0-1.0", "MIT"}
    assert passport["licences"]["MIT"]["origins"] == {"here": passport["licences"]["MIT"]["songs"]}
    split = Dataset.open(dataset).split
    assert split is not None
    assert corpus["split"] == {"sha256": split.sha256, **report.songs}

"""What a run has learnt is never scored as what it foretells, whatever it was forced to go on with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from changed_dataset import changed

from popgen_core import api
from popgen_core.corpus.dataset import Dataset
from popgen_core.errors import DatasetError
from popgen_core.train.heard import HeardSongs, heard_songs
from popgen_core.train.parts import mark_of, parts_of

pytest_plugins = ("tiny_run",)


def test_a_song_is_known_again_by_what_it_was_made_from(tiny_dataset: Path) -> None:
    opened = Dataset.open(tiny_dataset)
    assert [mark_of(song) for song in opened.songs] == [stored.sha256[:16] for stored in opened]


def test_a_run_names_the_songs_that_it_hears(tiny_dataset: Path, tiny_run: Path) -> None:
    every = tuple(sorted(mark_of(song) for song in Dataset.open(tiny_dataset).songs))
    assert heard_songs(tiny_run) == HeardSongs(trained=every)
    assert heard_songs(tiny_run / "last.safetensors") == HeardSongs(trained=every)


def test_songs_learnt_before_a_forced_change_of_data_are_not_scored(
    tiny_dataset: Path, short_dataset: Path, tiny_run: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(tiny_run, tmp_path / "run")
    api.train(short_dataset, run, changes=["train.epochs=4"], resume=True, force=True)
    before = {mark_of(song) for song in Dataset.open(tiny_dataset).songs}
    told = heard_songs(run)
    assert told is not None
    assert set(told.before) == before
    assert set(told.trained) == {mark_of(song) for song in Dataset.open(short_dataset).songs}
    with pytest.raises(DatasetError, match="was trained on every song"):
        api.score(run, tiny_dataset)


def test_songs_that_chose_the_best_epoch_are_scored_with_a_word(
    tiny_dataset: Path, short_dataset: Path, tiny_changes: tuple[str, ...], tmp_path: Path
) -> None:
    api.train(tiny_dataset, tmp_path / "run", "paper", changes=tiny_changes, valid=short_dataset)
    remarks = api.score(tmp_path / "run", short_dataset).remarks
    assert "2 of these songs were heard for validation: they chose the best epoch and an early stop" in remarks


def test_a_dataset_to_hear_lends_only_songs_that_are_not_the_runs_own(
    tiny_dataset: Path, short_dataset: Path, tmp_path: Path
) -> None:
    own, other = Dataset.open(tiny_dataset), Dataset.open(short_dataset)
    assert parts_of(own, "all", other).notes == ()
    again = Dataset.open(changed(tiny_dataset, tmp_path / "again", popgen_core="another"))
    with pytest.raises(DatasetError, match=r"every song of .* is one of"):
        parts_of(own, "all", again)
    one = own.of([own.songs[0].file])
    parts = parts_of(Dataset(**{**vars(one), "sha256": "else"}), "all", own)
    assert parts.valid is not None
    assert [song.file for song in parts.valid.songs] == [own.songs[1].file]
    assert parts.notes == ("1 songs are not heard for validation: they are in the dataset itself",)
    assert "those trained on" in parts_of(own, "all", own).notes[0]


def test_a_run_of_given_parts_tells_baselines_by_the_songs_it_names(
    tiny_dataset: Path, tiny_run: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(tiny_run, tmp_path / "run")
    about = json.loads((run / "run.json").read_text())
    first = Dataset.open(tiny_dataset).songs[0]
    about["heard"]["trained"] = [mark_of(first)]
    (run / "run.json").write_text(json.dumps(about))
    score = api.score(run, changed(tiny_dataset, tmp_path / "other", popgen_core="another"), training=tiny_dataset)
    assert (score.trained, score.left_out, len(score.songs)) == (1, 1, 1)

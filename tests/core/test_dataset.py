"""Datasets: opened, checked, served on any grid; their songs stored whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from popgen_core.corpus import pt
from popgen_core.corpus.dataset import Dataset
from popgen_core.corpus.index import digest_lines
from popgen_core.corpus.prepare import prepare
from popgen_core.corpus.pt_write import song_bytes
from popgen_core.corpus.store import store_at
from popgen_core.corpus.stored import StoredSong, moved_notes, stored_from_song
from popgen_core.errors import DatasetError
from popgen_core.music import (
    BeatGrid,
    RollSpec,
    SecondsGrid,
    Song,
    Track,
    notes_from,
    roll_from_song,
    rows,
    song_to_midi,
)
from popgen_core.music.song import KEY, METER, TEMPO

SPEC = RollSpec(("drums", "lead"))


def song(*notes: tuple[int, int, int, int]) -> Song:
    maps = rows(TEMPO, [(0, 600_000), (960, 400_000)]), rows(METER, [(0, 6, 8)]), rows(KEY, [(0, 3, False)])
    return Song(480, (Track("lead", 80, False, notes_from(notes)),), *maps)


def stored(made: Song, grid: SecondsGrid | BeatGrid = SecondsGrid(20)) -> StoredSong:  # noqa: B008
    return stored_from_song(made, roll_from_song(made, grid, SPEC), source="a.mid", sha256="ab" * 32)


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """Two songs: a whole bar of one pitch in 4 frames a beat, and two beats of another."""
    (tmp_path / "midi").mkdir()
    for name, length, pitch in (("a", 1920, 60), ("b", 960, 62)):
        track = Track("lead", 0, False, notes_from([(0, length, pitch, 64)]))
        (tmp_path / "midi" / f"{name}.mid").write_bytes(song_to_midi(Song(480, (track,))))
    prepare(tmp_path / "midi", tmp_path / "set", workers=1)
    return tmp_path / "set"


def test_a_dataset_says_what_it_holds_without_reading_its_songs(prepared: Path) -> None:
    shutil.rmtree(prepared / "songs")
    dataset = Dataset.open(prepared)
    assert len(dataset) == 2
    assert dataset.groups == ("drums", "bass", "chords", "guitar", "strings", "lead", "others")
    assert [(entry.file, entry.frames, entry.seconds, entry.notes) for entry in dataset.songs] == [
        ("a.mid", 40, 2.0, {"lead": 1}),
        ("b.mid", 20, 1.0, {"lead": 1}),
    ]


def test_a_song_is_served_on_a_grid_that_it_was_not_stored_on(prepared: Path) -> None:
    dataset = Dataset.open(prepared)
    roll = dataset.load(0).roll(BeatGrid(4), dataset.spec)
    assert roll.frames == 16
    assert roll.events[["frame", "last", "pitch"]].tolist() == [(0, 15, 39)]


def test_what_is_no_dataset_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="is no dataset"):
        Dataset.open(tmp_path / "nowhere")
    with pytest.raises(DatasetError, match="is no dataset"):
        Dataset.open(tmp_path)
    for content in ("{", "[]", '"text"'):
        (tmp_path / "dataset.json").write_text(content)
        with pytest.raises(DatasetError, match="is damaged"):
            Dataset.open(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 3}, "has schema 3, this popgen reads"),
        ({"songs": [{"file": "a"}]}, "lacks or mistakes"),
        ({"grid": {"kind": "bars"}}, "no grid is written"),
        ({"grid": {"kind": "seconds", "speed": 3}}, "no grid is written"),
        ({"groups": 7}, "lacks or mistakes"),
    ],
)
def test_an_index_that_cannot_be_read_is_one_error(prepared: Path, change: dict[str, object], message: str) -> None:
    about = json.loads((prepared / "dataset.json").read_text())
    (prepared / "dataset.json").write_text(json.dumps({**about, **change}))
    (prepared / "dataset.sha256").write_bytes(digest_lines(store_at(prepared)))
    with pytest.raises(DatasetError, match=message):
        Dataset.open(prepared)


def test_a_song_that_changed_by_one_bit_is_refused(prepared: Path) -> None:
    dataset = Dataset.open(prepared)
    file = prepared / "songs" / dataset.songs[1].pt
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert dataset.load(0).source == "a.mid"
    with pytest.raises(DatasetError, match="was changed since the dataset was prepared"):
        dataset.load(1)


def test_a_missing_song_is_named(prepared: Path) -> None:
    dataset = Dataset.open(prepared)
    (prepared / "songs" / dataset.songs[0].pt).unlink()
    with pytest.raises(DatasetError, match=dataset.songs[0].pt):
        dataset.load(0)


def test_an_index_cannot_lead_out_of_its_folder(prepared: Path) -> None:
    dataset = Dataset.open(prepared)
    away = replace(dataset, songs=(replace(dataset.songs[0], pt="../../elsewhere.pt"),))
    with pytest.raises(DatasetError, match=r"elsewhere\.pt' is no name of a song's file"):
        away.load(0)


def test_groups_of_another_grouper_are_refused() -> None:
    with pytest.raises(DatasetError, match="holds the groups drums, lead, asked were lead, drums"):
        stored(song((0, 480, 60, 64))).roll(SecondsGrid(20), RollSpec(("lead", "drums")))


def test_a_stored_song_comes_back_to_the_tick() -> None:
    made = song((0, 961, 60, 64), (7, 1, 61, 1), (900, 3000, 62, 127), (901, 0, 63, 3))
    back = stored(made).song()
    assert back.tracks[0].notes.tolist() == made.tracks[0].notes.tolist()
    assert (back.tracks[0].name, back.tracks[0].program, back.tracks[0].is_drum) == ("lead", 80, False)
    assert back.tempos.tolist() == [(0, 600_000), (960, 400_000)]
    assert back.meters.tolist() == [(0, 6, 8)]
    assert back.keys.tolist() == [(0, 3, False)]
    assert moved_notes(made, stored(made)) == 0


def test_another_range_of_pitches_is_laid_anew() -> None:
    wide = RollSpec(("drums", "lead"), pitches=128, lowest=0)
    kept = stored(song((0, 480, 60, 64)))
    assert kept.roll(SecondsGrid(20), SPEC).events["pitch"].tolist() == [60 - 21]
    assert kept.roll(SecondsGrid(20), wide).events["pitch"].tolist() == [60]


def test_drums_of_a_group_that_is_not_called_so_stay_drums() -> None:
    made = Song(480, (Track("lead", 0, True, notes_from([(0, 480, 60, 64)])),))
    assert stored(made).song().tracks[0].is_drum


def test_a_note_whose_end_is_finer_than_the_dataset_stores_is_counted() -> None:
    """Half an hour at a tick of 0.9 microseconds: 32-bit seconds are 122 microseconds apart there."""
    fast = rows(TEMPO, [(0, 30_000)])
    made = Song(32767, (Track("lead", 80, False, notes_from([(0, 2_000_000_001, 60, 64), (0, 480, 62, 64)])),), fast)
    assert moved_notes(made, stored(made)) == 1


@pytest.mark.parametrize("grid", [SecondsGrid(50), BeatGrid(12)])
def test_a_song_is_the_same_after_its_file(tmp_path: Path, grid: SecondsGrid | BeatGrid) -> None:
    kept = stored(song((0, 961, 60, 64), (7, 1, 61, 1), (0, 480, 40, 9)), grid)
    (tmp_path / "a.pt").write_bytes(song_bytes(kept))
    back = pt.read_song(tmp_path / "a.pt")
    assert back.events.tolist() == kept.events.tolist()
    assert (back.grid, back.spec, back.frames, back.source, back.sha256) == (
        grid,
        SPEC,
        kept.frames,
        "",
        "ab" * 32,
    )
    assert (back.programs, back.drums, back.ticks_per_quarter) == ({"lead": 80}, (), 480)
    for name in ("tempos", "meters", "keys"):
        assert getattr(back, name).tolist() == getattr(kept, name).tolist()
    assert song_bytes(back) == song_bytes(kept)


def test_the_name_of_a_file_does_not_change_its_bytes() -> None:
    kept = stored(song((0, 480, 60, 64)))
    assert song_bytes(kept) == song_bytes(replace(kept, source="another.mid"))


def test_a_dataset_from_before_there_were_splits_still_opens(prepared: Path) -> None:
    """Schema 1: names in songs/ without folders, songs that name their file, neither split nor digests."""
    about = json.loads((prepared / "dataset.json").read_text())
    old = []
    for entry in about["songs"]:
        plain = torch.load(prepared / "songs" / entry["pt"], weights_only=True)
        content = saved({**plain, "schema": 1, "source": entry["file"]})
        name = f"{plain['sha256'][:16]}.pt"
        (prepared / "songs" / name).write_bytes(content)
        known = {key: entry[key] for key in ("file", "frames", "seconds", "notes")}
        old.append({**known, "pt": name, "sha256": hashlib.sha256(content).hexdigest()})
    names = ("popgen_core", "grid", "grouper", "groups", "pitches", "lowest")
    (prepared / "dataset.json").write_text(json.dumps({"schema": 1, **{n: about[n] for n in names}, "songs": old}))
    for name in ("dataset.sha256", "split.json"):
        (prepared / name).unlink()
    dataset = Dataset.open(prepared)
    assert [song.source for song in dataset] == ["a.mid", "b.mid"]
    assert dataset.split is None


def saved(plain: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(plain, buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content", [b"", b"no song", saved({"schema": 1}), saved([1]), saved({"schema": 99}), saved(Path("code"))]
)
def test_what_holds_no_song_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pt").write_bytes(content)
    with pytest.raises(DatasetError, match=r"a\.pt"):
        pt.read_song(tmp_path / "a.pt")
    with pytest.raises(DatasetError, match=r"b\.pt cannot be read"):
        pt.read_song(tmp_path / "b.pt")


class Hostile:
    """What a pickle can do: run a command while it is loaded."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.place),)


def test_a_song_file_runs_no_code(tmp_path: Path) -> None:
    with pytest.raises(DatasetError):
        pt.song_from_pt(saved({"schema": Hostile(tmp_path / "made")}))
    assert os.listdir(tmp_path) == []

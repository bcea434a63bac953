"""A folder of MIDI files becomes a dataset: one row a file, the same bytes each time, nothing half-written."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from popgen_core.corpus.dataset import Dataset
from popgen_core.corpus.folder import Task, printable_path
from popgen_core.corpus.pool import Pool
from popgen_core.corpus.prepare import prepare
from popgen_core.corpus.reader import Answer
from popgen_core.corpus.report import row_from_plain
from popgen_core.corpus.settings import PrepareSettings
from popgen_core.errors import DatasetError, OutputError, PluginError, RecipeError
from popgen_core.music import BeatGrid, Song, Track, notes_from, rows, song_to_midi
from popgen_core.music.guard import Limits
from popgen_core.music.song import KEY, METER, TEMPO


def midi(pitch: int = 60, name: str = "piano") -> bytes:
    drums = Track("kit", 0, True, notes_from([(0, 120, 36, 100), (480, 120, 5, 90)]))
    piano = Track(name, 0, False, notes_from([(0, 480, pitch, 64), (500, 100, pitch + 4, 127)]))
    maps = rows(TEMPO, [(0, 500_000), (480, 250_000)]), rows(METER, [(0, 3, 4)]), rows(KEY, [(0, -2, True)])
    return song_to_midi(Song(480, (drums, piano), *maps))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good songs, one of them twice, and three files that are none."""
    made = tmp_path / "midi"
    (made / "deep" / "er").mkdir(parents=True)
    (made / "a.mid").write_bytes(midi(60))
    (made / "deep" / "B.MIDI").write_bytes(midi(62))
    (made / "deep" / "er" / "copy.kar").write_bytes(midi(60))
    (made / "c.mid").write_bytes(b"not at all")
    (made / "empty.rmi").write_bytes(b"")
    (made / "notes.txt").write_bytes(midi(64))
    os.mkfifo(made / "pipe.mid")
    return made


def test_every_file_gets_one_row_in_the_order_of_names(folder: Path, tmp_path: Path) -> None:
    report = prepare(folder, tmp_path / "out", workers=2)
    assert [(row.file, row.verdict, row.reason) for row in report.rows] == [
        ("a.mid", "accepted", ""),
        ("c.mid", "refused", "not-midi"),
        ("deep/B.MIDI", "accepted", ""),
        ("deep/er/copy.kar", "skipped", "duplicate"),
        ("empty.rmi", "refused", "not-midi"),
        ("pipe.mid", "refused", "not-a-file"),
    ]
    assert report.summary == {"accepted": 2, "repaired": 0, "skipped": 1, "refused": 3}
    assert report.rows[3].message == "the same bytes as a.mid"


def test_a_row_says_what_the_song_holds_and_what_it_lost(folder: Path, tmp_path: Path) -> None:
    row = prepare(folder, tmp_path / "out", workers=1).rows[0]
    assert row.groups == {"drums": 1, "chords": 2}
    assert (row.notes, row.tracks, row.dropped, row.folded, row.merged) == (3, 2, 1, 0, 0)
    assert row.seconds == pytest.approx(0.5625, abs=0.001)  # 0.5 to tick 480, then 120 of 480 ticks at 240 BPM


def test_the_report_and_the_index_lie_in_the_dataset(folder: Path, tmp_path: Path) -> None:
    report = prepare(folder, tmp_path / "out", PrepareSettings(grouper_name="mine.v3"), workers=1)
    told = json.loads((tmp_path / "out" / "report.json").read_text())
    assert told["summary"] == report.summary == {"accepted": 2, "repaired": 0, "skipped": 1, "refused": 3}
    assert told["reasons"] == report.reasons == {"not-midi": 2, "duplicate": 1, "not-a-file": 1}
    assert tuple(row_from_plain(row) for row in told["files"]) == report.rows
    about = json.loads((tmp_path / "out" / "dataset.json").read_text())
    assert about["grid"] == {"kind": "seconds", "rate": 20}
    assert about["grouper"] == {
        "name": "mine.v3",
        "target": "popgen_core.groupers.seven:Seven",
        "options": {"names": True, "roles": True},
    }
    assert [song["file"] for song in about["songs"]] == ["a.mid", "deep/B.MIDI"]
    assert sorted(os.listdir(tmp_path / "out")) == [
        "dataset.json",
        "dataset.sha256",
        "report.json",
        "songs",
        "split.json",
    ]


def test_the_exact_song_comes_back(folder: Path, tmp_path: Path) -> None:
    prepare(folder, tmp_path / "out", workers=1)
    song = Dataset.open(tmp_path / "out").load(0).song()
    assert [(track.name, track.program, track.is_drum) for track in song.tracks] == [
        ("drums", 0, True),
        ("chords", 0, False),
    ]
    assert song.tracks[1].notes.tolist() == [(0, 480, 60, 64), (500, 100, 64, 127)]
    assert song.tempos.tolist() == [(0, 500_000), (480, 250_000)]
    assert song.meters.tolist() == [(0, 3, 4)]
    assert song.keys.tolist() == [(0, -2, True)]


def test_the_pt_file_is_what_the_paper_stores(folder: Path, tmp_path: Path) -> None:
    name = prepare(folder, tmp_path / "out", workers=1).rows[0].sha256
    plain = torch.load(tmp_path / "out" / "songs" / name[:2] / f"{name[:32]}.pt", weights_only=True)
    assert plain["notes"]["chords"].tolist() == [[0, 9, 39], [10, 10, 43]]
    assert plain["rhythm"]["chords"][0].tolist() == pytest.approx([64 / 127, 0.5, 0.0])
    assert plain["rhythm"]["chords"][1].tolist() == pytest.approx([1.0, 100 / 480 / 4, 20 / 480 / 4 * 20], abs=1e-6)
    assert plain["notes"]["bass"].shape == (0, 3)
    assert plain["programs"] == {"drums": 0, "chords": 0}
    assert plain["tempos"].tolist() == [[0, 500_000], [480, 250_000]]
    assert (plain["sha256"], plain["frames"], plain["ticks_per_quarter"]) == (name, 11, 480)


def test_the_same_files_make_the_same_bytes_whatever_the_workers(folder: Path, tmp_path: Path) -> None:
    for name, workers in (("one", 1), ("two", 3)):
        prepare(folder, tmp_path / name, workers=workers)
    files = [path.relative_to(tmp_path / "one") for path in sorted((tmp_path / "one").rglob("*")) if path.is_file()]
    assert len(files) == 6
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_of_identical_files_the_first_by_name_is_kept_whichever_is_read_first(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Backwards(Pool):
        def answers(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Answer]]:
            yield from reversed(list(super().answers(tasks)))

    prepare(folder, tmp_path / "forwards", workers=1)
    monkeypatch.setattr("popgen_core.corpus.prepare.Pool", Backwards)
    prepare(folder, tmp_path / "backwards", workers=1)
    for name in ("dataset.json", "report.json"):
        assert (tmp_path / "forwards" / name).read_bytes() == (tmp_path / "backwards" / name).read_bytes()
    assert [song.source for song in Dataset.open(tmp_path / "backwards")] == ["a.mid", "deep/B.MIDI"]


def test_songs_are_in_the_order_of_names_across_folders(tmp_path: Path) -> None:
    for number, name in enumerate(("d", "b/c", "a/z", "b/a")):
        (tmp_path / "midi" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "midi" / f"{name}.mid").write_bytes(midi(60 + number))
    prepare(tmp_path / "midi", tmp_path / "out", workers=1)
    assert [song.file for song in Dataset.open(tmp_path / "out").songs] == ["a/z.mid", "b/a.mid", "b/c.mid", "d.mid"]


def test_names_in_other_encodings_and_with_control_characters_survive(tmp_path: Path) -> None:
    folder = tmp_path / "midi"
    folder.mkdir()
    names = [b"caf\xe9.mid", "caf\u00e9.mid".encode(), b"line\nbreak.mid", b"\x1b[31mred.mid"]
    for number, name in enumerate(names):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(midi(60 + number))
    report = prepare(folder, tmp_path / "out", workers=1)
    assert sorted(row.file for row in report.rows) == sorted(
        ["caf\\xe9.mid", "café.mid", "line\\nbreak.mid", "\\x1b[31mred.mid"]
    )
    assert report.summary["accepted"] == 4
    assert len(Dataset.open(tmp_path / "out")) == 4
    assert printable_path("plain ü.mid") == "plain ü.mid"


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "midi"
    folder.mkdir()
    (folder / "a.mid").write_bytes(midi())
    (folder / "around").symlink_to(folder)
    rows = prepare(folder, tmp_path / "out", workers=1).rows
    assert [(row.file, row.verdict, row.reason) for row in rows] == [
        ("a.mid", "accepted", ""),
        ("around", "skipped", "linked-folder"),
    ]


def test_the_grid_the_limits_and_the_grouper_are_the_callers(folder: Path, tmp_path: Path) -> None:
    target = "popgen_core.groupers.program:Program"
    prepare(folder, tmp_path / "beats", PrepareSettings(grid=BeatGrid(12), grouper_target=target), workers=1)
    assert Dataset.open(tmp_path / "beats").load(0).frames == 15  # 600 ticks of 40
    with pytest.raises(DatasetError, match=r"none of 6 files could be used, most often: too-many-notes"):
        prepare(folder, tmp_path / "none", PrepareSettings(limits=replace(Limits(), notes=3)), workers=1)


@pytest.mark.parametrize(
    ("target", "options", "error"),
    [
        ("popgen_core.groupers.seven:Eight", {}, PluginError),
        ("popgen_core.groupers.eight:Seven", {}, PluginError),
        ("nonsense", {}, PluginError),
        ("popgen_core.groupers.seven:Seven", {"loudness": 3}, RecipeError),
    ],
)
def test_a_grouper_that_cannot_be_made_is_one_error_and_leaves_nothing(
    folder: Path, tmp_path: Path, target: str, options: dict[str, int], error: type[Exception]
) -> None:
    with pytest.raises(error):
        prepare(folder, tmp_path / "out", PrepareSettings(grouper_target=target, grouper_options=options), workers=2)
    assert os.listdir(tmp_path) == ["midi"]


def test_progress_is_told_of_every_file(folder: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    prepare(folder, tmp_path / "out", workers=2, progress=lambda *done: told.append(done))
    assert [(done, total) for done, total, _ in told] == [(number, 6) for number in range(1, 7)]
    assert sorted(file for *_, file in told)[0] == "a.mid"


def test_an_occupied_place_is_left_as_it_is_before_any_file_is_read(folder: Path, tmp_path: Path) -> None:
    told: list[str] = []
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("keep me")
    (tmp_path / "file").write_text("keep me")
    for name in ("full", "file"):
        with pytest.raises(OutputError, match="choose another name or remove it"):
            prepare(folder, tmp_path / name, workers=1, progress=lambda *done: told.append(done[2]))
    assert told == []
    assert (tmp_path / "full" / "mine.txt").read_text() == (tmp_path / "file").read_text() == "keep me"
    assert sorted(os.listdir(tmp_path)) == ["file", "full", "midi"]


def test_an_empty_folder_may_become_the_dataset(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    prepare(folder, tmp_path / "out", workers=1)
    assert len(Dataset.open(tmp_path / "out")) == 2


def test_folders_on_the_way_to_the_dataset_are_made(folder: Path, tmp_path: Path) -> None:
    prepare(folder, tmp_path / "x" / "y" / "out", workers=1)
    assert len(Dataset.open(tmp_path / "x" / "y" / "out")) == 2


def test_a_place_below_a_file_cannot_be_written(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        prepare(folder, folder / "a.mid" / "out", workers=1)


@pytest.mark.parametrize("kind", ["missing", "file", "empty"])
def test_a_folder_without_midi_files_is_one_line(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "midi"
    if kind == "file":
        place.write_text("")
    elif kind == "empty":
        place.mkdir()
    with pytest.raises(DatasetError):
        prepare(place, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_when_no_song_is_left_the_most_frequent_reason_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "midi"
    folder.mkdir()
    (folder / "a.mid").write_bytes(midi()[:30])
    for name in ("b.mid", "c.mid"):
        (folder / name).write_bytes(b"nothing")
    with pytest.raises(DatasetError) as refused:
        prepare(folder, tmp_path / "x" / "out", workers=1)
    assert "none of 3 files could be used, most often: not-midi (b.mid: " in str(refused.value)
    assert "not-midi 2, does-not-parse 1" in refused.value.hint
    assert os.listdir(tmp_path) == ["midi"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_place_is_one_line(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(OutputError, match="Permission denied"):
        prepare(folder, tmp_path / "locked" / "out", workers=1)


@pytest.mark.corpus
def test_every_file_of_a_real_corpus_gets_a_row(corpus: Path, tmp_path: Path) -> None:
    report = prepare(corpus / "permissive" / "train", tmp_path / "out")
    assert len(report.rows) == 279
    assert report.summary["refused"] == 0
    assert len(Dataset.open(tmp_path / "out")) == 279 - report.summary["skipped"]


def test_notes_folded_and_merged_are_counted(tmp_path: Path) -> None:
    (tmp_path / "midi").mkdir()
    notes = [(0, 480, 60, 64), (1, 480, 60, 64), (2, 480, 60, 64), (0, 480, 61, 64), (480, 480, 60, 64), (0, 9, 12, 64)]
    track = Track("piano", 0, False, notes_from(notes))
    (tmp_path / "midi" / "a.mid").write_bytes(song_to_midi(Song(480, (track,))))
    row = prepare(tmp_path / "midi", tmp_path / "out", workers=1).rows[0]
    assert (row.notes, row.folded, row.merged, row.dropped) == (6, 1, 2, 0)

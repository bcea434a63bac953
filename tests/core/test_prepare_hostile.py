"""Whatever a folder holds, every file gets the right verdict in one run, and the music among it is kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hostile import CASES

from popgen_core.corpus.dataset import Dataset
from popgen_core.corpus.folder import Task
from popgen_core.corpus.prepare import prepare
from popgen_core.corpus.reader import Reader
from popgen_core.corpus.report import FileRow
from popgen_core.corpus.settings import PrepareSettings
from popgen_core.music import Song, Track, notes_from, song_to_midi
from popgen_core.music.guard import Limits


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FileRow]:
    """The row of every hostile file, all of them prepared in one run."""
    folder = tmp_path_factory.mktemp("hostile")
    for number, (midi, _, _) in enumerate(CASES.values()):
        (folder / f"{number:03}.mid").write_bytes(midi)
    report = prepare(folder, folder.parent / "out", workers=2)
    assert len(Dataset.open(folder.parent / "out")) == report.summary["accepted"] + report.summary["repaired"]
    return dict(zip(CASES, report.rows, strict=True))


@pytest.mark.parametrize("name", CASES)
def test_each_hostile_file_has_its_verdict(rows: dict[str, FileRow], name: str) -> None:
    _, verdict, told = CASES[name]
    row = rows[name]
    if row.reason == "duplicate":  # two cases may be the same bytes
        return
    assert row.verdict == verdict
    if verdict == "repaired":
        assert any(told in repair for repair in row.repairs), row.repairs
    elif verdict != "accepted":
        assert row.reason == told
        assert row.message


def one_note(pitch: int = 60) -> bytes:
    return song_to_midi(Song(480, (Track("piano", 0, False, notes_from([(0, 480, pitch, 64)])),)))


def test_pipes_devices_loops_and_broken_links_are_rows_and_nobody_waits(tmp_path: Path) -> None:
    folder = tmp_path / "midi"
    folder.mkdir()
    (folder / "a.mid").write_bytes(one_note())
    os.mkfifo(folder / "pipe.mid")
    (folder / "zero.mid").symlink_to("/dev/zero")
    (folder / "loop.mid").symlink_to(folder / "loop.mid")
    (folder / "gone.mid").symlink_to(folder / "nothing.mid")
    (folder / "around").symlink_to(folder)
    (folder / "folder.mid").mkdir()
    (folder / "linked.mid").symlink_to(folder / "a.mid")
    told = {row.file: (row.verdict, row.reason) for row in prepare(folder, tmp_path / "out", workers=1).rows}
    assert told == {
        "a.mid": ("accepted", ""),
        "around": ("skipped", "linked-folder"),
        "gone.mid": ("refused", "unreadable"),
        "linked.mid": ("skipped", "duplicate"),
        "loop.mid": ("refused", "unreadable"),
        "pipe.mid": ("refused", "not-a-file"),
        "zero.mid": ("refused", "not-a-file"),
    }


@pytest.mark.skipif(os.name != "posix", reason="file modes of another system")
def test_files_and_folders_that_may_not_be_read_are_rows() -> None:
    """Read as somebody who does not own everything, in a place that others may enter."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        assert_unreadable_rows(Path(place) / "midi")


def assert_unreadable_rows(folder: Path) -> None:
    (folder / "closed").mkdir(parents=True)
    for name in ("a.mid", "b.mid", "closed/c.mid"):
        (folder / name).write_bytes(one_note(60 + len(name)))
    (folder / "b.mid").chmod(0)
    (folder / "closed").chmod(0)
    script = """
import json, os, sys
from pathlib import Path
from popgen_core.corpus.folder import Task, midi_files
from popgen_core.corpus.reader import Reader
from popgen_core.corpus.settings import PrepareSettings
reader = Reader(PrepareSettings().reader())
reader.read(Task(sys.argv[1] + "/a.mid", "a.mid"))  # all that is imported late is imported now
if os.getuid() == 0:
    try:
        os.setgid(65534); os.setuid(65534)
    except OSError:
        sys.exit(77)
tasks, unread = midi_files(Path(sys.argv[1]))
rows = [reader.read(task).row for task in tasks] + unread
print(json.dumps({row.file: [row.verdict, row.reason] for row in rows}))
"""
    done = subprocess.run([sys.executable, "-c", script, folder], capture_output=True, text=True)
    (folder / "closed").chmod(0o755)
    if done.returncode == 77:
        pytest.skip("this machine lets nobody become another user")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "a.mid": ["accepted", ""],
        "b.mid": ["refused", "unreadable"],
        "closed": ["refused", "unreadable"],
    }


@pytest.mark.parametrize(
    ("limit", "just_fits", "reason"),
    [
        ("notes", 2, "too-many-notes"),
        ("tracks", 2, "too-many-tracks"),
        ("quarters", 4, "too-long"),
        ("cells", 40 * 616, "too-many-cells"),
        ("seconds", 2.0, "too-long"),
    ],
)
def test_each_limit_is_a_setting(tmp_path: Path, limit: str, just_fits: float, reason: str) -> None:
    """Two notes in two tracks, four quarters, two seconds, 40 frames of 7 x 88 cells."""
    song = Song(480, (Track("piano", 0, False, notes_from([(0, 480, 60, 64), (480, 1440, 62, 64)])),))
    file = tmp_path / "a.mid"
    file.write_bytes(song_to_midi(song))
    for value, told in ((just_fits, ""), (just_fits - 1, reason)):
        settings = PrepareSettings(limits=replace(Limits(), **{limit: value}))
        assert Reader(settings.reader()).read(Task(str(file), "a.mid")).row.reason == told


def test_the_size_of_a_file_is_limited_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.mid").write_bytes(one_note())
    size = len(one_note())
    for value, told in ((size, ""), (size - 1, "too-large")):
        settings = PrepareSettings(limits=Limits(file_bytes=value))
        assert Reader(settings.reader()).read(Task(str(tmp_path / "a.mid"), "a.mid")).row.reason == told

"""Preparing may be stopped at any point: it goes on where it was, and ends with the bytes of a run that was not."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from popgen_core import api
from popgen_core.corpus import prepare as module
from popgen_core.corpus.dataset import Dataset
from popgen_core.corpus.journal import Entry, Journal
from popgen_core.corpus.prepare import prepare
from popgen_core.corpus.settings import PrepareSettings
from popgen_core.errors import DatasetError, OutputError, PopgenError, RecipeError, Refused
from popgen_core.files import locked
from popgen_core.music import Song, Track, notes_from, song_to_midi

SONGS = 12
RUN = "import sys; from popgen_core.corpus.prepare import prepare; print('go', flush=True)\n"
RUN += "prepare(*sys.argv[1:], workers=2)"


def add(folder: Path, name: str, pitch: int) -> None:
    notes = notes_from([(480 * n, 400, pitch + n % 7, 64) for n in range(8)])
    (folder / name).write_bytes(song_to_midi(Song(480, (Track("piano", 0, False, notes),))))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "midi").mkdir()
    for number in range(SONGS):
        add(tmp_path / "midi", f"{number:02}.mid", 48 + number)
    (tmp_path / "midi" / "13.mid").write_bytes((tmp_path / "midi" / "03.mid").read_bytes())
    (tmp_path / "midi" / "14.mid").write_bytes(b"no song")
    return tmp_path / "midi"


def contents(place: Path) -> dict[str, str]:
    """Every file under a place, and the digest of its bytes."""
    files = (path for path in place.rglob("*") if path.is_file())
    return {str(path.relative_to(place)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def stopped_after(files: int, folder: Path, out: Path) -> list[str]:
    """Runs until some files are done, then is interrupted; the files that it has read."""
    read: list[str] = []

    def stop(done: int, total: int, file: str) -> None:
        read.append(file)
        if len(read) == files:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(folder, out, workers=1, progress=stop)
    return read


def test_an_interrupted_run_goes_on_and_does_nothing_twice(folder: Path, tmp_path: Path) -> None:
    prepare(folder, tmp_path / "whole", workers=1)
    first = stopped_after(5, folder, tmp_path / "out")
    read: list[str] = []
    prepare(folder, tmp_path / "out", workers=2, progress=lambda done, total, file: read.append(file))
    assert sorted(first + read) == sorted(os.listdir(folder))
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_progress_counts_what_an_earlier_run_has_done(folder: Path, tmp_path: Path) -> None:
    stopped_after(5, folder, tmp_path / "out")
    told: list[int] = []
    prepare(folder, tmp_path / "out", workers=1, progress=lambda done, total, file: told.append(done))
    assert told == list(range(6, SONGS + 3))


def test_an_unfinished_dataset_says_how_to_finish_it(folder: Path, tmp_path: Path) -> None:
    stopped_after(3, folder, tmp_path / "out")
    with pytest.raises(DatasetError, match=r"is not finished .the same command that began it goes on"):
        Dataset.open(tmp_path / "out")


@pytest.mark.parametrize("harm", ["tail", "song", "no song", "changed", "gone", "stray"])
def test_what_a_kill_may_leave_does_not_come_into_the_dataset(folder: Path, tmp_path: Path, harm: str) -> None:
    out = tmp_path / "out"
    stopped_after(6, folder, out)
    lines = out / "unfinished" / "files.jsonl"
    done = [json.loads(line) for line in lines.read_text().splitlines()]
    song = next(line["song"]["pt"] for line in done if line["song"])
    if harm == "tail":  # the last line was cut off in the middle
        lines.write_bytes(lines.read_bytes()[:-20])
    if harm == "song":
        (out / "songs" / song).write_bytes(b"half a so")
    if harm == "no song":
        (out / "songs" / song).unlink()
    if harm == "changed":
        add(folder, done[0]["row"]["file"], 30)
    if harm == "gone":
        (folder / done[0]["row"]["file"]).unlink()
    if harm == "stray":
        (out / "songs" / "ab").mkdir(exist_ok=True)
        (out / "songs" / "ab" / "abcd.pt").write_bytes(b"written, but never spoken of")
    prepare(folder, out, workers=1)
    prepare(folder, tmp_path / "whole", workers=1)
    assert contents(out) == contents(tmp_path / "whole")
    assert len(list(Dataset.open(out))) == len(Dataset.open(tmp_path / "whole"))


def test_a_place_that_takes_no_more_ends_the_run_and_is_no_verdict_on_a_song(folder: Path, tmp_path: Path) -> None:
    """Songs cannot be written, since a file lies where their folder should be: as on a full disk, nothing is lost."""
    out = tmp_path / "out"
    stopped_after(5, folder, out)
    shutil.rmtree(out / "songs")
    (out / "songs").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        prepare(folder, out, workers=2)
    assert (out / "unfinished" / "files.jsonl").stat().st_size > 0
    (out / "songs").unlink()
    prepare(folder, out, workers=2)
    prepare(folder, tmp_path / "whole", workers=1)
    assert contents(out) == contents(tmp_path / "whole")
    assert sorted(place.name for place in out.rglob("*")) == sorted(
        place.name for place in (tmp_path / "whole").rglob("*")
    )


def test_a_file_that_came_back_without_a_row_is_an_error_and_not_a_smaller_dataset(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Forgetful(Journal):
        def add(self, entry: Entry) -> None:
            if entry.row.file != "04.mid":
                super().add(entry)

    monkeypatch.setattr(module, "Journal", Forgetful)
    with pytest.raises(PopgenError, match=r"1 of 14 files came back without a row: 04\.mid"):
        prepare(folder, tmp_path / "out", workers=1)
    monkeypatch.undo()
    prepare(folder, tmp_path / "out", workers=1)
    assert len(Dataset.open(tmp_path / "out")) == SONGS


@pytest.mark.parametrize("settings", [{"test_share": 0.0}, {"test_share": 1.0}, {"folds": 1}, {"seed": -1}])
def test_a_split_that_cannot_be_made_is_told_before_any_file_is_read(settings: dict[str, Any]) -> None:
    with pytest.raises(RecipeError):
        PrepareSettings(**settings)


def test_a_place_of_fsspec_is_for_clusters(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="places of fsspec need --dask"):
        prepare(folder, f"file://{tmp_path}/out")
    assert sorted(os.listdir(tmp_path)) == ["midi"]


def test_a_run_with_other_settings_is_refused_and_names_them(folder: Path, tmp_path: Path) -> None:
    stopped_after(3, folder, tmp_path / "out")
    before = contents(tmp_path / "out")
    with pytest.raises(Refused, match=r'other settings: pitches "fold" \(asked: "drop"\)'):
        prepare(folder, tmp_path / "out", PrepareSettings(pitches="drop"))
    assert contents(tmp_path / "out") == before


def test_a_complete_dataset_is_left_as_it_is(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = prepare(folder, tmp_path / "out", workers=1)
    before = contents(tmp_path / "out")
    monkeypatch.setattr(module, "Pool", None)  # whoever reads a file now fails
    again = prepare(folder, tmp_path / "out", workers=1)
    assert (report.already, again.already) == (False, True)
    assert (again.summary, again.reasons, again.split, again.rows) == (
        report.summary,
        report.reasons,
        report.split,
        report.rows,
    )
    assert contents(tmp_path / "out") == before


def test_a_complete_dataset_of_other_files_is_refused(folder: Path, tmp_path: Path) -> None:
    prepare(folder, tmp_path / "out", workers=1)
    add(folder, "15.mid", 70)
    add(folder, "00.mid", 30)
    (folder / "01.mid").unlink()
    with pytest.raises(Refused, match=r"1 new \(15\.mid.*1 changed \(00\.mid.*1 gone \(01\.mid"):
        prepare(folder, tmp_path / "out", workers=1)
    with pytest.raises(Refused, match="other settings: split"):
        prepare(folder, tmp_path / "out", PrepareSettings(seed=1), workers=1)


def test_two_processes_never_work_on_one_dataset(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with locked(tmp_path / "out", "the dataset"):
        second = subprocess.run([sys.executable, "-c", RUN, folder, tmp_path / "out"], capture_output=True, text=True)
    assert "Refused: another process is at work on the dataset" in second.stderr
    prepare(folder, tmp_path / "out", workers=1)  # nothing holds it any more
    assert Refused.exit_code == 4


def test_a_lock_of_a_process_that_was_killed_holds_nobody_up(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    hold = "import sys, time; from pathlib import Path; from popgen_core.files import locked\n"
    hold += "with locked(Path(sys.argv[1]), 'it'): print('held', flush=True); time.sleep(600)"
    holder = subprocess.Popen([sys.executable, "-c", hold, tmp_path / "out"], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    holder.kill()
    holder.communicate()
    prepare(folder, tmp_path / "out", workers=1)
    assert len(Dataset.open(tmp_path / "out")) == SONGS


def test_a_place_of_something_else_is_left_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep me")
    with pytest.raises(OutputError, match="exists and is not empty"):
        prepare(folder, tmp_path / "out", workers=1)
    assert contents(tmp_path / "out").keys() == {"mine.txt"}


def test_every_flipped_bit_of_a_dataset_is_noticed(folder: Path, tmp_path: Path) -> None:
    """200 of 200: in the index, its digests, the report, the split and the songs."""
    prepare(folder, tmp_path / "out", workers=1)
    draw = random.Random(5)
    files = sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file())
    noticed = 0
    for number in range(200):
        file = files[number % len(files)]
        whole = file.read_bytes()
        harmed = bytearray(whole)
        harmed[draw.randrange(len(harmed))] ^= 1 << draw.randrange(8)
        file.write_bytes(harmed)
        try:
            list(Dataset.open(tmp_path / "out"))
        except DatasetError:
            noticed += 1
        file.write_bytes(whole)
    assert noticed == 200
    assert len(list(Dataset.open(tmp_path / "out"))) == SONGS


@pytest.mark.slow
def test_fifty_kills_change_no_byte(tmp_path: Path) -> None:
    """Killed at fifty random moments of its work, a run ends as one that was left in peace."""
    api.write_songs(tmp_path / "midi", count=40, seed=3)
    prepare(tmp_path / "midi", tmp_path / "whole", workers=2)
    draw = random.Random(7)
    kills = rounds = 0
    while kills < 50:
        out = tmp_path / f"out-{rounds}"
        rounds += 1
        while not killed_at(draw.uniform(0.0, 1.5), tmp_path / "midi", out):
            kills += 1
        assert contents(out) == contents(tmp_path / "whole")


def killed_at(seconds: float, folder: Path, out: Path) -> bool:
    """Runs `prepare` and kills it so long after it has begun; whether it was done before that."""
    run = subprocess.Popen([sys.executable, "-c", RUN, folder, out], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert run.stdout is not None
    assert run.stdout.readline() == b"go\n"
    time.sleep(seconds)
    run.send_signal(signal.SIGKILL)
    errors = run.communicate()[1]
    assert run.returncode in (0, -signal.SIGKILL), errors.decode()
    return run.returncode == 0

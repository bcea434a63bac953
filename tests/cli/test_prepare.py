"""popgen prepare on a messy folder: what it says, what it keeps, how it stops and goes on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from popgen_core.corpus.dataset import Dataset
from popgen_core.files import locked
from popgen_core.music import Song, Track, notes_from, song_to_midi

Popgen = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve melodies, every third under the GPL; one reaches below the 88 keys."""
    made = tmp_path / "midi"
    made.mkdir()
    lines = ["file\tlicence\tsource"]
    for number in range(12):
        steps = [(number * 7 + n * n * (number % 5 + 1)) % 12 for n in range(24)]
        notes = [(240 * n, 200, 55 + step, 64) for n, step in enumerate(steps)]
        if number == 0:
            notes.append((0, 240, 3, 64))
        song = Song(480, (Track("lead", 0, False, notes_from(notes)),))
        (made / f"{number:02}.mid").write_bytes(song_to_midi(song))
        lines.append(f"{number:02}.mid\t{'MIT' if number % 3 else 'GPL-2.0'}\tme")
    (made / "MANIFEST.tsv").write_text("\n".join(lines))
    return made


def test_the_last_lines_tell_what_became_of_the_folder(popgen: Popgen, folder: Path, tmp_path: Path) -> None:
    done = popgen("prepare", folder, "-o", tmp_path / "out", "--workers", 1)
    assert done.exit_code == 0
    first, second = done.stdout.splitlines()
    assert first.endswith("out: 12 accepted, 0 repaired, 0 skipped, 0 refused; a row for each file in report.json")
    assert second.startswith("10 songs to learn from, 2 kept for testing")
    again = popgen("prepare", folder, "-o", tmp_path / "out", "--workers", 1)
    assert "is complete already: 12 accepted" in again.stdout


def test_only_files_of_a_wanted_licence_are_kept_and_the_others_have_rows(
    popgen: Popgen, folder: Path, tmp_path: Path
) -> None:
    done = popgen("prepare", folder, "-o", tmp_path / "out", "--workers", 1, "--licence", "permissive", "--json")
    report = json.loads(done.stdout)
    assert report["summary"] == {"accepted": 8, "repaired": 0, "skipped": 4, "refused": 0}
    assert report["files"][0]["reason"] == "licence"
    assert report["files"][0]["message"] == "its licence is GPL-2.0, wanted: permissive"
    licences = Dataset.open(tmp_path / "out").licences
    assert (licences["permissive"], list(licences["licences"])) == (True, ["MIT"])


def test_pitches_outside_the_keys_are_folded_or_dropped_as_asked(popgen: Popgen, folder: Path, tmp_path: Path) -> None:
    for policy, counted in (("fold", (1, 0, 25)), ("drop", (0, 1, 24))):
        words = ("--workers", 1, "--pitches", policy, "--json")
        row = json.loads(popgen("prepare", folder, "-o", tmp_path / policy, *words).stdout)["files"][0]
        assert (row["out_of_range"], row["folded"], row["dropped"], row["notes"]) == (1, *counted)


def test_a_limit_can_be_set_and_a_wrong_one_is_one_line(popgen: Popgen, folder: Path, tmp_path: Path) -> None:
    done = popgen("prepare", folder, "-o", tmp_path / "a", "--workers", 1, "--limit", "notes=24", "--json")
    assert json.loads(done.stdout)["reasons"] == {"too-many-notes": 1}
    for wrong, told in (("note=3", "did you mean 'notes'?"), ("notes=many", "'many' is no number")):
        done = popgen("prepare", folder, "-o", tmp_path / "b", "--limit", wrong)
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
        assert told in done.stderr
    assert not (tmp_path / "b").exists()


def test_beats_come_from_the_file_beside_each_song(popgen: Popgen, folder: Path, tmp_path: Path) -> None:
    """Beats every 0.75 seconds, 80 a minute, every third a downbeat, beside one song only."""
    beats = "".join(f"{0.75 * n:.6f} {float(n % 3 == 0)} {float(n % 3 == 0)}\n" for n in range(20))
    (folder / "05.beats").write_text(beats)
    words = ("--workers", 1, "--beats", "{stem}.beats", "--json")
    report = json.loads(popgen("prepare", folder, "-o", tmp_path / "out", *words).stdout)
    assert report["reasons"] == {"no-beats": 11}
    row = report["files"][5]
    assert (row["verdict"], row["tempo"], row["meter"]) == ("accepted", 80.0, "3/4")


def test_a_song_without_beats_is_no_other_song_when_asked_again_until_it_has_some(
    popgen: Popgen, folder: Path, tmp_path: Path
) -> None:
    beats = "\ufeff" + "".join(
        f"{0.5 * n} {float(n % 4 == 0)}\n" for n in range(30)
    )  # with the mark of Windows editors
    (folder / "05.beats").write_text(beats, encoding="utf-8")
    words = ("prepare", folder, "-o", tmp_path / "out", "--workers", 1, "--beats", "{stem}.beats")
    assert popgen(*words).exit_code == 0
    assert "is complete already" in popgen(*words).stdout
    (folder / "06.beats").write_text(beats[1:])
    done = popgen(*words)
    assert done.exit_code == 4
    assert "1 changed (06.mid)" in done.stderr


def test_options_that_contradict_each_other_are_wrong_use(popgen: Popgen, folder: Path, tmp_path: Path) -> None:
    done = popgen("prepare", folder, "-o", tmp_path / "a", "--dask", "tcp://127.0.0.1:9", "--workers", 2)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert popgen("doctor", folder, "--explain", "01.mid", "--files").exit_code == 2
    assert popgen("doctor", "--explain", folder).exit_code == 2


def test_another_seed_splits_otherwise(popgen: Popgen, folder: Path, tmp_path: Path) -> None:
    tests = set()
    for seed in range(4):
        popgen("prepare", folder, "-o", tmp_path / str(seed), "--workers", 1, "--seed", seed, "--test-share", 0.4)
        split = Dataset.open(tmp_path / str(seed)).split
        assert split is not None
        assert (split.seed, len(split.test)) == (seed, 5)
        tests.add(split.test)
    assert len(tests) > 1


def test_a_dataset_that_another_process_works_on_is_refused(popgen: Popgen, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with locked(tmp_path / "out", "it"):
        done = popgen("prepare", folder, "-o", tmp_path / "out")
    assert (done.exit_code, done.stderr.count("\n")) == (4, 1)
    assert "another process is at work on the dataset" in done.stderr


def test_a_damaged_manifest_is_told_and_nothing_lost(popgen: Popgen, folder: Path, tmp_path: Path) -> None:
    (folder / "MANIFEST.tsv").write_text("no\tsuch\tcolumns\n")
    done = popgen("prepare", folder, "-o", tmp_path / "out", "--workers", 1)
    assert done.exit_code == 0
    assert "MANIFEST.tsv" in done.stderr
    assert "12 accepted" in done.stdout


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_how_to_go_on(folder: Path, tmp_path: Path, sent: signal.Signals) -> None:
    for copy in range(600):  # enough for the signal to come in the middle
        notes = notes_from([(240 * n, 1 + copy, 40 + n * n % 40, 64) for n in range(24)])
        (folder / f"x{copy}.mid").write_bytes(song_to_midi(Song(480, (Track("lead", 0, False, notes),))))
    command = [sys.executable, "-m", "popgen_cli", "prepare", folder, "-o", tmp_path / "out", "--workers", "1"]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    journal = tmp_path / "out" / "unfinished" / "files.jsonl"
    while not (journal.exists() and journal.stat().st_size) and run.poll() is None:
        time.sleep(0.01)
    run.send_signal(sent)
    told = run.communicate(timeout=20)[1]
    assert run.returncode == 130, told
    assert told == "popgen: interrupted; the same command goes on from here\n"
    assert subprocess.run(command, check=True, capture_output=True).returncode == 0
    assert len(Dataset.open(tmp_path / "out")) == 612


def test_a_place_of_fsspec_without_a_cluster_is_refused_and_no_folder_of_that_name_made(
    popgen: Popgen, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = popgen("prepare", folder, "-o", "s3://bucket/songs")
    said = "popgen: s3://bucket/songs is no folder (places of fsspec need --dask)\n"
    assert (done.exit_code, done.stderr) == (2, said)
    assert [path.name for path in tmp_path.iterdir()] == ["midi"]

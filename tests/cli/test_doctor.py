"""popgen doctor: a report that a musician can read at any width, JSON, a page, and a folder that stays as it was."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Popgen = Callable[..., Any]

HOSTILE = "[red]<img src=x onerror=alert(1)>.mid"


@pytest.fixture
def messy(corpus_dir: Path, tmp_path: Path) -> Path:
    """Two songs, a copy of one, a file that is none, a manifest with a bad row."""
    folder = tmp_path / "messy"
    shutil.copytree(corpus_dir, folder)
    shutil.copy(corpus_dir / "song-001.mid", folder / "the copy.mid")
    (folder / HOSTILE).write_text("this is no music")
    (folder / "MANIFEST.tsv").write_text("file\tlicence\tsource\nsong-001.mid\tCC0-1.0\tours\nsong-002.mid\n")
    return folder


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file under a folder with its bytes and its time."""
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def one_line(done: Any, code: int) -> str:
    assert done.exit_code == code, (done.stdout, done.stderr)
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)
    return str(done.stderr)


def test_a_musician_reads_what_is_there_what_is_wrong_and_what_to_do(popgen: Popgen, messy: Path) -> None:
    done = popgen("doctor", messy, "--workers", 1)
    assert done.exit_code == 0
    said = " ".join(done.stdout.split())
    assert "4 MIDI files, of which 2 can be used" in said
    assert "1 file (25 %): no MIDI file, whatever its name says [not-midi]" in said
    assert "web pages and archives are often saved as .mid" in said
    assert "the same bytes as song-001.mid" in said
    assert "drums 2 100 %" in said
    assert "CC0-1.0 1" in said
    assert f"popgen prepare {messy} -o DATASET would make a dataset of 2 songs, " in said
    assert said.endswith("and leave out 2 files.")
    assert done.stderr == "popgen: MANIFEST.tsv: its row 2 names no file or no licence\n"


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_report_fits_any_width_and_leaks_no_colours(
    popgen: Popgen, messy: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for words in ((), ("--files",), ("--explain", "song-001.mid")):
        lines = popgen("doctor", messy, "--workers", 1, *words).stdout.split("\n")
        assert max(len(line) for line in lines) <= columns
        assert [line for line in lines if line != line.rstrip() or "\x1b" in line] == []
    rows = popgen("doctor", messy, "--workers", 1).stdout.split("The files\n")[1].split("What needs")[0]
    assert "MThd" in rows  # the last word of the last column


def test_few_files_get_a_row_each_many_only_when_asked(popgen: Popgen, corpus_dir: Path, tmp_path: Path) -> None:
    assert "The files" in popgen("doctor", corpus_dir, "--workers", 1).stdout
    many = tmp_path / "many"
    many.mkdir()
    for number in range(41):
        (many / f"{number}.mid").write_text(f"no music {number}")
    assert "The files" not in popgen("doctor", many, "--workers", 1).stdout
    assert "The files" in popgen("doctor", many, "--workers", 1, "--files").stdout


def test_doctor_tells_its_report_as_json(popgen: Popgen, messy: Path) -> None:
    report = json.loads(popgen("doctor", messy, "--workers", 1, "--json").stdout)
    assert report["summary"] == {"accepted": 2, "repaired": 0, "skipped": 1, "refused": 1}
    assert report["reasons"] == {"duplicate": 1, "not-midi": 1}
    assert [row["file"] for row in report["files"]] == [HOSTILE, "song-001.mid", "song-002.mid", "the copy.mid"]
    assert [row["licence"] for row in report["files"]] == ["unknown", "CC0-1.0", "unknown", "unknown"]
    assert [group["group"] for group in report["groups"]][:2] == ["drums", "bass"]
    assert {finding["code"] for finding in report["findings"]} >= {"duplicate", "not-midi", "unknown-licence"}


def test_doctor_writes_nothing_into_the_folder(popgen: Popgen, messy: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    before = contents(messy)
    assert popgen("doctor", messy, "--workers", 1, "--html", tmp_path / "page.html").exit_code == 0
    assert contents(messy) == before
    said = one_line(popgen("doctor", messy, "--html", messy / "sub" / ".." / "page.html"), 2)
    assert "lies in the folder that is examined" in said
    (tmp_path / "link").symlink_to(messy)
    one_line(popgen("doctor", messy, "--html", tmp_path / "link" / "page.html"), 2)
    assert contents(messy) == before


def test_the_page_shows_every_file_and_runs_no_name(popgen: Popgen, messy: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    page = tmp_path / "page.html"
    assert popgen("doctor", messy, "--workers", 1, "--html", page).stdout.endswith(f"page: {page}\n")
    html = page.read_text()
    assert "[red]&lt;img src=x onerror=alert(1)&gt;.mid" in html
    assert "<img src=x" not in html
    assert html.count("data:image/png;base64,") == 7


def test_a_page_that_cannot_be_written_is_refused_before_any_work(
    popgen: Popgen, messy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "does not exist" in one_line(popgen("doctor", messy, "--html", tmp_path / "no" / "page.html"), 2)
    assert "is a folder" in one_line(popgen("doctor", messy, "--html", tmp_path), 2)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    said = one_line(popgen("doctor", messy, "--html", tmp_path / "page.html"), 1)
    assert (
        said == "popgen: --html draws plots, which needs matplotlib (install popgen-core[plot] from popgen's wheels)\n"
    )


def test_explain_says_why_each_track_went_where_it_went(popgen: Popgen, corpus_dir: Path) -> None:
    done = popgen("doctor", "--explain", corpus_dir / "song-001.mid")
    assert done.exit_code == 0
    said = done.stdout.split("\n")
    assert said[0].startswith("song-001.mid: ")
    heading = next(line for line in said if line.split()[:1] == ["track"])
    assert heading.split() == ["track", "program", "notes", "group", "why"]
    assert any(line.split()[:1] == ["drums"] for line in said)
    told = json.loads(popgen("doctor", corpus_dir, "--explain", "song-001.mid", "--json").stdout)
    assert told["file"]["file"] == "song-001.mid"
    assert {track["group"] for track in told["tracks"]} >= {"drums", "bass"}
    assert all(track["why"] for track in told["tracks"])


def test_explain_says_what_is_wrong_with_a_file_that_is_none(popgen: Popgen, messy: Path) -> None:
    done = popgen("doctor", messy, "--explain", HOSTILE)
    assert done.exit_code == 0
    assert "not-midi: " in done.stdout
    assert "no MIDI file, whatever its name says" in done.stdout
    assert popgen("doctor", messy, "--explain", HOSTILE, "--strict").exit_code == 3


def test_strict_ends_with_three_when_files_would_be_left_out(popgen: Popgen, messy: Path, corpus_dir: Path) -> None:
    assert popgen("doctor", messy, "--workers", 1, "--strict").exit_code == 3
    assert popgen("doctor", corpus_dir, "--workers", 1, "--strict").exit_code == 0


def test_wrong_use_is_one_line(popgen: Popgen, corpus_dir: Path, tmp_path: Path) -> None:
    assert "name a folder of MIDI files" in one_line(popgen("doctor"), 2)
    assert "does not exist" in one_line(popgen("doctor", tmp_path / "nothing"), 1)
    assert "does not exist" in one_line(popgen("doctor", "--explain", tmp_path / "nothing.mid"), 1)
    (tmp_path / "empty").mkdir()
    assert "holds no MIDI files" in one_line(popgen("doctor", tmp_path / "empty"), 1)
    assert "did you mean 'seven.v1'" in one_line(popgen("doctor", corpus_dir, "--grouper", "sevn.v1"), 2)
    song = corpus_dir / "song-001.mid"
    one_line(popgen("doctor", "--explain", song, "--html", tmp_path / "page.html"), 2)


def test_the_command_at_the_end_is_what_one_would_type(popgen: Popgen, corpus_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "my songs"
    shutil.copytree(corpus_dir, folder)
    said = popgen("doctor", folder, "--workers", 1, "--grouper", "program.v1").stdout.split("\n\nWhat comes of it\n")[1]
    assert f"popgen prepare '{folder}' -o DATASET --grouper program.v1" in " ".join(said.split())


def test_a_pipe_that_knows_no_letters_but_ascii_still_gets_the_report_without_torch(
    corpus_dir: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "songs"
    folder.mkdir()
    shutil.copy(corpus_dir / "song-001.mid", folder / "Überraschung.mid")
    code = (
        "import sys; from popgen_cli.app import app\n"
        f"try: app(['doctor', {str(folder)!r}, '--workers', '1', '--json'])\nexcept SystemExit: pass\n"
        f"try: app(['doctor', {str(folder)!r}, '--workers', '1'])\nexcept SystemExit as end: assert not end.code\n"
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )
    assert done.returncode == 0, done.stderr
    assert "\\xdcberraschung.mid" in done.stdout

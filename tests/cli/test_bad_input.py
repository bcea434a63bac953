"""What else one may type wrong with the judging verbs: one clear line, and no work that never ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Popgen = Callable[..., Any]


def one_line(done: Any, code: int) -> str:
    assert done.exit_code == code, (done.stdout, done.stderr, done.exception)
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stdout == ""
    return str(done.stderr)


def test_the_songwriter_takes_no_source(popgen: Popgen, corpus_dir: Path, tmp_path: Path) -> None:
    said = one_line(popgen("baseline", "songwriter", corpus_dir, "-o", tmp_path / "out"), 2)
    assert "the songwriter makes songs by rules alone and would not use" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["shuffled-bars", "markov"])
def test_a_source_without_a_song_says_what_could_not_be_read(popgen: Popgen, tmp_path: Path, name: str) -> None:
    (tmp_path / "text.mid").write_text("this is no music")
    said = one_line(popgen("baseline", name, tmp_path, "-o", tmp_path / "out"), 1)
    assert "has no fit song" in said
    assert "1 could not be read, such as text.mid" in said


@pytest.mark.parametrize(("option", "much"), [("--count", 10**20), ("--bars", 10**16)])
def test_no_baseline_is_endless(popgen: Popgen, tmp_path: Path, option: str, much: int) -> None:
    done = popgen("baseline", "songwriter", "-o", tmp_path / "out", option, much)
    assert done.exit_code == 2
    assert "less than or equal to" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--trials", "--listeners"])
def test_no_listening_test_is_endless(popgen: Popgen, tmp_path: Path, option: str) -> None:
    done = popgen("listen", "make", "gone", "gone/too", "--audio", "-o", tmp_path / "out", option, 10**12)
    assert "are too many for one test (ask for 200,000 in all at most)" in one_line(done, 2)


@pytest.mark.parametrize("seconds", ["inf", "1e300", "nan", "-1"])
def test_no_sound_is_endless(popgen: Popgen, corpus_dir: Path, tmp_path: Path, seconds: str) -> None:
    done = popgen("render", corpus_dir / "song-001.mid", "-o", tmp_path / "a.wav", "--seconds", seconds)
    assert done.exit_code == 2, done.exception
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("figures", ["", " , "])
def test_no_figure_is_not_all_figures(popgen: Popgen, corpus_dir: Path, figures: str) -> None:
    assert "no figure is named" in one_line(popgen("eval-validate", corpus_dir, "--figures", figures), 2)


def test_a_name_of_two_lines_is_told_once(popgen: Popgen, corpus_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "two\nlines"
    folder.mkdir()
    (folder / "te\nxt.mid").write_text("this is no music")
    (folder / "song.mid").write_bytes((corpus_dir / "song-001.mid").read_bytes())
    done = popgen("baseline", "one-bar", folder, "-o", tmp_path / "out")
    assert done.exit_code == 0, done.exception
    assert done.stderr == "popgen: te\\nxt.mid: no Standard MIDI File: it does not begin with MThd\n"


def test_common_songs_of_a_baseline_and_its_source(popgen: Popgen, corpus_dir: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number in (1, 2):
        name = f"song-00{number}.mid"
        (source / name).write_bytes((corpus_dir / name).read_bytes())
    (source / "text.mid").write_text("this is no music")
    assert popgen("baseline", "one-bar", source, "-o", tmp_path / "silly").exit_code == 0
    words = ("compare", source, tmp_path / "silly", "--paired")
    refused = popgen(*words)
    assert refused.exit_code == 2
    assert "only in source: text.mid (--common leaves them out" in refused.stderr
    done = popgen(*words, "--common")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("- left out, since only source has it: 1 song, text.mid\n")
    assert "source against silly: 2 pairs of songs" in done.stdout
    assert "--common is about pairs" in one_line(popgen(*words[:-1], "--common"), 2)

"""popgen listen and popgen render from the command line: what they make, and one line for what they cannot."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from listening import answer_to, csv_of, tone_folders

from popgen_eval.listening import read_key


@pytest.fixture
def made(popgen: Any, tmp_path: Path) -> Path:
    real, ours = tone_folders(tmp_path)
    done = popgen(
        *("listen", "make", "--audio", "--wav", real, f"mine={ours}", "-o", tmp_path / "test"),
        *("--trials", 4, "--listeners", 6, "--seconds", 1, "--seed", 3),
    )
    assert done.exit_code == 0, done.stderr
    assert "4 items of real, mine" in done.stdout
    assert "keep the key to yourself" in done.stdout
    assert "nobody is left out for missing a spoiled copy: that rule counts from 4 of them on" in done.stdout
    return tmp_path


def write_answers(where: Path) -> Path:
    key, folder = read_key(where / "test-key.json"), where / "answers"
    folder.mkdir()
    for listener in range(1, 7):
        session = f"{listener:08x}"
        mine = [answer_to(one, key, "mine", session=session) for one in key.trials if one.listener == listener]
        (folder / f"listener-{listener}.csv").write_text(csv_of(mine), newline="")
    return folder


def test_a_folder_of_answers_is_analysed_in_plain_sentences(popgen: Any, made: Path) -> None:
    answers = write_answers(made)
    joined = made / "joined.csv"
    done = popgen("listen", "analyse", answers, "--key", made / "test-key.json", "--joined", joined)
    assert done.exit_code == 0, done.stderr
    assert "0 for real, 24 for mine, 0 without preference" in done.stdout
    assert "exact binomial" in done.stdout
    rows = joined.read_text().splitlines()
    assert len(rows) == 1 + 6 * 8
    assert sum(",pair," in row for row in rows) == 24
    told = json.loads(popgen("listen", "analyse", answers, "--key", made / "test-key.json", "--json").stdout)
    assert told["kept"]["preferences"][0]["second_wins"] == 24


def test_a_plan_that_can_find_nothing_says_so_and_how_many_listeners_would(popgen: Any, tmp_path: Path) -> None:
    real, ours = tone_folders(tmp_path, count=8)
    sizes = ("--trials", 8, "--seconds", 1, "--listeners")
    done = popgen("listen", "make", "--audio", "--wav", real, ours, "-o", tmp_path / "few", *sizes, 3)
    # three of one mind: 2^-2; 88 answers x (1 + 7 x .1) / 8 = 18.7, and more for the t of 8 songs
    assert (
        "nothing can be promised of fewer than 6 listeners (3, all of one mind: p = .25); 25 listeners could find 65%"
        in done.stdout
    )
    assert "who catches fewer than 75% of the 4 spoiled copies (anchor) is left out" in done.stdout
    done = popgen("listen", "make", "--audio", "--wav", real, ours, "-o", tmp_path / "many", *sizes, 25)
    assert "such a test finds a preference of 65% or more" in done.stdout


def test_a_malformed_csv_is_one_line_that_names_file_and_row(popgen: Any, made: Path) -> None:
    bad = write_answers(made) / "listener-2.csv"
    bad.write_text(bad.read_text().replace(",3,3,3,3,3,", ",3,3,9,3,3,", 1))
    done = popgen("listen", "analyse", bad.parent, "--key", made / "test-key.json")
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert "listener-2.csv, row 2: r_inter must be a whole number from 1 to 5" in done.stderr


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("listen", "serve", "{here}/real"), "is no listening test"),
        (("listen", "analyse", "{here}/none.csv", "--key", "{here}/test-key.json"), "there is no file or folder"),
        (("listen", "make", "--audio", "{here}/real", "{here}/ours", "-o", "{here}/x", "--trials", "9"), "9 trials"),
        (
            ("render", "{here}/a.mid", "-o", "{here}/x.wav", "--soundfont", "{here}/real/song-0.wav"),
            "SoundFont",
        ),
    ],
)
def test_what_cannot_be_done_is_one_line(popgen: Any, made: Path, words: tuple[str, ...], line: str) -> None:
    done = popgen(*(word.format(here=made) for word in words))
    assert done.exit_code in (1, 2)
    assert done.stderr.count("\n") == 1
    assert line in done.stderr


def test_without_the_extra_rendering_is_one_line_that_says_what_to_install(
    popgen: Any, corpus_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fluidsynth", None)
    font = tmp_path / "font.sf2"
    font.write_bytes(b"RIFF\0\0\0\0sfbk")
    song, out = corpus_dir / "song-001.mid", tmp_path / "song.wav"
    done = popgen("render", song, "-o", out, "--soundfont", font)
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "popgen-core[audio]" in done.stderr
    assert not out.exists()


def test_a_song_is_rendered_and_two_folders_of_songs_become_a_test(
    popgen: Any, corpus_dir: Path, tmp_path: Path
) -> None:
    pytest.importorskip("fluidsynth", reason="pyfluidsynth or FluidSynth is not installed", exc_type=ImportError)
    song = corpus_dir / "song-001.mid"
    done = popgen("render", song, "-o", tmp_path / "song.wav", "--seconds", 3)
    if "no General MIDI soundfont" in done.stderr:
        pytest.skip("no soundfont")
    assert done.exit_code == 0, done.stderr
    assert "3.0 s at -23.0 LUFS" in done.stdout
    other = tmp_path / "other"
    popgen("songwriter", "write", "-o", other, "--count", 2, "--seed", 9)
    sizes = ("--trials", 1, "--listeners", 2, "--seconds", 2, "--repeats", 0)
    done = popgen("listen", "make", corpus_dir, other, "-o", tmp_path / "test", *sizes)
    assert done.exit_code == 0, done.stderr
    assert "files joined by name" in done.stdout


def test_a_plan_of_too_few_songs_or_of_three_systems_says_so(popgen: Any, tmp_path: Path) -> None:
    real, ours = tone_folders(tmp_path, count=6)
    sizes = ("--listeners", 9, "--seconds", 0.5, "--trials", 5)
    make = ("listen", "make", "--audio", "--wav")
    done = popgen(*make, real, ours, "-o", tmp_path / "few", *sizes, "--items", 5)
    assert "fewer than 6 songs (5, all of one mind: p = .0625); nor could more listeners: add songs" in done.stdout
    done = popgen(*make, real, ours, f"peer={ours}", "-o", tmp_path / "three", *sizes)
    assert "nothing can be promised of fewer than 7 songs (6, all of one mind: p = .0312)" in done.stdout

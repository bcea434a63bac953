"""popgen compare: folders and scores of `popgen eval`, plain sentences, exit codes, one-line errors."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Popgen = Callable[..., Any]


@pytest.fixture(scope="module")
def others(popgen: Popgen, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two more songs, by the same names as those of `corpus_dir`."""
    out = tmp_path_factory.mktemp("compare") / "others"
    assert popgen("songwriter", "write", "-o", out, "--count", 2, "--seed", 9).exit_code == 0
    return out


def test_two_folders_are_compared_in_sentences_and_tables(popgen: Popgen, corpus_dir: Path, others: Path) -> None:
    done = popgen("compare", corpus_dir, others)
    assert done.exit_code == 0, done.stderr
    first = done.stdout.splitlines()
    assert first[0] == (
        "- both have the same file names: if two files of one name were made from one prompt, --paired is the test"
    )
    assert first[1] == "- songs against others: 2 songs and 2, not paired; Welch's t, checked by Mann-Whitney"
    assert "songs against others: headline figures, Holm over the family" in done.stdout
    tables = done.stdout[done.stdout.index("headline figures, Holm over") :]
    assert max(map(len, tables.splitlines())) <= 80
    assert all(len(line) < 200 for line in first)
    assert "bass_rhythm_consistency" in tables
    assert "parallel_fifths" not in done.stdout
    assert first[-1].startswith("Not shown: ")
    everything = popgen("compare", corpus_dir, others, "--all").stdout
    assert "rhythmic_complexity_strings" in everything
    assert "Not shown: " not in everything
    told = json.loads(popgen("compare", corpus_dir, others, "--json", "-").stdout)
    assert "not tested, since 5 songs of each with it defined are needed" in " ".join(told["sentences"])


def test_pairs_and_a_reference(popgen: Popgen, corpus_dir: Path, others: Path) -> None:
    done = popgen("compare", corpus_dir, others, "--paired", "--reference", corpus_dir / "song-001.mid", "--json", "-")
    assert done.exit_code == 0, done.stderr
    table = json.loads(done.stdout)
    assert [(one["a"], one["b"], one["paired"]) for one in table["comparisons"]] == [
        ("songs", "others", True), ("songs", "song-001.mid", False), ("others", "song-001.mid", False),
    ]  # fmt: skip
    assert "since 5 songs of each with it defined are needed" in " ".join(table["sentences"])


def test_scores_written_by_eval_are_as_good_as_their_songs(
    popgen: Popgen, corpus_dir: Path, others: Path, tmp_path: Path
) -> None:
    for name, folder in (("one", corpus_dir), ("two", others)):
        assert popgen("eval", folder, "--json", tmp_path / f"{name}.json").exit_code == 0
    made = popgen("compare", tmp_path / "one.json", tmp_path / "two.json", "--paired", "--json", tmp_path / "out.json")
    assert made.exit_code == 0, made.stderr
    direct = json.loads(popgen("compare", corpus_dir, others, "--paired", "--json", "-").stdout)
    read = json.loads((tmp_path / "out.json").read_text())
    by_name = {row["figure"]: row["t_test"] for row in direct["comparisons"][0]["figures"]}
    assert read["comparisons"][0]["figures"]
    for row in read["comparisons"][0]["figures"]:
        assert row["t_test"] == by_name[row["figure"]]
    assert popgen("compare", tmp_path / "one.json", others).stdout.startswith("- both have the same file names")
    said = one_line(popgen("compare", tmp_path / "one.json", others, "--bars", 16), 2)
    assert "one.json was judged in windows of 32 bars, others of 16: judge both alike" in said


def test_a_file_that_cannot_be_read_is_named_and_counts_with_strict(
    popgen: Popgen, half_good: Path, corpus_dir: Path
) -> None:
    done = popgen("compare", half_good, corpus_dir)
    assert done.exit_code == 0
    assert "half: 1 of 2 songs could not be judged: left out" in done.stdout
    assert done.stderr.count("\n") == 1
    assert "text.mid" in done.stderr
    assert popgen("compare", half_good, corpus_dir, "--strict").exit_code == 3
    assert popgen("compare", corpus_dir, corpus_dir, "--strict").exit_code == 0


def one_line(done: Any, code: int) -> str:
    assert done.exit_code == code, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stdout == ""
    return str(done.stderr)


def test_what_cannot_be_compared_is_said_in_a_line(
    popgen: Popgen, corpus_dir: Path, others: Path, tmp_path: Path
) -> None:
    assert "there is no file or folder" in one_line(popgen("compare", corpus_dir, tmp_path / "gone"), 1)
    assert "there is no file or folder" in one_line(popgen("compare", corpus_dir, tmp_path / "gone.json"), 1)
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(others / "song-002.mid", alone)
    said = one_line(popgen("compare", corpus_dir, alone, "--paired"), 2)
    assert "1 song has no partner of the same file name: only in songs: song-001.mid" in said
    for text, wrong in (("{", "is no JSON file"), ("[" * 100_000, "is no JSON file"), ("[]", "has no list 'files'")):
        (tmp_path / "bad.json").write_text(text)
        assert wrong in one_line(popgen("compare", corpus_dir, tmp_path / "bad.json"), 1)
    assert "windows of 4 bars" in one_line(popgen("compare", corpus_dir, others, "--bars", 4), 2)
    assert "cannot be written" in popgen("compare", corpus_dir, others, "--json", tmp_path).stderr


def test_songs_none_of_which_can_be_read_end_the_command(popgen: Popgen, corpus_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "text.mid").write_text("this is no music")
    done = popgen("compare", corpus_dir, tmp_path)
    assert done.exit_code == 1
    assert "has no song that could be judged" in done.stderr


def test_systems_of_one_folder_name_are_told_apart(popgen: Popgen, corpus_dir: Path, tmp_path: Path) -> None:
    for name in ("x", "y"):
        shutil.copytree(corpus_dir, tmp_path / name / "songs")
    near = popgen("compare", tmp_path / "x" / "songs", tmp_path / "y" / "songs").stdout
    assert "x/songs against y/songs: 2 songs" in near
    long = tmp_path / "a-name-of-more-than-twenty-letters"
    shutil.copytree(corpus_dir, long)
    said = popgen("compare", corpus_dir, long).stdout.splitlines()
    assert said[:2] == [f"- A: {corpus_dir}", f"- B: {long}"]
    assert "A against B: 2 pairs" in popgen("compare", corpus_dir, corpus_dir, "--paired").stdout

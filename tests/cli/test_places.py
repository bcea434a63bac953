"""Outputs of the judging verbs: refused before any work, never on top of each other or of what is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Popgen = Callable[..., Any]
SYSTEM = Path("/sys")  # a folder in which not even root can make a file


def refused(done: Any) -> str:
    """The one line of a command that was refused for where it would write."""
    assert done.exit_code == 2, (done.stdout, done.stderr)
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stdout == ""
    return str(done.stderr)


def test_one_file_is_not_two_outputs(popgen: Popgen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "x")
    for other in ("x", "./x", tmp_path / "x", "link"):
        said = refused(popgen("eval", "gone", "--json", "x", "--csv", other))
        assert f"{other} is named for two outputs".removeprefix("./") in said
    assert "is named for two outputs" in refused(popgen("eval", "gone", "--html", "x", "--csv", "x"))
    assert "is named for two outputs" in refused(popgen("eval-validate", "gone", "--markdown", "x", "--freeze", "x"))
    assert "there is no file" in popgen("eval", "gone", "--json", "x", "--csv", "y").stderr


VERBS = {
    "eval json": ("eval", "gone", "--json"),
    "eval csv": ("eval", "gone", "--csv"),
    "eval html": ("eval", "gone", "--html"),
    "eval-validate json": ("eval-validate", "gone", "--json"),
    "eval-validate markdown": ("eval-validate", "gone", "--markdown"),
    "eval-validate freeze": ("eval-validate", "gone", "--freeze"),
    "compare": ("compare", "gone", "gone", "--json"),
    "listen analyse": ("listen", "analyse", "gone", "--key", "gone", "--joined"),
}


@pytest.mark.parametrize("words", VERBS.values(), ids=VERBS)
def test_a_place_that_takes_no_file_is_refused_before_the_work(
    popgen: Popgen, tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert "it is a folder" in refused(popgen(*words, tmp_path))
    assert "in a folder that does not exist" in refused(popgen(*words, tmp_path / "no" / "a"))
    assert "it is a device" in refused(popgen(*words, "/dev/null"))
    if SYSTEM.is_dir():
        assert "no file can be made in /sys" in refused(popgen(*words, SYSTEM / "a"))
    assert list(tmp_path.iterdir()) == []


def test_sound_is_not_made_for_a_place_that_cannot_be(popgen: Popgen, tmp_path: Path) -> None:
    font = tmp_path / "font.sf2"
    font.write_bytes(b"RIFF....sfbk")
    (tmp_path / "folder.wav").mkdir()
    for out, why in (
        (tmp_path / "a.xyz", "sound cannot be written as '.xyz'"),
        (tmp_path / "no" / "a.wav", "in a folder that does not exist"),
        (tmp_path / "folder.wav", "it is a folder"),
    ):
        assert why in refused(popgen("render", "gone.mid", "-o", out, "--soundfont", font))


def test_a_key_is_not_planned_for_a_place_that_cannot_be(popgen: Popgen, tmp_path: Path) -> None:
    for system in ("a", "b"):
        (tmp_path / system).mkdir()
        (tmp_path / system / "silent.wav").write_text("no sound, which the work would find")
    words = ("listen", "make", tmp_path / "a", tmp_path / "b", "--audio", "--trials", 1, "-o", tmp_path / "test")
    assert "in a folder that does not exist" in refused(popgen(*words, "--key", tmp_path / "no" / "key.json"))
    assert sorted(place.name for place in tmp_path.iterdir()) == ["a", "b"]


def test_a_baseline_is_not_made_for_a_place_that_cannot_be(popgen: Popgen, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "songs"):
        assert "is no folder" in refused(popgen("baseline", "one-bar", "gone", "-o", out))
    assert (tmp_path / "file").read_text() == "mine"


def test_what_is_read_is_not_written_over(popgen: Popgen, corpus_dir: Path, tmp_path: Path) -> None:
    song, key = corpus_dir / "song-001.mid", tmp_path / "key.json"
    key.write_text("{}")
    (tmp_path / "a.csv").write_text("answers")
    before = song.read_bytes()
    analyse = ("listen", "analyse", tmp_path, "--key", key, "--joined")
    for words in (
        ("eval", song, "--html", song),
        ("eval", corpus_dir, "--csv", song),
        ("eval", tmp_path, "--reference", corpus_dir, "--json", corpus_dir / "new.mid"),
        ("compare", corpus_dir, corpus_dir, "--json", song),
        ("compare", key, corpus_dir, "--json", key),
        ("eval-validate", corpus_dir, "--markdown", song),
        (*analyse, key),
        (*analyse, tmp_path / "a.csv"),
        (*analyse, tmp_path / "joined.csv"),  # would be read as answers the next time
    ):
        assert "is one of the files that are read" in refused(popgen(*words))
    assert song.read_bytes() == before
    assert key.read_text() == "{}"


def test_only_json_goes_to_the_screen(popgen: Popgen) -> None:
    for words in (("eval", "gone", "--csv", "-"), ("eval-validate", "gone", "--markdown", "-")):
        assert "only --json can go to the screen" in refused(popgen(*words))


def test_a_link_stays_a_link(popgen: Popgen, corpus_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    assert popgen("eval", corpus_dir / "song-001.mid", "--csv", tmp_path / "link.csv").exit_code == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text().startswith("file,")


def test_nothing_is_written_into_a_dataset_that_is_read(
    popgen: Popgen, corpus_dir: Path, dataset_dir: Path, tmp_path: Path
) -> None:
    before = {place: place.read_bytes() for place in dataset_dir.rglob("*") if place.is_file()}
    (tmp_path / "link").symlink_to(dataset_dir)
    for out in (
        dataset_dir / "dataset.json",
        dataset_dir / "report.json",
        dataset_dir / "new.json",
        next(place for place in before if place.suffix == ".pt"),
        tmp_path / "link" / "split.json",
    ):
        for words in (("eval", corpus_dir, "--training", dataset_dir), ("eval-validate", dataset_dir)):
            assert "is one of the files that are read" in refused(popgen(*words, "--json", out))
    assert "is one of the files" in refused(
        popgen("eval", corpus_dir, "--reference", dataset_dir, "--csv", dataset_dir / "dataset.sha256")
    )
    assert {place: place.read_bytes() for place in dataset_dir.rglob("*") if place.is_file()} == before


def test_beside_a_dataset_and_into_a_folder_of_songs_a_report_is_written(
    popgen: Popgen, corpus_dir: Path, dataset_dir: Path, tmp_path: Path
) -> None:
    for out in (tmp_path / "a.json", dataset_dir.parent / "beside.json"):
        done = popgen("eval", corpus_dir, "--training", dataset_dir, "--workers", 1, "--json", out)
        assert (done.exit_code, out.is_file()) == (0, True), done.stderr
        out.unlink()

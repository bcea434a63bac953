"""popgen explain: a page or a picture, the song's own checkpoint found, and one line for what cannot be explained."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ("starter_shop",)

Popgen = Callable[..., Any]


@pytest.fixture(scope="module")
def written(popgen: Popgen, run_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a checkpoint beside another file of weights, and in it one of a song that the checkpoint wrote."""
    folder = tmp_path_factory.mktemp("explained")
    shutil.copy(run_dir / "last.safetensors", folder)
    (folder / "another.safetensors").write_bytes(b"other weights")
    done = popgen("generate", folder / "last.safetensors", "-o", folder / "songs", "--seconds", 8, "--seed", 2)
    assert done.exit_code == 0, done.stderr
    return folder


def test_a_song_is_explained_by_the_checkpoint_that_wrote_it(popgen: Popgen, written: Path, tmp_path: Path) -> None:
    song, page = written / "songs" / "song-001.mid", tmp_path / "why.html"
    done = popgen("explain", song, "--at", "bar2", "-o", page, "--bars", 1)
    assert done.exit_code == 0, done.stderr
    assert done.stderr == ""
    told, instead, place = done.stdout.splitlines()
    assert " at bar 2, beat 1 (" in told
    assert instead.startswith("instead: ")
    assert place == str(page)
    assert str(written / "last.safetensors") in page.read_text()


def test_a_name_that_ends_in_png_makes_a_picture(popgen: Popgen, written: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    done = popgen("explain", written / "songs" / "song-001.mid", "--at", "1.0", "-o", tmp_path / "why.png")
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / "why.png").read_bytes().startswith(b"\x89PNG")


def test_another_checkpoint_may_explain_a_song_and_that_is_said(
    popgen: Popgen, run_dir: Path, written: Path, corpus_dir: Path, tmp_path: Path
) -> None:
    lines = []
    for song in (corpus_dir / "song-001.mid", tmp_path / "other.mid"):
        if not song.exists():  # the song of a checkpoint whose bytes are others
            midi = (written / "songs" / "song-001.mid").read_bytes()
            at = midi.index(b'"checkpoint": "') + len(b'"checkpoint": "')
            song.write_bytes(midi[:at] + b"0" * 12 + midi[at + 12 :])
        done = popgen("explain", song, "--at", "1", "-o", tmp_path / "a.html", "--checkpoint", run_dir, "--quick")
        assert done.exit_code == 0, done.stderr
        lines += done.stderr.splitlines()
        assert lines[-1].removeprefix("popgen: ") in (tmp_path / "a.html").read_text()
    assert "does not say that popgen wrote it" in lines[0]
    assert "was written by another checkpoint (sha256 000000000000)" in lines[1]
    assert len(lines) == 2


@pytest.mark.usefixtures("no_starter")
def test_what_cannot_be_explained_is_one_line_and_writes_nothing(
    popgen: Popgen, run_dir: Path, written: Path, corpus_dir: Path, tmp_path: Path
) -> None:
    song, page = written / "songs" / "song-001.mid", tmp_path / "why.html"
    alone = Path(shutil.copy(song, tmp_path / "alone.mid"))
    for words, code, why in (
        ((song, "--at", "soon", "-o", page), 2, "--at 'soon' is no moment of a song"),
        ((song, "--at", "bar99", "-o", page), 2, "is not in the song"),
        ((song, "--at", "1", "-o", page, "--group", "tuba"), 2, "no group is named tuba"),
        ((song, "--at", "1", "-o", page, "--bars", 0), 2, "--bars 0 is not between 1 and 8"),
        ((song, "--at", "1", "-o", tmp_path / "why.pdf"), 2, "end its name in .html or .png"),
        ((song, "--at", "1", "-o", song), 2, "is one of the files that are read"),
        ((song, "--at", "1", "-o", tmp_path / "no" / "why.html"), 2, "cannot be written"),
        ((alone, "--at", "1", "-o", page), 2, "lies neither in its folder nor in the one above"),
        ((corpus_dir / "song-001.mid", "--at", "1", "-o", page), 2, "does not say which checkpoint wrote it"),
        ((tmp_path / "no.mid", "--at", "1", "-o", page, "--checkpoint", run_dir), 1, "cannot be opened"),
        ((song, "--at", "1", "-o", page, "--checkpoint", tmp_path / "no"), 1, "is no checkpoint file"),
    ):
        done = popgen("explain", *words)
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (code, "", 1), done.stderr
        assert why in done.stderr
    assert list(tmp_path.iterdir()) == [alone]

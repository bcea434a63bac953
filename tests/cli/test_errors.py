"""What goes wrong on the command line: exit codes, and one line for what a user can mend."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from popgen_cli.doors import door
from popgen_core.errors import MidiError, PopgenError, RecipeError, Refused

Popgen = Callable[..., Any]


def one_line(done: Any, code: int) -> str:
    """The one line that a failing command says, after its exit code was checked."""
    assert done.exit_code == code, (done.stdout, done.stderr)
    assert done.stderr.startswith("popgen: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stdout == ""
    return str(done.stderr)


def test_a_missing_folder(popgen: Popgen, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    assert "does not exist" in one_line(popgen("prepare", nothing, "-o", tmp_path / "out"), 1)
    assert "is no dataset" in one_line(popgen("train", nothing, "-o", tmp_path / "out"), 1)
    assert "is no checkpoint file" in one_line(popgen("generate", nothing, "-o", tmp_path / "out"), 1)
    assert "cannot be opened" in one_line(popgen("show", nothing, "-o", tmp_path / "out.png"), 1)
    one_line(popgen("eval", nothing), 1)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder(popgen: Popgen, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "holds no MIDI files" in one_line(popgen("prepare", empty, "-o", tmp_path / "out"), 1)
    assert "is no dataset" in one_line(popgen("train", empty, "-o", tmp_path / "out"), 1)
    assert "is no checkpoint file" in one_line(popgen("generate", empty, "-o", tmp_path / "out"), 1)
    one_line(popgen("eval", empty), 1)
    assert list(tmp_path.iterdir()) == [empty]


def test_a_folder_that_exists_is_never_written_over(
    popgen: Popgen, corpus_dir: Path, dataset_dir: Path, run_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    for words in (
        ("prepare", corpus_dir),
        ("train", dataset_dir),
        ("generate", run_dir),
        ("songwriter", "write"),
    ):
        assert "exists" in one_line(popgen(*words, "-o", tmp_path), 2)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_that_is_read_only(popgen: Popgen, dataset_dir: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "cannot be written" in one_line(popgen("songwriter", "write", "-o", tmp_path / "out"), 2)
    assert "cannot be written" in one_line(popgen("train", dataset_dir, "-o", tmp_path / "out"), 2)


def test_a_place_inside_a_file(popgen: Popgen, dataset_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be written" in one_line(popgen("songwriter", "write", "-o", tmp_path / "file" / "out"), 2)
    assert "cannot be written" in one_line(popgen("train", dataset_dir, "-o", tmp_path / "file" / "out"), 2)


def test_an_unknown_recipe(popgen: Popgen, dataset_dir: Path, tmp_path: Path) -> None:
    said = one_line(popgen("train", dataset_dir, "-o", tmp_path / "out", "--recipe", "papper"), 2)
    assert "no recipe is named 'papper'" in said
    assert "paper.warm" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("verb", [("recipe", "check", "paper"), ("recipe", "show", "paper")])
def test_all_errors_of_a_recipe_are_in_one_line(popgen: Popgen, verb: tuple[str, ...]) -> None:
    said = one_line(popgen(*verb, "--set", "train.epoch=3", "--set", "seed=x", "--set", "loss.name=papr.v1"), 2)
    assert "train.epoch: unknown key; did you mean 'epochs'?" in said
    assert "seed: " in said
    assert "loss.name: no loss is named 'papr.v1' (did you mean 'paper.v1'?)" in said


def test_parts_that_do_not_fit(popgen: Popgen) -> None:
    said = one_line(popgen("recipe", "check", "paper", "--set", "train.window=513"), 2)
    assert "train.window is 513 frames, backbone.window 512" in said


def test_an_unknown_plug_in(popgen: Popgen, corpus_dir: Path, tmp_path: Path) -> None:
    said = one_line(popgen("prepare", corpus_dir, "-o", tmp_path / "out", "--grouper", "sevn.v1"), 2)
    assert "no grouper is named 'sevn.v1' (did you mean 'seven.v1'?)" in said


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--groups=bass,horns", "no group is named horns"),
        ("--meter=4", "--meter '4' is no meter (write it like 4/4 or 6/8)"),
        ("--meter=waltz", "--meter 'waltz' is no meter"),
        ("--meter=4/5", "--meter 4/5 is no meter"),
        ("--tempo=0", "--tempo 0 is not between"),
        ("--count=0", "--count 0 is not between"),
        ("--seconds=-1", "--seconds -1 is not between"),
    ],
)
def test_what_no_model_can_write(popgen: Popgen, run_dir: Path, tmp_path: Path, option: str, said: str) -> None:
    assert said in one_line(popgen("generate", run_dir, "-o", tmp_path / "out", option), 2)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_checkpoint(popgen: Popgen, run_dir: Path, tmp_path: Path) -> None:
    content = bytearray((run_dir / "last.safetensors").read_bytes())
    content[-1] ^= 1
    (tmp_path / "bad.safetensors").write_bytes(content)
    said = one_line(popgen("generate", tmp_path / "bad.safetensors", "-o", tmp_path / "out"), 1)
    assert "is damaged: its weights do not match their sha256" in said


def test_something_that_is_no_midi_file(popgen: Popgen, tmp_path: Path) -> None:
    (tmp_path / "text.mid").write_text("this is no music")
    assert "text.mid" in one_line(popgen("show", tmp_path / "text.mid", "-o", tmp_path / "out.png"), 1)
    assert not (tmp_path / "out.png").exists()


def test_a_picture_of_a_kind_that_nobody_draws(popgen: Popgen, corpus_dir: Path, tmp_path: Path) -> None:
    said = one_line(popgen("show", corpus_dir / "song-001.mid", "-o", tmp_path / "out.xyz"), 2)
    assert "cannot be written" in said


def test_a_corpus_without_one_usable_song_leaves_nothing_half_written(popgen: Popgen, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "text.mid").write_text("this is no music")
    said = one_line(popgen("prepare", bad, "-o", tmp_path / "out", "--workers", 1), 1)
    assert "none of 1 files could be used" in said
    assert list(tmp_path.iterdir()) == [bad]


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (PopgenError("no luck", hint="try again"), 1, "no luck (try again)"),
        (MidiError("two\nlines"), 1, "two lines"),
        (RecipeError("no luck"), 2, "no luck"),
        (Refused("somebody else is at it"), 4, "somebody else is at it"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (
            ModuleNotFoundError("No module named 'torch'", name="torch"),
            1,
            "(install popgen-core[torch] from popgen's wheels)",
        ),
        (ImportError("libtorch.so: cannot open shared object file"), 1, "popgen --debug shows where it broke)"),
        (OSError(28, "No space left on device", "song.mid"), 1, "song.mid: No space left on device"),
    ],
)
def test_each_error_has_its_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str
) -> None:
    def command() -> None:
        raise error

    monkeypatch.delenv("POPGEN_DEBUG", raising=False)
    with pytest.raises(typer.Exit) as left:
        door(command)()
    assert left.value.exit_code == code
    assert capsys.readouterr().err.endswith(f"{said}\n")
    assert isinstance(error, (KeyboardInterrupt)) or raises_in_debug(command, monkeypatch)


def raises_in_debug(command: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the error itself, and with it its traceback, comes out when one asks for it."""
    monkeypatch.setenv("POPGEN_DEBUG", "1")
    try:
        door(command)()
    except typer.Exit:
        return False
    except Exception:
        return True
    return False


def test_a_resumed_training_takes_no_changes_in_silence(popgen: Popgen, run_dir: Path, dataset_dir: Path) -> None:
    done = popgen("train", dataset_dir, "-o", run_dir, "--resume", "--set", "train.epochs=9")
    assert "was begun otherwise: recipe.train.epochs: 7, now 9" in one_line(done, 4)


def test_a_reference_that_cannot_be_read_is_named(popgen: Popgen, corpus_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "text.mid").write_text("this is no music")
    done = popgen("eval", corpus_dir, "--reference", tmp_path)
    assert done.exit_code == 1
    assert "text.mid" in done.stderr


def test_an_unknown_evaluator(popgen: Popgen, corpus_dir: Path) -> None:
    said = one_line(popgen("eval", corpus_dir, "--also", "note_coherense.v1"), 2)
    assert "no evaluator is named 'note_coherense.v1' (did you mean 'note_coherence.v1'?)" in said


def test_groups_that_are_none(popgen: Popgen, run_dir: Path, tmp_path: Path) -> None:
    assert "names no group" in one_line(popgen("generate", run_dir, "-o", tmp_path / "out", "--groups", ","), 2)

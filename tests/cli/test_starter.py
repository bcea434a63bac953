"""The starter: what commands take where no checkpoint is named, and what they say where it is not installed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from popgen_cli.commands import demo
from popgen_core import api
from popgen_core.errors import CheckpointError, PluginError

pytest_plugins = ("starter_shop",)

Popgen = Callable[..., Any]
MISSING = (
    "popgen: no checkpoint is named, and the starter is not installed (install popgen-starter from popgen's wheels, or "
    "train a model of your own: popgen train DATASET -o RUN)\n"
)
SHORT = ("--bars", 2, "--seed", 3)


def test_without_a_checkpoint_the_starter_writes_and_its_name_means_the_same(
    popgen: Popgen, starter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "starter").mkdir()  # somebody's folder of that name is not meant where no name is given
    assert popgen("generate", "-o", "unnamed", *SHORT).exit_code == 0
    (tmp_path / "starter").rmdir()
    for name in ("starter", "starter.v1", "popgen-starter:starter", starter):
        out = tmp_path / Path(name).name.replace(":", "-")
        done = popgen("generate", name, "-o", out, *SHORT)
        assert done.exit_code == 0, done.stderr
        assert (out / "song-001.mid").read_bytes() == (tmp_path / "unnamed" / "song-001.mid").read_bytes()


@pytest.mark.usefixtures("no_starter")
def test_where_it_is_not_installed_one_line_names_both_ways(popgen: Popgen, tmp_path: Path) -> None:
    for named in ((), ("starter",), ("starter.v1",)):
        done = popgen("generate", *named, "-o", tmp_path / "out", *SHORT)
        assert (done.exit_code, done.stderr, done.stdout) == (2, MISSING, "")
    with pytest.raises(PluginError, match="the starter is not installed"):
        api.generator()
    with pytest.raises(CheckpointError, match="starters is no checkpoint file"):
        api.generator("starters")
    assert list(tmp_path.iterdir()) == []


def test_a_song_is_made_again_and_explained_by_the_installed_checkpoint_that_it_names(
    popgen: Popgen, starter: Path, pop_run: Path, corpus_dir: Path, tmp_path: Path
) -> None:
    song, why = tmp_path / "songs" / "song-001.mid", tmp_path / "why.html"
    assert popgen("generate", "-o", tmp_path / "songs", *SHORT).exit_code == 0
    done = popgen("reproduce", song)
    assert (done.exit_code, "the same bytes again" in done.stdout) == (0, True), done.stderr
    done = popgen("explain", song, "--at", "bar1", "-o", why, "--quick")
    assert (done.exit_code, done.stderr) == (0, "")
    done = popgen("explain", corpus_dir / "song-001.mid", "--at", "bar1", "-o", why, "--quick")
    assert done.exit_code == 0, "a song that popgen did not write is explained by the starter"
    assert "does not say that popgen wrote it" in done.stderr
    assert popgen("generate", pop_run, "-o", tmp_path / "others", *SHORT).exit_code == 0
    other = tmp_path / "others" / "song-001.mid"
    done = popgen("reproduce", other)
    assert done.exit_code == 4
    assert "lies neither in its folder nor in the one above, and is not installed" in done.stderr
    shutil.copy(pop_run / "last.safetensors", tmp_path / "mine.safetensors")
    assert popgen("reproduce", other).exit_code == 0, "it lies in the folder above"


def test_weights_of_8_bits_write_the_same_notes_however_they_are_read(
    popgen: Popgen, starter: Path, tmp_path: Path
) -> None:
    from dataclasses import replace

    from popgen_core.checkpoint import read_checkpoint, write_checkpoint
    from popgen_core.music import song_from_midi

    card, tensors = read_checkpoint(starter)
    assert (card.weights, {value.dtype.name for value in tensors.values()}) == ("int8", {"float32", "int64"})
    write_checkpoint(tmp_path / "floats.safetensors", tensors, replace(card, weights="float"))
    songs = []
    for number, checkpoint in enumerate((starter, tmp_path / "floats.safetensors")):
        assert popgen("generate", checkpoint, "-o", tmp_path / str(number), *SHORT).exit_code == 0
        songs.append(song_from_midi((tmp_path / str(number) / "song-001.mid").read_bytes()))
    one, other = ([track.notes.tolist() for track in song.tracks] for song in songs)
    assert one == other != []


@pytest.mark.usefixtures("starter")
def test_the_demo_lets_the_starter_write_a_minute_with_plan_picture_and_figures(
    popgen: Popgen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "SONGS_SCORED", 2)
    done = popgen("demo", "-o", tmp_path / "demo")
    assert "train" not in done.stdout
    for said in ("1/3  the starter writes a song of 60 seconds", "the best of 4", "overall", "by rules"):
        assert said in done.stdout
    made = {str(path.relative_to(tmp_path / "demo")) for path in (tmp_path / "demo").rglob("*") if path.is_file()}
    songs = {f"songs/song-001.{ending}" for ending in ("mid", "toml", "json")}
    assert made == {*songs, "song.png", "by-rules/song-001.mid", "by-rules/song-002.mid"}
    assert [word in (tmp_path / "demo/songs/song-001.toml").read_text() for word in ("chorus", "outro")] == [True, True]
    told = next(line for line in done.stdout.splitlines() if line.endswith("notes"))
    silent = [
        group for group in ("drums", "bass", "chords", "guitar", "strings", "lead", "others") if group not in told
    ]
    assert done.exit_code == (1 if silent else 0)
    assert ("stayed silent" in done.stderr) == bool(silent)


def by_a_new_model(*_: Any) -> Any:
    raise PluginError("the new model was asked")


@pytest.mark.usefixtures("no_starter")
def test_without_a_starter_the_demo_trains_and_says_so(
    popgen: Popgen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "_by_a_new_model", by_a_new_model)
    done = popgen("demo", "-o", tmp_path / "demo")
    assert "the new model was asked" in done.stderr
    assert done.stdout == "the starter (popgen-starter) is not installed: a small model is trained instead\n"
    assert popgen("demo", "--train", "-o", tmp_path / "demo").stdout == "", "that is no news to who asks for it"


@pytest.mark.usefixtures("starter")
def test_the_demo_trains_where_it_is_asked_to(popgen: Popgen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "_by_a_new_model", by_a_new_model)
    done = popgen("demo", "--train", "-o", tmp_path / "demo")
    assert ("the new model was asked" in done.stderr, done.stdout) == (True, "")

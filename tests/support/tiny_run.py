"""A dataset of two short songs and a recipe small enough to be trained in a test: fixtures of several test files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tiny_recipe import TINY

from popgen_core import api
from popgen_core.music import Song, bar_lines, song_to_midi
from popgen_core.songwriter import write_songs


def first_bars(song: Song, bars: int) -> Song:
    """What begins in the first bars of a song, its last notes cut at the bar line."""
    end = int(bar_lines(song)[bars])
    tracks = []
    for track in song.tracks:
        notes = track.notes[track.notes["start_tick"] < end].copy()
        notes["length_ticks"] = notes["length_ticks"].clip(max=end - notes["start_tick"])
        tracks.append(replace(track, notes=notes))
    return replace(song, tracks=tuple(tracks))


def prepared(folder: Path, bars: int) -> Path:
    """The first bars of two songs by the songwriter as a dataset."""
    (folder / "midi").mkdir()
    for number, song in enumerate(write_songs(2, seed=5)):
        (folder / "midi" / f"{number}.mid").write_bytes(song_to_midi(first_bars(song, bars)))
    api.prepare(folder / "midi", folder / "dataset", workers=1)
    return folder / "dataset"


@pytest.fixture(scope="session")
def tiny_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve bars of two songs, 192 frames at four a beat: three or four windows of 64 a song."""
    return prepared(tmp_path_factory.mktemp("tiny"), 12)


@pytest.fixture(scope="session")
def short_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four bars of the same two songs."""
    return prepared(tmp_path_factory.mktemp("short"), 4)


@pytest.fixture(scope="session")
def tiny_changes() -> tuple[str, ...]:
    """Changes that make the paper's recipe tiny; deterministic on any machine with one thread."""
    return TINY


@pytest.fixture(scope="session")
def tiny_run(tiny_dataset: Path, tiny_changes: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of some ten steps, primed with its corpus so that its songs are neither empty nor full."""
    run = tmp_path_factory.mktemp("runs") / "tiny"
    changes = [*tiny_changes, "train.epochs=3", "decoder.bias=corpus", "train.learning_rate=1e-3"]
    api.train(tiny_dataset, run, "paper", changes=changes)
    return run

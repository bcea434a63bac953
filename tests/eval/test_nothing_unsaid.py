"""No song is missing from an evaluation unsaid: folders that may not be read, training files that cannot be."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from popgen_core.errors import PopgenError
from popgen_core.music import song_to_midi
from popgen_core.songwriter import write_songs
from popgen_eval.api import evaluate, midi_files
from popgen_eval.telling.copies import copying_lines


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A song, and a song in a folder below."""
    (tmp_path / "songs/below").mkdir(parents=True)
    for place, song in zip(("a.mid", "below/b.mid"), write_songs(2, seed=3), strict=True):
        (tmp_path / "songs" / place).write_bytes(song_to_midi(song))
    return tmp_path / "songs"


def test_folders_below_are_looked_through_in_order(folder: Path) -> None:
    (folder / "notes.txt").write_text("no song")
    assert midi_files(folder) == [folder / "a.mid", folder / "below/b.mid"]


def test_a_folder_that_may_not_be_read_is_refused_in_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = os.scandir

    def closed(place: Any) -> Any:  # to root every folder is open
        if Path(place).name == "below":
            raise PermissionError(13, "Permission denied", str(place))
        return scan(place)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(PopgenError, match=r"folder .*below cannot be read: Permission denied"):
        midi_files(folder)


def test_training_files_that_cannot_be_read_are_named_and_told(folder: Path, tmp_path: Path) -> None:
    report = evaluate(folder / "a.mid", training=folder, evaluators=["copying.v1"])
    assert "training_unread" not in report.settings
    (folder / "below/torn.mid").write_bytes(b"MThd")
    report = evaluate(folder / "a.mid", training=folder, evaluators=["copying.v1"])
    [(path, why)] = report.settings["training_unread"].items()
    assert Path(path).name == "torn.mid"
    assert why
    assert copying_lines(report)[-1] == "1 file of the training set could not be read: copies of them pass unseen."

"""`popgen songwriter arrange`: a band around a melody, rows for what could not be arranged, and exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lead_sheets import drummers_folder, pop909_folder, write_midi

Popgen = Callable[..., Any]


def test_a_melody_becomes_songs(popgen: Popgen, tmp_path: Path) -> None:
    song = write_midi(tmp_path / "tune.mid", {"m": [(480 * at, 400, 60 + at % 5, 80) for at in range(64)]}, 4)
    done = popgen("songwriter", "arrange", song, "-o", tmp_path / "out", "--count", 2, "--style", "rock")
    assert done.exit_code == 0, done.stderr
    assert "2 songs in" in done.stdout
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["arranged.json", "tune-1.mid", "tune-2.mid"]


def test_what_cannot_be_arranged_is_a_row_with_a_reason_and_code_3(popgen: Popgen, tmp_path: Path) -> None:
    pop909_folder(tmp_path / "in")
    (tmp_path / "in" / "broken.mid").write_bytes(b"no music")
    no_melody = pop909_folder(tmp_path / "in", "002")
    write_midi(no_melody / "002.mid", {"PIANO": [(0, 60, 60, 80)]})
    drummers = drummers_folder(tmp_path / "drummers")
    done = popgen("songwriter", "arrange", tmp_path / "in", "-o", tmp_path / "out", "--drummers", drummers, "--json")
    assert done.exit_code == 3
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert set(rows) == {"001", "002", "broken"}
    assert rows["001"]["files"] == ["001.mid"]
    assert rows["001"]["drummers"] == ["1_rock_100_beat_4-4"] * 2
    assert rows["002"]["reason"] == "it has no track named MELODY with notes in it"
    assert rows["broken"]["reason"].startswith("no Standard MIDI File")
    assert "broken: no Standard MIDI File" in done.stderr
    assert json.loads((tmp_path / "out" / "arranged.json").read_text())["songs"] == list(rows.values())


def test_wrong_words_end_with_code_2_and_write_nothing(popgen: Popgen, tmp_path: Path) -> None:
    song = write_midi(tmp_path / "tune.mid", {"m": [(480 * at, 400, 60 + at % 5, 80) for at in range(64)]}, 4)
    for words, said in (
        (("--style", "polka"), "there is no style 'polka'"),
        (("--chords", "C H"), '--chords: at 3 "H"'),
        (("--key", "Hm"), "--key"),
        (("--drummers", tmp_path / "none"), "is no folder of drum performances"),
    ):
        done = popgen("songwriter", "arrange", song, "-o", tmp_path / "out", *words)
        assert done.exit_code == 2, words
        assert said in done.stderr
        assert not (tmp_path / "out").exists()
    assert popgen("songwriter", "arrange", tmp_path / "nothing", "-o", tmp_path / "out").exit_code == 2


def test_drummers_that_cannot_be_read_are_told_and_written_down(popgen: Popgen, tmp_path: Path) -> None:
    song = write_midi(tmp_path / "tune.mid", {"m": [(480 * at, 400, 60 + at % 5, 80) for at in range(64)]}, 4)
    drummers = drummers_folder(tmp_path / "drummers")
    (drummers / "text.mid").write_text("no music")
    done = popgen("songwriter", "arrange", song, "-o", tmp_path / "out", "--drummers", drummers)
    assert done.exit_code == 0, done.stderr
    [line] = done.stderr.splitlines()
    assert line.startswith(f"popgen: {drummers} is played without text.mid: no Standard MIDI File")
    [told] = json.loads((tmp_path / "out" / "arranged.json").read_text())["drummers_unread"]
    assert told.startswith("text.mid: no Standard MIDI File")


def test_what_a_song_was_not_given_as_asked_is_said(popgen: Popgen, tmp_path: Path) -> None:
    folder = pop909_folder(tmp_path / "in")
    asked = ("--chords", "F | G", "--keep", "1")
    done = popgen("songwriter", "arrange", folder, "-o", tmp_path / "out", *asked)
    assert done.exit_code == 0, done.stderr
    assert "001: its piano stays as --keep says, and plays its own chords" in done.stderr

"""The demo, whole and for real: what it promises of the song that the starter, or a model of its own, writes."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from popgen_core.groupers import GROUPS
from popgen_core.music import Song, song_from_midi
from popgen_core.plugins import catalogue
from popgen_core.shipped import STARTER, newest


def longest_silence(song: Song, end: float) -> float:
    """The longest time in which no note of any track sounds, in seconds."""
    sounding = sorted(
        (float(start), float(stop))
        for track in song.tracks
        for start, stop in zip(
            song.seconds(track.notes["start_tick"]),
            song.seconds(track.notes["start_tick"] + track.notes["length_ticks"]),
            strict=True,
        )
    )
    silence, heard_until = 0.0, 0.0
    for start, stop in [*sounding, (end, end)]:
        silence, heard_until = max(silence, start - heard_until), max(heard_until, stop)
    return silence


@pytest.mark.slow
def test_the_demo_writes_a_minute_of_seven_groups_within_eight_minutes(tmp_path: Path) -> None:
    began = time.monotonic()
    command = [sys.executable, "-m", "popgen_cli", "demo", "--train", "-o", str(tmp_path / "demo")]
    made = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert made.returncode == 0, made.stderr
    assert time.monotonic() - began < 8 * 60
    a_minute_of_seven_groups(tmp_path / "demo")
    assert (tmp_path / "demo" / "run" / "loss.png").exists()
    assert "overall" in made.stdout


def a_minute_of_seven_groups(demo: Path) -> None:
    song = song_from_midi((demo / "songs" / "song-001.mid").read_bytes())
    end = float(song.seconds(song.markers[-1].tick))
    assert end == pytest.approx(60.0, abs=1.0)
    assert [track.name for track in song.tracks] == list(GROUPS)
    assert all(len(track.notes) for track in song.tracks)
    assert song.note_count > 200
    assert longest_silence(song, end) < 8.0
    assert (demo / "song.png").stat().st_size > 10_000


@pytest.mark.slow
def test_the_starter_writes_such_a_minute_within_two(tmp_path: Path) -> None:
    if not newest(STARTER, catalogue()):
        pytest.skip("the starter is not installed")
    began = time.monotonic()
    command = [sys.executable, "-m", "popgen_cli", "demo", "-o", str(tmp_path / "demo")]
    made = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert made.returncode == 0, made.stderr
    assert time.monotonic() - began < 2 * 60
    a_minute_of_seven_groups(tmp_path / "demo")
    song, rules = (float(number) for number in re.search(r"overall +([\d.]+) +([\d.]+)", made.stdout).groups())
    assert song >= 0.8 * rules

"""The demo, whole and for real: what `make demo` promises of the song that its model writes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from popgen_core.groupers import GROUPS
from popgen_core.music import Song, song_from_midi


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
    command = [sys.executable, "-m", "popgen_cli", "demo", "-o", str(tmp_path / "demo")]
    made = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert made.returncode == 0, made.stderr
    assert time.monotonic() - began < 8 * 60
    song = song_from_midi((tmp_path / "demo" / "songs" / "song-001.mid").read_bytes())
    end = float(song.seconds(song.markers[-1].tick))
    assert end == pytest.approx(60.0, abs=1.0)
    assert [track.name for track in song.tracks] == list(GROUPS)
    assert all(len(track.notes) for track in song.tracks)
    assert song.note_count > 200
    assert longest_silence(song, end) < 8.0
    assert (tmp_path / "demo" / "song.png").stat().st_size > 10_000
    assert (tmp_path / "demo" / "run" / "loss.png").exists()
    assert "overall" in made.stdout

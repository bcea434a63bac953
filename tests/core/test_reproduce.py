"""A generated song says what made it, and is made again byte for byte from that alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from popgen_core import api
from popgen_core.errors import Refused
from popgen_core.music import song_from_midi, song_to_midi
from popgen_core.music.midi import PROVENANCE
from popgen_core.music.song import TEMPO, rows
from popgen_core.songwriter import write_song

pytest_plugins = ("pop_run",)


@pytest.mark.parametrize(
    "asked",
    [
        {"bars": 4, "count": 2},
        {"form": "verse:2 chorus:2", "chords": "C F", "key": "C", "groups": ("drums", "bass"), "best_of": 2},
        {"bars": 4, "temperatures": {"drums": 0.7}, "top_p": 0.9, "chord_strength": 0.5, "free": ("resolve",)},
    ],
)
def test_a_song_is_made_again_byte_for_byte(pop_run: Path, tmp_path: Path, asked: dict[str, Any]) -> None:
    for row in api.generate(pop_run, tmp_path / "out", seed=5, **asked):
        made = api.reproduce(row.path, pop_run)
        assert made.same
        assert made.sha256 == made.made


def test_a_song_that_was_drawn_by_earlier_rules_is_not_taken_for_another_one(pop_run: Path, tmp_path: Path) -> None:
    [row] = api.generate(pop_run, tmp_path / "out", bars=1, touch=1.0)
    song = song_from_midi(row.path.read_bytes())
    row.path.write_bytes(song_to_midi(replace(song, provenance=song.provenance.replace(', "touch": 1.0', ""))))
    with pytest.raises(Refused, match="held songs less firmly to their plans"):
        api.reproduce(row.path, pop_run)


def test_of_a_song_that_had_the_tempo_of_its_call_both_tempi_are_told(pop_run: Path, tmp_path: Path) -> None:
    [row] = api.generate(pop_run, tmp_path / "out", bars=1)
    song = song_from_midi(row.path.read_bytes())
    now = song.tempo_bpm(0)
    row.path.write_bytes(song_to_midi(replace(song, tempos=rows(TEMPO, [(0, 1_000_000)]))))
    made = api.reproduce(row.path, pop_run)
    assert (made.same, made.remarks) == (False, (f"tempo: 60 then, {now:g} now",))


def test_a_song_written_around_another_needs_that_song(pop_run: Path, tmp_path: Path) -> None:
    mine, other = tmp_path / "mine.mid", tmp_path / "other.mid"
    mine.write_bytes(song_to_midi(write_song(4)))
    other.write_bytes(song_to_midi(write_song(5)))
    [row] = api.generate(pop_run, tmp_path / "out", source=mine, bars_at=(2, 2), groups=("bass",), best_of=2)
    with pytest.raises(Refused, match="written around another one"):
        api.reproduce(row.path, pop_run)
    with pytest.raises(Refused, match="is not the song that it was written around"):
        api.reproduce(row.path, pop_run, source=other)
    assert api.reproduce(row.path, pop_run, source=mine).same


def test_another_checkpoint_or_a_song_that_popgen_did_not_write_is_refused(
    pop_run: Path, tiny_run: Path, tmp_path: Path
) -> None:
    [row] = api.generate(pop_run, tmp_path / "out", bars=2)
    with pytest.raises(Refused, match="was made by the checkpoint"):
        api.reproduce(row.path, tiny_run)
    foreign = tmp_path / "foreign.mid"
    foreign.write_bytes(song_to_midi(write_song(4)))
    with pytest.raises(Refused, match="does not say"):
        api.reproduce(foreign, pop_run)


def test_a_note_that_was_changed_since_is_found_and_another_version_is_told(pop_run: Path, tmp_path: Path) -> None:
    [row] = api.generate(pop_run, tmp_path / "out", bars=2, temperature=1.5)
    song = song_from_midi(row.path.read_bytes())
    song.tracks[0].notes["velocity"][0] ^= 1
    row.path.write_bytes(song_to_midi(song))
    made = api.reproduce(row.path, pop_run)
    assert (made.same, made.remarks) == (False, ())
    row.path.write_bytes(song_to_midi(replace(song, provenance=song.provenance.replace('"0.1.0"', '"0.0.9"'))))
    assert api.reproduce(row.path, pop_run).remarks == ("popgen: 0.0.9 then, 0.1.0 now",)


@pytest.mark.parametrize(
    "change", [{"request": {"loudness": 3}}, {"request": {"count": 1}, "index": 1}, {"request": 5}]
)
def test_a_song_that_says_what_popgen_does_not_know_is_refused(
    pop_run: Path, tmp_path: Path, change: dict[str, Any]
) -> None:
    [row] = api.generate(pop_run, tmp_path / "out", bars=1)
    song = song_from_midi(row.path.read_bytes())
    made = {**json.loads(song.provenance.removeprefix(PROVENANCE)), **change}
    other = tmp_path / "other.mid"
    other.write_bytes(song_to_midi(replace(song, provenance=PROVENANCE + json.dumps(made))))
    with pytest.raises(Refused, match="in a way that this popgen does not know"):
        api.reproduce(other, pop_run)

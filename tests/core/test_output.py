"""What generation leaves beside a song: its plan, what it met of it, its stems."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from popgen_core import api
from popgen_core.music import song_from_midi
from popgen_core.plan.words.toml import plan_from_toml

pytest_plugins = ("pop_run",)


@pytest.fixture(scope="module")
def out(pop_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two songs with stems."""
    folder = tmp_path_factory.mktemp("generated") / "out"
    asked = {"form": "verse:2 chorus:2", "chords": "C F", "key": "C", "tempo": 96.0, "programs": {"lead": 73}}
    api.generate(pop_run, folder, count=2, seed=2, stems=True, temperature=1.5, **asked)
    return folder


def test_each_song_has_its_plan_and_its_figures_beside_it(out: Path) -> None:
    files = {"song-001.mid", "song-001.toml", "song-001.json", "song-002.mid", "song-002.toml", "song-002.json"}
    assert {path.name for path in out.iterdir() if path.is_file()} == files
    plan = plan_from_toml((out / "song-001.toml").read_text(encoding="utf-8"))
    assert [(section.name, section.bars) for section in plan.sections] == [("verse", 2), ("chorus", 2)]
    told = json.loads((out / "song-001.json").read_text(encoding="utf-8"))
    assert told["path"].endswith("song-001.mid")
    figures = told["adherence"]["figures"]
    assert {"key", "chords", "tempo", "meter", "length", "groups", "form"} <= set(figures)
    assert figures["tempo"]["value"] == 1.0
    assert figures["length"]["value"] == 1.0


def test_the_saved_plan_given_back_makes_the_same_notes(pop_run: Path, tmp_path: Path) -> None:
    [one] = api.generate(pop_run, tmp_path / "one", bars=4, seed=3)
    text = one.path.with_suffix(".toml").read_text(encoding="utf-8")
    [again] = api.generate(pop_run, tmp_path / "two", plan=text, seed=3)
    first, second = (song_from_midi(row.path.read_bytes()) for row in (one, again))
    assert [track.notes.tolist() for track in first.tracks] == [track.notes.tolist() for track in second.tracks]


def test_a_song_opens_with_sections_sounds_and_keys(out: Path) -> None:
    song = song_from_midi((out / "song-001.mid").read_bytes())
    assert [(marker.tick, marker.text) for marker in song.markers] == [(0, "verse"), (3840, "chorus"), (7680, "end")]
    assert song.keys.tolist() == [(0, 0, False)]
    lead = [track.program for track in song.tracks if track.name == "lead"]
    assert lead in ([], [73])
    for track in song.tracks:
        assert {7, 10} <= set(track.controls["number"].tolist())


def test_stems_hold_together_the_notes_of_the_song(out: Path) -> None:
    song = song_from_midi((out / "song-001.mid").read_bytes())
    stems = [song_from_midi(path.read_bytes()) for path in sorted((out / "song-001").iterdir())]
    assert len(stems) == len(song.tracks)
    for stem, track in zip(stems, song.tracks, strict=True):
        [only] = stem.tracks
        assert np.array_equal(only.notes, track.notes)


def test_the_best_of_several_is_kept_by_the_score_that_is_named(pop_run: Path, tmp_path: Path) -> None:
    asked = {"bars": 4, "seed": 6, "temperature": 1.2}
    [row] = api.generate(pop_run, tmp_path / "a", best_of=4, best_by="adherence", **asked)
    generator = api.generator(pop_run)
    from popgen_core.generate.request import Request
    from popgen_core.generate.write import draw_songs
    from popgen_core.plan import adherence, overall_adherence

    drawn = draw_songs(generator.loaded, Request(best_of=4, best_by="adherence", **asked))
    met = [overall_adherence(adherence(one.song, one.plan)) or 0.0 for one in drawn]
    assert row.index == int(np.argmax(met))
    [likeliest] = api.generate(pop_run, tmp_path / "b", best_of=4, **asked)
    drawn = draw_songs(generator.loaded, Request(best_of=4, **asked))
    assert likeliest.index == int(np.argmin([one.surprise for one in drawn]))
    assert all(one.surprise > 0 for one in drawn)

"""Generation: the songs that were asked for, to the bar, and the same ones again for the same seed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from popgen_core import api
from popgen_core.checkpoint import Card, read_checkpoint, write_checkpoint
from popgen_core.errors import Refused
from popgen_core.generate.load import load_checkpoint
from popgen_core.generate.request import Request, RequestError
from popgen_core.generate.wanted import completed
from popgen_core.generate.write import draw_songs, sounds_of
from popgen_core.music import Song, song_from_midi
from popgen_core.plugins import catalogue

pytest_plugins = ("pop_run",)

GROUPS = ("drums", "bass", "chords", "guitar", "strings", "lead", "others")
BAR = 1920  # ticks of a bar of 4/4


@pytest.fixture(scope="module")
def minute(tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two songs of 60 seconds at 120 BPM in 4/4."""
    out = tmp_path_factory.mktemp("generated") / "songs"
    api.generate(tiny_run, out, count=2, seconds=60, temperature=1.0, seed=3, tempo=120, meter=(4, 4))
    return out


def song_in(folder: Path, number: int = 1) -> Song:
    return song_from_midi((folder / f"song-{number:03}.mid").read_bytes())


def short(run: Path, out: Path, **asked: Any) -> bytes:
    """The bytes of one song of four bars."""
    [written] = api.generate(run, out, **{"seconds": 8, "tempo": 120, "meter": (4, 4), "temperature": 1.0, **asked})
    return written.path.read_bytes()


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tiny_run: Path, tmp_path: Path) -> None:
    one = short(tiny_run, tmp_path / "a", seed=3)
    torch.rand(5)
    assert short(tiny_run, tmp_path / "b", seed=3) == one
    assert [len(t.notes) for t in song_from_midi(short(tiny_run, tmp_path / "c", seed=4)).tracks] != [
        len(t.notes) for t in song_from_midi(one).tracks
    ]


def test_sixty_seconds_of_four_four_at_120_are_thirty_bars(minute: Path) -> None:
    song = song_in(minute)
    assert [(marker.tick, marker.text) for marker in song.markers] == [(30 * BAR, "end")]
    assert song.tempos.tolist() == [(0, 500_000)]
    assert song.meters.tolist() == [(0, 4, 4)]
    assert 25 * BAR < song.end_tick <= 30 * BAR


@pytest.mark.parametrize(
    ("meter", "tempo", "seconds", "bars", "ticks"),
    [
        ((4, 4), 120, 60, 30, 30 * 1920),
        ((3, 4), 120, 60, 40, 40 * 1440),
        ((6, 8), 120, 60, 40, 40 * 1440),
        ((5, 4), 100, 60, 20, 20 * 2400),
        ((4, 4), 96, 60, 24, 24 * 1920),
        ((4, 4), 120, 60.9, 30, 30 * 1920),  # to the nearest bar
        ((4, 4), 120, 61.1, 31, 31 * 1920),
        ((4, 4), 120, 0.1, 1, 1920),  # but never none
    ],
)
def test_a_song_is_as_many_bars_long_as_fit_best(
    meter: tuple[int, int], tempo: float, seconds: float, bars: int, ticks: int
) -> None:
    [wanted] = completed(Request(seconds=seconds, tempo=tempo, meter=meter), GROUPS, {})
    assert (wanted.bars, wanted.end_tick) == (bars, ticks)


def test_what_is_left_open_is_as_usual_in_the_corpus() -> None:
    [wanted] = completed(Request(), GROUPS, {"tempo": 96, "meter": [3, 4]})
    assert (wanted.tempo, wanted.groups) == (96, GROUPS)
    assert wanted.template.tempos.tolist() == [(0, 625_000)]
    assert wanted.template.meters.tolist() == [(0, 3, 4)]


def test_sounds_are_those_of_a_band_of_the_corpus_and_of_groups_that_it_lacks_the_usual_ones() -> None:
    corpus = {"programs": {"bass": 33, "lead": 80}, "bands": [{"bass": 38, "lead": 81}, {"bass": 32}]}
    drawn = [sounds_of(corpus, 1, index) for index in range(40)]
    assert {tuple(sorted(sounds.items())) for sounds in drawn} == {
        (("bass", 38), ("lead", 81)),
        (("bass", 32), ("lead", 80)),
    }
    assert drawn == [sounds_of(corpus, 1, index) for index in range(40)]
    assert sounds_of({"programs": {"bass": 33}}, 1, 0) == {"bass": 33}


def test_a_tempo_that_nobody_asks_for_is_one_of_the_corpus_by_the_seed() -> None:
    corpus = {"tempo": 96, "tempi": [60.0, 90.0, 100.0], "meter": [4, 4]}
    tempi = [completed(Request(seed=seed, bars=4), GROUPS, corpus)[0].tempo for seed in range(200)]
    assert tempi == [completed(Request(seed=seed, bars=4), GROUPS, corpus)[0].tempo for seed in range(200)]
    assert min(tempi) < 65 < 85 < sorted(tempi)[100] < 95 < max(tempi)
    assert all(60 <= tempo <= 100 and abs(tempo - round(tempo)) < 0.001 for tempo in tempi)
    assert completed(Request(seed=1, bars=4, tempo=71.5), GROUPS, corpus)[0].tempo == pytest.approx(71.5, rel=1e-5)
    [wanted] = completed(Request(seed=1, seconds=60), GROUPS, corpus)
    assert wanted.bars == round(60 * wanted.tempo / 60 / 4)


def test_each_song_of_a_request_has_a_tempo_of_its_own_and_the_bars_that_fit_the_seconds() -> None:
    corpus = {"tempo": 96, "tempi": [60.0, 90.0, 180.0], "meter": [4, 4]}
    songs = completed(Request(seed=3, count=40, best_of=2, seconds=60), GROUPS, corpus)
    assert [song.tempo for song in songs[::2]] == [song.tempo for song in songs[1::2]]
    assert len({song.tempo for song in songs}) > 20
    assert all(song.bars == round(round(song.tempo) / 4) for song in songs)
    assert songs[0].tempo == completed(Request(seed=3, seconds=60), GROUPS, corpus)[0].tempo
    asked = completed(Request(seed=3, count=40, seconds=60, tempo=100), GROUPS, corpus)
    assert {(round(song.tempo), song.bars) for song in asked} == {(100, 25)}


def test_songs_that_are_drawn_together_end_each_at_its_own_last_bar(pop_run: Path) -> None:
    """The tiny model's corpus knows one tempo alone; two more are told it."""
    loaded = load_checkpoint(pop_run, catalogue())
    loaded = replace(loaded, card=replace(loaded.card, corpus={**loaded.card.corpus, "tempi": [60.0, 120.0, 180.0]}))
    told: list[tuple[int, int]] = []
    made = draw_songs(loaded, Request(seed=2, count=6, seconds=12), progress=lambda *at: told.append(at))
    bars = [round(one.song.tempo_bpm(0) * 12 / 60 / 4) for one in made]
    assert len(set(bars)) > 2
    assert [one.plan.bars for one in made] == bars
    assert [one.song.markers[-1].tick for one in made] == [BAR * each for each in bars]
    assert all(one.song.end_tick <= one.song.markers[-1].tick for one in made)
    for one, each in zip(made, bars, strict=True):
        assert all((track.notes["start_tick"] < BAR * each).all() for track in one.song.tracks)
    assert told[-1] == (max(bars) * 16, max(bars) * 16)


def test_tracks_are_named_after_their_groups_and_drums_are_on_channel_ten(tiny_run: Path, tmp_path: Path) -> None:
    [row] = api.generate(tiny_run, tmp_path / "out", seconds=30, temperature=1.0, tempo=120)
    assert tuple(row.groups) == GROUPS
    song = song_in(tmp_path / "out")
    assert [track.name for track in song.tracks] == [group for group in GROUPS if row.groups[group]]
    assert [track.name for track in song.tracks if track.is_drum] == ["drums"]
    assert b"\x99" in row.path.read_bytes()
    assert row.notes == song.note_count
    assert row.notes_per_second == row.notes / row.seconds
    assert row.corpus_notes_per_second > 5


def test_a_file_says_what_made_it(tiny_run: Path, minute: Path) -> None:
    sha256 = hashlib.sha256((tiny_run / "last.safetensors").read_bytes()).hexdigest()
    for index in (0, 1):
        text = song_in(minute, index + 1).provenance
        assert text.startswith("popgen:")
        made = json.loads(text.removeprefix("popgen:"))
        assert (made["popgen"], made["checkpoint"], made["recipe"]) == ("0.1.0", sha256, "paper")
        assert (made["index"], made["request"]["seed"], made["request"]["count"]) == (index, 3, 2)
        assert made["request"]["temperature"] == 1.0


def test_only_the_wanted_groups_play(tiny_run: Path, tmp_path: Path) -> None:
    [row] = api.generate(tiny_run, tmp_path / "out", groups=["bass", "drums"], seconds=16, temperature=1.0)
    assert list(row.groups) == ["drums", "bass"]
    assert [track.name for track in song_in(tmp_path / "out").tracks] == ["drums", "bass"]


@pytest.mark.parametrize("seed", range(4))
def test_no_two_notes_of_a_pitch_overlap_and_nothing_lies_behind_the_end(
    tiny_run: Path, tmp_path: Path, seed: int
) -> None:
    song = song_from_midi(short(tiny_run, tmp_path / "out", seed=seed, temperature=2.0))
    assert song.note_count > 100
    for track in song.tracks:
        notes = track.notes[np.lexsort((track.notes["start_tick"], track.notes["pitch"]))]
        ends = notes["start_tick"] + notes["length_ticks"]
        same = notes["pitch"][1:] == notes["pitch"][:-1]
        assert (ends[:-1][same] <= notes["start_tick"][1:][same]).all()
        assert notes["length_ticks"].min() >= 1
        assert ends.max() <= song.markers[-1].tick
        assert notes["start_tick"].min() >= 0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"groups": ["bass", "horns"]}, "no group is named horns"),
        ({"tempo": 0}, "--tempo 0 is not between"),
        ({"tempo": float("nan")}, "--tempo nan"),
        ({"tempo": 401}, "--tempo 401"),
        ({"count": 0}, "--count 0"),
        ({"count": 1001}, "--count 1001"),
        ({"seconds": -1}, "--seconds -1"),
        ({"seconds": 0}, "--seconds 0"),
        ({"seconds": float("inf")}, "--seconds inf"),
        ({"temperature": 0}, "--temperature 0"),
        ({"seed": -1}, "--seed -1"),
        ({"meter": (4, 3)}, "--meter 4/3 is no meter"),
        ({"meter": (0, 4)}, "--meter 0/4 is no meter"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(RequestError) as refused:
        completed(Request(**asked), GROUPS, {})
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.exit_code == 2


def test_a_refused_request_writes_nothing(tiny_run: Path, tmp_path: Path) -> None:
    with pytest.raises(RequestError):
        api.generate(tiny_run, tmp_path / "out", groups=["horns"])
    assert list(tmp_path.iterdir()) == []


def rewritten(run: Path, out: Path, **changes: Any) -> Path:
    """The run's checkpoint with another card."""
    card, tensors = read_checkpoint(run / "last.safetensors")
    write_checkpoint(out, tensors, replace(card, **changes))
    return out


def card_of(run: Path) -> Card:
    return read_checkpoint(run / "last.safetensors")[0]


@pytest.mark.parametrize("name", ["waves.v1", "cnn.v1"])  # nobody's name, and a name that is here, but another's
def test_a_checkpoint_whose_encoder_is_not_installed_says_what_to_install(
    tiny_run: Path, tmp_path: Path, name: str
) -> None:
    components = {**card_of(tiny_run).components, "encoder": [name, "wave-shop", "3.1"]}
    with pytest.raises(Refused) as refused:
        load_checkpoint(rewritten(tiny_run, tmp_path / "x.safetensors", components=components), catalogue())
    assert f"needs the encoder {name!r}, which is not installed" in refused.value.message
    assert refused.value.hint == "install wave-shop 3.1"


def test_weights_that_do_not_fit_their_recipe_are_refused_in_one_line(tiny_run: Path, tmp_path: Path) -> None:
    recipe = card_of(tiny_run).recipe.replace("feed_forward = 64", "feed_forward = 65")
    with pytest.raises(Refused, match="do not fit its recipe") as refused:
        load_checkpoint(rewritten(tiny_run, tmp_path / "x.safetensors", recipe=recipe), catalogue())
    assert "\n" not in str(refused.value)


def test_a_checkpoint_of_other_controls_is_refused(tiny_run: Path, tmp_path: Path) -> None:
    controls = [*card_of(tiny_run).controls, ["key", 12]]
    with pytest.raises(Refused, match="was trained with the controls"):
        load_checkpoint(rewritten(tiny_run, tmp_path / "x.safetensors", controls=controls), catalogue())


def test_a_touch_is_refused_where_nothing_of_how_notes_are_played_is_drawn(tiny_run: Path, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="does not draw how notes are played"):
        api.generate(tiny_run, tmp_path / "out", bars=1, touch=0.5)
    with pytest.raises(RequestError, match="does not draw how notes are played"):
        api.generator(tiny_run).stream(touch=0.5)


def test_notes_are_struck_more_alike_at_a_low_touch(pop_run: Path, tmp_path: Path) -> None:
    loose, tight = (
        song_from_midi(api.generate(pop_run, tmp_path / name, bars=4, touch=touch)[0].path.read_bytes())
        for name, touch in (("loose", 5.0), ("tight", 0.05))
    )
    spread = [np.concatenate([track.notes["velocity"] for track in song.tracks]).std() for song in (loose, tight)]
    assert spread[1] < spread[0]

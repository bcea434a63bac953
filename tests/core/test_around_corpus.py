"""Songs of the corpus, as people played them: what is kept of them comes out event for event in each way of asking."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from popgen_core import api
from popgen_core.generate.around import Around
from popgen_core.generate.asking import asked_request
from popgen_core.generate.generator import Generator
from popgen_core.music import Song, Track, song_from_midi, song_to_midi
from popgen_core.music.bars import bar_lines
from popgen_core.music.guard import read_song
from popgen_core.plan import plan_of

pytest_plugins = ("pop_run",)

CORPUS = os.environ.get("POPGEN_CORPUS")
SONGS, MOST_NOTES = 10, 4000

pytestmark = pytest.mark.skipif(not CORPUS, reason="POPGEN_CORPUS is not set: no songs of people to write around")


def files() -> list[Path]:
    """Songs of different sizes, the same each time, that are read as they are."""
    if not CORPUS:
        return []
    every = sorted(Path(CORPUS).rglob("*.mid"), key=lambda path: path.name[::-1])
    return every[:: max(len(every) // SONGS, 1)][:SONGS]


@pytest.fixture(scope="module")
def generator(pop_run: Path) -> Generator:
    return api.generator(pop_run)


def events(track: Track) -> tuple[Any, ...]:
    """All that makes a track but its notes."""
    return track.name, track.program, track.is_drum, track.controls.tolist(), track.bends.tolist()


def written(generator: Generator, file: Path, **asked: Any) -> tuple[Song, Song, Around]:
    """The user's song, what was made of it, read back from its bytes, and how it lies on the grid."""
    prompt = None if "keep" in asked or "bars_at" in asked else file
    request, song = asked_request(prompt, None if prompt else file, {"seed": 3, **asked})
    assert song is not None
    [drawn] = generator.songs(request, song)
    found = generator.around(song)
    assert found is not None
    return song_from_midi(song_to_midi(song)), song_from_midi(song_to_midi(drawn.song)), found


def same_maps(before: Song, after: Song) -> bool:
    return all(np.array_equal(getattr(before, name), getattr(after, name)) for name in ("tempos", "meters"))


@pytest.fixture(scope="module", params=files(), ids=lambda path: path.stem[:12])
def short(request: pytest.FixtureRequest, generator: Generator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first eight bars of a song, no note cut: some ring on behind the last bar line."""
    song = read_song(request.param).song
    end = bar_lines(song)[:9][-1]
    tracks = []
    for track in song.tracks:
        notes = track.notes[track.notes["start_tick"] < end]
        controls, bends = (rows[rows["tick"] < end] for rows in (track.controls, track.bends))
        if len(notes):
            tracks.append(Track(track.name, track.program, track.is_drum, notes, controls, bends))
    if not tracks:
        pytest.skip("nothing sounds in the first eight bars")
    made = Song(song.ticks_per_quarter, tuple(tracks), song.tempos, song.meters, song.keys)
    file = tmp_path_factory.mktemp("short") / "song.mid"
    file.write_bytes(song_to_midi(made))
    return file


def test_a_song_that_goes_on_stays_as_it_was(generator: Generator, short: Path) -> None:
    before, after, _ = written(generator, short, bars=2)
    assert same_maps(before, after)
    for old, new in zip(before.tracks, after.tracks, strict=False):
        assert events(old) == events(new)
        notes = set(new.notes.tolist())
        assert set(old.notes.tolist()) <= notes
        assert all(note[0] >= old.notes["start_tick"].max() - 480 for note in notes - set(old.notes.tolist()))
    assert after.markers[-1].tick >= before.end_tick


def test_kept_groups_stay_as_they_were(generator: Generator, short: Path) -> None:
    song = read_song(short).song
    found = generator.around(song)
    assert found is not None
    playing = [group for group in dict.fromkeys(found.groups) if group]
    kept = tuple(playing[: max(len(playing) // 2, 1)])
    before, after, found = written(generator, short, keep=kept)
    assert same_maps(before, after)
    stay = [track for track, group in zip(before.tracks, found.groups, strict=True) if group in kept]
    for old, new in zip(stay, after.tracks, strict=False):
        assert events(old) == events(new)
        assert old.notes.tolist() == new.notes.tolist()
    assert {track.name for track in after.tracks[len(stay) :]} <= set(generator.loaded.model.sizes.roll.groups)


def test_bars_beside_those_that_are_new_stay_as_they_were(generator: Generator, short: Path) -> None:
    grouped = generator.around(read_song(short).song)
    assert grouped is not None
    bars = plan_of(grouped.grouped).bars
    first, last = max(bars // 2, 1), max(bars - 1, 1)
    groups = tuple(dict.fromkeys(group for group in grouped.groups if group))[:1]
    before, after, found = written(generator, short, bars_at=(first, last), groups=groups, best_of=2)
    assert same_maps(before, after)
    assert before.keys.tolist() == after.keys.tolist()
    lines, half_frame = bar_lines(before), before.ticks_per_quarter / 8
    start, stop = lines[first - 1] - half_frame, lines[last] - half_frame if last < bars else np.inf
    names = [(track.name, track.program) for track in after.tracks]
    for old, group in zip(before.tracks, found.groups, strict=True):
        outside = [note for note in old.notes.tolist() if group not in groups or not start <= note[0] < stop]
        if (old.name, old.program) not in names:
            assert not outside  # a track without notes is not read
            continue
        again = [track for track in after.tracks if events(track) == events(old)]
        assert any(
            [note for note in new.notes.tolist() if group not in groups or not start <= note[0] < stop] == outside
            for new in again
        )

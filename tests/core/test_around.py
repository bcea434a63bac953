"""Writing around a user's song: what is kept stays event for event, what is written lies where it was asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from popgen_core import api
from popgen_core.generate.around import around, joined
from popgen_core.generate.request import RequestError
from popgen_core.groupers import GROUPS
from popgen_core.groupers.seven import Seven
from popgen_core.music import BeatGrid, RollSpec, Song, Track, song_from_midi, song_to_midi
from popgen_core.music.song import BEND, CONTROL, KEY, METER, TEMPO, Marker, notes_from, rows

pytest_plugins = ("pop_run",)

BAR = 1920


def played(bars: int, *pitches: int, late: int = 0) -> Any:
    """Quarter notes on each beat, `late` ticks behind it."""
    return notes_from((480 * beat + late, 450, pitches[beat % len(pitches)], 70 + beat % 9) for beat in range(4 * bars))


@pytest.fixture(scope="module")
def mine() -> Song:
    """Eight bars of drums, bass and two guitars of a human kind: late notes, a pedal, a bend, a tempo and meter map."""
    guitar = Track(
        "Clean guitar",
        29,
        False,
        played(8, 60, 64, 67, late=7),
        rows(CONTROL, [(3, 64, 127), (5, 1, 33), (900, 64, 0)]),
        rows(BEND, [(480, 1200), (700, 0)]),
    )
    return Song(
        480,
        (
            Track("drums", 0, True, played(8, 36, 42, 38, 42)),
            Track("bass", 33, False, played(8, 36, 36, 43)),
            guitar,
            Track("Lead guitar", 30, False, played(8, 72, late=11)),
        ),
        rows(TEMPO, [(0, 500_000), (4 * BAR, 480_000)]),
        rows(METER, [(0, 4, 4)]),
        rows(KEY, [(0, 0, False)]),
    )


@pytest.fixture(scope="module")
def file(mine: Song, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mine") / "mine.mid"
    path.write_bytes(song_to_midi(mine))
    return path


def written(run: Path, out: Path, **asked: Any) -> Song:
    [row] = api.generate(run, out, **{"seed": 3, "temperature": 1.0, **asked})
    return song_from_midi(row.path.read_bytes())


def track_of(song: Song, name: str) -> Track:
    return next(track for track in song.tracks if track.name == name)


def same_events(one: Track, other: Track) -> bool:
    """Whether two tracks hold the same notes, controllers and bends, and the same sound."""
    pairs = ((one.notes, other.notes), (one.controls, other.controls), (one.bends, other.bends))
    return (one.program, one.is_drum) == (other.program, other.is_drum) and all(
        np.array_equal(first, second) for first, second in pairs
    )


def test_kept_groups_come_out_event_for_event_with_the_song_s_maps(
    pop_run: Path, mine: Song, file: Path, tmp_path: Path
) -> None:
    song = written(pop_run, tmp_path / "out", source=file, keep=("drums", "guitar"))
    for name in ("drums", "Clean guitar", "Lead guitar"):
        assert same_events(track_of(song, name), track_of(mine, name))
    assert song.tempos.tolist() == mine.tempos.tolist()
    assert song.meters.tolist() == mine.meters.tolist()
    others = {track.name for track in song.tracks} - {"drums", "Clean guitar", "Lead guitar"}
    assert others <= {"bass", "chords", "strings", "lead", "others"}
    assert others
    assert song.markers[-1].tick == 8 * BAR


def test_only_the_named_groups_are_written_beside_kept_ones(pop_run: Path, file: Path, tmp_path: Path) -> None:
    song = written(pop_run, tmp_path / "out", source=file, keep=("drums",), groups=("chords", "bass"))
    assert {track.name for track in song.tracks} <= {"drums", "bass", "chords"}


def test_bars_written_anew_leave_every_event_outside_them(
    pop_run: Path, mine: Song, file: Path, tmp_path: Path
) -> None:
    song = written(pop_run, tmp_path / "out", source=file, bars_at=(3, 4), groups=("bass",))
    for name in ("drums", "Clean guitar", "Lead guitar"):
        assert same_events(track_of(song, name), track_of(mine, name))
    before, after = track_of(mine, "bass").notes, track_of(song, "bass").notes

    def outside(notes: Any) -> Any:
        return notes[(notes["start_tick"] < 2 * BAR - 60) | (notes["start_tick"] >= 4 * BAR - 60)]

    def inside(notes: Any) -> list[Any]:
        return notes[(notes["start_tick"] >= 2 * BAR - 60) & (notes["start_tick"] < 4 * BAR - 60)].tolist()

    assert np.array_equal(outside(before), outside(after))
    assert inside(before) != inside(after)


def test_of_a_song_with_some_bars_anew_markers_keys_and_end_stay(pop_run: Path, mine: Song, tmp_path: Path) -> None:
    marks = (Marker(0, "A"), Marker(9 * BAR, "end"))
    for number, song in enumerate((replace(mine, markers=marks), replace(mine, keys=mine.keys[:0]))):
        file = tmp_path / f"{number}.mid"
        file.write_bytes(song_to_midi(song))
        made = written(pop_run, tmp_path / f"out{number}", source=file, bars_at=(3, 4), groups=("bass",), key="D")
        assert made.markers == (song.markers or (Marker(8 * BAR, "end"),))
        assert made.keys.tolist() == song.keys.tolist()


def test_a_continued_song_is_itself_and_then_goes_on(pop_run: Path, mine: Song, file: Path, tmp_path: Path) -> None:
    song = written(pop_run, tmp_path / "out", prompt=file, bars=4)
    assert song.markers[-1].tick == 12 * BAR
    new = 0
    for track in mine.tracks:
        notes = track_of(song, track.name).notes
        old = notes[notes["start_tick"] < 8 * BAR - 60]
        assert np.array_equal(old, track.notes)
        new += len(notes) - len(old)
    new += sum(len(track.notes) for track in song.tracks if track.name not in {one.name for one in mine.tracks})
    assert new > 0
    assert song.tempos.tolist() == mine.tempos.tolist()


def test_new_notes_leave_kept_ones_of_their_pitch_alone(pop_run: Path, file: Path, tmp_path: Path) -> None:
    song = written(pop_run, tmp_path / "out", source=file, bars_at=(2, 6), groups=("guitar",), temperature=2.0)
    for track in song.tracks:
        notes = track.notes[np.lexsort((track.notes["start_tick"], track.notes["pitch"]))]
        ends = notes["start_tick"] + notes["length_ticks"]
        same = notes["pitch"][1:] == notes["pitch"][:-1]
        assert (ends[:-1][same] <= notes["start_tick"][1:][same]).all()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"keep": ("strings",)}, "--keep: the song has no strings"),
        ({"keep": ("horns",)}, "no group is named horns"),
        ({"bars_at": (7, 9), "groups": ("bass",)}, "--bars-at 7-9: the song has bars 1 to 8"),
        ({"bars_at": (3, 2), "groups": ("bass",)}, "--bars-at 3-2"),
        ({"bars_at": (3, 4)}, "which groups"),
        ({"keep": ("drums",), "tempo": 90.0}, "--tempo cannot be said beside a song"),
        ({"keep": ("drums",), "form": "verse:8"}, "--form cannot be said beside a song"),
        ({"keep": ("drums",), "bars_at": (1, 2)}, "say one"),
        ({}, "say what of the song stays"),
    ],
)
def test_what_cannot_be_asked_of_a_song_is_refused_and_nothing_is_written(
    pop_run: Path, file: Path, tmp_path: Path, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(RequestError) as refused:
        api.generate(pop_run, tmp_path / "out", source=file, **asked)
    assert said in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_new_note_ends_where_a_kept_one_of_its_pitch_begins_and_gives_way_where_one_sounds() -> None:
    bass = Track("bass", 33, False, notes_from([(0, 2400, 40, 90), (2 * BAR, 480, 41, 80)]))
    song, spec = Song(480, (bass,)), RollSpec(GROUPS)
    stays = np.ones((48, len(GROUPS)), dtype=np.bool_)
    stays[16:32] = False  # the second bar is new
    kept = replace(around(song, Seven(), BeatGrid(4), spec), kept=stays)
    new = Track(
        "bass", 33, False, notes_from([(BAR, 240, 40, 50), (BAR + 480, 5000, 41, 60), (BAR + 960, 240, 42, 70)])
    )
    made = joined(kept, (new,), song)
    assert made.tracks[0].notes.tolist() == [
        (0, 2400, 40, 90),  # sounds until the middle of the second bar: the new one of its pitch is left out
        (BAR + 480, BAR - 480, 41, 60),  # cut where the kept one begins
        (BAR + 960, 240, 42, 70),
        (2 * BAR, 480, 41, 80),
    ]

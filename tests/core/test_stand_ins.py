"""Stand-ins: their bars are those of songs, they say what made them, the same seed makes the same bytes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from popgen_core.baselines import stand_ins as making
from popgen_core.baselines.bars import meter_of, repeated_bar, shuffled_bars
from popgen_core.baselines.drawn import learn_band
from popgen_core.baselines.stand_ins import STAND_INS, Wanted
from popgen_core.baselines.write import write_baseline
from popgen_core.errors import OutputError, PopgenError, RecipeError
from popgen_core.groupers import Seven
from popgen_core.music import Song, Track, notes_from, rows, song_to_midi
from popgen_core.music.guard import read_song
from popgen_core.music.song import METER, TEMPO

BAR = 1920
SIZES = (1, 2, 3, 1)  # onsets of each bar: the third is the busiest


def bass_line(bars: int = 12, first: int = 0, velocity: int = 90) -> Song:
    """A bass that plays pitch 30 + bar number, 1, 2, 3, 1, 1, 2, 3, 1 ... quarters a bar; 100 BPM."""
    notes = [
        ((first + bar) * BAR + beat * 480, 400, 30 + bar, velocity)
        for bar in range(bars)
        for beat in range(SIZES[bar % 4])
    ]
    return Song(480, (Track("bass", 33, False, notes_from(notes)),), rows(TEMPO, [(0, 600_000)]))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Three fit songs, one too short, one that changes its meter, and a file that is none."""
    place = tmp_path / "songs"
    place.mkdir()
    changing = Song(480, bass_line().tracks, meters=rows(METER, [(0, 4, 4), (BAR * 3, 3, 4)]))
    songs = {
        "a": bass_line(),
        "b": bass_line(14, velocity=80),
        "c": bass_line(13, first=2, velocity=70),
        "short": bass_line(11),
        "turn": changing,
    }
    for name, song in songs.items():
        (place / f"{name}.mid").write_bytes(song_to_midi(song))
    (place / "text.mid").write_text("no music")
    return place


def notes_of(path: Path) -> list[list[tuple[int, ...]]]:
    return [track.notes.tolist() for track in read_song(path).song.tracks]


def test_shuffled_bars_are_the_same_bars_in_another_order() -> None:
    shuffled = shuffled_bars(bass_line(), np.random.default_rng(0)).tracks[0].notes
    by_bar = [tuple(shuffled["pitch"][shuffled["start_tick"] // BAR == bar]) for bar in range(12)]
    assert Counter(by_bar) == Counter((30 + bar,) * SIZES[bar % 4] for bar in range(12))
    assert by_bar != sorted(by_bar)


def test_the_first_of_the_busiest_bars_is_in_every_bar() -> None:
    notes = repeated_bar(bass_line()).tracks[0].notes
    assert notes["start_tick"].tolist() == [bar * BAR + beat for bar in range(12) for beat in (0, 480, 960)]
    assert set(notes["pitch"].tolist()) == {32}


def test_a_meter_counts_up_to_the_bars_that_are_used() -> None:
    turns = Song(480, bass_line().tracks, meters=rows(METER, [(0, 4, 4), (BAR * 4, 4, 4), (BAR * 6, 3, 4)]))
    assert meter_of(turns, 6) == (4, 4)
    assert meter_of(turns, 7) is None
    assert meter_of(turns) is None
    inside = Song(480, bass_line().tracks, meters=rows(METER, [(0, 4, 4), (100, 4, 4)]))
    assert meter_of(inside) is None


def test_markov_plays_what_it_heard_and_is_under_way_in_the_first_bar() -> None:
    """Every bar of the songs learnt from has one note, on the first sixteenth, four sixteenths long.

    A bar after silence has it with a chance of some .3 alone: 500 songs that begin with it, against 1000 imagined.
    """
    notes = notes_from([(bar * BAR, 480, 40, 70) for bar in range(4)])
    band = learn_band([Song(480, (Track("bass", 33, False, notes),), rows(TEMPO, [(0, 400_000)]))] * 500)
    first, lengths, velocities = 0, Counter(), Counter()
    for seed in range(40):
        drawn = band.draw(12, np.random.default_rng(seed))
        [track] = [track for track in drawn.tracks if track.name == "bass"]
        assert (track.program, int(drawn.tempos["microseconds"][0])) == (33, 400_000)
        usual = track.notes[(track.notes["pitch"] == 40) & (track.notes["start_tick"] % BAR == 0)]
        first += 0 in usual["start_tick"]
        lengths.update(usual["length_ticks"].tolist())
        velocities.update(usual["velocity"].tolist())
    assert first >= 36
    assert lengths.most_common(1)[0][0] == 480
    assert velocities.most_common(1)[0][0] == 70


def test_markov_draws_the_bars_that_were_asked_and_the_same_ones_for_a_seed() -> None:
    band = learn_band([Seven().group(bass_line(32)).song])
    one, two = (band.draw(12, np.random.default_rng(4)) for _ in range(2))
    assert one.tracks[0].notes.tolist() == two.tracks[0].notes.tolist()
    assert band.draw(12, np.random.default_rng(5)).tracks[0].notes.tolist() != one.tracks[0].notes.tolist()
    assert one.end_tick <= 12 * BAR
    assert all((track.notes["start_tick"] % 120 == 0).all() for track in one.tracks)


@pytest.mark.parametrize("name", STAND_INS)
def test_the_same_seed_writes_the_same_bytes_and_says_what_made_them(source: Path, tmp_path: Path, name: str) -> None:
    of = None if name == "songwriter" else source
    first, second = (write_baseline(name, tmp_path / out, of, Wanted(3, 12, seed=8)) for out in ("x", "y"))
    other = write_baseline(name, tmp_path / "z", of, Wanted(3, 12, seed=9))
    contents = [[path.read_bytes() for path in written.paths] for written in (first, second, other)]
    assert contents[0] == contents[1]
    assert [notes_of(path) for path in first.paths] != [notes_of(path) for path in other.paths]
    song = read_song(first.paths[1]).song
    made = json.loads(song.provenance.partition(":")[2])
    assert (made["baseline"], made["seed"], made["bars"], made["index"]) == (name, 8, 12, 1)
    assert made.get("source") == (None if of is None else "songs")
    assert meter_of(song) is not None
    assert str(tmp_path) not in song.provenance


def test_unfit_songs_and_unread_files_are_told(source: Path, tmp_path: Path) -> None:
    written = write_baseline("one-bar", tmp_path / "out", source, Wanted(3, 12))
    assert dict(written.unfit) == {"fewer than 12 bars": 1, "not in one meter in its first 12 bars": 1}
    assert [row.file for row in written.unread] == ["text.mid"]
    songs = {json.loads(read_song(path).song.provenance.partition(":")[2])["song"] for path in written.paths}
    assert songs == {"a.mid", "b.mid", "c.mid"}
    with pytest.raises(PopgenError, match="has 3 fit songs, asked were 4") as raised:
        write_baseline("one-bar", tmp_path / "more", source, Wanted(4, 12))
    assert raised.value.hint == "ask for --count 3"
    assert not (tmp_path / "more").exists()


def test_more_songs_begin_with_the_same_ones(source: Path, tmp_path: Path) -> None:
    few, many = (write_baseline("shuffled-bars", tmp_path / str(n), source, Wanted(n, 12)) for n in (2, 3))
    assert [path.read_bytes() for path in few.paths] == [path.read_bytes() for path in many.paths[:2]]


def test_each_song_has_a_chance_of_its_own(source: Path, tmp_path: Path) -> None:
    one, two = write_baseline("markov", tmp_path / "out", source, Wanted(2, 12)).paths
    assert notes_of(one) != notes_of(two)
    for name in ("b", "c"):
        (source / f"{name}.mid").write_bytes((source / "a.mid").read_bytes())
    alike = [notes_of(path) for path in write_baseline("shuffled-bars", tmp_path / "s", source, Wanted(3, 12)).paths]
    assert alike[0] != alike[1] != alike[2]


def test_what_exists_is_not_overwritten_unless_forced(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "b.mid").write_text("mine")
    with pytest.raises(OutputError, match=r"b\.mid exists"):
        write_baseline("one-bar", out, source, Wanted(3, 12))
    assert [path.name for path in out.iterdir()] == ["b.mid"]
    write_baseline("one-bar", out, source, Wanted(3, 12), force=True)
    assert (out / "b.mid").read_bytes().startswith(b"MThd")


def test_wrong_wishes_are_named(source: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no baseline is called 'noise'"):
        write_baseline("noise", tmp_path / "out", source)
    with pytest.raises(RecipeError, match="markov is made of songs"):
        write_baseline("markov", tmp_path / "out")
    with pytest.raises(RecipeError, match="songs of 11 bars"):
        Wanted(bars=11)


def test_a_note_ends_where_the_next_of_its_pitch_begins(source: Path, tmp_path: Path) -> None:
    """A note that lasts over its bar line would otherwise not come back from MIDI as it was written."""
    long = Track("lead", 80, False, notes_from([(bar * BAR, 3000, 60, 80) for bar in range(12)]))
    (source / "a.mid").write_bytes(song_to_midi(Song(480, (long,))))
    written = [read_song(path).song for path in write_baseline("one-bar", tmp_path / "o", source, Wanted(3, 12)).paths]
    [lead] = [track for song in written for track in song.tracks if track.name == "lead"]
    assert lead.notes["length_ticks"].tolist() == [BAR] * 12


def test_a_song_made_of_one_song_keeps_its_name_and_never_takes_its_place(source: Path, tmp_path: Path) -> None:
    (source / "below").mkdir()
    (source / "c.mid").rename(source / "below" / "c.mid")
    written = write_baseline("shuffled-bars", tmp_path / "out", source, Wanted(20, 12, fewer=True)).paths
    assert {str(path.relative_to(tmp_path / "out")) for path in written} == {"a.mid", "b.mid", "below/c.mid"}
    with pytest.raises(OutputError, match="holds the songs themselves"):
        write_baseline("one-bar", source, source, Wanted(3, 12), force=True)


def test_a_name_in_a_dataset_leads_out_of_no_folder(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = [("../../a", bass_line()), ("/b/c.kar", bass_line())]
    monkeypatch.setattr(making, "named_songs", lambda place, unread: iter(strange))
    written = write_baseline("one-bar", tmp_path / "out", source, Wanted(2, 12)).paths
    assert {str(path.relative_to(tmp_path / "out")) for path in written} == {"a.mid", "b/c.kar"}
    monkeypatch.setattr(making, "named_songs", lambda place, unread: iter([strange[0], ("a.mid", bass_line())]))
    with pytest.raises(OutputError, match="two songs of the source have one name"):
        write_baseline("one-bar", tmp_path / "more", source, Wanted(2, 12))

"""Beats files: what is read from them, and songs laid on them without losing a note or a millisecond."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from popgen_core.errors import MidiError
from popgen_core.music import Marker, Song, Track, bar_lines, notes_from, places, rows, song_from_midi, song_to_midi
from popgen_core.music.beats import TICKS_PER_QUARTER, Beats, read_beats, song_on_beats
from popgen_core.music.guard import song_from_bytes
from popgen_core.music.song import BEND, CONTROL, KEY, TEMPO

Q = TICKS_PER_QUARTER


def song(*notes: tuple[int, int, int, int]) -> Song:
    """Notes at a thousand ticks a second."""
    return Song(500, (Track("lead", 3, False, notes_from(notes)),), tempos=rows(TEMPO, [(0, 500_000)]))


def beats(seconds: list[float], *downbeats: int) -> Beats:
    return Beats(np.array(seconds), np.isin(np.arange(len(seconds)), downbeats))


def placed(made: Song, track: int = 0) -> list[tuple[float, float, int, int]]:
    """Notes as (start and length in beats, pitch, velocity)."""
    return [(start / Q, length / Q, pitch, loud) for start, length, pitch, loud in made.tracks[track].notes.tolist()]


def meters(made: Song) -> list[tuple[float, int, int]]:
    return [(tick / Q, top, bottom) for tick, top, bottom in made.meters.tolist()]


FOUR = "".join(f"{n * 0.5 + 0.25} {float(n % 2 == 1)} {float(n % 4 == 1)}\n" for n in range(9))


def test_of_two_flags_the_second_marks_bars_in_four() -> None:
    read = read_beats(FOUR)
    assert read.seconds.tolist() == [0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4.25]
    assert np.flatnonzero(read.downbeat).tolist() == [1, 5]


def test_of_two_flags_the_first_marks_bars_in_three() -> None:
    text = "".join(f"{n * 0.5} {float(n % 3 == 0)} {float(n % 6 == 3)}\n" for n in range(13))
    assert np.flatnonzero(read_beats(text).downbeat).tolist() == [0, 3, 6, 9, 12]


def test_a_single_flag_and_empty_lines_are_read_too() -> None:
    assert read_beats("\n0.5 1\r\n1.0 0\n\n1.5\t1").downbeat.tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        (" \n\n", "empty"),
        ("0.5 1 1\n", "a single beat"),
        ("0.5 1\none 0\n", "something else than numbers"),
        ("0.5 1\n1.0\n", "row 2 has 1 columns"),
        ("0.5 1 1\n1.0 1\n", "row 2 has 2 columns"),
        ("0.5\n1.0\n", "row 1 has 1 columns"),
        ("0.5 1\n0.5 0\n", "do not increase"),
        ("-0.5 1\n0.5 0\n", "do not increase from 0"),
        ("nan 1\n0.5 0\n", "finite"),
        ("0.5 1\ninf 0\n", "finite"),
        ("0.5 1\n1.0 2\n", "0 or 1"),
        ("0.5 0 0\n1.0 0 0\n", "none of its beats is marked"),
        ("0.5 1\n0.53 0\n", "0.04 to 16 seconds apart"),
        ("0.5 1\n17 0\n", "0.04 to 16 seconds apart"),
        ("3601 1\n3602 0\n", "within an hour"),
        ("".join(f"{n} {int(n in (0, 65))}\n" for n in range(70)), "more than 64 beats"),
    ],
)
def test_what_is_no_file_of_beats_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(MidiError, match=re.escape(said)) as refused:
        read_beats(text)
    assert refused.value.reason == "bad-beats"


def test_every_beat_is_a_quarter_note_and_downbeats_begin_bars() -> None:
    played = song((0, 500, 60, 64), (500, 250, 62, 65), (1100, 600, 64, 66), (1700, 100, 65, 67))
    made = song_on_beats(played, beats([0.0, 0.5, 1.1, 1.7, 2.2], 0, 4))
    assert placed(made)[0] == (0, 1, 60, 64)
    assert placed(made)[1] == (1, pytest.approx(0.25 / 0.6, abs=1 / Q), 62, 65)
    assert placed(made)[2:] == [(2, 1, 64, 66), (3, pytest.approx(0.2), 65, 67)]
    assert made.tempos.tolist() == [(0, 500_000), (Q, 600_000), (3 * Q, 500_000)]
    assert meters(made) == [(0, 4, 4)]
    assert made.tracks[0].program == 3


def test_beats_before_the_first_downbeat_are_a_pick_up_bar() -> None:
    made = song_on_beats(song((0, 3000, 60, 64)), beats([n * 0.5 for n in range(10)], 1, 5, 9))
    assert meters(made) == [(0, 1, 4), (1, 4, 4)]
    assert (bar_lines(made) / Q).tolist() == [0, 1, 5, 9]


def test_more_beats_before_the_first_downbeat_than_a_bar_has_are_bars_and_a_pick_up() -> None:
    made = song_on_beats(song((0, 100, 60, 64)), beats([n * 0.5 for n in range(15)], 6, 10, 14))
    assert meters(made) == [(0, 2, 4), (2, 4, 4)]


def test_a_bar_of_another_length_has_its_own_meter() -> None:
    made = song_on_beats(song((0, 100, 60, 64)), beats([n * 0.5 for n in range(18)], 0, 4, 6, 9, 13, 17))
    assert meters(made) == [(0, 4, 4), (4, 2, 4), (6, 3, 4), (9, 4, 4)]


def test_the_bar_after_the_last_downbeat_has_the_usual_length() -> None:
    made = song_on_beats(song((0, 100, 60, 64)), beats([n * 0.5 for n in range(12)], 0, 3, 6, 10))
    assert meters(made) == [(0, 3, 4), (6, 4, 4), (10, 3, 4)]
    assert meters(song_on_beats(song((0, 100, 60, 64)), beats([0, 0.5, 1.0], 1))) == [(0, 1, 4), (1, 4, 4)]


def test_a_first_beat_within_the_song_is_led_to_by_as_many_quarters_as_fit() -> None:
    played = song((0, 100, 59, 64), (900, 500, 60, 64))
    made = song_on_beats(played, beats([0.9, 1.4, 1.9], 0))  # 0.9 seconds are nearest to two beats of 0.5
    assert made.tempos.tolist() == [(0, 450_000), (2 * Q, 500_000)]
    assert meters(made) == [(0, 2, 4), (2, 4, 4)]
    assert [note[:3] for note in placed(made)] == [(0, pytest.approx(0.1 / 0.45, abs=1 / Q), 59), (2, 1, 60)]


def test_a_lead_shorter_than_half_a_beat_is_one_quick_quarter() -> None:
    made = song_on_beats(song((100, 500, 60, 64)), beats([0.1, 0.6, 1.1], 0))
    assert made.tempos.tolist() == [(0, 100_000), (Q, 500_000)]
    assert meters(made) == [(0, 1, 4), (1, 4, 4)]
    assert placed(made)[0][:2] == (1, 1)


def test_a_first_beat_at_once_is_the_start() -> None:
    made = song_on_beats(song((30, 470, 60, 64)), beats([0.03, 0.5, 1.0], 0))
    assert made.tempos.tolist() == [(0, 500_000)]
    assert made.seconds(made.tracks[0].notes["start_tick"]).tolist() == pytest.approx([0.03], abs=1e-4)


def test_notes_after_the_last_beat_go_on_in_its_tempo() -> None:
    made = song_on_beats(song((2000, 1000, 60, 64)), beats([0.0, 0.4, 0.8], 0))
    assert placed(made)[0][:2] == (5, 2.5)


def test_a_note_keeps_a_tick_of_its_length_and_none_of_none() -> None:
    played = Song(32767, (Track("lead", 0, False, notes_from([(0, 1, 60, 64), (0, 0, 62, 64)])),))
    assert song_on_beats(played, beats([0.0, 8.0], 0)).tracks[0].notes["length_ticks"].tolist() == [1, 0]


def test_rounded_times_do_not_add_up_over_a_long_song() -> None:
    third = [n / 3 for n in range(3001)]
    made = song_on_beats(song((333, 10, 60, 64), (999_000, 1000, 60, 64)), beats(third, *range(0, 3001, 4)))
    assert [start for start, _, _, _ in placed(made)] == [
        pytest.approx(0.999, abs=1 / Q),
        pytest.approx(2997, abs=1 / Q),
    ]


def test_controllers_bends_keys_and_markers_keep_their_seconds() -> None:
    track = Track("lead", 0, False, notes_from([]), rows(CONTROL, [(500, 64, 127)]), rows(BEND, [(1100, -5)]))
    played = Song(500, (track,), keys=rows(KEY, [(500, 2, False)]), markers=(Marker(1100, "chorus"),), provenance="x")
    made = song_on_beats(played, beats([0.0, 0.5, 1.1], 0))
    assert made.tracks[0].controls.tolist() == [(Q, 64, 127)]
    assert made.tracks[0].bends.tolist() == [(2 * Q, -5)]
    assert made.keys.tolist() == [(Q, 2, False)]
    assert made.markers == (Marker(2 * Q, "chorus"),)
    assert made.provenance == "x"
    assert track.controls["tick"].tolist() == [500]  # what was given is never written to


def test_a_song_of_more_ticks_than_midi_can_hold_is_refused() -> None:
    with pytest.raises(MidiError, match="more than 2,147,483,647 ticks") as refused:
        song_on_beats(song((30_000_000, 1, 60, 64)), beats([0.0, 0.04], 0))
    assert refused.value.reason == "bad-beats"


def test_a_song_on_its_beats_can_be_written_and_read_again() -> None:
    made = song_on_beats(song((50, 500, 60, 64), (2000, 10, 62, 64)), beats([0.05, 0.6, 1.1], 1))
    read = song_from_bytes(song_to_midi(made)).song
    assert read.tempos.tolist() == made.tempos.tolist()
    assert read.meters.tolist() == made.meters.tolist()
    assert read.tracks[0].notes.tolist() == made.tracks[0].notes.tolist()


def test_songs_of_pop909_keep_every_note_to_the_millisecond_and_fall_on_sixteenths(corpus: Path) -> None:
    on_sixteenths, on_downbeats = [], []
    for name in ("001", "034", "102", "307", "624", "900"):
        folder = corpus / "pop909" / "songs" / name
        played = song_from_midi((folder / f"{name}.mid").read_bytes())
        made = song_on_beats(played, read_beats((folder / "beat_midi.txt").read_text()))
        for old, new in zip(played.tracks, made.tracks, strict=True):
            assert len(old.notes) == len(new.notes)
            for ends in (0, 1):
                times = [
                    np.sort(s.seconds(t.notes["start_tick"] + ends * t.notes["length_ticks"]))
                    for s, t in ((played, old), (made, new))
                ]
                assert np.abs(times[0] - times[1]).max(initial=0) < 0.001
        piano = next(track for track in made.tracks if track.name == "PIANO").notes
        sixteenths = piano["start_tick"] / Q * 4
        on_sixteenths.append(np.mean(np.abs(sixteenths - np.rint(sixteenths)) < 0.15))
        low = places(made, piano["start_tick"][piano["pitch"] < 48] + 0.05 * Q).beat_in_bar
        on_downbeats.append(np.mean(low < 0.1) - max(np.mean(np.abs(low - beat) < 0.1) for beat in (1, 2, 3)))
    assert np.mean(on_sixteenths) > 0.85  # 0.3 by chance, and in the files' own ticks
    assert np.mean(on_downbeats) > 0

"""seven.v1 hears what a track plays, and believes that rather than its program where it is plain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from popgen_core.groupers import Seven
from popgen_core.groupers.playing import playing
from popgen_core.music import Song, Track, notes_from, rows
from popgen_core.music.song import TEMPO
from popgen_core.songwriter import write_songs

QUARTER = 480
C, F, G = (60, 64, 67), (60, 65, 69), (59, 62, 67)
EIGHT_BARS = ([C] * 4 + [F] * 4 + [G] * 4 + [C] * 4) * 2  # a chord a beat
ROOTS = ([36] * 4 + [41] * 4 + [43] * 4 + [36] * 4) * 2
TUNE = [76, 77, 79, 77, 76, 74, 72, 74, 76, 77, 79, 81, 79, 77, 76, 74] * 2
ARPEGGIO = [pitch for low, middle, high in EIGHT_BARS for pitch in (low, middle, high, middle)]
BASS_GUITAR, ELECTRIC_PIANO, FLUTE = 33, 4, 73


def part(program: int, stacks: Sequence[Sequence[int]], beats: float = 1.0, velocity: int = 80) -> Track:
    """A track that plays one chord after another, nine tenths of its time each."""
    notes = [
        (round(at * beats * QUARTER), round(0.9 * beats * QUARTER), pitch, velocity)
        for at, stack in enumerate(stacks)
        for pitch in stack
    ]
    return Track("", program, False, notes_from(notes))


def line(program: int, pitches: Sequence[int], beats: float = 1.0) -> Track:
    return part(program, [[pitch] for pitch in pitches], beats)


BASS, PIANO, MELODY = line(BASS_GUITAR, ROOTS), part(ELECTRIC_PIANO, EIGHT_BARS), line(FLUTE, TUNE)


def heard(*tracks: Track) -> list[str | None]:
    return [placement.group for placement in Seven().group(Song(QUARTER, tracks)).placements]


def why(track: Track, *others: Track) -> str:
    return Seven().group(Song(QUARTER, (track, *others))).placements[0].why


def test_a_plain_band_goes_where_its_programs_say() -> None:
    assert heard(BASS, PIANO, MELODY) == ["bass", "chords", "lead"]
    assert why(BASS, PIANO, MELODY) == "program 33 (Electric Bass (finger))"


def test_a_piano_that_plays_the_lowest_line_alone_is_the_bass() -> None:
    low = line(0, ROOTS)
    assert heard(low, PIANO, MELODY) == ["bass", "chords", "lead"]
    assert why(low, PIANO, MELODY) == (
        "program 0 (Acoustic Grand Piano), but it plays the lowest line, and no other is a bass: bass"
    )


def test_a_low_piano_line_beside_a_bass_stays_with_the_chords() -> None:
    assert heard(line(0, [pitch + 12 for pitch in ROOTS]), BASS, PIANO, MELODY)[0] == "chords"


@pytest.mark.parametrize("program", [48, 61, 27, 18, 0, 11])
def test_the_top_line_is_the_lead_whatever_plays_it(program: int) -> None:
    tune = line(program, TUNE)
    assert heard(BASS, PIANO, tune) == ["bass", "chords", "lead"]
    assert why(tune, BASS, PIANO).endswith("lead")
    assert "moving by step" in why(tune, BASS, PIANO)


@pytest.mark.parametrize("program", [25, 27, 30])
def test_a_strummed_guitar_plays_chords_and_a_broken_chord_is_guitar(program: int) -> None:
    strummed = part(program, [stack for stack in EIGHT_BARS for _ in (0, 1)], 0.5)
    assert heard(strummed, BASS, MELODY)[0] == "chords"
    assert "full chords" in why(strummed, BASS, MELODY)
    assert heard(line(program, ARPEGGIO, 0.25), BASS, MELODY)[0] == "guitar"


def test_a_strum_is_one_chord() -> None:
    strum = notes_from([(480 * beat + 15 * at, 400, pitch, 80) for beat in range(8) for at, pitch in enumerate(C)])
    run = notes_from([(480 * beat + 60 * at, 50, pitch, 80) for beat in range(8) for at, pitch in enumerate(C)])
    figures = playing([Track("", 25, False, strum), Track("", 25, False, run)], QUARTER)
    assert figures.chords.tolist() == [1.0, 0.0]
    assert figures.triads.tolist() == [1.0, 0.0]


def test_a_brass_section_of_chords_is_others() -> None:
    assert heard(part(61, EIGHT_BARS), BASS, MELODY)[0] == "others"


def test_a_synth_lead_that_plays_block_chords_plays_chords() -> None:
    assert heard(part(80, EIGHT_BARS), BASS, MELODY)[0] == "chords"


@pytest.mark.parametrize("program", [80, 85, 91])
def test_long_high_chords_of_a_synth_are_strings(program: int) -> None:
    pad = part(program, [[pitch + 12 for pitch in stack] for stack in (C, F, G, C) * 2], 4)
    assert heard(pad, BASS, MELODY)[0] == "strings"


def test_what_doubles_the_lead_joins_it() -> None:
    low = line(41, [pitch - 12 for pitch in TUNE])
    low = replace(low, notes=np.array([(*note[:3], 60) for note in low.notes.tolist()], dtype=low.notes.dtype))
    assert heard(low, BASS, PIANO, MELODY)[0] == "lead"
    assert why(low, BASS, PIANO, MELODY) == "program 41 (Viola), but it doubles the lead: lead"
    assert heard(low, BASS, PIANO, line(FLUTE, TUNE[::-1]))[0] == "strings"


def kit() -> Track:
    """Hats in eighths with kick and snare in turn, not on the drum channel."""
    hats = [(240 * at, 60, 42, 80) for at in range(64)]
    beat = [(480 * at, 60, 36 if at % 2 == 0 else 38, 100) for at in range(32)]
    return Track("", 0, False, notes_from(hats + beat))


def test_a_drum_kit_is_heard_on_any_channel() -> None:
    assert heard(kit(), BASS, MELODY) == ["drums", "bass", "lead"]
    assert why(kit(), BASS, MELODY) == (
        "program 0 (Acoustic Grand Piano), but it plays kicks, snares and cymbals as a drum kit does"
    )


def test_power_chords_on_a_kits_keys_are_no_drums() -> None:
    riff = part(30, [(36, 43), (38, 45), (35, 42), (36, 43)] * 16, 0.5)
    assert heard(riff, BASS, MELODY)[0] in ("chords", "guitar")


def test_a_few_notes_overrule_no_program() -> None:
    assert heard(line(48, TUNE), BASS, PIANO)[0] == "lead"
    assert heard(line(48, TUNE[:6]), BASS, PIANO)[0] == "strings"


def test_where_all_programs_are_the_same_what_is_heard_decides() -> None:
    high = part(0, [[pitch + 12 for pitch in stack] for stack in (C, F, G, C) * 2], 4)
    assert heard(line(0, ROOTS), part(0, EIGHT_BARS), line(0, TUNE), high) == ["bass", "chords", "lead", "strings"]


def test_tempo_and_resolution_change_nothing() -> None:
    song = Song(QUARTER, (line(0, ROOTS), part(25, EIGHT_BARS, 1.0), line(48, TUNE)))
    fast = replace(song, tempos=rows(TEMPO, [(0, 200_000)]))
    fine = replace(song, ticks_per_quarter=960, tracks=tuple(doubled(track) for track in song.tracks))
    placed = [Seven().group(each).placements for each in (song, fast, fine)]
    assert placed[0] == placed[1] == placed[2]
    assert [placement.group for placement in placed[0]] == ["bass", "chords", "lead"]


def doubled(track: Track) -> Track:
    return replace(track, notes=notes_from((2 * at, 2 * length, *rest) for at, length, *rest in track.notes.tolist()))


def test_figures_are_those_of_the_notes() -> None:
    figures = playing([line(0, [36, 36, 38, 43]), part(0, [C, (60,)])], QUARTER)
    assert figures.notes.tolist() == [4, 4]
    assert figures.middle.tolist() == [36, 60]
    assert figures.chords.tolist() == [0, 0.5]
    assert figures.voices.tolist() == [1, 2]
    assert figures.length.tolist() == [0.9, 0.9]
    assert figures.density.tolist() == pytest.approx([4 / 3.9, 2 / 1.9])
    assert (figures.repeats[0], figures.steps[0], figures.broken[0]) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert figures.bottom.tolist() == [1, 0]
    assert figures.top.tolist() == [0, 1]
    assert figures.loudness.tolist() == [0, 0]
    assert figures.present.tolist() == pytest.approx([1, 0.49], abs=0.01)


def test_the_median_pitch_counts_time_not_notes() -> None:
    held = notes_from([(0, 4800, 40, 80), (0, 480, 70, 80), (480, 480, 72, 80)])
    assert playing([Track("", 0, False, held)], QUARTER).middle.tolist() == [40]


def test_a_tracks_first_note_is_no_move_from_another_tracks_last() -> None:
    figures = playing([line(0, [60, 72]), line(0, [74, 74])], QUARTER)
    assert figures.steps.tolist() == [0, 0]
    assert figures.repeats.tolist() == [0, 1]


def test_a_pause_does_not_count_as_playing() -> None:
    notes = notes_from([(0, 480, 60, 80), (960, 480, 60, 80), (7680, 480, 60, 80), (8160, 480, 62, 80)])
    figures = playing([Track("", 0, False, notes)], QUARTER)
    assert figures.density.tolist() == pytest.approx([4 / 5])  # three beats and two, the rest of one between counts
    assert figures.voices.tolist() == [1]


def test_the_songwriters_songs_regain_their_groups_from_what_they_play() -> None:
    right, total = 0, 0
    for song in write_songs(30, 2026):
        bare = replace(song, tracks=tuple(replace(each, name="", program=0) for each in song.tracks))
        for truth, placement in zip(song.tracks, Seven().group(bare).placements, strict=True):
            right, total = right + (placement.group == truth.name), total + 1
    assert right / total > 0.7

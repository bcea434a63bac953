"""Lead sheets: what is read of POP909's folders and of any MIDI file, and the page on which bars lie."""

from pathlib import Path

import numpy as np
import pytest
from lead_sheets import BAR, melody_notes, pop909_folder, write_midi

from popgen_core.errors import MidiError
from popgen_core.music import Song, Track, notes_from, rows
from popgen_core.music.guard import read_song
from popgen_core.music.song import METER
from popgen_core.songwriter.arranging import heard_sheet, is_pop909, pop909_sheet
from popgen_core.songwriter.arranging.harte import chord_from_harte
from popgen_core.songwriter.arranging.heard_form import heard_form, sung_bars
from popgen_core.songwriter.arranging.measures import measures_of
from popgen_core.songwriter.harmony import Key


@pytest.mark.parametrize(
    ("text", "tones", "bass"),
    [
        ("C:maj", (0, 4, 7), 0),
        ("Bb:min", (10, 1, 5), 10),
        ("F#:maj7/5", (6, 10, 1, 5), 1),
        ("G:sus4(b7)", (7, 0, 2, 5), 7),
        ("A:min/b3", (9, 0, 4), 0),
        ("D:7/b7", (2, 6, 9, 0), 0),
        ("E", (4, 8, 11), 4),
    ],
)
def test_harte_names_are_read_with_their_bass(text: str, tones: tuple[int, ...], bass: int) -> None:
    chord = chord_from_harte(text)
    assert chord is not None
    assert chord.tones == tones
    assert chord.bass == bass


def test_n_is_no_chord_and_nonsense_is_said_to_be() -> None:
    assert chord_from_harte("N") is None
    with pytest.raises(MidiError, match="'C:huge' is no chord that is known"):
        chord_from_harte("C:huge")


def test_a_pop909_song_lies_on_its_beats_from_its_first_bar_on(tmp_path: Path) -> None:
    folder = pop909_folder(tmp_path)
    assert is_pop909(folder)
    assert not is_pop909(tmp_path)
    sheet = pop909_sheet(folder)
    assert sheet.measures.bars == 40
    assert sheet.measures.meters().tolist() == [(0, 4, 4)]
    assert sheet.tempos.tolist() == [(0, 500_000)]
    assert [tuple(note) for note in sheet.melody.notes.tolist()] == melody_notes()
    assert sheet.keys == (Key(0, False),) * 40
    assert sheet.chords[0] is None
    assert [chord.bass for chord in sheet.chords[16::16][:4] if chord] == [9, 9, 7, 0]
    assert set(sheet.kept) == {"chords"}


def test_a_bar_of_two_beats_is_a_page_bar_cut_in_half(tmp_path: Path) -> None:
    measures = pop909_sheet(pop909_folder(tmp_path, cut=11)).measures
    assert measures.length.tolist() == [BAR] * 11 + [BAR // 2] + [BAR] * 28
    assert measures.meters().tolist() == [(0, 4, 4), (11 * BAR, 2, 4), (11 * BAR + BAR // 2, 4, 4)]
    inside, behind = 11 * BAR + 480, 11 * BAR + 1440  # of the page
    assert measures.there(np.array([inside, behind])).tolist() == [True, False]
    assert measures.song_ticks(np.array([12 * BAR])).tolist() == [11 * BAR + BAR // 2]
    assert measures.page_ticks(np.array([11 * BAR + BAR // 2])).tolist() == [12 * BAR]


def song_in(numerator: int, denominator: int, quarters: int = 48) -> Song:
    notes = notes_from([(480 * at, 400, 60 + at % 7, 80) for at in range(quarters)])
    return Song(480, (Track("melody", 0, False, notes),), meters=rows(METER, [(0, numerator, denominator)]))


@pytest.mark.parametrize(
    ("meter", "page", "lengths"),
    [
        ((3, 4), (3, 4), {1440}),
        ((6, 8), (6, 8), {1440}),
        ((12, 8), (6, 8), {1440}),
        ((2, 4), (4, 4), {1920}),
        ((1, 4), (4, 4), {1920}),
        ((5, 4), (4, 4), {1920, 480}),
        ((7, 8), (4, 4), {1680}),
    ],
)
def test_bars_of_any_meter_find_a_page(meter: tuple[int, int], page: tuple[int, int], lengths: set[int]) -> None:
    measures, origin = measures_of(song_in(*meter))
    assert origin == 0
    assert (measures.meter.numerator, measures.meter.denominator) == page
    assert set(measures.length.tolist()) == lengths


def test_the_form_is_found_by_what_comes_back(tmp_path: Path) -> None:
    sheet = pop909_sheet(pop909_folder(tmp_path))
    assert sung_bars(sheet).tolist() == [False] * 4 + [True] * 32 + [False] * 4
    form = heard_form(np.random.default_rng(1), sheet)
    assert [(section.kind, section.start_bar) for section in form.sections] == [
        ("intro", 0),
        ("verse", 4),
        ("chorus", 12),
        ("verse", 20),
        ("chorus", 28),
        ("outro", 36),
    ]
    energies = [section.energy for section in form.sections]
    assert energies[2] > energies[1] + 0.2
    assert energies[4] == max(energies)
    assert form.source[20:36].tolist() == list(range(4, 20))
    assert (form.source[:20] < 0).all()


def test_a_bare_melody_gets_chords_that_hold_its_notes(tmp_path: Path) -> None:
    notes = [
        (480 * at, 400, pitch, 80) for at, pitch in enumerate((60, 64, 67, 64, 65, 69, 65, 69, 67, 71, 74, 71) * 2)
    ]
    notes += [(480 * 24, 1900, 60, 80)]
    sheet = heard_sheet(read_song(write_midi(tmp_path / "a.mid", {"": notes}, 4)).song)
    assert sheet.keys[0] == Key(0, False)
    assert [chord.root for chord in sheet.chords[::16] if chord] == [0, 5, 7, 0, 5, 7, 0]
    assert not sheet.kept


def test_of_a_piano_alone_the_top_line_is_the_melody_and_the_rest_may_stay(tmp_path: Path) -> None:
    top = [(480 * at, 400, 72 + at % 5, 80) for at in range(16)]
    below = [(1920 * bar, 1900, pitch, 60) for bar in range(4) for pitch in (48, 52, 55)]
    sheet = heard_sheet(read_song(write_midi(tmp_path / "a.mid", {"Piano": [*top, *below]}, 4)).song)
    assert sheet.melody.notes["pitch"].tolist() == [72 + at % 5 for at in range(16)]
    assert set(sheet.kept["chords"].notes["pitch"].tolist()) == {48, 52, 55}
    assert {chord.root for chord in sheet.chords if chord} == {0}


def test_the_melody_is_the_track_that_is_named_so_and_what_is_written_anew_is_told(tmp_path: Path) -> None:
    tracks = {
        "Vocal": [(480 * at, 400, 60 + at % 3, 80) for at in range(16)],
        "Bells": [(480 * at, 400, 90, 80) for at in range(16)],
    }
    song = read_song(write_midi(tmp_path / "a.mid", tracks, 4)).song
    bells = Track("Bells", 10, False, song.tracks[1].notes)
    sheet = heard_sheet(Song(480, (song.tracks[0], bells)))
    assert sheet.melody.notes["pitch"].max() == 62
    assert sheet.remarks == ("written anew: Bells",)


def test_what_is_no_melody_is_refused_with_a_reason(tmp_path: Path) -> None:
    drums = read_song(write_midi(tmp_path / "a.mid", {"d": [(0, 60, 36, 80)]}, 4, drums="d")).song
    with pytest.raises(MidiError, match="only drums"):
        heard_sheet(drums)
    few = read_song(write_midi(tmp_path / "b.mid", {"Melody": [(0, 60, 60, 80)]}, 4)).song
    with pytest.raises(MidiError, match="its melody has 1 notes, 8 are needed"):
        heard_sheet(few)

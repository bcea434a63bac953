"""Chords, keys, forms and energies are read as people write them, and what cannot be read is told with its place."""

from __future__ import annotations

import pytest

from popgen_core.analysis.chords import KINDS
from popgen_core.plan import NO_CHORD, Chord, Key, Section, form_from, key_from, key_name
from popgen_core.plan.words.chord_text import bars_from, chord_name, chords_from, progressions_from
from popgen_core.plan.words.energy_text import energies_from
from popgen_core.plan.words.errors import PlanError
from popgen_core.plan.words.one_chord import chord_from

C, G, AM, F = Chord(0), Chord(7), Chord(9, "min"), Chord(5)
C_MAJOR, A_MINOR = Key(0), Key(9, "minor")
KEYS = [None, *(Key(tonic, mode) for tonic in range(12) for mode in ("major", "minor"))]


def wrong(read: object, *given: object) -> str:
    with pytest.raises(PlanError) as refused:
        read(*given)  # type: ignore[operator]
    assert refused.value.exit_code == 2
    return str(refused.value)


@pytest.mark.parametrize(
    ("word", "chord"),
    [
        ("C", C),
        ("Bb7", Chord(10, "7")),
        ("F♯m", Chord(6, "min")),
        ("Csus4", Chord(0, "sus4")),
        ("Dsus", Chord(2, "sus4")),
        ("Dmaj7", Chord(2, "maj7")),
        ("CM7", Chord(0, "maj7")),
        ("CΔ", Chord(0, "maj7")),
        ("C-7", Chord(0, "min7")),
        ("B°", Chord(11, "dim")),
        ("E+", Chord(4, "aug")),
        ("Am7/G", Chord(9, "min7", 7)),
        ("Cb", Chord(11)),
        ("C/C", Chord(0, "maj", 0)),
        ("N.C.", NO_CHORD),
        ("nc", NO_CHORD),
    ],
)
def test_a_chord_is_read_by_its_name(word: str, chord: Chord) -> None:
    assert chord_from(word) == chord


@pytest.mark.parametrize(
    ("word", "key", "chord"),
    [
        ("I", C_MAJOR, C),
        ("V7", C_MAJOR, Chord(7, "7")),
        ("ii7", C_MAJOR, Chord(2, "min7")),
        ("Imaj7", C_MAJOR, Chord(0, "maj7")),
        ("iv", C_MAJOR, Chord(5, "min")),
        ("bVII", C_MAJOR, Chord(10)),
        ("vii°", C_MAJOR, Chord(11, "dim")),
        ("VIm", C_MAJOR, AM),
        ("IV/G", C_MAJOR, Chord(5, "maj", 7)),
        ("V", Key(4), Chord(11)),
        ("i", A_MINOR, AM),
        ("VI", A_MINOR, F),
        ("bVI", A_MINOR, F),
        ("bIII", A_MINOR, C),
        ("VII", A_MINOR, G),
        ("vii°", A_MINOR, Chord(8, "dim")),
        ("#vii°", A_MINOR, Chord(8, "dim")),
        ("v", A_MINOR, Chord(4, "min")),
        ("bII", A_MINOR, Chord(10)),
    ],
)
def test_a_roman_numeral_is_counted_from_the_key_and_small_is_minor(word: str, key: Key, chord: Chord) -> None:
    assert chord_from(word, key) == chord


@pytest.mark.parametrize("key", KEYS)
def test_every_chord_is_read_back_from_its_name_in_every_key(key: Key | None) -> None:
    for root in range(12):
        for kind in KINDS:
            for bass in (None, *range(12)):
                chord = Chord(root, kind, bass)
                assert chord_from(chord_name(chord, key)) == chord
    assert chord_from(chord_name(NO_CHORD, key)) == NO_CHORD


def test_names_have_the_flats_or_sharps_of_their_key() -> None:
    spelled = {key: " ".join(chord_name(Chord(root), key_from(key)) for root in range(12)) for key in ("C", "Eb", "E")}
    assert spelled == {
        "C": "C Db D Eb E F F# G Ab A Bb B",
        "Eb": "C Db D Eb E F Gb G Ab A Bb B",
        "E": "C C# D D# E F F# G G# A A# B",
    }
    assert chord_name(Chord(8, "dim"), A_MINOR) == "G#dim"
    assert chord_name(Chord(10), Key(7)) == "Bb"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("C", C_MAJOR),
        ("Am", A_MINOR),
        ("F# minor", Key(6, "minor")),
        ("Bb major", Key(10)),
        ("c#m", Key(1, "minor")),
        (" bb ", Key(10)),
        ("E♭ Minor", Key(3, "minor")),
        ("CM", C_MAJOR),
    ],
)
def test_a_key_is_read_by_its_name(text: str, key: Key) -> None:
    assert key_from(text) == key


def test_every_key_is_read_back_from_its_name() -> None:
    assert all(key_from(key_name(key)) == key for key in KEYS if key)
    assert [key_name(Key(tonic)) for tonic in (1, 6, 10)] == ["Db major", "F# major", "Bb major"]
    assert [key_name(Key(tonic, "minor")) for tonic in (1, 3, 6)] == ["C# minor", "Eb minor", "F# minor"]


@pytest.mark.parametrize(
    ("text", "bars"),
    [
        ("C G", [(C, C), (G, G)]),
        ("C, G", [(C, C), (G, G)]),
        ("C % G", [(C, C), (C, C), (G, G)]),
        ("C | G Am", [(C, C), (G, AM)]),
        ("| C G |", [(C, G)]),
        ("C G | % | % F", [(C, G), (C, G), (G, F)]),
        ("C | Am %", [(C, C), (AM, AM)]),
        ("C ? | ?", [(C, None), (None, None)]),
    ],
)
def test_a_bar_has_one_chord_or_between_lines_two(text: str, bars: list[tuple[Chord, Chord]]) -> None:
    assert list(bars_from(text)) == bars


def test_a_progression_repeats_and_begins_anew_with_each_section() -> None:
    sections = (Section("verse", 3), Section("chorus", 1))
    assert chords_from("C G", sections) == (C, C, G, G, C, C, C, C)
    assert chords_from("Verse: Am F; chorus: | C G |", sections) == (AM, AM, F, F, AM, AM, C, G)
    assert chords_from("chorus: C", sections) == (None,) * 6 + (C, C)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("C G H7", '--chords: at 5 "H7": expected a chord such as C, F#m7, Bb/D, or IV with --key'),
        ("am", 'at 1 "am": expected a chord such as C, F#m7, Bb/D, or IV with --key (a root is a capital letter)'),
        ("C IV", 'at 3 "IV": a Roman numeral needs a key (for example --key C)'),
        ("C F#m7b5", 'at 3 "F#m7b5": the kind "m7b5" is not known (the nearest is F#dim)'),
        ("Cat", 'at 1 "Cat": expected m, dim, aug, 7, maj7, m7, sus2, sus4 or nothing behind C, got "at"'),
        ("C/", 'at 1 "C/": expected a tone such as G behind the slash, got ""'),
        ("| C G Am | F", 'at 7 "Am": a bar holds one chord or two, this has 3'),
        ("C | | G", 'at 5 "|": expected a chord, % or ? between two bar lines'),
        ("% C", 'at 1 "%": expected a chord, for nothing stands before it'),
        ("", "at 1: expected chords, such as C G Am F, got none"),
        ("verse: C; chorus: X", 'at 19 "X": expected a chord'),
        ("verse: C; G", 'at 11 "G": expected a section, such as verse: C G'),
        ("verse: C; verse: G", 'at 11 "verse": the section has its chords already'),
        ("verse: C;chorus:", "at 17: expected chords"),
        (" ; ", "at 1: expected a section"),
    ],
)
def test_chords_that_cannot_be_read_are_told_with_their_place(text: str, told: str) -> None:
    assert told in wrong(progressions_from, text)


def test_a_roman_numeral_is_not_guessed_at() -> None:
    assert "the V of V is written II" in wrong(chord_from, "V/V", C_MAJOR)
    assert "does not go with a small numeral" in wrong(chord_from, "iimaj7", C_MAJOR)
    assert "the nearest is ii7" in wrong(chord_from, "ii9", C_MAJOR)


def test_chords_that_would_never_be_heard_are_told() -> None:
    sections = (Section("verse", 4), Section("outro", 2))
    assert chords_from("C G C G", sections)[8:] == (C, C, G, G)
    assert "--chords: the progression has 5 bars, the longest section has 4" in wrong(
        chords_from, "C G C G C", sections
    )
    assert "--chords: the progression has 3 bars, the longest outro has 2" in wrong(
        chords_from, "verse: C G C; outro: C G C", sections
    )


def test_a_section_that_the_form_lacks_is_told_with_the_nearest() -> None:
    sections = (Section("verse", 2), Section("chorus", 2))
    assert 'is named "chrous"; the form has verse, chorus (did you mean chorus?)' in wrong(
        progressions_from("chrous: C").over, sections
    )
    assert "there is no --form" in wrong(progressions_from("verse: C").over, (Section("", 2),))
    assert "--energy: no section" in wrong(energies_from("bridge=0.5").over, sections)


def test_a_form_is_names_and_bars() -> None:
    text = "Intro:4 verse:8x2, chorus pre-chorus:x2"
    assert [(section.name, section.bars) for section in form_from(text)] == [
        ("intro", 4),
        ("verse", 8),
        ("verse", 8),
        ("chorus", 8),
        ("pre-chorus", 8),
        ("pre-chorus", 8),
    ]


@pytest.mark.parametrize("word", ["verse:0", "verse:", "verse:8x0", "verse:x", ":8", "verse:-1", "verse=8", "a:999999"])
def test_a_form_that_cannot_be_read_is_told_with_its_place(word: str) -> None:
    assert f'--form: at 9 "{word}": expected a section such as verse:8' in wrong(form_from, f"intro:4 {word}")


def test_a_form_has_1_to_2000_bars() -> None:
    assert sum(section.bars for section in form_from("a:1000x2")) == 2000
    assert '--form: at 8 "b:1": more than 2000 bars in all' in wrong(form_from, "a:2000 b:1")
    assert "got none" in wrong(form_from, " ")


def test_energies_are_for_all_for_each_or_by_name() -> None:
    sections = (Section("verse", 2), Section("chorus", 2), Section("verse", 2))
    assert energies_from("0.6").over(sections) == (0.6, 0.6, 0.6)
    assert energies_from("0 .5, 1").over(sections) == (0.0, 0.5, 1.0)
    assert energies_from("Verse=0.4").over(sections) == (0.4, None, 0.4)
    assert "--energy has 2 numbers, the form has 3 sections" in wrong(energies_from("0.1 0.2").over, sections)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0.2 1.5", 'at 5 "1.5": expected a number from 0 to 1'),
        ("nan", 'at 1 "nan": expected a number from 0 to 1'),
        ("=0.5", 'at 1 "=0.5": expected a number from 0 to 1'),
        ("verse=", 'at 1 "verse=": expected a number from 0 to 1'),
        ("verse=0.1 0.5", 'at 11 "0.5": expected all energies by number, or all by name'),
        ("verse=0.1 verse=0.2", "the section has its energy already"),
        ("", "got none"),
    ],
)
def test_energies_that_cannot_be_read_are_told_with_their_place(text: str, told: str) -> None:
    assert told in wrong(energies_from, text)

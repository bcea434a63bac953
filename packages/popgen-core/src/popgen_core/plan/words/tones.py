"""Names of the twelve tones, with flats or sharps as the key has them."""

from __future__ import annotations

import re

from popgen_core.plan.plan import Key

__all__ = ["accidentals", "tone_from", "tone_name"]

TONE = re.compile(r"([A-G])([#b♯♭]{0,2})")
LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
# the line of fifths from Gb to A#: names beyond it, such as Cb or E#, are read but not written
FIFTHS = ("Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#")
MAJOR = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MINOR = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")
BELOW = 5  # fifths below the tonic at which its line begins: the lowered second


def accidentals(text: str) -> int:
    """Semitones that sharps and flats raise a tone by: `##` 2, `b` -1."""
    return sum(1 if sign in "#♯" else -1 for sign in text)


def tone_from(text: str) -> int | None:
    """The pitch class of a tone's name: `C` 0, `F#` 6, `Bb` 10; None where it is none."""
    found = TONE.fullmatch(text)
    return (LETTERS[found[1]] + accidentals(found[2])) % 12 if found else None


def tone_name(tone: int, key: Key | None = None) -> str:
    """The name of a pitch class, spelled as in `key`: twelve neighbours on the line of fifths around its tonic, from
    the lowered second to the raised fourth; in keys of many flats or sharps, no further than Gb and A#.

    Without a key, as in C major.
    """
    tonic = "C" if key is None else (MAJOR if key.mode == "major" else MINOR)[key.tonic]
    first = min(max(FIFTHS.index(tonic) - BELOW, 0), len(FIFTHS) - 12)
    return next(name for name in FIFTHS[first : first + 12] if tone_from(name) == tone)

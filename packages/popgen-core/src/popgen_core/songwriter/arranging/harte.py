"""Chords as POP909 writes them, after Harte: `C:maj7/3`, `Bb:min`, `G:sus4(b7)`, `N`."""

from __future__ import annotations

import re

from popgen_core.analysis.chords import KINDS
from popgen_core.errors import MidiError
from popgen_core.plan.plan import Chord as PlannedChord
from popgen_core.plan.words.chord_text import chord_name
from popgen_core.plan.words.tones import tone_from
from popgen_core.songwriter.harmony import Chord

__all__ = ["chord_from_harte", "chord_from_plan", "key_tonic"]

QUALITIES: dict[str, tuple[int, ...]] = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "minmaj7": (0, 3, 7, 11),
    "hdim7": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
    "maj6": (0, 4, 7, 9),
    "min6": (0, 3, 7, 9),
    "9": (0, 4, 7, 10),
    "maj9": (0, 4, 7, 11),
    "min9": (0, 3, 7, 10),
    "sus4(b7)": (0, 5, 7, 10),
    "sus2(b7)": (0, 2, 7, 10),
    "5": (0, 7, 7),
}
DEGREES = {"1": 0, "2": 2, "3": 4, "4": 5, "5": 7, "6": 9, "7": 11, "9": 2, "11": 5, "13": 9}
HARTE = re.compile(r"([A-G][#b]*)(?::([^/]*))?(?:/([#b]*)(\d+))?")


def chord_from_harte(text: str) -> Chord | None:
    """A chord from its Harte name, its bass by the degree behind the slash; None for `N`. A root alone is major.

    Raises MidiError ("bad-chords") for what is no such name.
    """
    if text in ("N", "X"):
        return None
    found = HARTE.fullmatch(text)
    root = tone_from(found[1]) if found else None
    intervals = QUALITIES.get((found[2] or "maj") if found else "")
    if found is None or root is None or intervals is None or (found[4] and found[4] not in DEGREES):
        raise MidiError(f"the file of chords cannot be used: {text!r} is no chord that is known", reason="bad-chords")
    bass = root
    if found[4]:
        bass = (root + DEGREES[found[4]] + found[3].count("#") - found[3].count("b")) % 12
    return Chord(text, root, intervals, bass)


def chord_from_plan(chord: PlannedChord) -> Chord | None:
    """A chord of a plan as the songwriter's; None for one that says that there is none."""
    if chord.root < 0:
        return None
    bass = chord.root if chord.bass is None else chord.bass
    return Chord(chord_name(chord), chord.root, KINDS[chord.kind][0], bass)


def key_tonic(text: str) -> int:
    """The pitch class of a tonic such as `Gb`; raises MidiError ("bad-keys")."""
    tonic = tone_from(text)
    if tonic is None:
        raise MidiError(f"the file of keys cannot be used: {text!r} is no tonic", reason="bad-keys")
    return tonic

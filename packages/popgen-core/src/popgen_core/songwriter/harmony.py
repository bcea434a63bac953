"""Keys and chords: roman numerals made pitches, and the scale that fits each chord."""

from __future__ import annotations

from dataclasses import dataclass, replace

from numpy.random import Generator

__all__ = ["IN_MAJOR", "IN_MINOR", "Chord", "Key", "chord_of", "draw_key"]

MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
MINOR_SCALE = (0, 2, 3, 5, 7, 8, 10)

MAJOR, MINOR, DIMINISHED = (0, 4, 7), (0, 3, 7), (0, 3, 6)
DOMINANT = (0, 4, 7, 10)

# numeral -> (semitones above the tonic, chord); "V/vi" is the dominant of vi, a flat sign a borrowed root
IN_MAJOR = {
    "I": (0, MAJOR),
    "ii": (2, MINOR),
    "iii": (4, MINOR),
    "IV": (5, MAJOR),
    "V": (7, MAJOR),
    "vi": (9, MINOR),
    "iv": (5, MINOR),
    "bVII": (10, MAJOR),
    "bVI": (8, MAJOR),
    "V/vi": (4, DOMINANT),
    "V/V": (2, DOMINANT),
    "V/ii": (9, DOMINANT),
    "V/IV": (0, DOMINANT),
}
IN_MINOR = {
    "i": (0, MINOR),
    "ii": (2, DIMINISHED),
    "III": (3, MAJOR),
    "iv": (5, MINOR),
    "v": (7, MINOR),
    "V": (7, MAJOR),
    "VI": (8, MAJOR),
    "VII": (10, MAJOR),
    "IV": (5, MAJOR),
    "bII": (1, MAJOR),
    "V/iv": (0, DOMINANT),
    "V/III": (10, DOMINANT),
}


@dataclass(frozen=True)
class Key:
    """A tonic (pitch class 0..11, 0 is C) and a mode."""

    tonic: int
    minor: bool

    @property
    def scale(self) -> tuple[int, ...]:
        """Pitch classes of the scale from the tonic up; minor is natural."""
        return tuple((self.tonic + step) % 12 for step in (MINOR_SCALE if self.minor else MAJOR_SCALE))

    @property
    def pentatonic(self) -> tuple[int, ...]:
        """The five pitch classes that pop melodies live on: the scale without its semitones."""
        left_out = (1, 5) if self.minor else (3, 6)
        return tuple(tone for degree, tone in enumerate(self.scale) if degree not in left_out)

    @property
    def fifths(self) -> int:
        """Sharps (positive) or flats of its signature, -5..6."""
        return ((self.tonic + (3 if self.minor else 0)) * 7 + 5) % 12 - 5

    def moved(self, semitones: int) -> Key:
        """The same mode on another tonic."""
        return replace(self, tonic=(self.tonic + semitones) % 12)


@dataclass(frozen=True)
class Chord:
    """A root (pitch class), intervals above it, and the pitch class in the bass."""

    numeral: str
    root: int
    intervals: tuple[int, ...]
    bass: int

    @property
    def tones(self) -> tuple[int, ...]:
        """Its pitch classes, root first."""
        return tuple((self.root + interval) % 12 for interval in self.intervals)

    def moved(self, semitones: int) -> Chord:
        """The same chord on another root."""
        return replace(self, root=(self.root + semitones) % 12, bass=(self.bass + semitones) % 12)

    def dominant(self) -> Chord:
        """The seventh chord a fifth above, which leads to it."""
        root = (self.root + 7) % 12
        return Chord(f"V/{self.numeral}", root, DOMINANT, root)

    def scale(self, key: Key) -> tuple[int, ...]:
        """The key's scale bent to hold the chord: a major third outside it is a raised tone, all else a lowered one.

        G sharp of E major in C takes the place of G, B flat of B flat major that of B.
        """
        third = (self.root + 4) % 12
        strange = set(self.tones) - set(key.scale)
        replaced = {(tone - 1) % 12 if tone == third else (tone + 1) % 12 for tone in strange}
        return tuple(sorted(set(key.scale) - replaced | set(self.tones)))


def draw_key(rng: Generator) -> Key:
    """Any tonic; minor in two songs of five."""
    return Key(int(rng.integers(12)), bool(rng.random() < 0.4))


def chord_of(rng: Generator, key: Key, numeral: str, colour: float) -> Chord:
    """The numeral's chord in a key; `colour` 0..1 is how readily it gets a seventh, a ninth or a suspension."""
    above, intervals = (IN_MINOR if key.minor else IN_MAJOR)[numeral]
    root = (key.tonic + above) % 12
    if len(intervals) == 3 and intervals != DIMINISHED and rng.random() < colour:
        intervals = _coloured(rng, key, root, intervals, numeral)
    bass = root
    if "/" not in numeral and rng.random() < 0.09:
        bass = (root + int(intervals[1 if rng.random() < 0.7 else 2])) % 12
    return Chord(numeral, root, intervals, bass)


def _coloured(rng: Generator, key: Key, root: int, intervals: tuple[int, ...], numeral: str) -> tuple[int, ...]:
    """The triad with the seventh or ninth that its scale offers, or suspended where it is a dominant."""
    scale = {(tone - root) % 12 for tone in key.scale}
    if numeral == "V":
        return (0, 5, 7) if rng.random() < 0.35 else DOMINANT
    if rng.random() < 0.35 and 2 in scale:
        return (*intervals, 14)
    seventh = 11 if 11 in scale and 10 not in scale else 10
    return (*intervals, seventh)

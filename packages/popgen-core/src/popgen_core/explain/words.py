"""Times, chances and notes as people say them."""

from __future__ import annotations

import math

__all__ = ["bits", "clock", "cut", "percent", "tone"]

TONES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")
# the MIDI Association, General MIDI System Level 1 (1991), table 3: keys of the drum channel
DRUMS = {
    35: "kick 2",
    36: "kick",
    37: "side stick",
    38: "snare",
    39: "clap",
    40: "snare 2",
    41: "low floor tom",
    42: "closed hat",
    43: "high floor tom",
    44: "pedal hat",
    45: "low tom",
    46: "open hat",
    47: "low-mid tom",
    48: "high-mid tom",
    49: "crash",
    50: "high tom",
    51: "ride",
    52: "china",
    53: "ride bell",
    54: "tambourine",
    55: "splash",
    56: "cowbell",
    57: "crash 2",
    59: "ride 2",
    69: "cabasa",
    70: "maracas",
}


def tone(pitch: int, drum: bool) -> str:
    """A MIDI pitch by name, middle C being C4; on a drum track the drum."""
    if drum:
        return DRUMS.get(pitch, f"drum key {pitch}")
    return f"{TONES[pitch % 12]}{pitch // 12 - 1}"


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds: 62.53 -> 1:02.5."""
    tenths = math.floor(seconds * 10 + 1e-6)
    return f"{tenths // 600}:{tenths // 10 % 60:02}.{tenths % 10}"


def percent(chance: float) -> str:
    """A chance 0..1 as a percentage of two digits or more: 0.342 -> 34 %, 0.0123 -> 1.2 %, 0.00002 -> under 0.01 %."""
    hundredths = chance * 100
    if 0 < hundredths < 0.01:
        return "under 0.01 %"
    if 99.5 <= hundredths < 100:
        return f"{math.floor(hundredths * 100) / 100:.2f} %"
    return f"{hundredths:.{0 if hundredths >= 10 or hundredths == 0 else 1 if hundredths >= 1 else 2}f} %"


def bits(chance: float) -> str:
    """What a note of this chance costs: 0.25 -> 2.0 bits."""
    return f"{-math.log2(max(chance, 1e-300)) + 0.0:.1f} bits"


def cut(words: str, longest: int) -> str:
    """Words that are not longer than this, with dots where something was left out."""
    return words if len(words) <= longest else f"{words[: longest - 3]}..."

"""What a user may demand of every note that is drawn: ranges, polyphony, harmony, an end; each can be switched off."""

from __future__ import annotations

from dataclasses import dataclass

from popgen_core.generate.request import RequestError

__all__ = ["FREE", "HARMONY", "MOST", "RANGES", "USUAL", "Rules", "leaning"]

# Lowest and highest MIDI pitch of each group: what its instruments in General MIDI play (percussion: the GM 2 map),
# widened to the middle 95 % of the notes in permissive/train (279 songs, 2026-11-23).
RANGES = {
    "drums": (27, 87),
    "bass": (21, 67),
    "chords": (28, 103),
    "guitar": (38, 88),
    "strings": (28, 105),
    "lead": (36, 98),
    "others": (36, 108),
}

# Notes of a group that sound at once in a sixteenth: the 99th percentile of those in which it sounds at all
# (permissive/train, 279 songs, BeatGrid(4), 2026-11-23).
MOST = {"drums": 5, "bass": 2, "chords": 8, "guitar": 6, "strings": 7, "lead": 4, "others": 6}

HARMONY = ("bass", "chords", "guitar", "strings")
HALF = 3.0  # log-odds at strength 0.5


@dataclass(frozen=True)
class Rules:
    """Hard constraints on a song that is written; drums are exempt from those on pitch classes.

    `ranges`: no pitch outside its group's range. `polyphony`: no more notes of a group at once than it has in the
    corpus. `sections`: only the groups that the plan's section names play. `key_strength`, `chord_strength` 0 (free)
    .. 1 (strict, see `Limits`): how much tones outside the key and the chord are kept away; `harmony`: groups that
    are held to the chord throughout, others in the first half of each beat. `silence_beats` over 0, quarter notes: the
    whole band is never silent for longer; None: however long. `resolve`: the last bar is one held chord. `repetition`
    0 (off) .., log-odds: how much each further loop leans against going on, once more than `patience` (1 ..) equal
    ones came in a row. `steady` 0 (off) ..: how hard groups are held to the density that their plan asks
    (`generate.steady`). `recall` 0 (off) ..: how firmly a bar that comes back is held to what it recalls: so many times
    the log-odds of its likeness are added to the logits of cells that held a note there, and taken from all others.
    Raises RequestError for what is out of range.
    """

    ranges: bool = True
    polyphony: bool = True
    sections: bool = True
    key_strength: float = 0.0
    chord_strength: float = 0.0
    harmony: tuple[str, ...] = HARMONY
    silence_beats: float | None = 8.0
    resolve: bool = True
    repetition: float = 0.0
    patience: int = 4
    steady: float = 4.0
    recall: float = 1.0

    def __post_init__(self) -> None:
        for name, strength in (("key", self.key_strength), ("chord", self.chord_strength)):
            if not 0 <= strength <= 1:
                raise RequestError(f"a {name} strength of {strength:g} is not between 0 (free) and 1 (strict)")
        if self.silence_beats is not None and not self.silence_beats > 0:
            raise RequestError(f"a longest silence of {self.silence_beats:g} beats is not over 0")
        if not 0 <= self.repetition < float("inf"):
            raise RequestError(f"a repetition control of {self.repetition:g} is not a number of 0 (off) or more")
        for name, strength in (("steadiness", self.steady), ("recall", self.recall)):
            if not 0 <= strength < float("inf"):
                raise RequestError(f"a {name} of {strength:g} is not a number of 0 (off) or more")
        if self.patience < 1:
            raise RequestError(f"a patience of {self.patience} loops is not 1 or more")


USUAL = Rules()
FREE = Rules(
    ranges=False, polyphony=False, sections=False, silence_beats=None, resolve=False, steady=0.0, recall=0.0
)  # demands nothing


def leaning(strength: float) -> float:
    """What is added to the log-odds of a foreign tone at a strength 0..1: -3 s / (1 - s).

    At 0.5 its odds are a twentieth, at 0.8 a 160,000th; at 1 none is left.
    """
    return -HALF * strength / (1 - strength) if strength < 1 else float("-inf")

"""A plan: what is settled of a song before a note of it exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.chords import KINDS

__all__ = ["MODES", "NO_CHORD", "Chord", "Key", "Plan", "Recall", "Section"]

MODES = ("major", "minor")


@dataclass(frozen=True)
class Key:
    """A key: `tonic` as a pitch class 0..11 (0 is C), `mode` major or minor."""

    tonic: int
    mode: str = "major"


@dataclass(frozen=True)
class Chord:
    """A chord: `root` as a pitch class 0..11, `kind` one of `analysis.chords.KINDS`, `bass` 0..11 where another tone
    than the root lies lowest."""

    root: int
    kind: str = "maj"
    bass: int | None = None

    @property
    def tones(self) -> frozenset[int]:
        """Pitch classes of the chord, its bass among them; none of `NO_CHORD`."""
        if self.root < 0:
            return frozenset()
        own = {(self.root + tone) % 12 for tone in KINDS[self.kind][0]}
        return frozenset(own if self.bass is None else own | {self.bass})


NO_CHORD = Chord(-1, "none")  # said to be without a chord, which is not the same as nothing being said


@dataclass(frozen=True)
class Section:
    """Some bars that belong together; None, or a group that is not named, leaves a thing open.

    `name` is verse, chorus or any word; `energy` 0 (the calmest of songs) .. 1; `groups` those that play; `density`
    onsets a beat by group; `dynamics` mean velocity 0..1 by group.
    """

    name: str
    bars: int
    energy: float | None = None
    key: Key | None = None
    groups: tuple[str, ...] | None = None
    density: Mapping[str, float] = field(default_factory=dict)
    dynamics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Recall:
    """That a bar comes back to an earlier one: `bar` counted from 0, `likeness` 0..1, where 1 is note for note."""

    bar: int
    likeness: float = 1.0


@dataclass(frozen=True)
class Plan:
    """The controls of a whole song: `sections` in order, `chords` one each half bar (None: open), `recalls` one each
    bar (None: new, or open). `tempo` in quarter notes a minute and `meter` are open where None.

    Raises ValueError where chords or recalls are not as many as there are half bars or bars, or a bar recalls one that
    does not come before it.
    """

    sections: tuple[Section, ...]
    chords: tuple[Chord | None, ...]
    recalls: tuple[Recall | None, ...]
    tempo: float | None = None
    meter: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if len(self.chords) != 2 * self.bars or len(self.recalls) != self.bars:
            raise ValueError(f"{self.bars} bars, {len(self.chords)} half bars of chords, {len(self.recalls)} recalls")
        if any(recall and not 0 <= recall.bar < bar for bar, recall in enumerate(self.recalls)):
            raise ValueError("a bar can only recall one before it")

    @property
    def bars(self) -> int:
        """Bars of all sections together."""
        return sum(section.bars for section in self.sections)

    def section_of(self) -> NDArray[np.int64]:
        """(bars,) number of the section that each bar belongs to."""
        return np.repeat(np.arange(len(self.sections)), [section.bars for section in self.sections])

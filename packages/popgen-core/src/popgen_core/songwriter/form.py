"""The form of a song: its sections in order, how long each lasts and how much energy it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

__all__ = ["ENERGY", "SECTION_KINDS", "Section", "draw_form"]

SECTION_KINDS = ("intro", "verse", "pre-chorus", "chorus", "bridge", "interlude", "outro")

FORMS = (
    "intro verse pre-chorus chorus verse pre-chorus chorus bridge chorus outro",
    "intro verse chorus verse chorus bridge chorus outro",
    "intro verse verse chorus verse chorus interlude chorus outro",
    "intro chorus verse chorus verse bridge chorus outro",
    "intro verse pre-chorus chorus interlude verse pre-chorus chorus chorus outro",
    "verse pre-chorus chorus verse pre-chorus chorus bridge chorus outro",
    "intro verse chorus interlude verse chorus bridge verse chorus outro",
    "intro verse pre-chorus chorus verse pre-chorus chorus bridge pre-chorus chorus outro",
    "intro verse chorus verse bridge chorus",
)

LENGTHS = {
    "intro": (2, 4, 4, 4, 8),
    "verse": (8, 8, 8, 12, 16),
    "pre-chorus": (4, 4, 4, 6, 8),
    "chorus": (8, 8, 8, 16),
    "bridge": (4, 8, 8),
    "interlude": (4, 4, 8),
    "outro": (4, 4, 6, 8),
}

ENERGY = {
    "intro": 0.34,
    "verse": 0.42,
    "pre-chorus": 0.56,
    "chorus": 0.78,
    "bridge": 0.5,
    "interlude": 0.52,
    "outro": 0.4,
}

SHORTEST, LONGEST = 108.0, 206.0  # seconds


@dataclass(frozen=True)
class Section:
    """A stretch of the form: `turn` counts those of its kind from 1, `energy` is 0..1, `shift` its key in semitones."""

    kind: str
    turn: int
    start_bar: int
    bars: int
    energy: float
    shift: int = 0
    last: bool = False

    @property
    def name(self) -> str:
        """What a marker calls it: verses, choruses and what comes again are numbered."""
        return self.kind if self.kind in ("intro", "outro") else f"{self.kind} {self.turn}"

    @property
    def end_bar(self) -> int:
        """The bar after its last."""
        return self.start_bar + self.bars


def draw_form(rng: Generator, bar_seconds: float) -> tuple[Section, ...]:
    """A form whose bars, each so many seconds long, last from about 1:48 to 3:26."""
    while True:
        kinds = FORMS[rng.integers(len(FORMS))].split()
        lengths = {kind: int(rng.choice(options)) for kind, options in LENGTHS.items()}
        bars = [lengths[kind] for kind in kinds]
        if kinds[-1] == "chorus" and rng.random() < 0.5:
            bars[-1] *= 2
        if SHORTEST <= sum(bars) * bar_seconds <= LONGEST:
            return _sections(rng, kinds, bars)


def _sections(rng: Generator, kinds: Sequence[str], bars: Sequence[int]) -> tuple[Section, ...]:
    """The sections with their energies: each return of a kind is a little bigger, the last chorus the biggest."""
    tilt = {kind: float(rng.normal(0, 0.06)) for kind in sorted(set(kinds))}
    climax = max(at for at, kind in enumerate(kinds) if kind == "chorus")
    lifted = int(rng.choice([0, 0, 0, 0, 0, 0, 0, 1, 2]))
    sections, start = [], 0
    for at, (kind, length) in enumerate(zip(kinds, bars, strict=True)):
        turn = kinds[: at + 1].count(kind)
        energy = ENERGY[kind] + tilt[kind] + 0.07 * (turn - 1) + (0.12 if at == climax else 0.0)
        shift = lifted if at >= climax else 0
        energy = float(np.clip(energy, 0.15, 1.0))
        sections.append(Section(kind, turn, start, length, energy, shift, at == len(kinds) - 1))
        start += length
    return tuple(sections)

"""The others: bells, brass and synths that answer the singer, stab, arpeggiate, and rise into a chorus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.songwriter.ending import with_last_bar
from popgen_core.songwriter.form import SECTION_KINDS
from popgen_core.songwriter.harmony import Chord, Key
from popgen_core.songwriter.melody import Theme
from popgen_core.songwriter.notes import PATTERN_BARS, Onsets, WrittenNote, answered, draw_onsets, gaps
from popgen_core.songwriter.sketch import Sketch
from popgen_core.songwriter.voicing import led_voicing

__all__ = ["write_others"]

LOW, HIGH = 60, 88
HOLD = {"stab": 0.45, "answer": 0.9, "line": 1.0, "arp": 0.9}  # of the time to the next onset


@dataclass(frozen=True)
class Role:
    """What the others do in one kind of section: onsets over four bars, and for each a height.

    Heights count tones of the chord from E4 (64) up, or of the key's pentatonic scale where the role is `free`.
    """

    manner: str
    onsets: tuple[int, ...]
    heights: tuple[int, ...]
    free: bool


def write_others(rng: Generator, sketch: Sketch, themes: dict[str, Theme]) -> list[WrittenNote]:
    """All notes of the seventh group."""
    roles = {kind: _draw_role(rng, sketch, themes[kind], sketch.figures[kind]) for kind in SECTION_KINDS}
    if rng.random() < 0.6:
        roles["intro"] = roles["interlude"] = roles["chorus"]
    rises = rng.random() < 0.5
    notes: list[WrittenNote] = []
    for section, bars in sketch.playing("others"):
        following, key = sketch.after(section), sketch.key_of(section)
        rising = rises and following is not None and following.kind == "chorus"
        for bar in bars[: -1 if rising else None]:
            notes += _play_bar(sketch, roles[section.kind], key, bar, (bar - section.start_bar) % PATTERN_BARS)
        if rising:
            notes += _rise(sketch, key, bars[-1])
    return with_last_bar(sketch, notes, [72 + sketch.chords[-1].root], -0.1)


def _draw_role(rng: Generator, sketch: Sketch, theme: Theme, figure: NDArray[np.float64]) -> Role:
    """A manner of the style, with its rhythm and heights."""
    manner = str(rng.choice(sketch.style.traits.colours))
    onsets = answered(rng, _onsets(rng, sketch, manner, theme, figure), len(figure))
    silent = set(range(PATTERN_BARS)) - {onset // sketch.bar_steps for onset in onsets}
    onsets = tuple(sorted({*onsets, *(bar * sketch.bar_steps for bar in silent)}))
    if manner == "arp":
        cell = np.concatenate([rng.permutation(5)[:3], rng.permutation(5)])[: int(rng.choice((3, 4, 6, 8)))]
        heights = np.resize(cell, len(onsets))
    else:
        walk = 2 + np.cumsum(rng.choice((-2, -1, -1, 0, 1, 1, 2), size=len(onsets)))
        heights = 5 - np.abs(walk % 10 - 5)  # a walk that turns at 0 and 5
    free = manner == "answer" or (manner == "arp" and rng.random() < 0.4)
    return Role(manner, onsets, tuple(int(height) for height in heights), bool(free))


def _onsets(rng: Generator, sketch: Sketch, manner: str, theme: Theme, figure: NDArray[np.float64]) -> Onsets:
    """When the others play: all the time, off the beat, where the melody is silent, or seldom."""
    meter, traits = sketch.style.meter, sketch.style.traits
    two = np.tile(meter.weights, 2)
    eighth = np.arange(len(two)) % 2 == 0
    if manner == "arp":
        every = 1 if sketch.style.tempo < 108 and rng.random() < 0.4 else 2
        return tuple(step for step in range(0, len(two), every) if rng.random() < 0.82)
    if manner == "stab":
        odds = np.where(eighth, 1.2 - two, 0.35 * traits.syncopation) * figure**1.5
        return draw_onsets(rng, odds, int(rng.integers(3, 7)))
    if manner == "answer":
        silent = _silence(theme, meter.steps)
        return draw_onsets(rng, np.where(eighth, 1.0, 0.15) * silent * figure, int(rng.integers(4, 8)))
    return tuple(sorted({0, *draw_onsets(rng, np.where(eighth, two, 0.02) * figure, int(rng.integers(3, 6)))}))


def _silence(theme: Theme, steps: int) -> NDArray[np.float64]:
    """How free the melody leaves each step of two bars: 0.15 where it often strikes, up to 1; shape (2 * steps,)."""
    free = np.ones(2 * steps)
    for at, unit in enumerate(theme.units):
        for onset in unit.motif.onsets if unit.motif else ():
            free[at % 2 * steps + onset % steps] -= 0.3
    return np.maximum(free, 0.15)


def _play_bar(sketch: Sketch, role: Role, key: Key, bar: int, pattern_bar: int) -> list[WrittenNote]:
    """One bar of a role against the chords."""
    steps, shift = sketch.bar_steps, (bar - pattern_bar) * sketch.bar_steps
    pattern = zip(role.onsets, role.heights, strict=True)
    heights = {step + shift: height for step, height in pattern if step // steps == pattern_bar}
    onsets = tuple(heights)
    notes: list[WrittenNote] = []
    for step, gap in zip(onsets, gaps(onsets, (bar + 1) * steps), strict=True):
        chord = sketch.chord_at(step)
        length = max(min(gap * HOLD[role.manner], 8.0, sketch.chord_end(step) - step + 1), 0.7)
        accent = (0.15 if sketch.style.meter.strong(step) else -0.2) + (0.2 if role.manner == "stab" else 0.0)
        notes += [WrittenNote(step, length, pitch, accent) for pitch in _pitches(role, chord, key, heights[step])]
    return notes


def _pitches(role: Role, chord: Chord, key: Key, height: int) -> tuple[int, ...]:
    """A whole chord for a stab, else one tone."""
    if role.manner == "stab":
        return led_voicing(chord, (), LOW, HIGH - 6, 3, 12)
    classes = key.pentatonic if role.free else chord.tones
    return ([pitch for pitch in range(LOW + 4, HIGH + 1) if pitch % 12 in classes][height],)


def _rise(sketch: Sketch, key: Key, bar: int) -> list[WrittenNote]:
    """A run up the scale over the bar before a chorus, louder with each note."""
    start = bar * sketch.bar_steps
    scale = [pitch for pitch in range(64, HIGH + 1) if pitch % 12 in sketch.chord_at(start).scale(key)]
    onsets = range(start, start + sketch.bar_steps, 2)
    return [WrittenNote(step, 1.8, scale[at], -0.5 + 0.12 * at) for at, step in enumerate(onsets)]

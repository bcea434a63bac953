"""The others: bells, brass and synths that answer the singer, stab, arpeggiate, and rise into a chorus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from popgen_core.songwriter.melody import Theme
from popgen_core.songwriter.notes import WrittenNote, draw_onsets, gaps
from popgen_core.songwriter.sketch import Sketch
from popgen_core.songwriter.voicing import led_voicing

__all__ = ["write_others"]

LOW, HIGH = 60, 88


@dataclass(frozen=True)
class Role:
    """What the others do in one kind of section: onsets over two bars, and for each a height in chord tones."""

    manner: str
    onsets: tuple[int, ...]
    heights: tuple[int, ...]
    hold: float


def write_others(rng: Generator, sketch: Sketch, themes: dict[str, Theme]) -> list[WrittenNote]:
    """All notes of the seventh group."""
    kinds = ("intro", "verse", "pre-chorus", "chorus", "bridge", "interlude", "outro")
    roles = {kind: _draw_role(rng, sketch, themes[kind]) for kind in kinds}
    if rng.random() < 0.6:
        roles["intro"] = roles["interlude"] = roles["chorus"]
    rises = rng.random() < 0.5
    notes: list[WrittenNote] = []
    for at, section, bar in sketch.playing_bars("others"):
        rising = rises and bar + 1 == section.end_bar and not section.last and sketch.sections[at + 1].kind == "chorus"
        if section.last and bar + 1 == sketch.bars:
            notes += [WrittenNote(bar * sketch.bar_steps, sketch.bar_steps * 0.9, 72 + (sketch.chords[-1].root - 72) % 12, -0.1)]
        elif rising:
            notes += _rise(sketch, bar)
        else:
            notes += _play_bar(sketch, roles[section.kind], bar, (bar - section.start_bar) % 2)
    return notes


def _draw_role(rng: Generator, sketch: Sketch, theme: Theme) -> Role:
    """A manner of the style, with its rhythm and heights."""
    meter, traits = sketch.style.meter, sketch.style.traits
    manner = str(rng.choice(traits.colours))
    two = np.tile(meter.weights, 2)
    eighth = np.arange(len(two)) % 2 == 0
    if manner == "arp":
        every = 1 if sketch.style.tempo < 108 and rng.random() < 0.4 else 2
        onsets = tuple(step for step in range(0, len(two), every) if rng.random() < 0.82)
        cell = rng.integers(0, 5, size=int(rng.choice((3, 4, 6, 8))))
        return Role(manner, onsets, tuple(int(cell[at % len(cell)]) for at in range(len(onsets))), 0.9)
    if manner == "stab":
        weights = np.where(eighth, 1.2 - two, 0.35 * traits.syncopation)
        onsets = draw_onsets(rng, weights, int(rng.integers(3, 7)))
    elif manner == "answer":
        weights = np.where(eighth, 1.0, 0.15) * _silence(theme, meter.steps)
        onsets = draw_onsets(rng, weights, int(rng.integers(4, 8)))
    else:
        onsets = tuple(sorted({0, *draw_onsets(rng, np.where(eighth, two, 0.02), int(rng.integers(3, 6)))}))
    heights = np.clip(np.cumsum(rng.choice((-1, 0, 1, 1, -2), size=len(onsets))) + 2, 0, 5)
    return Role(manner, onsets, tuple(int(height) for height in heights), {"stab": 0.45, "answer": 0.9}.get(manner, 1.0))


def _silence(theme: Theme, steps: int) -> np.ndarray:
    """How free the melody leaves each step of two bars: 0.15 where it often strikes, up to 1."""
    free = np.ones(2 * steps)
    for at, motif in enumerate(theme.bars):
        for onset in motif.onsets if motif else ():
            free[at % 2 * steps + onset % steps] -= 0.3
    return np.maximum(free, 0.15)


def _play_bar(sketch: Sketch, role: Role, bar: int, half: int) -> list[WrittenNote]:
    """One bar of a role against the chords."""
    steps = sketch.bar_steps
    shift = (bar - half) * steps
    mine = [(step + shift, height) for step, height in zip(role.onsets, role.heights, strict=True) if step // steps == half]
    notes: list[WrittenNote] = []
    for (step, height), gap in zip(mine, gaps(tuple(step for step, _ in mine), (bar + 1) * steps), strict=True):
        chord = sketch.chord_at(step)
        length = max(min(gap * role.hold, 8.0, sketch.chord_end(step) - step + 1), 0.7)
        accent = 0.15 if sketch.style.meter.strong(step) else -0.2
        tones = [pitch for pitch in range(LOW + 4, HIGH + 1) if pitch % 12 in chord.tones[:4]]
        if role.manner == "stab":
            stack = led_voicing(chord, (), LOW, HIGH - 6, 3, 12)
            notes += [WrittenNote(step, length, pitch, accent + 0.2) for pitch in stack]
        else:
            notes.append(WrittenNote(step, length, tones[min(height, len(tones) - 1)], accent))
    return notes


def _rise(sketch: Sketch, bar: int) -> list[WrittenNote]:
    """A run up the scale over the bar before a chorus, louder with each note."""
    start = bar * sketch.bar_steps
    onsets = range(start, start + sketch.bar_steps, 2)
    chord = sketch.chord_at(start)
    scale = [pitch for pitch in range(64, HIGH + 1) if pitch % 12 in chord.scale(sketch.key)]
    return [WrittenNote(step, 1.8, scale[min(at, len(scale) - 1)], -0.5 + 0.12 * at) for at, step in enumerate(onsets)]

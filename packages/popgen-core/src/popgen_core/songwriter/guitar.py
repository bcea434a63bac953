"""The guitarist: strums, picks, chugs or chops, one way for each kind of section."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.songwriter.ending import with_last_bar
from popgen_core.songwriter.form import SECTION_KINDS
from popgen_core.songwriter.notes import PATTERN_BARS, WrittenNote, gaps
from popgen_core.songwriter.sketch import Sketch
from popgen_core.songwriter.voicing import Voicing, guitar_voicing, led_voicing

__all__ = ["write_guitar"]

ALL = -1  # instead of the number of one string

Stroke = tuple[int, float, int]  # step of the pattern, accent, string


@dataclass(frozen=True)
class Hands:
    """What the right hand does over four bars, and how long strings ring, as a share of the time to the next stroke.

    `spread` is the milliseconds from string to string; `drone` the degree of the scale that the top string keeps under
    all chords, -1 for none.
    """

    manner: str
    strokes: tuple[Stroke, ...]
    hold: float
    spread: float
    drone: int


def write_guitar(rng: Generator, sketch: Sketch) -> list[WrittenNote]:
    """All guitar notes of a song."""
    hands = {kind: _draw_hands(rng, sketch, kind) for kind in SECTION_KINDS}
    hands["intro"], hands["outro"] = hands["verse"], hands["chorus"]
    notes: list[WrittenNote] = []
    for section, bars in sketch.playing("guitar"):
        for bar in bars:
            notes += _play_bar(sketch, hands[section.kind], bar, (bar - section.start_bar) % PATTERN_BARS)
    return with_last_bar(sketch, notes, guitar_voicing(sketch.chords[-1], 5), 0.0, spread=14.0)


def _draw_hands(rng: Generator, sketch: Sketch, kind: str) -> Hands:
    """A manner of the style and its strokes: more where the band meets, and in choruses."""
    lift = np.where(sketch.figures[kind] > 1, 0.12, 0.0) + (0.1 if kind == "chorus" else 0.0)
    manner = str(rng.choice(sketch.style.traits.guitar))
    draw = {"strum": _strum_strokes, "pick": _pick_strokes, "chug": _chug_strokes, "chop": _chop_strokes}[manner]
    strokes = _answered(rng, draw(rng, sketch, lift), 2 * sketch.bar_steps)
    hold = {"strum": 1.0, "pick": float(rng.choice((1.5, 3.0))), "chug": 0.7, "chop": 0.4}[manner]
    drones = manner in ("strum", "pick") and rng.random() < 0.35
    drone = int(rng.choice((0, 4))) if drones else -1
    return Hands(manner, strokes, hold, float(rng.uniform(4, 9)), drone)


def _answered(rng: Generator, strokes: list[Stroke], length: int) -> tuple[Stroke, ...]:
    """The strokes of two bars, and the same again with some left out and some on another string."""
    again = []
    for step, accent, string in strokes:
        fate = rng.random()
        other = ALL if string == ALL else (string + 1 + int(rng.integers(3))) % 5
        if fate >= 0.12 or step == 0:
            again.append((step + length, accent, other if 0.12 <= fate < 0.3 else string))
    return (*strokes, *again)


def _strum_strokes(rng: Generator, sketch: Sketch, lift: NDArray[np.float64]) -> list[Stroke]:
    """Eighths with holes, some upstrokes on sixteenths where there is time; the second bar differs a little."""
    meter, steps = sketch.style.meter, np.arange(sketch.bar_steps)
    sixteenth = 0.22 if sketch.style.tempo < 105 else 0.0
    off_the_beat = np.where(steps % 2 == 0, 0.55, sixteenth) * (1 + 4 * lift[: meter.steps])
    odds = np.where(steps % meter.beat == 0, 0.95, off_the_beat)
    bar = rng.random(meter.steps) < odds
    again = np.where(rng.random(meter.steps) < 0.2, rng.random(meter.steps) < odds, bar)
    bar[0] = again[0] = True
    accents = rng.uniform(-0.4, 0.2, meter.steps) + np.where(steps % meter.beat == 0, 0.15, 0.0)
    both = np.flatnonzero(np.concatenate([bar, again]))
    return [(int(step), float(accents[step % meter.steps]), ALL) for step in both]


def _pick_strokes(rng: Generator, sketch: Sketch, lift: NDArray[np.float64]) -> list[Stroke]:
    """An arpeggio: the thumb on heavy beats, fingers between, in an order of the song's own."""
    meter = sketch.style.meter
    every = 2 if sketch.style.tempo > 96 or rng.random() < 0.5 else 1
    cell = [0, *(int(string) for string in rng.integers(1, 5, size=meter.steps // every - 1))]
    for at in range(1, len(cell)):
        if cell[at] == cell[at - 1]:
            cell[at] = (cell[at] + 1) % 5
    cell[len(cell) // 2] = int(rng.integers(0, 2))
    plucked = rng.random(2 * len(cell)) < 0.86 + lift[::every]
    plucked[0] = True
    return [
        (int(at) * every, 0.15 if at * every % meter.beat == 0 else -0.25, cell[at % len(cell)])
        for at in np.flatnonzero(plucked)
    ]


def _chug_strokes(rng: Generator, sketch: Sketch, lift: NDArray[np.float64]) -> list[Stroke]:
    """Driven eighths: muted low strings with accented power chords among them; the second bar may leave out more."""
    meter = sketch.style.meter
    first = [step for step in range(0, meter.steps, 2) if step == 0 or rng.random() < 0.8 + lift[step]]
    again = [step + meter.steps for step in first if step == 0 or rng.random() < 0.9]
    full = rng.random(2 * meter.steps) < float(rng.choice((0.3, 0.5, 0.8)))
    return [(step, 0.3, ALL) if full[step] else (step, -0.2, 0) for step in first + again]


def _chop_strokes(rng: Generator, sketch: Sketch, lift: NDArray[np.float64]) -> list[Stroke]:
    """Short high chords off the beat, on sixteenths where the tempo allows."""
    steps = np.arange(2 * sketch.bar_steps)
    sixteenth = 0.35 if sketch.style.tempo < 124 else 0.0
    odds = np.where(steps % 4 == 0, 0.2, np.where(steps % 2 == 0, 0.6, sixteenth)) * (0.5 + 6 * lift)
    struck = rng.random(len(steps)) < odds
    struck[int(rng.choice((2, 4)))] = True
    return [(int(step), float(rng.uniform(-0.3, 0.3)), ALL) for step in np.flatnonzero(struck)]


def _play_bar(sketch: Sketch, hands: Hands, bar: int, pattern_bar: int) -> list[WrittenNote]:
    """One bar of strokes against the chords."""
    steps, shift = sketch.bar_steps, (bar - pattern_bar) * sketch.bar_steps
    strokes = [(step + shift, accent, string) for step, accent, string in hands.strokes if step // steps == pattern_bar]
    onsets = tuple(step for step, _, _ in strokes)
    notes: list[WrittenNote] = []
    for (step, accent, string), gap in zip(strokes, gaps(onsets, (bar + 1) * steps), strict=True):
        length = max(min(gap * hands.hold, sketch.chord_end(step) - step), 0.7)
        held = _held(sketch, step, hands)
        if string == ALL:
            notes += _strum(sketch, hands, held, step, length, accent)
        else:
            notes.append(WrittenNote(step, length, held[min(string, len(held) - 1)], accent))
    return notes


def _held(sketch: Sketch, step: int, hands: Hands) -> Voicing:
    """What the left hand holds: a power chord, the top strings, or all of them, under a drone if there is one."""
    chord = sketch.chord_at(step)
    if hands.manner == "chug":
        root = 40 + (chord.root - 40) % 12
        return (root, root + chord.intervals[2], root + 12)
    if hands.manner == "chop":
        return led_voicing(chord, (), 57, 79, 3, 12)
    voicing = guitar_voicing(chord, 5)
    if hands.drone < 0:
        return voicing
    return (*(pitch for pitch in voicing[:4] if pitch < 60), 60 + sketch.key_at(step).scale[hands.drone])


def _strum(sketch: Sketch, hands: Hands, held: Voicing, step: int, length: float, accent: float) -> list[WrittenNote]:
    """All strings nearly at once: low to high on downstrokes; on upstrokes the upper ones, high to low and softer."""
    up = hands.manner == "strum" and step % 4 in ((2, 3) if sketch.style.tempo > 105 else (1, 3))
    strings = held[-3:][::-1] if up else held
    softer = 0.15 if up else 0.0
    return [
        WrittenNote(step, length, pitch, accent - softer, hands.spread * place) for place, pitch in enumerate(strings)
    ]

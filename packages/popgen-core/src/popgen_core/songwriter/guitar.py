"""The guitarist: strums, picks, chugs or chops, one way for each kind of section."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from popgen_core.songwriter.notes import WrittenNote, gaps
from popgen_core.songwriter.sketch import Sketch
from popgen_core.songwriter.voicing import Voicing, guitar_voicing, led_voicing

__all__ = ["write_guitar"]


@dataclass(frozen=True)
class Hand:
    """What the right hand does over two bars: (step, accent, string or -1 for all), and how long strings ring."""

    manner: str
    strokes: tuple[tuple[int, float, int], ...]
    hold: float
    spread: float  # milliseconds from string to string


def write_guitar(rng: Generator, sketch: Sketch) -> list[WrittenNote]:
    """All guitar notes of a song."""
    verse, chorus = _draw_hand(rng, sketch, 0.0), _draw_hand(rng, sketch, 0.12)
    hands = {"verse": verse, "chorus": chorus, "intro": verse, "outro": chorus}
    for kind in ("pre-chorus", "bridge", "interlude"):
        hands[kind] = _draw_hand(rng, sketch, 0.0)
    notes: list[WrittenNote] = []
    for _, section, bar in sketch.playing_bars("guitar"):
        hand = hands[section.kind]
        if section.last and bar + 1 == sketch.bars:
            notes += _strum(sketch, bar * sketch.bar_steps, sketch.bar_steps * 0.97, 0.0, hand)
            continue
        notes += _play_bar(sketch, hand, bar, (bar - section.start_bar) % 2)
    return notes


def _draw_hand(rng: Generator, sketch: Sketch, lift: float) -> Hand:
    """A manner of the style and its strokes; `lift` adds to their density."""
    manner = str(rng.choice(sketch.style.traits.guitar))
    strokes = {"strum": _strum_strokes, "pick": _pick_strokes, "chug": _chug_strokes, "chop": _chop_strokes}[manner](
        rng, sketch, lift
    )
    hold = {"strum": 1.0, "pick": float(rng.choice((1.5, 3.0))), "chug": 0.7, "chop": 0.4}[manner]
    return Hand(manner, tuple(strokes), hold, float(rng.uniform(4, 9)))


def _strum_strokes(rng: Generator, sketch: Sketch, lift: float) -> list[tuple[int, float, int]]:
    """Eighths with holes, now and then a sixteenth upstroke between: the second bar differs a little from the first."""
    meter = sketch.style.meter
    fine = sketch.style.tempo < 105
    odds = np.array([0.95 if step % meter.beat == 0 else 0.62 if step % 2 == 0 else 0.22 * fine for step in range(meter.steps)])
    bar = rng.random(meter.steps) < odds + lift * (odds > 0)
    again = np.where(rng.random(meter.steps) < 0.2, rng.random(meter.steps) < odds, bar)
    both = np.concatenate([bar, again])
    both[[0, meter.steps]] = True
    accents = rng.uniform(-0.4, 0.2, meter.steps)
    return [(int(step), float(accents[step % meter.steps]) + (0.15 if step % meter.beat == 0 else 0.0), -1) for step in np.flatnonzero(both)]


def _pick_strokes(rng: Generator, sketch: Sketch, lift: float) -> list[tuple[int, float, int]]:
    """An arpeggio: the thumb on heavy beats, fingers between, in an order of the song's own."""
    meter = sketch.style.meter
    every = 2 if sketch.style.tempo > 96 or rng.random() < 0.5 else 1
    cell = [0, *(int(string) for string in rng.integers(1, 5, size=meter.steps // every - 1))]
    for at in range(1, len(cell)):
        if cell[at] == cell[at - 1]:
            cell[at] = (cell[at] + 1) % 5
    cell[len(cell) // 2] = int(rng.integers(0, 2))
    keep = rng.random(2 * len(cell)) < 0.88 + lift
    keep[0] = True
    return [
        (at * every, 0.15 if at * every % meter.beat == 0 else -0.25, cell[at % len(cell)])
        for at in range(2 * len(cell))
        if keep[at]
    ]


def _chug_strokes(rng: Generator, sketch: Sketch, lift: float) -> list[tuple[int, float, int]]:
    """Driven eighths on power chords, with holes and accents."""
    meter = sketch.style.meter
    keep = rng.random(meter.steps) < 0.84 + lift
    accents = draws = rng.random(meter.steps)
    late = rng.random(meter.steps) < 0.75
    strokes = [(step, 0.35 if accents[step] < 0.25 else -0.2, -1) for step in range(0, meter.steps, 2) if keep[step] or step == 0]
    again = [(step + meter.steps, accent, -1) for step, accent, _ in strokes if late[step] or draws[step] < 0.5 or step == 0]
    return strokes + again


def _chop_strokes(rng: Generator, sketch: Sketch, lift: float) -> list[tuple[int, float, int]]:
    """Short high chords off the beat, sixteenths where the tempo allows."""
    meter = sketch.style.meter
    fine = sketch.style.tempo < 124
    odds = [0.2 if step % 4 == 0 else 0.6 if step % 2 == 0 else 0.35 * fine for step in range(2 * meter.steps)]
    keep = rng.random(len(odds)) < np.array(odds) + lift
    keep[int(rng.choice((2, 4)))] = True
    return [(int(step), float(rng.uniform(-0.3, 0.3)), -1) for step in np.flatnonzero(keep)]


def _play_bar(sketch: Sketch, hand: Hand, bar: int, half: int) -> list[WrittenNote]:
    """One bar of strokes against the chords."""
    steps = sketch.bar_steps
    shift = bar * steps - half * steps
    mine = [(step + shift, accent, string) for step, accent, string in hand.strokes if half * steps <= step < half * steps + steps]
    notes: list[WrittenNote] = []
    onsets = tuple(step for step, _, _ in mine)
    for (step, accent, string), gap in zip(mine, gaps(onsets, (bar + 1) * steps), strict=True):
        length = max(min(gap * hand.hold, sketch.chord_end(step) - step), 0.7)
        if string >= 0:
            voicing = guitar_voicing(sketch.chord_at(step), 5)
            notes.append(WrittenNote(step, length, voicing[min(string, len(voicing) - 1)], accent))
        else:
            notes += _strum(sketch, step, length, accent, hand)
    return notes


def _strum(sketch: Sketch, step: int, length: float, accent: float, hand: Hand) -> list[WrittenNote]:
    """All strings at once, or nearly: low to high on downstrokes, high to low and fewer strings on upstrokes."""
    chord = sketch.chord_at(step)
    if hand.manner == "chug":
        root = 40 + (chord.root - 40) % 12
        strings: Voicing = (root, root + chord.intervals[2], root + 12)
    elif hand.manner == "chop":
        strings = led_voicing(chord, (), 57, 79, 3, 12)
    else:
        strings = guitar_voicing(chord, 5)
    up = hand.manner == "strum" and step % 4 in ((2, 3) if sketch.style.tempo > 105 else (1, 3))
    if up:
        strings = strings[-3:]
    order = range(len(strings))[::-1] if up else range(len(strings))
    return [
        WrittenNote(step, length, pitch, accent - (0.15 if up else 0.0), hand.spread * place)
        for place, pitch in zip(order, strings, strict=True)
    ]

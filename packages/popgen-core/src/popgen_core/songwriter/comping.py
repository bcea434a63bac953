"""The keyboard player: voice-led chords in a comping rhythm of its own for each kind of section."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from popgen_core.songwriter.notes import WrittenNote, draw_onsets, gaps
from popgen_core.songwriter.sketch import Sketch
from popgen_core.songwriter.voicing import Voicing, led_voicing

__all__ = ["write_chords"]

LOW, HIGH = 52, 79


@dataclass(frozen=True)
class Comping:
    """A rhythm of two bars; `order` says for a broken chord which voice each onset plays, else it is empty."""

    onsets: tuple[int, ...]
    hold: float
    voices: int
    order: tuple[int, ...] = ()
    accents: tuple[float, ...] = ()


def write_chords(rng: Generator, sketch: Sketch) -> list[WrittenNote]:
    """All keyboard notes of a song."""
    verse = _draw_comping(rng, sketch)
    chorus = _draw_comping(rng, sketch)
    manners = {"verse": verse, "chorus": chorus, "intro": verse if rng.random() < 0.5 else chorus}
    for kind in ("pre-chorus", "bridge", "interlude", "outro"):
        manners[kind] = _draw_comping(rng, sketch) if rng.random() < 0.6 else (verse, chorus)[int(rng.integers(2))]
    notes: list[WrittenNote] = []
    voicing: Voicing = ()
    section_before = -1
    for at, section, bar in sketch.playing_bars("chords"):
        if at != section_before:
            voicing, section_before = (), at
        if section.last and bar + 1 == sketch.bars:
            notes += _last_chord(sketch, bar, led_voicing(sketch.chords[-1], voicing, LOW, HIGH, 4, 16))
            continue
        made, voicing = _play_bar(sketch, manners[section.kind], bar, bar - section.start_bar, voicing)
        notes += made
    return notes


def _draw_comping(rng: Generator, sketch: Sketch) -> Comping:
    """A rhythm by a manner of the style: held, broken, pulsing or in stabs."""
    meter, traits = sketch.style.meter, sketch.style.traits
    manner = str(rng.choice(traits.comping))
    two = np.tile(meter.weights, 2)
    steps = len(two)
    voices = int(rng.choice((3, 4, 4)))
    if manner == "broken":
        every = 2 if sketch.style.tempo > 84 else int(rng.choice((1, 2, 2)))
        onsets = tuple(step for step in range(0, steps, every) if step % meter.half == 0 or rng.random() < 0.9)
        cell = rng.permutation(np.arange(8) % voices)
        cell[0] = 0
        return Comping(onsets, float(rng.choice((1.0, 2.0, 3.0))), voices, tuple(int(cell[at % 8]) for at in range(len(onsets))))
    if manner == "held":
        onsets = {0, meter.steps, *draw_onsets(rng, two**0.5, int(rng.integers(1, 4)))}
    elif manner == "pulse":
        every = meter.beat if rng.random() < 0.4 and meter.beat == 4 else 2
        onsets = {step for step in range(0, steps, every) if rng.random() < 0.88}
        onsets |= set(draw_onsets(rng, (1.1 - two), int(rng.integers(0, 3))))
    else:
        off = np.where(np.arange(steps) % 2 == 0, 1.15 - two, 0.5 * traits.syncopation)
        onsets = {*draw_onsets(rng, off, int(rng.integers(3, 7))), *draw_onsets(rng, two, int(rng.integers(1, 3)))}
    ordered = tuple(sorted(onsets))
    accents = tuple(float(rng.uniform(-0.35, 0.25)) for _ in ordered)
    hold = {"held": 1.0, "pulse": float(rng.choice((0.6, 0.9))), "stab": float(rng.choice((0.35, 0.6)))}[manner]
    return Comping(ordered, hold, voices, (), accents)


def _play_bar(
    sketch: Sketch, comping: Comping, bar: int, bar_in_section: int, voicing: Voicing
) -> tuple[list[WrittenNote], Voicing]:
    """One bar of comping, struck again wherever the chord changes without a stroke."""
    steps = sketch.bar_steps
    start, offset = bar * steps, bar_in_section % 2 * steps
    pattern = {start + step - offset: at for at, step in enumerate(comping.onsets) if offset <= step < offset + steps}
    changes = [step for step in range(start, start + steps) if step == start or sketch.chord_at(step) != sketch.chord_at(step - 1)]
    broken = bool(comping.order)
    extra = [] if broken else [step for step in changes if not any(step <= onset < step + 3 for onset in pattern)]
    onsets = tuple(sorted({*pattern, *extra}))
    notes: list[WrittenNote] = []
    for step, gap in zip(onsets, gaps(onsets, start + steps), strict=True):
        voicing = led_voicing(sketch.chord_at(step), voicing, LOW, HIGH, comping.voices, 14)
        room = sketch.chord_end(step) - step
        at = pattern.get(step)
        if broken and at is not None:
            length = min(gap * comping.hold, room)
            notes.append(WrittenNote(step, length, voicing[comping.order[at]], 0.1 if step % sketch.style.meter.beat == 0 else -0.25))
            continue
        length = max(min(gap * comping.hold, room), 0.8)
        accent = comping.accents[at] if at is not None else -0.1
        notes += [WrittenNote(step, length, pitch, accent - 0.05 * (pitch != voicing[-1])) for pitch in voicing]
    return notes, voicing


def _last_chord(sketch: Sketch, bar: int, voicing: Voicing) -> list[WrittenNote]:
    step = bar * sketch.bar_steps
    return [WrittenNote(step, sketch.bar_steps * 0.97, pitch, 0.0, 12.0 * at) for at, pitch in enumerate(voicing)]

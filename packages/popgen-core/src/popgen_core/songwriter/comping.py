"""The keyboard player: voice-led chords in a comping rhythm of its own for each kind of section."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.songwriter.ending import with_last_bar
from popgen_core.songwriter.form import SECTION_KINDS
from popgen_core.songwriter.notes import PATTERN_BARS, Onsets, WrittenNote, answered, draw_onsets, gaps
from popgen_core.songwriter.sketch import Sketch
from popgen_core.songwriter.voicing import Voicing, led_voicing

__all__ = ["write_chords"]

LOW, HIGH, WIDEST = 52, 79, 14


@dataclass(frozen=True)
class Comping:
    """A rhythm of four bars: an accent for each of its onsets, and the share of the time to the next that it is held.

    `order` says for a broken chord which voice each onset plays, else it is empty. If the hand `pushes`, a stroke in
    the last eighth of a bar brings the next bar's chord.
    """

    onsets: Onsets
    accents: tuple[float, ...]
    hold: float
    voices: int
    order: tuple[int, ...] = ()
    pushes: bool = False


def write_chords(rng: Generator, sketch: Sketch) -> list[WrittenNote]:
    """All keyboard notes of a song."""
    drawn = {kind: _draw_comping(rng, sketch, sketch.figures[kind]) for kind in SECTION_KINDS}
    drawn["intro"] = drawn["verse"] if rng.random() < 0.5 else drawn["chorus"]
    for kind in ("pre-chorus", "bridge", "interlude", "outro"):
        if rng.random() < 0.4:
            drawn[kind] = drawn["verse"] if rng.random() < 0.5 else drawn["chorus"]
    notes: list[WrittenNote] = []
    for section, bars in sketch.playing("chords"):
        voicing: Voicing = ()
        for bar in bars:
            made, voicing = _play_bar(
                sketch, drawn[section.kind], bar, (bar - section.start_bar) % PATTERN_BARS, voicing
            )
            notes += made
    return with_last_bar(sketch, notes, led_voicing(sketch.chords[-1], (), LOW, HIGH, 4, 16), 0.0, spread=12.0)


def _draw_comping(rng: Generator, sketch: Sketch, figure: NDArray[np.float64]) -> Comping:
    """A rhythm by a manner of the style: held, broken, pulsing or in stabs."""
    manner = str(rng.choice(sketch.style.traits.comping))
    voices = int(rng.choice((3, 4, 4)))
    if manner == "broken":
        return _draw_broken(rng, sketch, voices)
    onsets = answered(rng, _block_onsets(rng, sketch, manner, figure), len(figure))
    accents = tuple(float(rng.uniform(-0.35, 0.25)) for _ in onsets)
    holds = {"held": (1.0,), "pulse": (0.6, 0.9), "stab": (0.35, 0.6)}[manner]
    pushes = bool(rng.random() < sketch.style.traits.syncopation)
    return Comping(onsets, accents, float(rng.choice(holds)), voices, pushes=pushes)


def _block_onsets(rng: Generator, sketch: Sketch, manner: str, figure: NDArray[np.float64]) -> Onsets:
    """When whole chords are struck: a few long ones, a pulse with holes, or off the beat."""
    meter = sketch.style.meter
    two = np.tile(meter.weights, 2)
    if manner == "held":
        return tuple(sorted({0, meter.steps, *draw_onsets(rng, two**0.5 * figure, int(rng.integers(1, 4)))}))
    if manner == "pulse":
        every = meter.beat if rng.random() < 0.4 and meter.beat == 4 else 2
        pulse = {step for step in range(0, len(two), every) if rng.random() < 0.7 + 0.1 * figure[step]}
        return tuple(sorted(pulse.union(draw_onsets(rng, (1.1 - two) * figure, int(rng.integers(0, 3))))))
    off = np.where(np.arange(len(two)) % 2 == 0, 1.15 - two, 0.5 * sketch.style.traits.syncopation)
    stabs = {
        *draw_onsets(rng, off * figure**1.5, int(rng.integers(3, 6))),
        *draw_onsets(rng, two * figure, int(rng.integers(1, 3))),
    }
    return tuple(sorted(stabs))


def _draw_broken(rng: Generator, sketch: Sketch, voices: int) -> Comping:
    """A chord taken apart: its voices one after another in an order that comes round every eight strokes."""
    meter = sketch.style.meter
    every = 2 if sketch.style.tempo > 84 else int(rng.choice((1, 2, 2)))
    steps = range(0, PATTERN_BARS * meter.steps, every)
    onsets = tuple(step for step in steps if step % meter.half == 0 or rng.random() < 0.9)
    cell = rng.permutation(np.arange(8) % voices)
    cell[0] = 0
    order = tuple(int(cell[at % 8]) for at in range(len(onsets)))
    accents = tuple(0.1 if step % meter.beat == 0 else -0.25 for step in onsets)
    return Comping(onsets, accents, float(rng.choice((1.0, 2.0, 3.0))), voices, order)


def _play_bar(
    sketch: Sketch, comping: Comping, bar: int, pattern_bar: int, voicing: Voicing
) -> tuple[list[WrittenNote], Voicing]:
    """One bar of comping; a chord that comes without a stroke is struck all the same, unless it is broken."""
    steps, start = sketch.bar_steps, bar * sketch.bar_steps
    strokes = {step % steps + start: at for at, step in enumerate(comping.onsets) if step // steps == pattern_bar}
    unstruck = [step for step in sketch.changes(bar) if not any(step <= onset < step + 3 for onset in strokes)]
    onsets = tuple(sorted({*strokes, *(() if comping.order else unstruck)}))
    notes: list[WrittenNote] = []
    for step, gap in zip(onsets, gaps(onsets, start + steps), strict=True):
        early = 2 if comping.pushes and start + steps - step <= 2 else 0
        voicing = led_voicing(sketch.chord_at(step + early), voicing, LOW, HIGH, comping.voices, WIDEST)
        room = sketch.chord_end(step) - step + early
        at = strokes.get(step, -1)
        length, accent = max(min(gap * comping.hold, room), 0.8), comping.accents[at] if at >= 0 else -0.1
        struck = (voicing[comping.order[at]],) if comping.order else voicing
        notes += [WrittenNote(step, length, pitch, accent - 0.05 * (pitch != struck[-1])) for pitch in struck]
    return notes, voicing

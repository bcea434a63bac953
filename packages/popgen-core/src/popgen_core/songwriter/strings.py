"""The string section: pads whose voices enter one after another, lines against the melody, and ostinatos."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from popgen_core.songwriter.notes import WrittenNote, draw_onsets, gaps
from popgen_core.songwriter.sketch import Sketch
from popgen_core.songwriter.voicing import Voicing, led_voicing

__all__ = ["write_strings"]

LOW, HIGH = 55, 86


@dataclass(frozen=True)
class Bowing:
    """How a section's strings move over two bars: for each voice its onsets; an ostinato has the order of voices."""

    manner: str
    onsets: tuple[tuple[int, ...], ...]
    order: tuple[int, ...] = ()


def write_strings(rng: Generator, sketch: Sketch) -> list[WrittenNote]:
    """All string notes of a song."""
    bowings = {kind: _draw_bowing(rng, sketch) for kind in ("verse", "pre-chorus", "chorus", "bridge", "interlude")}
    bowings["intro"] = bowings["verse"]
    bowings["outro"] = bowings["chorus"]
    notes: list[WrittenNote] = []
    voicing: Voicing = ()
    before = -1
    for at, section, bar in sketch.playing_bars("strings"):
        if at != before:
            voicing, before = (), at
        if section.last and bar + 1 == sketch.bars:
            last = led_voicing(sketch.chords[-1], voicing, LOW, HIGH, 4, 24)
            notes += [WrittenNote(bar * sketch.bar_steps, sketch.bar_steps * 0.99, pitch, 0.0) for pitch in last]
            continue
        made, voicing = _play_bar(sketch, bowings[section.kind], bar, (bar - section.start_bar) % 2, voicing)
        notes += made
    return notes


def _draw_bowing(rng: Generator, sketch: Sketch) -> Bowing:
    meter = sketch.style.meter
    manner = str(rng.choice(sketch.style.traits.strings))
    two = np.tile(meter.weights, 2)
    if manner == "ostinato":
        onsets = tuple(step for step in range(0, len(two), 2) if step % meter.steps == 0 or rng.random() < 0.85)
        cell = rng.integers(0, 3, size=meter.steps // 2)
        return Bowing(manner, (onsets,), tuple(int(cell[step // 2 % len(cell)]) for step in onsets))
    voices = 3 if manner == "pad" else 2
    spread = np.where(np.arange(len(two)) % 2 == 0, two**0.5, 0.02)
    lines = [{0, *draw_onsets(rng, spread, int(rng.integers(1, 4)))} for _ in range(voices)]
    if manner == "line":
        lines[-1] |= set(draw_onsets(rng, spread, int(rng.integers(3, 6))))
    return Bowing(manner, tuple(tuple(sorted(line)) for line in lines))


def _play_bar(
    sketch: Sketch, bowing: Bowing, bar: int, half: int, voicing: Voicing
) -> tuple[list[WrittenNote], Voicing]:
    """One bar: every voice enters at its own onsets and wherever the chord moves it."""
    steps, start = sketch.bar_steps, bar * sketch.bar_steps
    shift = start - half * steps
    notes: list[WrittenNote] = []
    changes = [step for step in range(start, start + steps) if step == start or sketch.chord_at(step) != sketch.chord_at(step - 1)]
    voicings: dict[int, Voicing] = {}
    for step in changes:
        voicing = led_voicing(sketch.chord_at(step), voicing, LOW, HIGH, 3, 19)
        voicings[step] = voicing
    if bowing.manner == "ostinato":
        return _ostinato(sketch, bowing, voicings, shift, start), voicing
    for voice, line in enumerate(bowing.onsets):
        mine = {step + shift for step in line if start <= step + shift < start + steps}
        onsets = tuple(sorted(mine | {step for step in changes if not any(abs(onset - step) < 4 for onset in mine)}))
        top = bowing.manner == "line" and voice == len(bowing.onsets) - 1
        notes += _voice(sketch, onsets, voicings, start, voice, top)
    return notes, voicing


def _voice(
    sketch: Sketch, onsets: tuple[int, ...], voicings: dict[int, Voicing], start: int, voice: int, top: bool
) -> list[WrittenNote]:
    """One voice of a bar; a top line wanders between the upper chord tones and the scale between them."""
    notes = []
    for number, (step, gap) in enumerate(zip(onsets, gaps(onsets, start + sketch.bar_steps), strict=True)):
        chord_start = max((change for change in voicings if change <= step), default=min(voicings))
        voicing = voicings[chord_start]
        pitch = voicing[min(voice, 2)]
        if top:
            pitch = voicing[2 - number % 2] if number % 4 != 3 else voicing[2]
        length = min(float(gap), sketch.chord_end(step) - step + (1 if top else 0))
        notes.append(WrittenNote(step, length, pitch, -0.15 + (0.2 if top else 0.0) - 0.1 * (number % 2)))
    return notes


def _ostinato(
    sketch: Sketch, bowing: Bowing, voicings: dict[int, Voicing], shift: int, start: int
) -> list[WrittenNote]:
    """Driven eighths over the voices of the chord, the lowest voice held below."""
    notes = []
    for step, voice in zip(bowing.onsets[0], bowing.order, strict=True):
        at = step + shift
        if start <= at < start + sketch.bar_steps:
            voicing = voicings[max(change for change in voicings if change <= at)]
            notes.append(WrittenNote(at, 1.6, voicing[voice], 0.1 if at % sketch.style.meter.beat == 0 else -0.3))
    return notes

"""The string section: pads whose voices enter one after another, lines against the melody, and ostinatos."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.songwriter.ending import with_last_bar
from popgen_core.songwriter.form import SECTION_KINDS
from popgen_core.songwriter.notes import WrittenNote, draw_onsets, gaps
from popgen_core.songwriter.sketch import Sketch
from popgen_core.songwriter.voicing import Voicing, led_voicing

__all__ = ["write_strings"]

LOW, HIGH = 55, 86
SUSPENSION = 4  # sixteenths that a suspended voice hangs over
SWELL = 0.4  # how much the accent grows over four bars


@dataclass(frozen=True)
class Bowing:
    """How a section's strings move over two bars.

    `onsets` of each voice; `order` of voices in an ostinato; `heights` of a line in scale steps above its chord
    tone; `hanging` is the voice that resolves late when the chord changes, -1 for none.
    """

    manner: str
    onsets: tuple[tuple[int, ...], ...]
    order: tuple[int, ...] = ()
    heights: tuple[int, ...] = ()
    hanging: int = -1


def write_strings(rng: Generator, sketch: Sketch) -> list[WrittenNote]:
    """All string notes of a song."""
    bowings = {kind: _draw_bowing(rng, sketch, sketch.figures[kind]) for kind in SECTION_KINDS}
    bowings["intro"], bowings["outro"] = bowings["verse"], bowings["chorus"]
    notes: list[WrittenNote] = []
    for section, bars in sketch.playing("strings"):
        voicing: Voicing = ()
        for bar in bars:
            made, voicing = _play_bar(sketch, bowings[section.kind], bar, (bar - section.start_bar) % 2, voicing)
            phase = (bar - section.start_bar) % 4 / 4
            notes += [note._replace(accent=note.accent + SWELL * (phase - 0.4)) for note in made]
    return with_last_bar(sketch, notes, led_voicing(sketch.chords[-1], (), LOW, HIGH, 4, 24), 0.0)


def _draw_bowing(rng: Generator, sketch: Sketch, figure: NDArray[np.float64]) -> Bowing:
    """A manner of the style with its rhythm: voices of a pad seldom move at once."""
    meter, manner = sketch.style.meter, str(rng.choice(sketch.style.traits.strings))
    two = np.tile(meter.weights, 2)
    if manner == "ostinato":
        onsets = tuple(step for step in range(0, len(two), 2) if step % meter.steps == 0 or rng.random() < 0.85)
        cell = rng.integers(0, 3, size=meter.steps // 2)
        return Bowing(manner, (onsets,), tuple(int(cell[step // 2 % len(cell)]) for step in onsets))
    odds = np.where(np.arange(len(two)) % 2 == 0, two**0.5, 0.02) * figure
    lines = [{0, *draw_onsets(rng, odds, int(rng.integers(1, 4)))} for _ in range(3 if manner == "pad" else 2)]
    heights: tuple[int, ...] = ()
    if manner == "line":
        lines[-1] |= set(draw_onsets(rng, odds, int(rng.integers(3, 6))))
        heights = tuple(int(height) for height in rng.choice((-2, -1, 0, 0, 1, 2), size=len(lines[-1])))
    hanging = int(rng.integers(0, 3)) if rng.random() < 0.6 else -1
    return Bowing(manner, tuple(tuple(sorted(line)) for line in lines), (), heights, hanging)


def _play_bar(
    sketch: Sketch, bowing: Bowing, bar: int, half: int, voicing: Voicing
) -> tuple[list[WrittenNote], Voicing]:
    """One bar: every voice enters at its own onsets and wherever the chord moves it."""
    start, steps = bar * sketch.bar_steps, sketch.bar_steps
    changes = sketch.changes(bar)
    before, voicings = voicing, {}
    for step in changes:
        voicing = voicings[step] = led_voicing(sketch.chord_at(step), voicing, LOW, HIGH, 3, 19)
    if bowing.manner == "ostinato":
        return _ostinato(sketch, bowing, voicings, start, half), voicing
    notes: list[WrittenNote] = []
    for voice, line in enumerate(bowing.onsets):
        mine = {step % steps + start: at for at, step in enumerate(line) if step // steps == half}
        struck = {step: -1 for step in changes if not any(abs(onset - step) < 4 for onset in mine)}
        if bowing.manner == "line" and voice == len(bowing.onsets) - 1:
            notes += _line(sketch, bowing, mine | struck, voicings, start)
        else:
            late = voice == bowing.hanging and before and 1 <= abs(before[voice] - voicings[start][voice]) <= 2
            notes += _voice(sketch, tuple(sorted(mine | struck)), voicings, start, voice, before[voice] if late else 0)
    return notes, voicing


def _voice(
    sketch: Sketch, onsets: tuple[int, ...], voicings: dict[int, Voicing], start: int, voice: int, hung: int
) -> list[WrittenNote]:
    """One voice of a pad; `hung` is the pitch that it carries over from the bar before and resolves late, or 0."""
    notes = []
    if hung:
        onsets = (start + SUSPENSION, *(onset for onset in onsets if onset > start + SUSPENSION + 1))
        notes.append(WrittenNote(start, SUSPENSION, hung, -0.05))
    for number, (step, gap) in enumerate(zip(onsets, gaps(onsets, start + sketch.bar_steps), strict=True)):
        voicing = voicings[max((change for change in voicings if change <= step), default=start)]
        length = min(float(gap), sketch.chord_end(step) - step)
        notes.append(WrittenNote(step, length, voicing[voice], -0.2 - 0.1 * (number % 2)))
    return notes


def _line(
    sketch: Sketch, bowing: Bowing, onsets: dict[int, int], voicings: dict[int, Voicing], start: int
) -> list[WrittenNote]:
    """A countermelody above the top voice: steps of the scale around its chord tones, long notes on them."""
    notes = []
    ordered = tuple(sorted(onsets))
    key = sketch.key_at(start)
    for step, gap in zip(ordered, gaps(ordered, start + sketch.bar_steps), strict=True):
        chord = sketch.chord_at(step)
        top = voicings[max((change for change in voicings if change <= step), default=start)][2]
        height = bowing.heights[onsets[step]] if onsets[step] >= 0 else 0
        classes = chord.tones if gap >= 6 else chord.scale(key)
        ladder = sorted(
            (pitch for pitch in range(top - 6, top + 7) if pitch % 12 in classes),
            key=lambda p: abs(p - top - 2 * height),
        )
        notes.append(WrittenNote(step, float(gap), ladder[0], 0.1))
    return notes


def _ostinato(sketch: Sketch, bowing: Bowing, voicings: dict[int, Voicing], start: int, half: int) -> list[WrittenNote]:
    """Driven eighths over the voices of the chord."""
    notes = []
    for step, voice in zip(bowing.onsets[0], bowing.order, strict=True):
        if step // sketch.bar_steps == half:
            at = start + step % sketch.bar_steps
            voicing = voicings[max(change for change in voicings if change <= at)]
            notes.append(WrittenNote(at, 1.6, voicing[voice], 0.1 if at % sketch.style.meter.beat == 0 else -0.3))
    return notes

"""The performance: written notes played by people, with swing, micro-timing, dynamics and swells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.music import notes_from, rows
from popgen_core.music.song import CONTROL, NOTE
from popgen_core.songwriter.meter import STEP_TICKS
from popgen_core.songwriter.notes import WrittenNote
from popgen_core.songwriter.sketch import Sketch

__all__ = ["Touch", "draw_touches", "levelled", "loosened", "pedal", "play", "swells"]

EXPRESSION, SUSTAIN = 11, 64  # MIDI controllers
WEAK = -0.1  # accents up to this may be left out
SOFTEST, LOUDEST = 24, 126  # velocities
ROOM = STEP_TICKS // 2 - 4  # ticks that a note may stray from its sixteenth and still be nearest to it
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Touch:
    """How a player plays: milliseconds behind the beat (negative: ahead) and their spread, and loudness -20..20."""

    behind: float
    spread: float
    loudness: float


LOUDNESS = {"drums": 0, "bass": 4, "chords": -6, "guitar": -5, "strings": -10, "lead": 9, "others": -8}


def draw_touches(rng: Generator) -> dict[str, Touch]:
    """A touch for each group: drummers steadier than singers, bass and lead a little behind, guitars ahead."""
    behind = {"drums": 0.0, "bass": 3.0, "chords": 1.0, "guitar": -2.0, "strings": 4.0, "lead": 5.0, "others": 0.0}
    return {
        group: Touch(
            float(rng.normal(mean, 2.0)),
            float(rng.uniform(4.5, 7.5) if group == "drums" else rng.uniform(5.5, 10.5)),
            LOUDNESS[group] + float(rng.normal(0, 3)),
        )
        for group, mean in behind.items()
    }


def loosened(rng: Generator, written: Sequence[WrittenNote], liberty: float) -> list[WrittenNote]:
    """The notes without some weak strokes: a player leaves out that share of them, another one each time round."""
    steps = sorted({note.step for note in written})
    left_out = {step for step, draw in zip(steps, rng.random(len(steps)), strict=True) if draw < liberty}
    return [note for note in written if note.step not in left_out or note.accent > WEAK]


def play(rng: Generator, sketch: Sketch, touch: Touch, written: Sequence[WrittenNote]) -> NDArray[np.void]:
    """Written notes as played ones, in ticks; of notes on one pitch each ends before the next begins."""
    page = np.array([tuple(note) for note in written], dtype=np.float64).reshape(-1, 5)
    step, length, pitch, accent, spread = page.T
    milliseconds_a_tick = 60_000 / sketch.style.tempo / 480
    together = _shared(rng, step, touch.spread * 0.85) + rng.normal(0, touch.spread * 0.5, len(step))
    late = (touch.behind + together + spread) / milliseconds_a_tick
    sheet = _swung(sketch, step)
    home = np.rint(sheet / STEP_TICKS) * STEP_TICKS
    start = np.clip(np.rint(sheet + late), home - ROOM, home + ROOM)
    start = np.maximum(start, 0)
    notes = np.empty(len(page), dtype=NOTE)
    notes["start_tick"] = start
    notes["length_ticks"] = np.maximum(np.rint(_swung(sketch, step + length) - sheet), 20)
    notes["pitch"] = pitch
    notes["velocity"] = np.clip(np.rint(_velocity(rng, sketch, touch, step, accent)), SOFTEST, LOUDEST)
    return _apart(notes)


def levelled(tracks: Sequence[NDArray[np.void]], low: int, high: int) -> list[NDArray[np.void]]:
    """The tracks' notes with velocities stretched or pressed so that nine notes of ten lie from `low` to `high`."""
    bottom, top = np.percentile(np.concatenate([notes["velocity"] for notes in tracks]), (5, 95))
    made = []
    for notes in tracks:
        notes = notes.copy()
        stretched = low + (notes["velocity"] - bottom) * (high - low) / (top - bottom)
        notes["velocity"] = np.clip(np.rint(stretched), SOFTEST, LOUDEST)
        made.append(notes)
    return made


def _shared(rng: Generator, step: Array, spread: float) -> Array:
    """What all notes of one step are late together."""
    steps, which = np.unique(step, return_inverse=True)
    return np.asarray(rng.normal(0, spread, len(steps))[which])


def _swung(sketch: Sketch, step: Array) -> Array:
    """Ticks of steps (with fractions): in swing the first of each pair lasts longer than the second."""
    style = sketch.style
    pair = 2.0 * style.swung_steps
    place = step % pair / pair
    bent = np.where(place < 0.5, place * 2 * style.swing, style.swing + (place - 0.5) * 2 * (1 - style.swing))
    return np.asarray((step - step % pair + bent * pair) * STEP_TICKS)


def _velocity(rng: Generator, sketch: Sketch, touch: Touch, step: Array, accent: Array) -> Array:
    """Loudness by section energy, growing through it where the next is bigger, by accent and by hand."""
    energy = _energies(sketch)[np.minimum((step // sketch.bar_steps).astype(np.int64), sketch.bars - 1)]
    return np.asarray(38 + 52 * energy + 36 * accent + touch.loudness + rng.normal(0, 3.5, len(step)))


def _energies(sketch: Sketch) -> Array:
    """Energy of each bar: that of its section, drawn towards the next section's over the last four bars."""
    bars = np.empty(sketch.bars)
    for at, section in enumerate(sketch.sections):
        following = sketch.sections[min(at + 1, len(sketch.sections) - 1)].energy
        rise = 0.35 * max(following - section.energy, 0.0)
        ramp = np.clip((np.arange(section.bars) - section.bars + 5) / 4, 0, 1)
        bars[section.start_bar : section.end_bar] = section.energy + rise * ramp
    return bars


def _apart(notes: NDArray[np.void]) -> NDArray[np.void]:
    """Notes without overlaps on a pitch: the first of two is cut short, the softer of two at once left out."""
    notes = notes[np.lexsort((notes["velocity"], notes["start_tick"], notes["pitch"]))]
    same = (np.diff(notes["pitch"].astype(np.int64)) == 0) & (np.diff(notes["start_tick"]) <= 8)
    notes = notes[np.append(~same, True)]
    gap = np.where(np.diff(notes["pitch"].astype(np.int64)) == 0, np.diff(notes["start_tick"]), 1 << 40)
    notes["length_ticks"][:-1] = np.minimum(notes["length_ticks"][:-1], np.maximum(gap - 2, 1))
    return notes_from(notes)


def swells(sketch: Sketch, group: str) -> NDArray[np.void]:
    """Expression (controller 11) of a group: over each four bars it grows, then falls back a little, twice a beat."""
    steps, changes = sketch.bar_steps, []
    for section, bars in sketch.playing(group):
        for step in range(bars.start * steps, bars.stop * steps, 2):
            place = (step / steps - section.start_bar) % 4 / 4
            shape = np.sin(np.pi * min(place * 1.15, 1.0) / 2) - max(place - 0.87, 0) * 3
            value = 62 + 62 * shape * (0.5 + 0.5 * section.energy)
            changes.append((step * STEP_TICKS, EXPRESSION, int(np.clip(value, 1, 127))))
    return rows(CONTROL, changes)


def pedal(sketch: Sketch, group: str) -> NDArray[np.void]:
    """Sustain pedal of a group: down with each chord, up just before the next."""
    changes = []
    for _, bars in sketch.playing(group):
        for step in (change for bar in bars for change in sketch.changes(bar)):
            changes.append((step * STEP_TICKS + 40, SUSTAIN, 127))
            changes.append((sketch.chord_end(step) * STEP_TICKS - 20, SUSTAIN, 0))
    return rows(CONTROL, changes)

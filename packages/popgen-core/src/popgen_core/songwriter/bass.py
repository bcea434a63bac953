"""The bass player: locked to the kick, on roots, fifths and octaves, with approach notes into the next chord."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from popgen_core.songwriter.groove import GROOVE_BARS, Groove
from popgen_core.songwriter.harmony import Chord
from popgen_core.songwriter.notes import WrittenNote, draw_onsets, folded, gaps
from popgen_core.songwriter.sketch import Sketch

__all__ = ["write_bass"]

LOW, HIGH = 28, 55


@dataclass(frozen=True)
class Line:
    """A bass pattern: over four bars, step -> semitone role ("root", "fifth", "octave", "third") and how it is held."""

    roles: dict[int, str]
    hold: float
    approaches: bool


def write_bass(rng: Generator, sketch: Sketch, grooves: dict[str, Groove]) -> list[WrittenNote]:
    """All bass notes of a song."""
    lines = {kind: _draw_line(rng, sketch, groove) for kind, groove in grooves.items()}
    if rng.random() < 0.6:
        lines["interlude"] = lines["outro"] = lines["chorus"]
    notes: list[WrittenNote] = []
    steps = sketch.bar_steps
    for _, section, bar in sketch.playing_bars("bass"):
        if section.last and bar + 1 == sketch.bars:
            root = folded(sketch.chord_at(bar * steps).bass + 36, LOW, 42)
            notes.append(WrittenNote(bar * steps, steps * 0.95, root, 0.3))
            continue
        line = lines[section.kind]
        start = (bar - section.start_bar) % GROOVE_BARS * steps
        onsets = tuple(bar * steps + step - start for step in sorted(line.roles) if start <= step < start + steps)
        offset = start - bar * steps
        notes += _play_bar(rng, sketch, line, onsets, offset, (bar + 1) * steps)
    return notes


def _draw_line(rng: Generator, sketch: Sketch, groove: Groove) -> Line:
    """A pattern for one kind of section: a manner of the style, on the groove's kicks."""
    meter, manner = sketch.style.meter, str(rng.choice(sketch.style.traits.bass))
    total = GROOVE_BARS * meter.steps
    kicks = {step for step in groove.kicks if step % 2 == 0 or rng.random() < 0.85}
    half = total // 2
    own = {
        "held": set(range(0, half, meter.steps)) | set(draw_onsets(rng, np.tile(meter.weights, 2) ** 2, 2)),
        "locked": kicks | set(draw_onsets(rng, _weak_eighths(meter.weights, 2), int(rng.integers(1, 4)))),
        "eighths": set(draw_onsets(rng, _eighths(half), half // 2 - int(rng.integers(0, 4)))),
        "octaves": set(draw_onsets(rng, _eighths(half), half // 2 - int(rng.integers(1, 5)))) | kicks,
        "offbeat": {step for step in range(half) if step % 4 == 2} | set(draw_onsets(rng, _weak_eighths(meter.weights, 2), 2)),
        "walking": set(range(0, half, meter.beat if meter.beat == 4 else 2)) | set(draw_onsets(rng, np.ones(half), 2)),
        "roots": set(range(0, half, meter.half)) | set(draw_onsets(rng, _weak_eighths(meter.weights, 2), 2)),
    }[manner]
    if manner not in ("locked", "octaves"):
        own |= {step for step in kicks if step < half and rng.random() < (0.3 if manner == "held" else 0.6)}
    own = {step % half for step in own} | set(range(0, half, meter.steps))
    four = own | {step + half for step in own}
    four = {step for step in four if step < half + meter.steps or step in kicks or rng.random() < 0.8}
    roles = {step: _role(rng, step, meter.beat, manner) for step in sorted(four)}
    roles |= {step + half: role for step, role in roles.items() if step < meter.steps and step + half in four}
    return Line(roles, float(rng.choice((0.55, 0.8, 0.95))), manner not in ("offbeat",) and rng.random() < 0.7)


def _eighths(steps: int) -> np.ndarray:
    return (np.arange(steps) % 2 == 0).astype(np.float64)


def _weak_eighths(weights: np.ndarray, bars: int) -> np.ndarray:
    return np.tile(np.where(np.arange(len(weights)) % 2 == 0, 1.1 - weights, 0.08), bars)


def _role(rng: Generator, step: int, beat: int, manner: str) -> str:
    """What a step plays: roots on heavy beats, elsewhere by manner."""
    if step % (2 * beat) == 0:
        return "root"
    if manner == "octaves":
        return "octave" if step % beat else "root"
    odds = {"walking": (2, 3, 1, 3), "eighths": (10, 1, 0.7, 0.2)}.get(manner, (5, 2, 1.4, 0.5))
    return str(rng.choice(("root", "fifth", "octave", "third"), p=np.array(odds) / sum(odds)))


def _play_bar(
    rng: Generator, sketch: Sketch, line: Line, onsets: tuple[int, ...], offset: int, end: int
) -> list[WrittenNote]:
    """One bar of a line against the chords, its last note led into a new chord where the line approaches."""
    notes = []
    for step, gap in zip(onsets, gaps(onsets, end), strict=True):
        chord = sketch.chord_at(step)
        pitch = _pitch(chord, line.roles[step + offset])
        after = sketch.chord_at(end)
        if line.approaches and step == onsets[-1] and after.bass != chord.bass and 1 <= end - step <= 4:
            pitch = _approach(rng, pitch, _pitch(after, "root"), chord)
        heavy = 0.25 if step % sketch.style.meter.beat == 0 else -0.1
        notes.append(WrittenNote(step, max(min(gap, 8 if gap < 8 else gap) * line.hold, 0.8), pitch, heavy))
    return notes


def _pitch(chord: Chord, role: str) -> int:
    """The role's pitch over a chord: roots from E1 (28) to D#2 (39)."""
    root = folded(chord.bass + 24, LOW, LOW + 11)
    if root < 31 and role == "root":
        return root
    above = {"root": 0, "fifth": 7, "octave": 12, "third": chord.intervals[1]}[role]
    if chord.bass != chord.root and role in ("fifth", "third"):
        above = 0
    if role == "fifth":
        above = chord.intervals[2]
    return min(root + above, HIGH)


def _approach(rng: Generator, pitch: int, target: int, chord: Chord) -> int:
    """A step below or above the target, or the fifth of what comes, near the line."""
    options = [target - 1, target + 1, target - 2, target + 2, target + 7, target - 5]
    fitting = [option for option in options if LOW <= option <= HIGH and option % 12 in {*chord.tones, (target - 1) % 12}]
    return int(rng.choice(fitting)) if fitting else pitch

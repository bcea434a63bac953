"""The bass player: locked to the kick, on roots, fifths and octaves, with approach notes into the next chord."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.songwriter.ending import with_last_bar
from popgen_core.songwriter.groove import GROOVE_BARS, Groove
from popgen_core.songwriter.harmony import Chord
from popgen_core.songwriter.meter import Meter
from popgen_core.songwriter.notes import WrittenNote, draw_onsets, folded, gaps
from popgen_core.songwriter.sketch import Sketch

__all__ = ["write_bass"]

LOW, HIGH = 28, 55
PEDALS = {"intro": 0.35, "verse": 0.1, "pre-chorus": 0.25, "bridge": 0.25}  # how often a kind stands on one note

# how likely a weak step plays each of these, by manner
ROLES = ("root", "fifth", "octave", "third")
ROLE_ODDS = {"walking": (2, 3, 1, 3), "eighths": (10, 1, 0.7, 0.2), "octaves": (1, 0.5, 6, 0)}
USUAL_ODDS = (5, 2, 1.4, 0.5)


@dataclass(frozen=True)
class Line:
    """A bass pattern: what each onset of four bars plays, and the share of the time to the next that it is held.

    `pedal` is a degree of the scale held under changing chords, -1 for none.
    """

    roles: dict[int, str]
    hold: float
    approaches: bool
    pedal: int = -1


def write_bass(rng: Generator, sketch: Sketch, grooves: dict[str, Groove]) -> list[WrittenNote]:
    """All bass notes of a song."""
    lines = {kind: _draw_line(rng, sketch, groove, sketch.figures[kind]) for kind, groove in grooves.items()}
    for kind, chance in PEDALS.items():
        if rng.random() < chance:
            lines[kind] = replace(lines[kind], pedal=4 if kind == "pre-chorus" else 0)
    if rng.random() < 0.6:
        lines["interlude"] = lines["outro"] = lines["chorus"]
    notes: list[WrittenNote] = []
    for section, bars in sketch.playing("bass"):
        for bar in bars:
            notes += _play_bar(rng, sketch, lines[section.kind], bar, (bar - section.start_bar) % GROOVE_BARS)
    return with_last_bar(sketch, notes, [_pitch(sketch.chords[-1], "root")], 0.3)


def _draw_line(rng: Generator, sketch: Sketch, groove: Groove, figure: NDArray[np.float64]) -> Line:
    """A pattern for one kind of section: a manner of the style, on the groove's kicks, every bar begun."""
    meter, manner = sketch.style.meter, str(rng.choice(sketch.style.traits.bass))
    half = GROOVE_BARS // 2 * meter.steps
    kicks = {step for step in groove.kicks if step % 2 == 0 or rng.random() < 0.85}
    followed = {"locked": 1.0, "octaves": 1.0, "held": 0.4}.get(manner, 0.7)
    two = set(_own_onsets(rng, meter, manner, figure)) | set(range(0, half, meter.steps))
    two |= {step for step in kicks if step < half and rng.random() < followed}
    late = {step + half for step in two if step < meter.steps or step + half in kicks or rng.random() < 0.8}
    late |= {step for step in kicks if step >= half and manner in ("locked", "octaves")}
    roles = {step: _role(rng, step, meter, manner) for step in sorted(two)}
    roles |= {step: roles.get(step - half) or _role(rng, step, meter, manner) for step in sorted(late)}
    return Line(roles, float(rng.choice((0.55, 0.8, 0.95))), manner != "offbeat" and rng.random() < 0.8)


def _own_onsets(rng: Generator, meter: Meter, manner: str, figure: NDArray[np.float64]) -> Iterable[int]:
    """What a manner plays in two bars besides the kick."""
    weights, steps = np.tile(meter.weights, 2) * figure, len(figure)
    eighths = np.arange(steps) % 2 == 0
    weak = np.where(eighths, 1.1 - np.tile(meter.weights, 2), 0.08) * figure
    if manner == "locked":
        return draw_onsets(rng, weak, int(rng.integers(1, 4)))
    if manner in ("eighths", "octaves"):
        return draw_onsets(rng, eighths * figure, steps // 2 - int(rng.integers(0, 5)))
    if manner == "offbeat":
        return (*range(2, steps, 4), *draw_onsets(rng, weak, 2))
    if manner == "walking":
        return (*range(0, steps, meter.beat if meter.beat == 4 else 2), *draw_onsets(rng, weak, 2))
    if manner == "roots":
        return (*range(0, steps, meter.half), *draw_onsets(rng, weak, 2))
    return draw_onsets(rng, weights**2, 2)


def _role(rng: Generator, step: int, meter: Meter, manner: str) -> str:
    """What a step plays: roots on heavy beats, elsewhere by manner."""
    if step % (2 * meter.beat) == 0 or (manner == "octaves" and step % meter.beat == 0):
        return "root"
    odds = np.array(ROLE_ODDS.get(manner, USUAL_ODDS))
    return str(rng.choice(ROLES, p=odds / odds.sum()))


def _play_bar(rng: Generator, sketch: Sketch, line: Line, bar: int, groove_bar: int) -> list[WrittenNote]:
    """One bar of a line: a new chord begins on its root, and the last note may lead into the chord of the next bar."""
    steps, start = sketch.bar_steps, bar * sketch.bar_steps
    roles = {step % steps + start: role for step, role in line.roles.items() if step // steps == groove_bar}
    for change in sketch.changes(bar):
        roles[min((step for step in roles if change <= step < change + 3), default=change)] = "root"
    onsets = tuple(sorted(roles))
    notes = []
    for step, gap in zip(onsets, gaps(onsets, start + steps), strict=True):
        chord, following = sketch.chord_at(step), sketch.chord_at(start + steps)
        pitch = _pitch(chord, roles[step])
        if line.pedal >= 0:
            pitch = _pedal(sketch.key_at(step).scale[line.pedal], roles[step])
        elif line.approaches and step == onsets[-1] and following.bass != chord.bass and gap <= 4:
            pitch = _approach(rng, chord, _pitch(following, "root"))
        length = max(min(gap * line.hold, sketch.chord_end(step) - step), 0.8)
        notes.append(WrittenNote(step, length, pitch, 0.25 if sketch.style.meter.strong(step) else -0.1))
    return notes


def _pitch(chord: Chord, role: str) -> int:
    """The role's pitch over a chord: roots from E1 (28) to D#2 (39); over a slash chord no third or fifth."""
    root = folded(chord.bass + 24, LOW, LOW + 11)
    if chord.bass != chord.root and role != "octave":
        return root
    above = {"root": 0, "fifth": chord.intervals[2], "octave": 12, "third": chord.intervals[1]}[role]
    return root + above


def _pedal(tone: int, role: str) -> int:
    """A pitch class held under the chords, its octave where the line has one."""
    return folded(tone + 24, LOW, LOW + 11) + (12 if role == "octave" else 0)


def _approach(rng: Generator, chord: Chord, target: int) -> int:
    """A note that leads to the target: a semitone below, a step that the chord has, or the target's own fifth."""
    options = [target - 1, target + 1, target - 2, target + 2, target + 7, target - 5]
    fitting = [pitch for pitch in options if pitch == target - 1 or pitch % 12 in chord.tones]
    return int(rng.choice([pitch for pitch in fitting if pitch >= LOW] or [target + 1]))

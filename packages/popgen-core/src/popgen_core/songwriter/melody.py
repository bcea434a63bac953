"""The melody: themes of motifs for each kind of section, sung again whenever that section returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from popgen_core.songwriter.ending import with_last_bar
from popgen_core.songwriter.form import Section
from popgen_core.songwriter.harmony import Chord, Key
from popgen_core.songwriter.motif import Motif, draw_cadence, draw_motif, varied
from popgen_core.songwriter.notes import WrittenNote, gaps
from popgen_core.songwriter.sketch import Sketch

__all__ = ["HOME_RUNG", "Theme", "Unit", "draw_themes", "write_lead"]

LOW, HIGH = 55, 88

# one unit a bar: a motif's letter and how it comes back: + or - a step, i r t o as in `varied`;
# h a half cadence, c a close, and . a bar of rest
PLANS = {
    "verse": ("a a+ b h a a+ b c", "a b a+ h a b at c", "a ar a- h b br b c", "a b . h a b bi c", "a at b h b a at c"),
    "chorus": ("a a b h a a bt c", "a ar a+ h a ar b c", "a b a h a b a+ c", "a a- a b a a- b c", "a b a+ b a bt b c"),
    "pre-chorus": ("a a+ ar h", "a a a+ h", "a b a+ h", "a+ a a- c"),
    "bridge": ("a ai b h a ai b c", "a . a- h b b+ bo c", "a b ar h a+ b+ bi h"),
}
HEIGHTS = {"verse": 0, "pre-chorus": 2, "chorus": 4, "bridge": 3}  # scale steps above the singer's home
BUSIER = {"verse": 0.08, "pre-chorus": 0.0, "chorus": 0.0, "bridge": -0.1}
HOME_RUNG = 7  # of the ladder that `_ladder` builds


@dataclass(frozen=True)
class Unit:
    """A bar of a theme: its motif, None to rest; the scale step on which it starts; whether a phrase ends in it."""

    motif: Motif | None
    anchor: int
    closes: bool


@dataclass(frozen=True)
class Theme:
    """The melody of a kind of section, a unit a bar; `pickup` eighths lead into each phrase after the first."""

    units: tuple[Unit, ...]
    pickup: int


def draw_themes(rng: Generator, sketch: Sketch) -> dict[str, Theme]:
    """A theme for each kind of section; kinds without one of their own borrow the chorus's."""
    traits = sketch.style.traits
    themes = {}
    for kind, plans in PLANS.items():
        busy = traits.busy + BUSIER[kind]
        figure = sketch.figures[kind]
        letters = {letter: draw_motif(rng, sketch.style.meter, busy, traits.syncopation, figure) for letter in "ab"}
        units = _units(rng, sketch, str(rng.choice(plans)).split(), letters, HEIGHTS[kind])
        themes[kind] = Theme(units, int(rng.choice((0, 0, 1, 2, 3))))
    themes["intro"] = themes["outro"] = themes["interlude"] = themes["chorus"]
    return themes


def _units(
    rng: Generator, sketch: Sketch, plan: Sequence[str], letters: dict[str, Motif], height: int
) -> tuple[Unit, ...]:
    """The plan's units as motifs, on an arch that rises towards the second phrase."""
    units: list[Unit] = []
    before, away = letters["a"], int(rng.choice((0, 1, -1)))  # how far the second motif lies from the first
    for at, sign in enumerate(plan):
        step = {"+": 1, "-": -1}.get(sign[1:2], 0) * int(rng.choice((1, 1, 2)))
        arch = round(1.2 * np.sin(np.pi * at / len(plan)))
        anchor = height + step + arch + (away if sign[0] == "b" else 0)
        if sign == ".":
            units.append(Unit(None, anchor, False))
        elif sign in "hc":
            units.append(Unit(draw_cadence(rng, sketch.style.meter, before), anchor, True))
        else:
            before = varied(rng, letters[sign[0]], sign[1:2])
            units.append(Unit(before, anchor, False))
    return tuple(units)


def write_lead(rng: Generator, sketch: Sketch, themes: dict[str, Theme]) -> list[WrittenNote]:
    """All melody notes of a song: themes return with their sections, from the second time on with small changes."""
    home = 60 + int(rng.integers(3, 8))
    notes: list[WrittenNote] = []
    for section, bars in sketch.playing("lead"):
        theme = themes[section.kind]
        if section.turn > 1:
            theme = _remembered(rng, theme, 0.12 if section.kind == "chorus" else 0.22)
        notes += _sung(sketch, theme, section, bars, home)
    if not notes:
        return []
    last = notes[-1].pitch
    return with_last_bar(sketch, _one_at_a_time(notes), [_fitted(last, sketch.chords[-1].tones[:2], last)], 0.2)


def _remembered(rng: Generator, theme: Theme, change: float) -> Theme:
    """The theme as it comes back: here and there a unit ornamented, in another rhythm or with another tail."""
    units = []
    for unit in theme.units:
        if unit.motif is not None and not unit.closes and rng.random() < change:
            unit = replace(unit, motif=varied(rng, unit.motif, str(rng.choice(("o", "r", "t")))))
        units.append(unit)
    return replace(theme, units=tuple(units))


def _sung(sketch: Sketch, theme: Theme, section: Section, bars: range, home: int) -> list[WrittenNote]:
    """The theme's notes in some bars of a section, each motif moved to the chord it meets."""
    notes: list[WrittenNote] = []
    key, begins = sketch.key_of(section), False
    for bar in bars:
        unit = theme.units[(bar - section.start_bar) % len(theme.units)]
        if unit.motif is None:
            continue
        realised = _realised(sketch, unit, unit.motif, key, bar, home, notes[-1].pitch if notes else home)
        if begins and realised[0].step == bar * sketch.bar_steps:
            notes += _pickup(sketch, key, realised[0], theme.pickup)
        notes += realised
        begins = unit.closes
    return notes


def _realised(sketch: Sketch, unit: Unit, motif: Motif, key: Key, bar: int, home: int, last: int) -> list[WrittenNote]:
    """A motif in pitches: long and closing notes on chord tones, strong ones near them, the rest on the scale."""
    ladder, meter = _ladder(key.scale, home), sketch.style.meter
    notes: list[WrittenNote] = []
    for onset, length, height in zip(motif.onsets, motif.lengths, motif.heights, strict=True):
        step = bar * sketch.bar_steps + onset
        chord = sketch.chord_at(step)
        classes = chord.tones[:3] if unit.closes and onset == motif.onsets[-1] else chord.tones
        if length < 6 and classes == chord.tones:
            classes = _open(chord, key) if meter.strong(step) else chord.scale(key)
        ideal = ladder[int(np.clip(HOME_RUNG + unit.anchor + height, 0, len(ladder) - 1))]
        last = _fitted(ideal, classes, last)
        notes.append(WrittenNote(step, max(length * 0.92, 0.8), last, 0.3 if meter.strong(step) else 0.05))
    return notes


def _pickup(sketch: Sketch, key: Key, first: WrittenNote, count: int) -> list[WrittenNote]:
    """Eighths that climb the scale into the first note of a phrase."""
    scale = sketch.chord_at(first.step - 1).scale(key)
    below = [pitch for pitch in range(first.pitch - 9, first.pitch) if pitch % 12 in scale and pitch >= LOW][-count:]
    return [
        WrittenNote(first.step - 2 * back, 1.8, pitch, -0.1)
        for back, pitch in zip(range(len(below), 0, -1), below, strict=True)
        if count
    ]


def _one_at_a_time(notes: Sequence[WrittenNote]) -> list[WrittenNote]:
    """A singer has one voice: each note ends at the latest where the next begins; of two at once the first stays."""
    ordered = sorted({note.step: note for note in reversed(notes)}.values())
    room = gaps(tuple(note.step for note in ordered), ordered[-1].step + 64)
    return [note._replace(length=min(note.length, gap)) for note, gap in zip(ordered, room, strict=True)]


def _ladder(scale: Sequence[int], home: int) -> list[int]:
    """Pitches of a scale, rung 7 the nearest to `home`: anchors and heights count rungs."""
    pitches = [pitch for pitch in range(home - 24, home + 30) if pitch % 12 in scale]
    nearest = min(range(len(pitches)), key=lambda at: abs(pitches[at] - home))
    return pitches[nearest - HOME_RUNG : nearest + 15]


def _open(chord: Chord, key: Key) -> tuple[int, ...]:
    """Pitch classes open to a strong beat: the chord, and what of the pentatonic scale does not rub against it."""
    rubbing = {(tone + 1) % 12 for tone in chord.tones}
    return tuple(sorted({*chord.tones, *(set(key.pentatonic) - rubbing)}))


def _fitted(ideal: int, classes: Sequence[int], last: int) -> int:
    """The pitch of these classes nearest to the ideal, and then to the note before; no leap over an octave."""
    options = [pitch for pitch in range(max(LOW, ideal - 7), min(HIGH, ideal + 7) + 1) if pitch % 12 in classes]
    near = [pitch for pitch in options if abs(pitch - last) <= 12] or options
    return min(near, key=lambda pitch: (abs(pitch - ideal), abs(pitch - last), pitch))

"""The melody: themes of motifs for each kind of section, sung again whenever that section returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from popgen_core.songwriter.form import Section
from popgen_core.songwriter.harmony import Chord, Key
from popgen_core.songwriter.motif import Motif, draw_cadence, draw_motif, varied
from popgen_core.songwriter.notes import WrittenNote
from popgen_core.songwriter.sketch import Sketch

__all__ = ["Theme", "draw_themes", "sung", "write_lead"]

LOW, HIGH = 55, 88

# one unit a bar: a motif's letter and how it comes back: + or - a step, i r t o as in `varied`;
# h a half cadence, c a close, and . a bar of rest
PLANS = {
    "verse": ("a a+ b h a a+ b c", "a b a+ h a b at c", "a ar a- h b br b c", "a b . h a b bi c", "a at b h b a at c"),
    "chorus": ("a a b h a a bt c", "a ar a+ h a ar b c", "a b a h a b a+ c", "a a- a b a a- b c", "a b a+ b a bt b c"),
    "pre-chorus": ("a a+ ar h", "a a a+ h", "a b a+ h", "a+ a a- c"),
    "bridge": ("a ai b h a ai b c", "a . a- h b b+ bo c", "a b ar h a+ b+ bi h"),
}
HEIGHT = {"verse": 0, "pre-chorus": 2, "chorus": 4, "bridge": 3}  # scale steps above the singer's home


@dataclass(frozen=True)
class Theme:
    """The units of a section's melody: for each bar a motif, or None to rest, and the height at which it starts."""

    bars: tuple[Motif | None, ...]
    anchors: tuple[int, ...]
    closes: tuple[bool, ...]


def draw_themes(rng: Generator, sketch: Sketch) -> dict[str, Theme]:
    """A theme for each kind of section; kinds without one of their own borrow."""
    traits = sketch.style.traits
    themes = {}
    for kind, plans in PLANS.items():
        busy = traits.busy + {"verse": 0.08, "chorus": 0.0, "bridge": -0.1}.get(kind, 0.0)
        letters = {letter: draw_motif(rng, sketch.style.meter, busy, traits.syncopation) for letter in "ab"}
        themes[kind] = _theme(rng, sketch, str(rng.choice(plans)).split(), letters, HEIGHT[kind])
    themes["intro"] = themes["outro"] = themes["interlude"] = themes["chorus"]
    return themes


def _theme(rng: Generator, sketch: Sketch, plan: Sequence[str], letters: dict[str, Motif], height: int) -> Theme:
    """The plan's units as motifs, on an arch that rises towards the second phrase."""
    bars: list[Motif | None] = []
    anchors: list[int] = []
    arch = rng.choice((0, 0, 1, -1), size=len(plan))
    before = letters["a"]
    for at, unit in enumerate(plan):
        lift = {"+": 1, "-": -1}.get(unit[1:2], 0) * int(rng.choice((1, 1, 2)))
        anchors.append(height + lift + int(round(1.2 * np.sin(np.pi * at / len(plan)))) + (int(arch[at]) if unit[0] in "b" else 0))
        if unit == ".":
            bars.append(None)
        elif unit in "hc":
            bars.append(draw_cadence(rng, sketch.style.meter, before))
        else:
            before = varied(rng, letters[unit[0]], unit[1:2])
            bars.append(before)
    return Theme(tuple(bars), tuple(anchors), tuple(unit in "hc" for unit in plan))


def write_lead(rng: Generator, sketch: Sketch, themes: dict[str, Theme]) -> list[WrittenNote]:
    """All melody notes of a song: themes return with their sections, from the second time on with small changes."""
    home = 60 + int(rng.integers(3, 8))
    bars = [(at, section, bar) for at, section, bar in sketch.playing_bars("lead")]
    notes: list[WrittenNote] = []
    for at in sorted({number for number, _, _ in bars}):
        section = sketch.sections[at]
        playing = [bar for number, _, bar in bars if number == at]
        theme = themes[section.kind]
        if section.turn > 1:
            theme = _remembered(rng, theme, 0.12 if section.kind == "chorus" else 0.22)
        notes += sung(sketch, theme, section, playing, home)
    return notes


def _remembered(rng: Generator, theme: Theme, change: float) -> Theme:
    """The theme as it comes back: here and there a unit ornamented or in another rhythm."""
    bars = [
        varied(rng, motif, str(rng.choice(("o", "r", "t")))) if motif is not None and not closes and rng.random() < change else motif
        for motif, closes in zip(theme.bars, theme.closes, strict=True)
    ]
    return Theme(tuple(bars), theme.anchors, theme.closes)


def sung(sketch: Sketch, theme: Theme, section: Section, bars: Sequence[int], home: int) -> list[WrittenNote]:
    """The theme's notes in some bars of a section, each motif moved to the chord it meets."""
    notes: list[WrittenNote] = []
    key = sketch.key_of(section)
    for bar in bars:
        unit = (bar - section.start_bar) % len(theme.bars)
        if section.last and bar + 1 == sketch.bars:
            notes += _last_note(sketch, notes, bar, home)
        elif (motif := theme.bars[unit]) is not None:
            notes += _realised(sketch, motif, theme.anchors[unit], theme.closes[unit], key, bar, home, notes)
    return notes


def _realised(
    sketch: Sketch, motif: Motif, anchor: int, closes: bool, key: Key, bar: int, home: int, before: list[WrittenNote]
) -> list[WrittenNote]:
    """One motif in pitches: strong and long notes on chord tones, the others on the scale that the chord bends."""
    ladder = _ladder(key.scale, home)
    notes: list[WrittenNote] = []
    last = before[-1].pitch if before else 0
    for onset, length, height in zip(motif.onsets, motif.lengths, motif.heights, strict=True):
        step = bar * sketch.bar_steps + onset
        chord = sketch.chord_at(step)
        ideal = ladder[int(np.clip(7 + anchor + height, 0, len(ladder) - 1))]
        final = closes and onset == motif.onsets[-1]
        strong = sketch.style.meter.strong(step) or length >= 4 or final
        pitch = _fitted(ideal, _allowed(chord, key, strong, final), last)
        accent = 0.3 if sketch.style.meter.strong(step) else 0.05
        notes.append(WrittenNote(step, max(length * 0.92, 0.8), pitch, accent))
        last = pitch
    return notes


def _ladder(scale: Sequence[int], home: int) -> list[int]:
    """Pitches of a scale, rung 7 the nearest to `home`: anchors and heights count rungs."""
    pitches = [pitch for pitch in range(home - 24, home + 30) if pitch % 12 in scale]
    nearest = min(range(len(pitches)), key=lambda at: abs(pitches[at] - home))
    return pitches[nearest - 7 : nearest + 15]


def _allowed(chord: Chord, key: Key, strong: bool, final: bool) -> tuple[int, ...]:
    """Pitch classes open to a note: the triad where a phrase ends, the chord on strong beats, else the scale."""
    if final:
        return chord.tones[:3]
    return chord.tones if strong else chord.scale(key)


def _fitted(ideal: int, classes: Sequence[int], last: int) -> int:
    """The allowed pitch nearest to the ideal; of two as near the one nearer to the note before; no leap over an octave."""
    options = [pitch for pitch in range(max(LOW, ideal - 7), min(HIGH, ideal + 7) + 1) if pitch % 12 in classes]
    if last:
        options = [pitch for pitch in options if abs(pitch - last) <= 12] or options
    return min(options, key=lambda pitch: (abs(pitch - ideal), abs(pitch - last) if last else 0, pitch))


def _last_note(sketch: Sketch, notes: Sequence[WrittenNote], bar: int, home: int) -> list[WrittenNote]:
    """The tonic chord's nearest tone, held through the last bar."""
    last = notes[-1].pitch if notes else home
    pitch = _fitted(last, sketch.chords[-1].tones[:2], last)
    return [WrittenNote(bar * sketch.bar_steps, sketch.bar_steps * 0.95, pitch, 0.2)]

"""The sketch of a song: style, key, form, arrangement and the chord of every sixteenth, before a note exists."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.random import Generator

from popgen_core.songwriter.arrangement import Arrangement, draw_arrangement
from popgen_core.songwriter.figure import Figures, draw_figures
from popgen_core.songwriter.form import Section, draw_form
from popgen_core.songwriter.harmony import Chord, Key, chord_of, draw_key
from popgen_core.songwriter.progression import draw_numerals
from popgen_core.songwriter.style import Style, draw_style

__all__ = ["Sketch", "draw_sketch"]

# a passage has the chord of each of its sixteenths; sections without one of their own borrow another's
Passage = tuple[Chord, ...]
APPROACHED = {0.5: 0.25, 1.0: 0.2, 2.0: 0.0}  # by chords a bar: how often a chord is led to by its own dominant
PASSAGE_BARS = {"verse": 8, "pre-chorus": 4, "chorus": 8, "bridge": 8}


@dataclass(frozen=True)
class Sketch:
    """What all parts of a song are written against.

    `chords` holds one chord a sixteenth; `figures` say where the band meets in each kind of section.
    """

    style: Style
    key: Key
    sections: tuple[Section, ...]
    arrangement: Arrangement
    chords: tuple[Chord, ...]
    figures: Figures

    @property
    def bar_steps(self) -> int:
        """Sixteenths a bar."""
        return self.style.meter.steps

    @property
    def bars(self) -> int:
        """Bars of the song."""
        return self.sections[-1].end_bar

    def chord_at(self, step: int) -> Chord:
        """The chord of a step; past the end, the last."""
        return self.chords[min(step, len(self.chords) - 1)]

    def chord_end(self, step: int) -> int:
        """The step at which the chord of `step` gives way to another, at most a bar line away."""
        end = (step // self.bar_steps + 1) * self.bar_steps
        chord = self.chord_at(step)
        return next((later for later in range(step + 1, end) if self.chord_at(later) != chord), end)

    def changes(self, bar: int) -> tuple[int, ...]:
        """The steps of a bar at which a chord begins: its first, and any inside it."""
        start = bar * self.bar_steps
        inside = range(start + 1, start + self.bar_steps)
        return (start, *(step for step in inside if self.chord_at(step) != self.chord_at(step - 1)))

    def key_of(self, section: Section) -> Key:
        """The key of a section."""
        return self.key.moved(section.shift)

    def key_at(self, step: int) -> Key:
        """The key in force at a step."""
        bar = step // self.bar_steps
        return self.key_of(next(section for section in self.sections if bar < section.end_bar))

    def playing(self, group: str) -> list[tuple[Section, range]]:
        """The sections in which a group plays, with the bars of the song from its entry to the section's end."""
        return [
            (section, range(section.start_bar + entry, section.end_bar))
            for section, entry in zip(self.sections, self.arrangement[group], strict=True)
            if entry is not None
        ]

    def after(self, section: Section) -> Section | None:
        """The section that follows, None after the last."""
        return next((later for later in self.sections if later.start_bar == section.end_bar), None)


def draw_sketch(rng: Generator) -> Sketch:
    """A style, a form that fits its tempo, a key, and harmony for each kind of section."""
    style = draw_style(rng)
    bar_seconds = style.meter.steps / 4 * 60 / style.tempo
    sections = draw_form(rng, bar_seconds)
    key = draw_key(rng)
    passages = _draw_passages(rng, style, key)
    chords: list[Chord] = []
    borrowed = {"intro": str(rng.choice(["verse", "chorus", "chorus"])), "outro": "chorus"}
    borrowed["interlude"] = str(rng.choice(["chorus", "verse", "bridge"]))
    for section in sections:
        passage = passages[borrowed.get(section.kind, section.kind)]
        chords += _laid_out(section, passage, style.meter.steps, key)
    figures = draw_figures(rng, style.meter, style.traits.syncopation)
    return Sketch(style, key, sections, draw_arrangement(rng, sections), tuple(chords), figures)


def _draw_passages(rng: Generator, style: Style, key: Key) -> dict[str, Passage]:
    """Harmony for each kind that has its own; the chorus starts on another chord than the verse."""
    passages, verse_start = {}, ""
    for kind, bars in PASSAGE_BARS.items():
        rate = float(rng.choice([0.5, 1.0, 1.0, 1.0, 2.0]))  # chords a bar
        if kind == "pre-chorus" or style.meter.steps < 16:
            rate = max(rate, 1.0)
        if style.tempo > 130:
            rate = min(rate, 1.0)
        numerals = draw_numerals(rng, kind, key.minor, int(bars * rate) // 2, verse_start if kind == "chorus" else "")
        verse_start = numerals[0] if kind == "verse" else verse_start
        passages[kind] = _timed(rng, style, key, numerals, rate)
    return passages


def _timed(rng: Generator, style: Style, key: Key, numerals: tuple[str, ...], rate: float) -> Passage:
    """The numerals as chords, one for each sixteenth; the same numeral is the same chord throughout."""
    meter, colour = style.meter, style.traits.colour * float(rng.uniform(0.4, 1.2))
    palette = {numeral: chord_of(rng, key, numeral, colour) for numeral in sorted(set(numerals))}
    steps = {0.5: (2 * meter.steps,), 1.0: (meter.steps,), 2.0: (meter.half, meter.steps - meter.half)}[rate]
    led = {numeral for numeral in palette if numeral not in ("I", "i") and rng.random() < APPROACHED[rate]}
    chords: list[Chord] = []
    for at, numeral in enumerate(numerals):
        length, following = steps[at % len(steps)], numerals[(at + 1) % len(numerals)]
        chords += [palette[numeral]] * length
        if following in led and following != numeral:
            chords[-(length // 2) :] = [palette[following].dominant()] * (length // 2)
    return tuple(chords)


def _laid_out(section: Section, passage: Passage, bar_steps: int, key: Key) -> list[Chord]:
    """The passage as often as the section needs it, its end kept at the section's end; a song ends on its tonic."""
    wanted = section.bars * bar_steps
    times, rest = divmod(wanted, len(passage))
    chords = list(passage) * times
    if rest:
        chords = chords + list(passage[-rest:]) if times else list(passage[:rest])
    if section.last:
        tonic = Chord("i" if key.minor else "I", key.tonic, (0, 3, 7) if key.minor else (0, 4, 7), key.tonic)
        chords[-bar_steps:] = [tonic] * bar_steps
    return [chord.moved(section.shift) for chord in chords]

"""The drummer: plays each section's groove, strikes a cymbal where it begins and fills before the next."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from popgen_core.songwriter.form import Section
from popgen_core.songwriter.groove import GROOVE_BARS, KICK, SNARE, Groove
from popgen_core.songwriter.notes import WrittenNote
from popgen_core.songwriter.sketch import Sketch

__all__ = ["write_drums"]

CRASHES, SPLASH = (49, 57), 55
TOMS = (50, 48, 47, 45, 43, 41)  # high to low

Hits = dict[tuple[int, int], float]  # (step of the song, drum) -> accent


def write_drums(rng: Generator, sketch: Sketch, grooves: dict[str, Groove]) -> list[WrittenNote]:
    """All drum notes of a song; a hit is an eighth of a beat long, as drums have no length."""
    hits: Hits = {}
    steps, previous = sketch.bar_steps, -1
    for at, section, bar in sketch.playing_bars("drums"):
        groove = grooves[section.kind]
        _play_bar(hits, groove, (bar - section.start_bar) % GROOVE_BARS * steps, bar * steps, steps)
        if at != previous and (section.energy > 0.5 or at):
            _crash(rng, hits, bar * steps, section)
        previous = at
        if bar + 1 == section.end_bar and not section.last:
            _fill(rng, hits, sketch, section, at)
        elif (bar - section.start_bar) % 8 == 3 and rng.random() < 0.45:
            _small_fill(rng, hits, (bar + 1) * steps)
    if sketch.sections[-1].last:
        _end(rng, hits, (sketch.bars - 1) * steps, sketch.bars * steps)
    return [WrittenNote(step, 0.5, drum, accent) for (step, drum), accent in sorted(hits.items())]


def _play_bar(hits: Hits, groove: Groove, start: int, at: int, steps: int) -> None:
    for (step, drum), accent in groove.hits.items():
        if start <= step < start + steps:
            hits[at + step - start, drum] = accent


def _crash(rng: Generator, hits: Hits, step: int, section: Section) -> None:
    """A cymbal with a kick on the first beat of a section, in place of hat or ride."""
    for drum in (42, 44, 46, 51):
        hits.pop((step, drum), None)
    hits[step, int(rng.choice(CRASHES))] = 0.55 + 0.35 * section.energy
    hits[step, KICK] = 0.5


def _fill(rng: Generator, hits: Hits, sketch: Sketch, section: Section, at: int) -> None:
    """A fill in the last bar of a section: from a beat to a whole bar, longer before more energy."""
    meter = sketch.style.meter
    rise = sketch.sections[at + 1].energy - section.energy
    beats = 1 + int(rng.random() < 0.5) + int(rise > 0.15 and rng.random() < 0.4)
    length = min(beats * meter.beat, meter.steps)
    end = section.end_bar * meter.steps
    _clear(hits, end - length, end)
    density = float(rng.uniform(0.55, 0.95))
    every = 2 if sketch.style.tempo > 140 and rng.random() < 0.5 else 1
    onsets = [step for step in range(end - length, end, every) if step == end - length or rng.random() < density]
    low_to_high = rng.random() < 0.15
    for number, step in enumerate(onsets):
        progress = number / max(len(onsets) - 1, 1)
        drum = SNARE if rng.random() < 0.35 else TOMS[int(np.clip(progress * 5.9 + rng.normal(0, 0.7), 0, 5))]
        hits[step, TOMS[::-1][TOMS.index(drum)] if low_to_high and drum in TOMS else drum] = -0.15 + 0.8 * progress
    for step in range(end - length, end, meter.beat):
        hits[step, KICK] = 0.2


def _small_fill(rng: Generator, hits: Hits, end: int) -> None:
    """Two or three strokes at the end of a phrase inside a section."""
    drums = rng.choice((SNARE, SNARE, 45, 47, 43), size=3)
    for back, drum in zip((3, 2, 1), drums, strict=True):
        if rng.random() < 0.65:
            hits[end - back, int(drum)] = float(rng.uniform(-0.4, 0.2))


def _clear(hits: Hits, start: int, end: int) -> None:
    """Take hats, snare and kick out of a stretch, to make room."""
    for place in [place for place in hits if start <= place[0] < end]:
        del hits[place]


def _end(rng: Generator, hits: Hits, start: int, end: int) -> None:
    """The last bar: one stroke with a cymbal, then silence."""
    _clear(hits, start, end)
    hits[start, KICK] = 0.5
    hits[start, int(rng.choice(CRASHES))] = 0.6

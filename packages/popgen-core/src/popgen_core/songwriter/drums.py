"""The drummer: plays each section's groove, strikes a cymbal where it begins and fills before the next."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from popgen_core.songwriter.form import Section
from popgen_core.songwriter.groove import GROOVE_BARS, KICK, SNARE, TIMEKEEPERS, Groove
from popgen_core.songwriter.notes import WrittenNote
from popgen_core.songwriter.sketch import Sketch

__all__ = ["CRASHES", "write_drums"]

CRASHES = (49, 57)
TOMS = (50, 48, 47, 45, 43, 41)  # high to low

Hits = dict[tuple[int, int], float]  # (step of the song, drum) -> accent


def write_drums(rng: Generator, sketch: Sketch, grooves: dict[str, Groove]) -> list[WrittenNote]:
    """All drum notes of a song, an eighth of a beat long each, as drums have no length."""
    hits: Hits = {}
    steps = sketch.bar_steps
    for section, bars in sketch.playing("drums"):
        for bar in bars:
            groove_bar = (bar - section.start_bar) % GROOVE_BARS
            _play_bar(hits, grooves[section.kind], groove_bar, bar, steps)
            if groove_bar == GROOVE_BARS - 1 and rng.random() < 0.3:
                _small_fill(rng, hits, (bar + 1) * steps)
        _crash(rng, hits, bars.start * steps, 0.55 + 0.35 * section.energy)
        if (following := sketch.after(section)) is not None:
            _fill(rng, hits, sketch, section, following.energy - section.energy)
    last = (sketch.bars - 1) * steps
    _clear(hits, last, last + steps)
    _crash(rng, hits, last, 0.6)
    return [WrittenNote(step, 0.5, drum, accent) for (step, drum), accent in sorted(hits.items())]


def _play_bar(hits: Hits, groove: Groove, groove_bar: int, bar: int, steps: int) -> None:
    for (step, drum), accent in groove.hits.items():
        if step // steps == groove_bar:
            hits[bar * steps + step % steps, drum] = accent


def _crash(rng: Generator, hits: Hits, step: int, accent: float) -> None:
    """A cymbal with a kick, in place of hat or ride."""
    for drum in TIMEKEEPERS:
        hits.pop((step, drum), None)
    hits[step, int(rng.choice(CRASHES))] = accent
    hits[step, KICK] = 0.5


def _fill(rng: Generator, hits: Hits, sketch: Sketch, section: Section, rise: float) -> None:
    """A fill in the last bar of a section: from a beat to a whole bar, longer where energy rises; it gets louder."""
    meter = sketch.style.meter
    beats = 1 + int(rng.random() < 0.5) + int(rise > 0.15 and rng.random() < 0.4)
    end = section.end_bar * meter.steps
    start = end - min(beats * meter.beat, meter.steps)
    _clear(hits, start, end)
    every = 2 if sketch.style.tempo > 140 and rng.random() < 0.5 else 1
    density = float(rng.uniform(0.55, 0.95))
    onsets = [step for step in range(start, end, every) if step in (start, end - 2) or rng.random() < density]
    toms = TOMS if rng.random() < 0.85 else TOMS[::-1]
    for step in onsets:
        progress = (step - start) / (end - start)
        tom = toms[int(np.clip(progress * 5.9 + rng.normal(0, 0.7), 0, 5))]
        hits[step, SNARE if rng.random() < 0.35 else tom] = -0.15 + 0.8 * progress
    for step in range(start, end, meter.beat):
        hits[step, KICK] = 0.2


def _small_fill(rng: Generator, hits: Hits, end: int) -> None:
    """Up to three strokes at the end of a phrase inside a section."""
    for back in (3, 2, 1):
        if rng.random() < 0.65:
            hits[end - back, int(rng.choice((SNARE, SNARE, *TOMS[2:5])))] = float(rng.uniform(-0.4, 0.2))


def _clear(hits: Hits, start: int, end: int) -> None:
    """Take everything out of a stretch, to make room."""
    for place in [place for place in hits if start <= place[0] < end]:
        del hits[place]

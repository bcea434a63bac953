"""Grooves: drum patterns of four bars, drawn voice by voice for each kind of section of a song."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from popgen_core.songwriter.meter import Meter
from popgen_core.songwriter.notes import draw_onsets
from popgen_core.songwriter.style import Style

__all__ = ["GROOVE_BARS", "KICK", "Groove", "draw_grooves"]

KICK, SNARE, SIDE_STICK, CLAP = 36, 38, 37, 39
CLOSED_HAT, PEDAL_HAT, OPEN_HAT, RIDE, RIDE_BELL = 42, 44, 46, 51, 53
SHAKEN = (54, 54, 69, 70, 56)  # tambourine, cabasa, maracas, cowbell
GROOVE_BARS = 4

Hits = dict[tuple[int, int], float]  # (step of the four bars, drum) -> accent


@dataclass(frozen=True)
class Groove:
    """Hits over four bars, and the steps of its kick, which the bass follows."""

    hits: Hits
    kicks: frozenset[int]


# where else than on the heavy beats a kick may fall, by steps of a bar
KICK_ODDS_COMMON = {2: 1.0, 3: 1.6, 6: 3.0, 7: 2.2, 8: 2.0, 9: 0.7, 10: 3.4, 11: 1.8, 13: 0.5, 14: 1.8, 15: 1.0}
KICK_ODDS_WALTZ = {3: 0.6, 5: 0.8, 6: 2.0, 7: 0.7, 10: 2.0, 11: 0.8, 8: 0.5, 4: 0.4}
KICK_ODDS_COMPOUND = {2: 0.6, 4: 2.0, 5: 1.0, 8: 1.0, 10: 3.0, 11: 1.2, 3: 0.5}


def draw_grooves(rng: Generator, style: Style) -> dict[str, Groove]:
    """A groove for each kind of section: one song's kit, the chorus fuller than the verse, the bridge apart."""
    shaken = int(rng.choice(SHAKEN))
    backbeat = int(rng.choice((SNARE, SNARE, SNARE, 40, CLAP if style.name in ("dance", "synth") else SNARE)))
    hat = str(rng.choice(style.traits.hats))
    verse_kick = _kick(rng, style, 0)
    verse = _two_bars(rng, style, verse_kick, hat, SIDE_STICK if rng.random() < 0.2 else backbeat, 0)
    chorus_kick = verse_kick | _kick(rng, style, 1) if rng.random() < 0.5 else _kick(rng, style, 1)
    chorus = _two_bars(rng, style, chorus_kick, _lifted(rng, hat), backbeat, 1)
    if rng.random() < 0.7:
        chorus |= _shaker(rng, style.meter, shaken)
    bridge = _two_bars(rng, style, _kick(rng, style, -1), str(rng.choice(("quarter", "ride", "eighth"))), backbeat, -1)
    if rng.random() < 0.5:
        bridge |= _shaker(rng, style.meter, shaken)
    build = _build(rng, style, verse_kick, backbeat)
    light = {place: accent - 0.1 for place, accent in verse.items() if place[1] != backbeat}
    light |= _shaker(rng, style.meter, shaken) if rng.random() < 0.5 else {}
    drawn = {"verse": verse, "chorus": chorus, "bridge": bridge, "pre-chorus": build, "intro": light}
    drawn["interlude"] = drawn["outro"] = chorus if rng.random() < 0.5 else verse
    return {kind: _groove(_four_bars(rng, style.meter, hits)) for kind, hits in drawn.items()}


def _groove(hits: Hits) -> Groove:
    return Groove(hits, frozenset(step for step, drum in hits if drum == KICK))


def _kick(rng: Generator, style: Style, lift: int) -> Hits:
    """Kicks of two bars: the heavy beats, and one to three more places in each bar."""
    meter, manner = style.meter, str(rng.choice(style.traits.kicks))
    hits: Hits = {}
    odds = {16: KICK_ODDS_COMMON, 12: KICK_ODDS_COMPOUND if meter.beat == 6 else KICK_ODDS_WALTZ}[meter.steps]
    weights = np.array([odds.get(step, 0.0) * (1 if step % 2 == 0 else style.traits.syncopation * 1.4) for step in range(meter.steps)])
    for bar in range(2):
        base = [0]
        if manner == "four" and meter.steps == 16:
            base = [0, 4, 8, 12]
        elif manner == "rock" and meter.steps == 16 and rng.random() < 0.7:
            base = [0, 8]
        more = int(rng.integers(0, 2) if manner in ("four", "half") else rng.integers(1, 3)) + (bar == 1)
        chosen = set(base) | set(draw_onsets(rng, weights, max(more + min(lift, 1), 0)))
        for step in chosen:
            hits[bar * meter.steps + step, KICK] = 0.45 if step in base else 0.2
    return hits


def _two_bars(rng: Generator, style: Style, kick: Hits, hat: str, backbeat: int, lift: int) -> Hits:
    """Kick, backbeat, ghost notes and hats of two bars."""
    return dict(kick) | _snare(rng, style, backbeat, lift) | _hats(rng, style, hat)


def _snare(rng: Generator, style: Style, drum: int, lift: int) -> Hits:
    """The backbeat, with ghost notes around it where the style is busy."""
    meter = style.meter
    backbeats = {16: (4, 12), 12: (6,) if meter.beat == 6 else ((8,) if rng.random() < 0.5 else (4, 8))}[meter.steps]
    if meter.steps == 16 and (lift < 0 or "half" in style.traits.kicks) and rng.random() < 0.4:
        backbeats = (8,)
    hits: Hits = {(bar * meter.steps + step, drum): 0.5 for bar in range(2) for step in backbeats}
    weights = np.array([1.0 if step % 2 else 0.35 for step in range(2 * meter.steps)])
    weights[[step for step, _ in hits]] = 0
    weights[0] = 0
    ghosts = rng.poisson(0.6 + 4.0 * style.traits.syncopation * style.traits.busy)
    if drum != CLAP and ghosts:
        hits |= {(step, SNARE): float(rng.uniform(-1.0, -0.6)) for step in draw_onsets(rng, weights, int(ghosts))}
    if rng.random() < 0.25:
        hits[2 * meter.steps - int(rng.integers(1, 4)), drum] = 0.1
    return hits


def _hats(rng: Generator, style: Style, manner: str) -> Hits:
    """Hats or ride of two bars: a raster with its own holes, extra sixteenths, accents and open hats."""
    meter, steps = style.meter, 2 * style.meter.steps
    beat = meter.beat
    raster = {
        "quarter": range(0, steps, beat if beat == 4 else 2),
        "eighth": range(0, steps, 2),
        "sixteenth": range(0, steps, 1),
        "offbeat": range(2, steps, 4),
        "ride": range(0, steps, 2 if rng.random() < 0.5 else 4),
    }[manner]
    drum = RIDE if manner == "ride" else CLOSED_HAT
    if manner == "sixteenth" and style.tempo > 112:
        raster = range(0, steps, 2)
    places = {step for step in raster if step % beat == 0 or manner == "offbeat" or rng.random() > 0.09}
    extras = int(rng.integers(1, 5)) if manner != "sixteenth" else 0
    places |= set(draw_onsets(rng, np.where(np.arange(steps) % 2, 1.0, 0.4), extras))
    heavy = 0 if rng.random() < 0.7 else 2
    hits = {(step, drum): _hat_accent(step, beat, heavy) for step in places}
    opened = draw_onsets(rng, [1.0 if step in places and step % 4 == 2 else 0.0 for step in range(steps)], int(rng.integers(0, 3)))
    for step in opened if drum == CLOSED_HAT else ():
        hits.pop((step, CLOSED_HAT))
        hits[step, OPEN_HAT] = 0.0
    if drum == RIDE and rng.random() < 0.5:
        hits |= {(step, PEDAL_HAT): -0.4 for step in range(beat, steps, 2 * beat)}
    return hits


def _hat_accent(step: int, beat: int, heavy: int) -> float:
    if step % beat == heavy:
        return 0.0
    return -0.3 if step % 2 == 0 else -0.6


def _lifted(rng: Generator, hat: str) -> str:
    """What hats become in a chorus."""
    return str(rng.choice({"quarter": ("eighth", "ride"), "sixteenth": ("sixteenth", "ride")}.get(hat, ("ride", "eighth", hat))))


def _shaker(rng: Generator, meter: Meter, drum: int) -> Hits:
    """Tambourine, shaker or cowbell: a pattern of a bar, twice."""
    weights = meter.weights + rng.uniform(0, 0.7, meter.steps) * (np.arange(meter.steps) % 2 == 0)
    count = int(rng.integers(2, 5)) if drum == 56 else int(rng.integers(3, meter.steps // 2 + 2))
    onsets = draw_onsets(rng, weights, count)
    return {
        (bar * meter.steps + step, drum): -0.2 if step % meter.beat == 0 else -0.5 for bar in range(2) for step in onsets
    }


def _build(rng: Generator, style: Style, kick: Hits, backbeat: int) -> Hits:
    """The groove before a chorus: the verse's kick under a snare or tom that insists."""
    meter = style.meter
    drum = int(rng.choice((backbeat, 41, 43, 45)))
    every = int(rng.choice((2, 4))) if style.tempo < 120 else meter.beat
    hits = dict(kick) | _hats(rng, style, str(rng.choice(("quarter", "eighth"))))
    pulse = [step for step in range(0, 2 * meter.steps, every) if rng.random() < 0.85]
    return hits | {(step, drum): 0.4 if step % meter.beat == 0 and step % (2 * meter.beat) else -0.1 for step in pulse}


def _four_bars(rng: Generator, meter: Meter, hits: Hits) -> Hits:
    """Two bars and the same again, the fourth bar turned a little: a kick or two moved, a hat opened."""
    again = 2 * meter.steps
    turned = {(step + again, drum): accent for (step, drum), accent in hits.items()}
    last = range(again + meter.steps, 2 * again)
    for step in rng.choice(np.array(last[2:]), size=2, replace=False):
        if rng.random() < 0.6 and int(step) % 2 == 0:
            turned.pop((int(step), KICK), None) if (int(step), KICK) in turned else turned.update({(int(step), KICK): 0.1})
        elif (int(step), CLOSED_HAT) in turned:
            turned[int(step), OPEN_HAT] = turned.pop((int(step), CLOSED_HAT))
    if rng.random() < 0.4:
        turned[last[-1] - int(rng.integers(0, 3)), SNARE] = -0.3
    return hits | turned

"""Grooves: drum patterns of four bars, drawn voice by voice for each kind of section of a song."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.songwriter.meter import Meter
from popgen_core.songwriter.notes import draw_onsets
from popgen_core.songwriter.sketch import Sketch
from popgen_core.songwriter.style import Style

__all__ = ["GROOVE_BARS", "KICK", "SNARE", "TIMEKEEPERS", "Groove", "draw_grooves"]

# drums of the General MIDI percussion map
KICK, SIDE_STICK, SNARE, CLAP, ELECTRIC_SNARE = 36, 37, 38, 39, 40
CLOSED_HAT, PEDAL_HAT, OPEN_HAT, RIDE = 42, 44, 46, 51
LOW_TOMS = (41, 43, 45)
TAMBOURINE, COWBELL, CABASA, MARACAS = 54, 56, 69, 70
SHAKEN = (TAMBOURINE, TAMBOURINE, CABASA, MARACAS, COWBELL)
TIMEKEEPERS = (CLOSED_HAT, PEDAL_HAT, OPEN_HAT, RIDE)
GROOVE_BARS = 4

Hits = dict[tuple[int, int], float]  # (step of the pattern, drum) -> accent

# where else than on the heavy beats a kick may fall, by steps of a bar
KICK_ODDS_COMMON = {2: 1.0, 3: 1.6, 6: 3.0, 7: 2.2, 8: 2.0, 9: 0.7, 10: 3.4, 11: 1.8, 13: 0.5, 14: 1.8, 15: 1.0}
KICK_ODDS_WALTZ = {3: 0.6, 4: 0.4, 5: 0.8, 6: 2.0, 7: 0.7, 8: 0.5, 10: 2.0, 11: 0.8}
KICK_ODDS_COMPOUND = {2: 0.6, 3: 0.5, 4: 2.0, 5: 1.0, 8: 1.0, 10: 3.0, 11: 1.2}


@dataclass(frozen=True)
class Groove:
    """Hits over four bars, and the steps of its kick, which the bass follows."""

    hits: Hits

    @property
    def kicks(self) -> frozenset[int]:
        """Steps of the four bars on which the kick falls."""
        return frozenset(step for step, drum in self.hits if drum == KICK)


def draw_grooves(rng: Generator, sketch: Sketch) -> dict[str, Groove]:
    """A groove for each kind of section: one kit a song, the chorus fuller than the verse, the bridge apart."""
    style, figures = sketch.style, sketch.figures
    meter, hat, shaken = style.meter, str(rng.choice(style.traits.hats)), int(rng.choice(SHAKEN))
    electric = CLAP if style.name in ("dance", "synth") else SNARE
    backbeat = int(rng.choice((SNARE, SNARE, SNARE, ELECTRIC_SNARE, electric)))
    kick, lifted = _kick(rng, style, figures["verse"], 0), _kick(rng, style, figures["chorus"], 1)
    soft = SIDE_STICK if rng.random() < 0.2 else backbeat
    two_bars = {
        "verse": kick | _snare(rng, style, soft, False) | _hats(rng, style, hat),
        "chorus": (kick | lifted if rng.random() < 0.5 else lifted)
        | _snare(rng, style, backbeat, False)
        | _hats(rng, style, _opened_up(rng, hat)),
        "bridge": _kick(rng, style, figures["bridge"], 0)
        | _snare(rng, style, backbeat, True)
        | _hats(rng, style, str(rng.choice(("quarter", "ride", "eighth")))),
        "pre-chorus": kick | _build(rng, style, backbeat),
    }
    two_bars["intro"] = {place: accent - 0.1 for place, accent in two_bars["verse"].items() if place[1] != soft}
    for kind, chance in {"chorus": 0.7, "bridge": 0.5, "intro": 0.5, "verse": 0.2}.items():
        if rng.random() < chance:
            two_bars[kind] = two_bars[kind] | _shaker(rng, meter, shaken)
    two_bars["interlude"] = two_bars["outro"] = two_bars["chorus" if rng.random() < 0.5 else "verse"]
    return {kind: Groove(_four_bars(rng, meter, hits)) for kind, hits in two_bars.items()}


def _kick(rng: Generator, style: Style, figure: NDArray[np.float64], more: int) -> Hits:
    """Kicks of two bars: the heavy beats, and a few other places on the figure, `more` of them to lift it."""
    meter, manner = style.meter, str(rng.choice(style.traits.kicks))
    base = {0}
    if meter.steps == 16 and manner == "four":
        base = {0, 4, 8, 12}
    elif meter.steps == 16 and manner == "rock" and rng.random() < 0.8:
        base = {0, 8}
    hits: Hits = {}
    for bar in range(2):
        count = int(rng.integers(0, 2) if manner in ("four", "half") else rng.integers(1, 3)) + bar + more
        odds = _kick_odds(style) * figure[bar * meter.steps : (bar + 1) * meter.steps] ** 2
        for step in base.union(draw_onsets(rng, odds, count)):
            hits[bar * meter.steps + step, KICK] = 0.45 if step in base else 0.2
    return hits


def _kick_odds(style: Style) -> NDArray[np.float64]:
    """Weights (step of a bar) of places for a kick: odd sixteenths only as syncopation allows."""
    compound = KICK_ODDS_COMPOUND if style.meter.beat == 6 else KICK_ODDS_WALTZ
    odds = KICK_ODDS_COMMON if style.meter.steps == 16 else compound
    offbeat = 1.4 * style.traits.syncopation
    return np.array([odds.get(step, 0.0) * (offbeat if step % 2 else 1.0) for step in range(style.meter.steps)])


def _snare(rng: Generator, style: Style, drum: int, apart: bool) -> Hits:
    """The backbeat of two bars, with ghost notes around it where the style is busy; `apart` may halve its time."""
    meter = style.meter
    backbeats = {6: (6,), 4: (4, 12) if meter.steps == 16 else ((8,) if rng.random() < 0.5 else (4, 8))}[meter.beat]
    if meter.steps == 16 and (apart or "half" in style.traits.kicks) and rng.random() < 0.4:
        backbeats = (8,)
    hits: Hits = {(bar * meter.steps + step, drum): 0.5 for bar in range(2) for step in backbeats}
    if drum != CLAP:
        weights = np.where(np.arange(2 * meter.steps) % 2, 1.0, 0.35)
        weights[[0, *(step for step, _ in hits)]] = 0
        ghosts = int(rng.poisson(0.6 + 4.0 * style.traits.syncopation * style.traits.busy))
        hits |= {(step, SNARE): float(rng.uniform(-1.0, -0.6)) for step in draw_onsets(rng, weights, ghosts)}
    if rng.random() < 0.25:
        hits[2 * meter.steps - int(rng.integers(1, 4)), drum] = 0.1
    return hits


def _hats(rng: Generator, style: Style, manner: str) -> Hits:
    """Hats or ride of two bars: a raster with its own holes, extra sixteenths, accents and open hats."""
    beat, steps = style.meter.beat, 2 * style.meter.steps
    drum = RIDE if manner == "ride" else CLOSED_HAT
    places = {step for step in _raster(style, manner) if step % beat == 0 or manner == "offbeat" or rng.random() > 0.09}
    if manner != "sixteenth":
        places |= set(draw_onsets(rng, np.where(np.arange(steps) % 2, 1.0, 0.4), int(rng.integers(1, 5))))
    heavy = 0 if rng.random() < 0.7 else 2
    hits = {(step, drum): 0.0 if step % beat == heavy else -0.3 - 0.3 * (step % 2) for step in sorted(places)}
    if drum == RIDE:
        return hits | {(step, PEDAL_HAT): -0.4 for step in range(beat, steps, 2 * beat)}
    offbeats = [1.0 if step in places and step % 4 == 2 else 0.0 for step in range(steps)]
    for step in draw_onsets(rng, offbeats, int(rng.integers(0, 3))):
        del hits[step, CLOSED_HAT]
        hits[step, OPEN_HAT] = 0.0
    return hits


def _raster(style: Style, manner: str) -> range:
    """The even pulse of a timekeeper over two bars."""
    steps = 2 * style.meter.steps
    if manner == "offbeat":
        return range(2, steps, 4)
    if manner == "quarter":
        return range(0, steps, 4 if style.meter.beat == 4 else 2)
    return range(0, steps, 1 if manner == "sixteenth" and style.tempo <= 112 else 2)


def _opened_up(rng: Generator, hat: str) -> str:
    """What the verse's hats become in a chorus."""
    lifted = {"quarter": ("eighth", "ride"), "sixteenth": ("sixteenth", "ride")}
    return str(rng.choice(lifted.get(hat, ("ride", "eighth", hat))))


def _shaker(rng: Generator, meter: Meter, drum: int) -> Hits:
    """Tambourine, shaker or cowbell: a pattern of a bar, twice."""
    weights = meter.weights + rng.uniform(0, 0.7, meter.steps) * (np.arange(meter.steps) % 2 == 0)
    count = int(rng.integers(2, 5) if drum == COWBELL else rng.integers(3, meter.steps // 2 + 2))
    bar = {step: -0.2 if step % meter.beat == 0 else -0.5 for step in draw_onsets(rng, weights, count)}
    return {(again + step, drum): accent for again in (0, meter.steps) for step, accent in bar.items()}


def _build(rng: Generator, style: Style, backbeat: int) -> Hits:
    """What drives towards a chorus: a snare or tom that insists, under plain hats."""
    meter, drum = style.meter, int(rng.choice((backbeat, *LOW_TOMS)))
    every = int(rng.choice((2, 4))) if style.tempo < 120 else meter.beat
    pulse = [step for step in range(0, 2 * meter.steps, every) if rng.random() < 0.85]
    hats = _hats(rng, style, str(rng.choice(("quarter", "eighth"))))
    return hats | {(step, drum): 0.4 if step % (2 * meter.beat) == meter.beat else -0.1 for step in pulse}


def _four_bars(rng: Generator, meter: Meter, two_bars: Hits) -> Hits:
    """Two bars and the same again, the fourth bar turned a little: a kick come or gone, a hat opened, a snare."""
    again = 2 * meter.steps
    turned = {(step + again, drum): accent for (step, drum), accent in two_bars.items()}
    fourth = np.arange(again + meter.steps + 2, 2 * again)
    kick, hat = (int(step) for step in rng.choice(fourth, size=2, replace=False))
    if turned.pop((kick, KICK), None) is None and kick % 2 == 0:
        turned[kick, KICK] = 0.1
    if (hat, CLOSED_HAT) in turned:
        turned[hat, OPEN_HAT] = turned.pop((hat, CLOSED_HAT))
    if rng.random() < 0.4:
        turned[2 * again - int(rng.integers(1, 4)), SNARE] = -0.3
    return two_bars | turned

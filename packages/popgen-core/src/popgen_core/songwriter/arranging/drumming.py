"""Drumming: a performance for the verses, another for the choruses, with the player's own variation, and real fills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.songwriter.arranging.drummers import HIT, Drummers, Performance
from popgen_core.songwriter.drums import CRASHES
from popgen_core.songwriter.form import SECTION_KINDS, Section
from popgen_core.songwriter.groove import GROOVE_BARS, KICK, SNARE, TIMEKEEPERS, Groove
from popgen_core.songwriter.sketch import Sketch

__all__ = ["Drumming", "draw_drumming", "drum_grooves", "play_drums"]

# styles of the songwriter -> styles of Groove MIDI that suit them, the first best
SUITED = {
    "ballad": ("pop", "rock", "soul", "country", "gospel", "blues", "hiphop"),
    "rock": ("rock", "punk", "pop", "country"),
    "dance": ("dance", "pop", "hiphop", "funk", "rock"),
    "funk": ("funk", "soul", "afrobeat", "neworleans", "hiphop"),
    "folk": ("country", "pop", "rock", "blues", "reggae"),
    "soul": ("soul", "gospel", "hiphop", "funk", "reggae", "blues"),
    "synth": ("dance", "pop", "rock", "punk", "hiphop"),
}
STRANGE, LESS = 2.5, 0.12  # how far away a style is that does not suit, and each place down the list
TEMPO_WEIGHT = 5.0  # an octave of tempo
MANY, BUSY = 20, 0.12  # hits a bar from which each more makes a performance less welcome
NEARNESS = 0.3  # how far from the nearest performance others are still drawn
BORROWED = {"intro": "verse", "interlude": "chorus", "outro": "chorus"}
QUIET, SOFT = 0.5, 40  # energy under which soft hits, under this velocity, are left out
TOMS = (41, 43, 45, 47, 48, 50)
SMALL_FILL, LIGHT = 0.35, 8  # chance of one each eight bars inside a section; its steps
CRASH_VELOCITY = 100
NEAREST_FILLS, OWN_FILLS = 24, 4


@dataclass(frozen=True)
class Drumming:
    """For each kind of section the bars that come round, two or four, and those that take the last one's place now and
    then; `fills` whole bars to draw from.
    """

    round: Mapping[str, Sequence[NDArray[Any]]]
    turned: Mapping[str, Sequence[NDArray[Any]]]
    fills: Sequence[NDArray[Any]]
    played_from: tuple[str, ...]


def draw_drumming(rng: Generator, sketch: Sketch, drummers: Drummers) -> Drumming | None:
    """Performances near in style and tempo for this song, or None where no drummer plays its meter."""
    meter = (sketch.style.meter.numerator, sketch.style.meter.denominator)
    beats = [one for one in drummers.beats if one.meter == meter]
    if not beats:
        return None
    verse = _near(rng, sketch, beats)
    rest = [one for one in beats if one is not verse and one.style == verse.style and one.busy >= 0.8 * verse.busy]
    chorus = _near(rng, sketch, rest or beats)
    fills = sorted((one for one in drummers.fills if one.meter == meter), key=lambda one: (_far(sketch, one), one.name))
    width = int(rng.choice((2, 2, 4)))
    stretches = {
        "verse": _stretch(rng, verse, width, 0),
        "pre-chorus": _stretch(rng, verse, width, 1),
        "chorus": _stretch(rng, chorus, width, 0),
        "bridge": _stretch(rng, chorus if rng.random() < 0.5 else verse, width, 1),
    }
    stretches |= {kind: stretches[other] for kind, other in BORROWED.items()}
    return Drumming(
        round={kind: bars for kind, (bars, _) in stretches.items()},
        turned={kind: turned for kind, (_, turned) in stretches.items()},
        fills=[max(fills[at].bars, key=len) for at in _few(rng, min(len(fills), NEAREST_FILLS))],
        played_from=(verse.name, chorus.name),
    )


def _few(rng: Generator, count: int) -> list[int]:
    """A few of so many: the fills that one drummer has for one song."""
    return sorted(int(at) for at in rng.choice(count, size=min(OWN_FILLS, count), replace=False)) if count else []


def _far(sketch: Sketch, one: Performance) -> float:
    """How far a performance is from what a song needs in style and tempo; the busiest ones leave no room for a band."""
    suited = SUITED[sketch.style.name]
    style = LESS * suited.index(one.style) if one.style in suited else STRANGE
    busy = BUSY * max(one.busy - MANY, 0.0)
    return style + busy + TEMPO_WEIGHT * abs(float(np.log2(one.tempo / sketch.style.tempo)))


def _near(rng: Generator, sketch: Sketch, beats: Sequence[Performance]) -> Performance:
    """One of the nearest performances; longer ones, which have more to draw from, are a little likelier."""
    far = np.array([_far(sketch, one) for one in beats])
    odds = np.exp(-(far - far.min()) / NEARNESS) * np.minimum([len(one.bars) for one in beats], 16)
    return beats[int(rng.choice(len(beats), p=odds / odds.sum()))]


def _stretch(rng: Generator, one: Performance, width: int, rank: int) -> tuple[list[NDArray[Any]], list[NDArray[Any]]]:
    """`width` bars in a row of what the drummer mostly plays, the best such stretch or the one after, and the two
    bars around it that are most like its last: the player's own variation.
    """
    typical = one.typical
    starts = list(range(0, max(len(one.bars) - width + 1, 1), 2))
    best = sorted(starts, key=lambda at: -float(typical[at : at + width].mean()))[: 3 + rank]
    start = best[min(rank + int(rng.integers(0, 3)), len(best) - 1)]
    bars = [one.bars[at % len(one.bars)] for at in range(start, start + width)]
    near = [at for at in range(start + width, start + width + 6) if at < len(one.bars) and typical[at] > 0.5]
    return bars, [one.bars[at] for at in near[:2]] or [bars[-1]]


def drum_grooves(drumming: Drumming, steps: int) -> dict[str, Groove]:
    """The drumming as grooves of four bars, for the bass to follow."""
    grooves = {}
    for kind in SECTION_KINDS:
        bars, hits = drumming.round[kind], {}
        for number in range(GROOVE_BARS):
            for hit in bars[number % len(bars)]:
                loud = float(hit["velocity"]) / 127
                if int(hit["drum"]) != KICK or loud > 0.35:
                    hits[number * steps + int(hit["step"]), int(hit["drum"])] = 1.4 * loud - 0.7
        grooves[kind] = Groove(hits)
    return grooves


def play_drums(rng: Generator, sketch: Sketch, drumming: Drumming) -> NDArray[Any]:
    """All hits of a song, steps counted from its start; velocities as the drummers struck."""
    played: list[NDArray[Any]] = []
    for section, bars in sketch.playing("drums"):
        made = [_bar(rng, drumming, section, bar - section.start_bar) for bar in bars]
        following = sketch.after(section)
        if following is not None and drumming.fills:
            made[-1] = _filled(rng, sketch, drumming, made[-1], following.energy - section.energy)
        if section.kind in ("chorus", "bridge") or rng.random() < 0.6:
            made[0] = _crashed(rng, made[0], section.energy)
        for bar, hits in zip(bars, made, strict=True):
            moved = hits.copy()
            moved["step"] += bar * sketch.bar_steps
            played.append(moved)
        if section.last:
            played[-1] = _ended(rng, (sketch.bars - 1) * sketch.bar_steps)
    return np.concatenate(played) if played else np.zeros(0, dtype=HIT)


def _bar(rng: Generator, drumming: Drumming, section: Section, at: int) -> NDArray[Any]:
    """One bar of a section: those that come round, each fourth now and then as the drummer turned it."""
    bars, turned = drumming.round[section.kind], drumming.turned[section.kind]
    hits = bars[at % len(bars)]
    if at % 4 == 3 and rng.random() < 0.3:
        hits = turned[int(rng.integers(len(turned)))]
    if at % 8 == 7 and at < section.bars - 1 and drumming.fills and rng.random() < SMALL_FILL:
        hits = _with_fill(hits, drumming.fills[int(rng.integers(len(drumming.fills)))], int(hits["step"].max()) - 4)
    if section.energy < QUIET:
        hits = hits[hits["velocity"] >= SOFT]
    if section.kind == "intro":
        hits = hits[~np.isin(hits["drum"], (*CRASHES, *TOMS))]
    return hits


def _filled(rng: Generator, sketch: Sketch, drumming: Drumming, hits: NDArray[Any], rise: float) -> NDArray[Any]:
    """The last bar of a section: a real fill over its second half, its last beat, or all of it where energy rises."""
    meter = sketch.style.meter
    fill = drumming.fills[int(rng.integers(len(drumming.fills)))]
    whole = rise > 0.1 and rng.random() < 0.35
    start = 0 if whole else meter.half if rise > 0 or rng.random() < 0.4 else meter.steps - meter.beat
    return _with_fill(hits, fill, start)


def _with_fill(hits: NDArray[Any], fill: NDArray[Any], start: int) -> NDArray[Any]:
    """The bar up to a step, and from there a fill's hits; without any there, the bar as it is."""
    struck = fill[fill["step"] >= start]
    return np.concatenate([hits[hits["step"] < start], struck]) if len(struck) > 1 else hits


def _crashed(rng: Generator, hits: NDArray[Any], energy: float) -> NDArray[Any]:
    """The bar with a cymbal and a kick on its first beat, in place of hat or ride."""
    kept = hits[~((hits["step"] == 0) & np.isin(hits["drum"], (*TIMEKEEPERS, *CRASHES, KICK)))]
    loud = int(np.clip(CRASH_VELOCITY + 30 * (energy - 0.5), 60, 127))
    struck = np.array([(0, int(rng.choice(CRASHES)), loud, 0.0), (0, KICK, loud, 0.0)], dtype=HIT)
    return np.concatenate([struck, kept])


def _ended(rng: Generator, step: int) -> NDArray[Any]:
    """The last bar: one stroke that rings."""
    drums = (int(rng.choice(CRASHES)), KICK, SNARE)
    return np.array([(step, drum, 90, 0.0) for drum in drums[: 2 + int(rng.integers(2))]], dtype=HIT)

"""How much of a plan's harmony a song meets: its keys, and its chords twice, by tones and as they are heard.

The chance of all three is the law's mean over the same song moved by 0, 1, ... 11 semitones. Drums are not heard.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.chords import KINDS, chords_of
from popgen_core.plan.heard import Heard
from popgen_core.plan.met.figure import Figure, unasked, untold
from popgen_core.plan.plan import Plan
from popgen_core.plan.scale import scale_of

__all__ = ["chord_tones_met", "chords_met", "key_met"]

LEAST_SOUND = 0.25  # beats, of all notes together: less in a half bar is the rest of a note that rang on
THIRDS = {3: "minor", 4: "major"}

Tones = frozenset[int]


def key_met(sound: Heard, plan: Plan) -> Figure:
    """Share of the time for which pitches sound, each at most eight beats, that is on tones of their section's key:
    0..1. The tones are those of `scale_of`. Sections of open key do not count."""
    keys = [plan.sections[number].key for number in plan.section_of()]
    return _on_tones(sound.chroma, [key and scale_of(key) for key in keys for _ in range(2)])


def chord_tones_met(sound: Heard, plan: Plan) -> Figure:
    """Share of the time for which pitches sound, each at most eight beats, that is on tones of their half bar's chord:
    0..1. Half bars of open chord, or asked to be without one, do not count. Music has passing tones: 1 is stiff."""
    tones = [chord.tones if chord and chord.tones else None for chord in plan.chords]
    return _on_tones(sound.chroma, tones)


def _on_tones(chroma: NDArray[np.float64], asked: Sequence[Tones | None]) -> Figure:
    """(half bars, 12) beats of each pitch class, and the tones asked of each half bar -> the share on them."""
    if not any(asked):
        return unasked()
    counted = np.array([tones is not None for tones in asked])
    wanted = np.array([[tone in (tones or ()) for tone in range(12)] for tones in asked])
    beats = chroma[counted].sum()
    if beats == 0:
        return untold("nothing pitched sounds there")
    met, chance = chroma[wanted].sum() / beats, (chroma.sum(axis=1) * wanted.sum(axis=1)).sum() / 12 / beats
    return Figure(float(met), float(chance), counts={"beats": float(beats)})


def chords_met(sound: Heard, plan: Plan) -> Figure:
    """Share of half bars whose chord, as `analysis.chords_of` hears it, has the asked root and the same third: 0..1.

    As `majmin` and `thirds` of mir_eval (Raffel et al. 2014) compare chords: sevenths and basses say nothing.
    Deviations: majmin leaves out dim, aug, sus2 and sus4, here dim counts as minor and aug as major; thirds holds a
    sus for a major chord, here the two sus are alike and no other; half bars, not seconds. Half bars in which pitches
    sound for less than a sixteenth are silent: they meet "no chord" where that is asked, and do not count elsewhere.
    """
    if all(chord is None for chord in plan.chords):
        return unasked()
    silent = sound.chroma.sum(axis=1) < LEAST_SOUND
    found, kinds = chords_of(sound.chroma, sound.lowest), list(KINDS)
    met, could, without, counted = 0, 0, 0, 0
    for half, chord in enumerate(plan.chords):
        if chord is None or (silent[half] and chord.tones):
            continue
        counted += 1
        if not chord.tones:
            without += bool(silent[half])
        elif third_of(chord.kind) == third_of(kinds[found.kind[half]]):
            could += 1
            met += bool(found.root[half] == chord.root)
    if counted == 0:
        return untold("nothing pitched sounds where chords are asked")
    return Figure((met + without) / counted, (could / 12 + without) / counted, counts={"half bars": counted})


def third_of(kind: str) -> str:
    """Which third a kind of chord has: major, minor or none."""
    return next((name for tone, name in THIRDS.items() if tone in KINDS[kind][0]), "none")

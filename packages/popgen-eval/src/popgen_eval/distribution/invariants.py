"""What 41 numbers say of eight bars, whatever their key and tempo: pitch classes, meter, density, lines, agreement."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.piece import Part, Piece
from popgen_core.analysis.scales import key_share
from popgen_core.analysis.skyline import skyline
from popgen_eval.metrics.pooling import pooled
from popgen_eval.metrics.rhythm import recurrence, tolerance
from popgen_eval.metrics.sync import meeting, together

__all__ = ["FAMILIES", "INVARIANTS", "invariants"]

Row = NDArray[np.float64]

# how a tone weighs in a major key and its relative minor: both profiles of Krumhansl and Kessler (1982), added
MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
COLLECTION = MAJOR + np.roll(MINOR, -3)
COUNTED_GROUPS = ("bass", "drums", "lead", "chords")
STEPS_PER_BEAT = 4
NEAR_BEATS = 4.0  # notes further apart make no interval
STEPWISE, LEAP = 2, 6  # semitones: the largest step, the smallest large leap


def key_aligned(chroma: Row) -> Row:
    """(12,) pitch classes -> the same as shares, turned so that the major key they fit best begins on 0."""
    if not chroma.sum():
        return np.full(12, math.nan)
    turns = [np.roll(chroma, -tonic) for tonic in range(12)]
    best = max(turns, key=lambda turn: (round(float((turn * COLLECTION).sum()), 6), turn.tolist()))
    return np.asarray(best / best.sum())


def pitch_classes(piece: Piece) -> Row:
    """(12,) share of sounding time on each pitch class, counted from the tonic of the best major key."""
    return key_aligned(piece.mix_chroma().sum(axis=0))


def metrical_profile(piece: Piece) -> Row:
    """(9,) share of onsets on each sixteenth of odd beats (4) and of even beats (4), and share of onsets off the grid.

    An onset counts once a group and sixteenth. Beats are counted in each bar from its first, an odd one.
    """
    steps = np.concatenate([np.unique(part.step) for part in piece.parts]) % piece.steps
    places = np.bincount(steps % (2 * STEPS_PER_BEAT), minlength=2 * STEPS_PER_BEAT) / len(steps)
    onsets = np.concatenate([part.onset for part in piece.parts])
    off = np.min([np.abs(onsets - np.rint(onsets * grid) / grid) for grid in (4, 3)], axis=0)
    # half the tolerance: with all of it, both grids together would leave little room to be off
    return np.append(places, (off > tolerance(piece.tempo_bpm) / 2).mean())


def densities(piece: Piece) -> Row:
    """(4,) log2 of 1 + notes a bar of bass, drums, lead and chords."""
    notes = {part.name: len(part.onset) for part in piece.parts}
    return np.array([math.log2(1 + notes.get(name, 0) / piece.bars) for name in COUNTED_GROUPS])


def durations(piece: Piece) -> Row:
    """(4,) mean log2 of note length in beats, of bass, drums, lead and chords."""
    means = {part.name: float(np.log2(np.maximum(part.length, 1 / 64)).mean()) for part in piece.parts}
    return np.array([means.get(name, math.nan) for name in COUNTED_GROUPS])


def register(piece: Piece) -> Row:
    """(2,) mean and standard deviation of pitch in semitones; the one family that a change of key moves."""
    if not piece.pitched:
        return np.full(2, math.nan)
    pitches = np.concatenate([part.pitch for part in piece.pitched])
    return np.array([pitches.mean(), pitches.std()])


def entropy(shares: Row) -> Row:
    """(..., 12) weights -> (...) entropy in bits, NaN where there are none."""
    total = shares.sum(axis=-1, keepdims=True)
    p = np.divide(shares, total, out=np.full_like(shares, math.nan), where=total > 0)
    return np.asarray(-(p * np.log2(np.where(p > 0, p, 1.0))).sum(axis=-1))


def scale_and_entropy(piece: Piece) -> Row:
    """(3,) share of time in the best scale, bits of pitch class in all bars, mean bits of pitch class in one."""
    chroma = piece.mix_chroma()
    bars = entropy(chroma.reshape(piece.bars, 2, 12).sum(axis=1))
    sounding = bars[~np.isnan(bars)]
    return np.array(
        [key_share(chroma), float(entropy(chroma.sum(axis=0))), sounding.mean() if len(sounding) else math.nan]
    )


def intervals(piece: Piece) -> Row:
    """(4,) share of repeated notes, steps, leaps of 3 to 5 and of 6 or more semitones in the groups' top lines."""
    found = [_line_intervals(part) for part in piece.pitched]
    sizes = np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
    if not len(sizes):
        return np.full(4, math.nan)
    kinds = np.searchsorted([1, STEPWISE + 1, LEAP], sizes, side="right")
    return np.bincount(kinds, minlength=4) / len(sizes)


def _line_intervals(part: Part) -> NDArray[np.int64]:
    step, pitch = skyline(part.step, part.pitch)
    return np.abs(np.diff(pitch))[np.diff(step) <= NEAR_BEATS * STEPS_PER_BEAT]


def groove(piece: Piece) -> Row:
    """(1,) kappa of the onsets of neighbouring bars, the mean over groups weighted by sqrt(notes)."""
    groups = ((recurrence(piece.grids[part.name], (1,)), len(part.onset)) for part in piece.parts)
    return np.array([pooled(groups, "none").value])


def onset_sync(piece: Piece) -> Row:
    """(1,) share of onsets that meet another group's, above chance, as the figure of that name has it."""
    pairs = [meeting(piece, one, two) for one, two in combinations(piece.parts, 2)]
    return np.array([together(pairs).value])


def harmony(piece: Piece) -> Row:
    """(1,) mean agreement of pitched groups with the chords and scales of all others."""
    groups = list(piece.agreement.values())
    return np.array([np.mean(groups) if groups else math.nan])


# family -> what finds it and the names of its entries
FAMILIES: dict[str, tuple[Callable[[Piece], Row], tuple[str, ...]]] = {
    "pitch classes": (pitch_classes, tuple(f"tone {tone}" for tone in range(12))),
    "meter": (metrical_profile, (*(f"sixteenth {step} of two beats" for step in range(8)), "off the grid")),
    "density": (densities, tuple(f"{name} notes" for name in COUNTED_GROUPS)),
    "duration": (durations, tuple(f"{name} length" for name in COUNTED_GROUPS)),
    "register": (register, ("mean pitch", "spread of pitch")),
    "scale": (scale_and_entropy, ("time in the best scale", "entropy", "entropy of a bar")),
    "intervals": (intervals, ("repeated notes", "steps", "leaps", "large leaps")),
    "groove": (groove, ("groove",)),
    "sync": (onset_sync, ("onsets together",)),
    "harmony": (harmony, ("agreement",)),
}
INVARIANTS = tuple(name for _, names in FAMILIES.values() for name in names)


def invariants(piece: Piece) -> Row:
    """A stretch with notes -> (41,) its invariants in the order of `INVARIANTS`, NaN where undefined."""
    return np.concatenate([find(piece) for find, _ in FAMILIES.values()])

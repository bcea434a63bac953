"""What comes back in a melody: how alike bars are when it is sung at home, and the stretches that repeat."""

from __future__ import annotations

from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.alike import cosines
from popgen_core.music.song import Song
from popgen_core.plan.heard import heard
from popgen_core.songwriter.arranging.leadsheet import LeadSheet, melody_song
from popgen_core.songwriter.arranging.measures import Measures
from popgen_core.songwriter.harmony import Chord, Key
from popgen_core.songwriter.meter import STEP_TICKS

__all__ = ["alike_bars", "home_key", "joined", "key_shifts", "labels_of", "settled_chords", "sources", "stretches"]

SUNG = 0.65  # share of the melody in how alike two bars are that are both sung; the rest is their chords'
RETURNS = 0.62  # mean likeness, bar by bar, from which a stretch is one that was there before
LENGTHS = range(4, 13)  # bars of a stretch
WISHED = {8: 0.6, 4: 0.1, 12: 0.2, 6: -0.2, 10: -0.2}  # how welcome a length is; odd ones are not
AS_HIGH, AN_OCTAVE = 2.0, 12.0  # semitones between bars that are as high; and more by which they are nothing alike
ODD, NEW = -0.8, 1.0  # what a length that is not named costs, and every stretch
Alike = NDArray[np.float64]
Span = tuple[int, int]


def home_key(sheet: LeadSheet) -> Key:
    """The key of most bars, of equals the first."""
    return max(dict.fromkeys(sheet.keys), key=sheet.keys.count)


def key_shifts(sheet: LeadSheet) -> list[int]:
    """Of each page bar, how far its key lies from the home key: -5..6 semitones between scales of the same tones."""
    home = home_key(sheet)
    return [(key.tonic + 3 * (key.minor - home.minor) - home.tonic + 5) % 12 - 5 for key in sheet.keys]


def alike_bars(sheet: LeadSheet) -> Alike:
    """(bars, bars) 0..1 how alike page bars are in melody and chords: as they are, or each moved to the home key, the
    greater; keys are told by ear, and not every song that is said to move up does.
    """
    shifts = key_shifts(sheet)
    alike = _alike(sheet, [0] * len(shifts))
    return np.maximum(alike, _alike(sheet, shifts)) if any(shifts) else alike


def _alike(sheet: LeadSheet, shifts: list[int]) -> Alike:
    """(bars, bars) how alike page bars are, each moved down by its shift."""
    bars, tune = sheet.measures.bars, melody_song(sheet, shifts)
    found = heard(tune).alike
    melody = np.zeros((bars, bars))
    melody[: len(found), : len(found)] = found[:bars, :bars]
    melody *= _as_high(tune, sheet.measures, bars)
    chords = cosines(_chord_rows(sheet, shifts))
    sung = np.diag(melody) > 0
    both, neither = sung[:, None] & sung[None, :], ~sung[:, None] & ~sung[None, :]
    return np.asarray(np.where(both, SUNG * melody + (1 - SUNG) * chords, np.where(neither, chords, 0.0)))


def _as_high(tune: Song, measures: Measures, bars: int) -> Alike:
    """(bars, bars) 1 where the melody lies about as high in both bars, less the further they lie apart."""
    notes = tune.tracks[0].notes
    bar = np.clip((notes["start_tick"] + STEP_TICKS // 2) // measures.bar_ticks, 0, bars - 1)
    count = np.bincount(bar, minlength=bars)
    height = np.bincount(bar, weights=notes["pitch"], minlength=bars) / np.maximum(count, 1)
    apart = np.abs(height[:, None] - height[None, :])
    return np.asarray(np.clip(1 - (apart - AS_HIGH) / AN_OCTAVE, 0.3, 1.0))


def _chord_rows(sheet: LeadSheet, shifts: list[int]) -> NDArray[np.float64]:
    """(bars, 24) the tones of the chords of each half bar, at home."""
    steps, rows = sheet.measures.meter.steps, np.zeros((sheet.measures.bars, 24))
    for bar, shift in enumerate(shifts):
        for half in range(2):
            if (chord := sheet.chords[bar * steps + half * steps // 2]) is not None:
                rows[bar, [12 * half + (tone - shift) % 12 for tone in chord.tones]] = 1.0
    return rows


def stretches(alike: Alike, start: int, stop: int) -> list[Span]:
    """Bars start..stop-1 cut into stretches of 4 to 12 bars so that as many as can be come back somewhere as a whole.

    A stretch is worth the likeness, bar by bar, of its best return, and more if it has four or eight bars.
    """
    worth = {length: _worths(alike, length) for length in LENGTHS if length <= len(alike)}
    best: dict[int, float] = {start: 0.0}
    came: dict[int, int] = {}
    for end in range(start + LENGTHS.start, stop + 1):
        begins = [(end - length, length) for length in worth if end - length in best]
        options = [(best[begin] + float(worth[length][begin]), begin) for begin, length in begins]
        if options:
            best[end], came[end] = max(options)
    if stop not in came:
        return [(start, stop)]
    cuts = [stop]
    while cuts[-1] != start:
        cuts.append(came[cuts[-1]])
    return list(pairwise(cuts[::-1]))


def _worths(alike: Alike, length: int) -> NDArray[np.float64]:
    """(bars - length + 1,) the worth of a stretch of so many bars from each bar on."""
    places = len(alike) - length + 1
    along = np.mean([alike[shift : shift + places, shift : shift + places] for shift in range(length)], axis=0)
    far = np.abs(np.arange(places)[:, None] - np.arange(places)) >= length
    returned = np.where(far, along, 0.0).max(axis=1)
    return np.asarray(np.round(length * returned / 4 + WISHED.get(length, ODD) - NEW, 9))


def labels_of(alike: Alike, spans: list[Span]) -> list[int]:
    """A number for each stretch, the same for those that come back: 0.62 alike, bar by bar, or more."""
    labels: list[int] = []
    for number, (start, stop) in enumerate(spans):
        likeness = []
        for other, end in spans[:number]:
            bars = np.arange(min(stop - start, end - other))
            likeness.append(round(float(alike[start + bars, other + bars].mean()), 9))
        best = int(np.argmax(likeness)) if likeness else -1
        labels.append(labels[best] if likeness and likeness[best] >= RETURNS else max(labels, default=-1) + 1)
    return labels


def sources(alike: Alike, spans: list[Span]) -> NDArray[np.int64]:
    """(bars,) the bar of the first stretch of its label that each bar brings back, -1 where it brings back none."""
    labels, source = labels_of(alike, spans), np.full(len(alike), -1)
    for (start, stop), label in zip(spans, labels, strict=True):
        first, end = spans[labels.index(label)]
        bars = np.arange(min(stop - start, end - first))
        if first != start:
            source[start + bars] = first + bars
    return source


def settled_chords(sheet: LeadSheet, source: NDArray[np.int64]) -> tuple[Chord | None, ...]:
    """The chords, in bars that bring back earlier ones as they were there where both are nearly the same: of one root,
    or with two tones in common. Who writes chords down hears the same bar in two ways.
    """
    steps, shifts, chords = sheet.measures.meter.steps, key_shifts(sheet), list(sheet.chords)
    for bar, earlier in enumerate(source.tolist()):
        if earlier < 0:
            continue
        for step in range(steps):
            here, there = chords[bar * steps + step], chords[earlier * steps + step]
            if here is None or there is None:
                continue
            moved = there.moved((shifts[bar] - shifts[earlier]) % 12)
            there = there if _near(here, there) else moved
            if _near(here, there):
                chords[bar * steps + step] = there
    return tuple(chords)


def _near(one: Chord, other: Chord) -> bool:
    """Whether two chords are nearly the same."""
    return one.root == other.root or len(set(one.tones) & set(other.tones)) >= 2


def joined(spans: list[Span], kinds: list[str], longest: int) -> tuple[list[Span], list[str]]:
    """Neighbours of one kind as one section, as long as that has at most so many bars."""
    made: list[tuple[Span, str]] = []
    for kind, group in groupby(zip(spans, kinds, strict=True), key=lambda pair: pair[1]):
        for (start, stop), _ in group:
            if made and made[-1][1] == kind and stop - made[-1][0][0] <= longest and made[-1][0][1] == start:
                made[-1] = ((made[-1][0][0], stop), kind)
            else:
                made.append(((start, stop), kind))
    return [span for span, _ in made], [kind for _, kind in made]

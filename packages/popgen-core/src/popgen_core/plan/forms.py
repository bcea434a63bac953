"""The form of a song: where its sections begin, which come back, how much is going on in each, what they are called."""

from __future__ import annotations

from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.sections import novelty, section_borders
from popgen_core.plan.heard import Heard

__all__ = ["LONGEST", "RETURNS", "cuts", "energy_of", "labels_of", "names_of"]

LONGEST = 16  # bars of a section that is not cut
PHRASE = 8  # bars: longer sections are cut at multiples of this
SHORTEST = 4  # bars that a cut leaves at least
RETURNS = 0.65  # mean likeness, bar by bar, of a section to an earlier one that it comes back to
SHORT_END = 8  # bars of an intro or an outro at most; of a chorus that never comes back at least

# what is mapped to 0 and to 1 of energy: the 5th and 95th percentile of sections of 279 real songs (2026-11-23)
MOST_GROUPS = (1.5, 5.5)  # groups that sound in a bar, on average
MOST_ONSETS = (1.3, 12.1)  # sixteenths a beat on which a group begins a note, of all groups together; by its logarithm
LOUDEST = (60.0, 125.0)  # mean velocity of the notes


def cuts(alike: NDArray[np.float64]) -> list[tuple[int, int]]:
    """(bars, bars) how alike bars are -> first bar and bar after the last of each section, in order, all bars in one.

    They begin at `section_borders`; one longer than 16 bars is cut at the multiple of eight bars from its start where
    novelty is highest, of equals the earliest, until none is longer. No cut leaves fewer than four bars.
    """
    if len(alike) == 0:
        return []
    new, borders = novelty(alike), [0, *section_borders(alike).tolist(), len(alike)]
    return [piece for start, stop in pairwise(borders) for piece in _shorter(new, start, stop)]


def _shorter(new: NDArray[np.float64], start: int, stop: int) -> list[tuple[int, int]]:
    places = range(start + PHRASE, stop - SHORTEST + 1, PHRASE)
    if stop - start <= LONGEST or not places:
        return [(start, stop)]
    cut = max(places, key=lambda bar: new[bar])
    return _shorter(new, start, cut) + _shorter(new, cut, stop)


def labels_of(alike: NDArray[np.float64], sections: list[tuple[int, int]]) -> list[int]:
    """How alike bars are, and sections -> a number for each section, the same for those that are played again.

    A section takes the label of the earlier one that it is most like, if that is 0.65 or more: the mean over bars of
    how alike they are, both laid from their starts, over as many bars as the shorter has. Of equals the earliest.
    """
    labels: list[int] = []
    for number, section in enumerate(sections):
        likeness = [_likeness(alike, earlier, section) for earlier in sections[:number]]
        best = int(np.argmax(likeness)) if likeness else -1
        labels.append(labels[best] if likeness and likeness[best] >= RETURNS else max(labels, default=-1) + 1)
    return labels


def _likeness(alike: NDArray[np.float64], one: tuple[int, int], other: tuple[int, int]) -> float:
    bars = np.arange(min(one[1] - one[0], other[1] - other[0]))
    return round(float(alike[one[0] + bars, other[0] + bars].mean()), 9)


def energy_of(heard: Heard, start: int, stop: int) -> float:
    """How much is going on in bars start..stop-1: 0 (the calmest of songs) .. 1, on one scale for all songs.

    The mean of three, each mapped to 0..1 between fixed limits, the 5th and 95th percentile of a corpus, and held
    there: how many groups sound in a bar, on average; the logarithm of the sixteenths a beat on which groups begin
    notes, added over groups; the mean velocity. 0 where no note sounds.
    """
    bars = slice(start, stop)
    beats, notes = heard.beats[bars].sum(), heard.notes[:, bars].sum()
    if notes == 0 or beats == 0:
        return 0.0
    groups = heard.sounds[:, bars].sum() / (stop - start)
    onsets = np.log2(1 + heard.onsets[:, bars].sum() / beats)
    low, high = np.log2(1 + np.array(MOST_ONSETS))
    shares = (
        _between(groups, *MOST_GROUPS),
        _between(onsets, low, high),
        _between(heard.velocity[:, bars].sum() / notes, *LOUDEST),
    )
    return round(sum(shares) / 3, 4)


def _between(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0.0, 1.0))


def names_of(bars: list[int], labels: list[int], energies: list[float]) -> list[str]:
    """Bars, label and energy of each section -> its name.

    A label comes back if another stands between two of its sections. Of those that come back, the one of most energy
    (the mean over its bars) is the chorus; where none comes back, the label of the most energetic section of eight
    bars or more. Of the others: a first section of at most eight bars and less energy than the next is the intro; a
    last one whose label does not come back, of at most eight bars or less energy than the one before, the outro; one
    whose label comes back, or that comes before the first chorus, a verse; the rest are bridges.
    """
    runs = [label for label, _ in groupby(labels)]
    coming_back = {label for label in runs if runs.count(label) > 1}
    chorus = _chorus(bars, labels, energies, coming_back)
    first = labels.index(chorus) if chorus in labels else len(labels)
    names = []
    for number, label in enumerate(labels):
        if label == chorus:
            names.append("chorus")
        elif number == 0 and len(bars) > 1 and bars[0] <= SHORT_END and energies[0] < energies[1]:
            names.append("intro")
        elif 0 < number == len(bars) - 1 and label not in coming_back and _dies_away(bars, energies):
            names.append("outro")
        else:
            names.append("verse" if label in coming_back or number < first else "bridge")
    return names


def _chorus(bars: list[int], labels: list[int], energies: list[float], coming_back: set[int]) -> int:
    """The label of the chorus, -1 where there is none; of equals the one that comes first."""
    if not coming_back:
        long = [number for number, length in enumerate(bars) if length >= SHORT_END]
        return labels[max(long, key=lambda number: energies[number])] if long else -1
    weights = np.array(bars, dtype=np.float64)
    means = {
        label: float(np.average(energies, weights=weights * (np.array(labels) == label)))
        for label in sorted(coming_back)
    }
    return max(means, key=lambda label: means[label])


def _dies_away(bars: list[int], energies: list[float]) -> bool:
    return bars[-1] <= SHORT_END or energies[-1] < energies[-2]

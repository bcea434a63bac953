"""The form of a lead sheet: sections by what comes back in melody and chords, and by where nobody sings."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_core.songwriter.arranging.leadsheet import LeadSheet
from popgen_core.songwriter.arranging.returning import alike_bars, joined, key_shifts, labels_of, sources, stretches
from popgen_core.songwriter.form import ENERGY, Section
from popgen_core.songwriter.meter import STEP_TICKS

__all__ = ["HeardForm", "heard_form", "sung_bars"]

LEAST_SUNG = 0.2  # share of a bar's sixteenths in which the melody sounds, from which the bar is sung
BREATH = 3  # bars without melody that are still part of what is sung
LONGEST, SHORT = 16, 8  # bars of a section, and of one that may lead into a chorus
LIFT, CLIMAX = 0.06, 0.12  # how much energy each turn of a kind adds, and the last chorus
HEARD = 0.05  # how much energy one standard deviation of what is heard adds
BEFORE_BRIDGE = 2  # choruses before something new is the bridge
RETURNING = 0.5  # how much each return of a stretch counts for it as the chorus, in standard deviations
LIKELY = 0.5  # mean likeness to a chorus that stands alone
LOW, HIGH = 0.2, 1.0
Bars = NDArray[np.bool_]
Span = tuple[int, int]


def sung_bars(sheet: LeadSheet) -> Bars:
    """(bars,) whether the melody sounds in each page bar for more than a pick-up; short holes count as sung."""
    steps, bars = sheet.measures.meter.steps, sheet.measures.bars
    notes = sheet.melody.notes
    first = (sheet.measures.page_ticks(notes["start_tick"]) + STEP_TICKS // 2) // STEP_TICKS
    last = first + np.maximum(notes["length_ticks"] // STEP_TICKS, 1)
    change = np.bincount(np.clip(first, 0, bars * steps), minlength=bars * steps + 1)
    change = change - np.bincount(np.clip(last, 0, bars * steps), minlength=bars * steps + 1)
    sung = (np.cumsum(change)[:-1] > 0).reshape(bars, steps).mean(axis=1) >= LEAST_SUNG
    for start, stop in _runs(sung):
        if not sung[start] and stop - start < BREATH and start > 0 and stop < bars:
            sung[start:stop] = True
    for start, stop in _runs(sung):
        if sung[start] and stop - start < 2 and bars > 2:
            sung[start:stop] = False
    return np.asarray(sung)


@dataclass(frozen=True)
class HeardForm:
    """`sections` of a song, and of each of its bars the earlier bar that it brings back, -1 for none."""

    sections: tuple[Section, ...]
    source: NDArray[np.int64]


def heard_form(rng: Generator, sheet: LeadSheet) -> HeardForm:
    """Sections named and with energies: of what comes back the most, and most excited, is the chorus; bars without
    melody are intro, interlude and outro; each return of a kind is a little bigger, the last chorus the biggest.
    """
    alike, sung = alike_bars(sheet), sung_bars(sheet)
    spans = [
        span
        for start, stop in _runs(sung)
        for span in (stretches(alike, start, stop) if sung[start] else _halved(start, stop))
    ]
    source = sources(alike, spans)
    spans, kinds = joined(spans, _kinds(alike, spans, sung, _excitement(sheet, spans)), LONGEST)
    excited, shifts = _excitement(sheet, spans), key_shifts(sheet)
    tilt = {kind: float(rng.normal(0, 0.04)) for kind in sorted(set(kinds))}
    climax = max((at for at, kind in enumerate(kinds) if kind == "chorus"), default=-1)
    sections = []
    for at, ((start, stop), kind) in enumerate(zip(spans, kinds, strict=True)):
        turn = kinds[: at + 1].count(kind)
        energy = ENERGY[kind] + tilt[kind] + LIFT * min(turn - 1, 3) + HEARD * excited[at] + CLIMAX * (at == climax)
        shift = shifts[(start + stop - 1) // 2]
        last = at == len(kinds) - 1
        sections.append(Section(kind, turn, start, stop - start, float(np.clip(energy, LOW, HIGH)), shift, last))
    return HeardForm(tuple(sections), source)


def _runs(flags: Bars) -> list[Span]:
    edges = [0, *(np.flatnonzero(np.diff(flags)) + 1).tolist(), len(flags)]
    return list(pairwise(edges))


def _halved(start: int, stop: int) -> list[Span]:
    """Bars without melody as sections of at most 16 bars."""
    cuts = [*range(start, stop - LONGEST // 2, LONGEST), stop] if stop - start > LONGEST else [start, stop]
    return list(pairwise(cuts))


def _excitement(sheet: LeadSheet, spans: list[Span]) -> list[float]:
    """How much more is going on in each section than in the others, in standard deviations, -2..2.

    The mean of three: how high the melody lies, how many notes of all parts begin in a bar, how loud they are.
    """
    notes = np.concatenate([sheet.melody.notes, *(part.notes for part in sheet.kept.values())])
    own, all_notes = _bars_of(sheet, sheet.melody.notes), _bars_of(sheet, notes)
    rows = []
    for start, stop in spans:
        high = sheet.melody.notes["pitch"][(own >= start) & (own < stop)]
        loud = notes["velocity"][(all_notes >= start) & (all_notes < stop)]
        rows.append((high.mean() if len(high) else np.nan, len(loud) / (stop - start), loud.mean() if len(loud) else 0))
    table = np.array(rows, dtype=np.float64)
    known = ~np.isnan(table[:, 0])
    table[~known, 0] = table[known, 0].mean() if known.any() else 0.0
    spread = table.std(axis=0)
    level = (table - table.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return [float(value) for value in np.clip(level.mean(axis=1), -2, 2)]


def _bars_of(sheet: LeadSheet, notes: NDArray[np.void]) -> NDArray[np.int64]:
    """The page bar in which each note begins, one played early in the bar that it belongs to."""
    return np.asarray((sheet.measures.page_ticks(notes["start_tick"]) + STEP_TICKS // 2) // sheet.measures.bar_ticks)


def _kinds(alike: NDArray[np.float64], spans: list[Span], sung: Bars, excited: list[float]) -> list[str]:
    """What each section is: of those that are sung by what comes back, of the others by where they stand."""
    voiced = [at for at, (start, _) in enumerate(spans) if sung[start]]
    labels = labels_of(alike, [spans[at] for at in voiced])
    chorus = _chorus([spans[at] for at in voiced], labels, [excited[at] for at in voiced])
    labels = _with_likely(alike, [spans[at] for at in voiced], labels, chorus)
    kinds = ["interlude"] * len(spans)
    label = dict(zip(voiced, labels, strict=True))
    for at in voiced:
        kinds[at] = "chorus" if label[at] == chorus else "verse"
    for at in voiced:
        once = kinds[at] == "verse" and labels.count(label[at]) == 1
        if once and kinds[:at].count("chorus") >= BEFORE_BRIDGE and "bridge" not in kinds and "chorus" in kinds[at:]:
            kinds[at] = "bridge"
    for at in range(1, len(spans) - 1):
        short = spans[at][1] - spans[at][0] <= SHORT
        if kinds[at - 1 : at + 2] == ["verse", "verse", "chorus"] and short and label[at] != label[at - 1]:
            kinds[at] = "pre-chorus"
    if not sung[spans[0][0]]:
        kinds[0] = "intro"
    if not sung[spans[-1][0]]:
        kinds[-1] = "outro"
    return kinds


def _with_likely(alike: NDArray[np.float64], spans: list[Span], labels: list[int], chorus: int) -> list[int]:
    """The labels, and where a chorus stands alone it takes in what is likest to it, if anything is half like it."""
    if labels.count(chorus) != 1:
        return labels
    start, stop = spans[labels.index(chorus)]
    likeness = []
    for (other, end), label in zip(spans, labels, strict=True):
        bars = np.arange(min(stop - start, end - other))
        alone = labels.count(label) == 1 and label != chorus and other != spans[0][0]
        likeness.append(float(alike[start + bars, other + bars].mean()) if alone else 0.0)
    best = int(np.argmax(likeness))
    return [chorus if at == best and likeness[at] >= LIKELY else label for at, label in enumerate(labels)]


def _chorus(spans: list[Span], labels: list[int], excited: list[float]) -> int:
    """The label of the chorus: of those that come back later the most excited and most often returned to; a song does
    not open with it unless it has nothing else. -1 where nothing is sung.
    """
    runs = [label for label, _ in groupby(labels)]
    later = [label for label in dict.fromkeys(labels) if label != labels[0]]
    again = [label for label in later if runs.count(label) > 1]
    weights: dict[int, float] = {}
    for label in again or later or labels[:1]:
        mine = [at for at, other in enumerate(labels) if other == label]
        bars = np.array([spans[at][1] - spans[at][0] for at in mine], dtype=np.float64)
        returned = min(len(mine), 4) - 1 + 0.5 * (runs.count(label) > 1)
        weights[label] = float(np.average([excited[at] for at in mine], weights=bars)) + RETURNING * returned
    return max(weights, key=lambda label: weights[label], default=-1)

"""The song's own melody as themes: what the others answer, and what an instrument quotes where nobody sings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from popgen_core.songwriter.arranging.leadsheet import LeadSheet
from popgen_core.songwriter.form import SECTION_KINDS, Section
from popgen_core.songwriter.harmony import Key
from popgen_core.songwriter.melody import HOME_RUNG, Theme, Unit
from popgen_core.songwriter.meter import STEP_TICKS
from popgen_core.songwriter.motif import Motif
from popgen_core.songwriter.sketch import Sketch

__all__ = ["themes_of"]

RUNGS = 15  # of the ladder that `melody` lays motifs on
LONGEST = 8  # bars of a theme
RESTING = Unit(None, 0, False)


def themes_of(sheet: LeadSheet, sketch: Sketch) -> dict[str, Theme]:
    """A theme for each kind of section: the melody of the first of its kind that is sung, a unit a bar; kinds that
    nobody sings borrow the chorus's, or that of the most energetic section.
    """
    themes: dict[str, Theme] = {}
    for section in sketch.sections:
        theme = _theme(sheet, sketch, section)
        if section.kind not in themes and any(unit.motif for unit in theme.units):
            themes[section.kind] = theme
    loudest = max(
        (section for section in sketch.sections if section.kind in themes), key=lambda s: s.energy, default=None
    )
    borrowed = themes.get("chorus") or (themes[loudest.kind] if loudest else Theme((RESTING,), 0))
    return {kind: themes.get(kind, borrowed) for kind in SECTION_KINDS}


def _theme(sheet: LeadSheet, sketch: Sketch, section: Section) -> Theme:
    """The melody of a section's first eight bars; a phrase ends in a bar whose last quarter is silent."""
    notes, steps, key = sheet.melody.notes, sketch.bar_steps, sketch.key_of(section)
    step = (sheet.measures.page_ticks(notes["start_tick"]) + STEP_TICKS // 2) // STEP_TICKS
    inside = [
        number for number in range(len(notes)) if step[number] // steps in range(section.start_bar, section.end_bar)
    ]
    if not inside:
        return Theme((RESTING,), 0)
    home = float(np.median(notes["pitch"][inside]))
    units = []
    for bar in range(section.start_bar, min(section.end_bar, section.start_bar + LONGEST)):
        members = [number for number in inside if step[number] // steps == bar]
        units.append(_unit(notes[members], step[members] - bar * steps, steps, key, home))
    return Theme(tuple(units), 0)


def _unit(notes: NDArray[np.void], onsets: NDArray[np.int64], steps: int, key: Key, home: float) -> Unit:
    """A bar of melody as a motif: onsets and lengths in sixteenths, heights in rungs of the key's scale."""
    if len(notes) == 0:
        return RESTING
    onsets, first = np.unique(onsets, return_index=True)
    notes = notes[first]
    room = np.diff(onsets, append=steps)
    lengths = np.minimum(np.maximum(np.rint(notes["length_ticks"] / STEP_TICKS), 1), room).astype(np.int64)
    scale = set(key.scale)
    ladder = np.array([pitch for pitch in range(128) if pitch % 12 in scale])
    rungs = np.abs(ladder[None, :] - notes["pitch"].astype(np.int64)[:, None]).argmin(axis=1)
    anchor = int(rungs[0] - np.abs(ladder - home).argmin())
    motif = Motif(tuple(onsets.tolist()), tuple(lengths.tolist()), tuple(int(rung) for rung in rungs - rungs[0]))
    closes = int(onsets[-1] + lengths[-1]) <= 3 * steps // 4
    return Unit(motif, int(np.clip(anchor, -HOME_RUNG, RUNGS - HOME_RUNG)), closes)

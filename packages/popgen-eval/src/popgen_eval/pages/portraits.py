"""Three looks into a window: which bars are alike, how bass and drums meet, which chords follow each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.chords import KINDS
from popgen_core.analysis.grid16 import DRUM_VOICES, voice_grid
from popgen_core.analysis.piece import Piece
from popgen_core.analysis.scales import MASKS
from popgen_core.pages import Drawing
from popgen_core.pages.raster import png_of_cells, shades
from popgen_eval.pages.colours import OURS, WARNING, colour_of_root

__all__ = ["bass_and_drums", "chord_names", "likeness", "progression"]

ROOTS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")  # where the key has neither sharps nor flats
FLATS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
SHARPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
SHARP_KEYS = (7, 2, 9, 4, 11, 6)  # major, from one sharp to six
MINOR = 3  # semitones from the tonic of a minor key to its relative major's
SHADES = 64
SIDE = 250.0
ACROSS, LANE, LEFT = 8, 13.0, 44.0  # bars side by side, height of a lane, room for its name
MOST_BARS = 16  # that are drawn


def likeness(piece: Piece) -> Drawing:
    """How alike each two bars are: white not at all, blue the same; phrases that come back are stripes aslant."""
    alike = np.clip(piece.bars_alike, 0.0, 1.0)
    drawing = Drawing(SIDE + 30, SIDE + 22, "how alike each two bars of the window are", wide=True)
    cells = np.rint(alike * (SHADES - 1)).astype(np.uint8)
    drawing.image(26, 2, SIDE, SIDE, png_of_cells(cells, shades(OURS, SHADES)))
    for bar in range(0, len(alike), 4):
        at = (bar + 0.5) * SIDE / len(alike)
        drawing.text(22, at + 6, str(bar + 1), at="end", size=10)
        drawing.text(26 + at, SIDE + 16, str(bar + 1), at="middle", size=10)
    return drawing


def bass_and_drums(piece: Piece) -> tuple[Drawing, str] | None:
    """Onsets of kick, snare, other drums and bass by sixteenths, bass with the kick filled, and what they come to.

    The first sixteen bars in which both play; None where they never do.
    """
    bass = [part for part in piece.parts if part.name == "bass"]
    drums = [part for part in piece.parts if part.is_drum]
    if not bass or not drums:
        return None
    voices = voice_grid(drums[0].step, drums[0].pitch, piece.bars, piece.steps)  # (bars, 3, steps)
    low = piece.grids["bass"]  # (bars, steps)
    both = np.flatnonzero(low.any(axis=1) & voices.any(axis=(1, 2)))
    if not len(both):
        return None
    with_kick = int((low & voices[:, 0])[both].sum())
    with_any = int((low & voices.any(axis=1))[both].sum())
    total = int(low[both].sum())
    words = f"{with_kick} of {total} bass onsets fall with the kick, {with_any} with any drum"
    return _strips(voices, low, both[:MOST_BARS], piece.steps), words


def _strips(voices: NDArray[np.bool_], bass: NDArray[np.bool_], bars: NDArray[np.int64], steps: int) -> Drawing:
    lines = -(-len(bars) // ACROSS)
    step = 720.0 / (ACROSS * steps)
    height = LANE * (len(DRUM_VOICES) + 1) + 26
    drawing = Drawing(LEFT + 724, lines * height, "onsets of drums and bass", wide=True)
    for line in range(lines):
        top = line * height + 16
        for place, name in enumerate((*DRUM_VOICES, "bass")):
            drawing.text(LEFT - 6, top + LANE * place + 10, name, at="end", size=10)
        for place, bar in enumerate(bars[line * ACROSS : (line + 1) * ACROSS]):
            _bar(drawing, voices[bar], bass[bar], LEFT + place * steps * step, top, step)
            drawing.text(LEFT + place * steps * step + 2, top - 5, str(bar + 1), size=10)
    return drawing


def _bar(
    drawing: Drawing, voices: NDArray[np.bool_], bass: NDArray[np.bool_], left: float, top: float, step: float
) -> None:
    """One bar: a line at each beat, a mark at each onset; bass onsets with the kick filled, others as rings."""
    for beat in range(0, len(bass), 4):
        x = left + beat * step
        drawing.line([(x, top), (x, top + 4 * LANE)], "#e8e8e8" if beat else "#aaaaaa")
    for lane, row in enumerate(voices):
        drawing.dots(
            [(left + (at + 0.5) * step, top + LANE * (lane + 0.5)) for at in np.flatnonzero(row)], "#4d4d4d", 5
        )
    y = top + LANE * 3.5
    drawing.dots([(left + (at + 0.5) * step, y) for at in np.flatnonzero(bass & voices[0])], OURS, 7)
    for at in np.flatnonzero(bass & ~voices[0]):
        drawing.ring(left + (at + 0.5) * step, y, 5, WARNING)


def chord_names(piece: Piece) -> list[str]:
    """The chord of each half bar, spelled by the key: "C", "Am", "G7", in E "C#m"; "" where nothing sounds."""
    kinds = ["" if kind == "maj" else "m" if kind == "min" else kind.replace("min", "m") for kind in KINDS]
    roots = _spelling(piece)
    return [
        "" if root < 0 else roots[root] + kinds[kind]
        for root, kind in zip(piece.chords.root, piece.chords.kind, strict=True)
    ]


def _spelling(piece: Piece) -> tuple[str, ...]:
    """The names of the twelve roots: sharps where the best scale of the whole window has sharps, flats where flats."""
    held = MASKS @ piece.mix_chroma().sum(axis=0)  # (24,) beats inside each scale
    best = int(held.argmax())
    major = best if best < 12 else (best + MINOR) % 12
    return ROOTS if major == 0 else SHARPS if major in SHARP_KEYS else FLATS


def progression(piece: Piece) -> Drawing:
    """The chords by half bars, eight bars a line, a colour a root, near colours being near on the circle of fifths."""
    names, roots = chord_names(piece), piece.chords.root
    lines = -(-piece.bars // ACROSS)
    wide, high = 760.0 / ACROSS / 2, 34.0
    drawing = Drawing(24 + 764, max(lines, 1) * high, "chords of each half bar: " + " ".join(names), wide=True)
    for half, name in enumerate(names):
        line, place = divmod(half, 2 * ACROSS)
        x, y = 24 + place * wide, line * high
        first = half % 2 == 0  # of its bar: a white line before it
        drawing.rectangle(x + first, y + 2, wide - first, high - 6, colour_of_root(roots[half]))
        if first or names[half - 1] != name:
            drawing.text(x + 4, y + 20, name, size=11)
        if not place:
            drawing.text(20, y + 20, str(half // 2 + 1), at="end", size=10)
    return drawing

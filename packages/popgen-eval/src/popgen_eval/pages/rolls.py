"""Piano rolls: a thumbnail of a whole song, and one window drawn large with its bars and groups."""

from __future__ import annotations

import numpy as np

from popgen_core.analysis.grid16 import drum_voice
from popgen_core.analysis.piece import Part, Piece
from popgen_core.music.song import Song
from popgen_core.pages import Drawing, Picture
from popgen_core.pages.raster import png_of_cells
from popgen_eval.pages.colours import GROUPS, OTHER, colour_of_group

__all__ = ["legend", "piano_roll", "thumbnail"]

COLUMNS, ROWS, DRUM_ROWS = 160, 44, 5  # cells of a thumbnail; those of drums lie lowest
LOWEST, HIGHEST = 24, 96  # pitches of a thumbnail; those beyond are drawn at its edge
WIDTH, LEFT, RULER = 1150.0, 40.0, 16.0
PITCHED, LANE = 210.0, 9.0  # points: height of the pitched part, and of a drum lane
LANES = 3  # kick, snare, others
PALETTE = ["#ffffff", "#ececec", *GROUPS.values(), OTHER]


def legend() -> Drawing:
    """The colour of each group."""
    drawing = Drawing(78.0 * 4, 36, f"colours of {', '.join(GROUPS)}", wide=True)
    for number, (group, colour) in enumerate(GROUPS.items()):
        line, place = divmod(number, 4)
        drawing.rectangle(78.0 * place, 3 + 18 * line, 12, 12, colour)
        drawing.text(78.0 * place + 17, 13 + 18 * line, group)
    return drawing


def thumbnail(song: Song) -> Picture:
    """A whole grouped song at a glance: time to the right, pitch upwards, a colour a group, drums at the bottom."""
    cells = np.zeros((ROWS + 1 + DRUM_ROWS, COLUMNS), dtype=np.uint8)
    cells[ROWS] = 1
    end = max(song.end_tick, 1)
    for track in song.tracks:
        notes = track.notes
        first = np.minimum(notes["start_tick"] * COLUMNS // end, COLUMNS - 1)
        last = np.minimum((notes["start_tick"] + notes["length_ticks"]) * COLUMNS // end, COLUMNS - 1)
        colour = PALETTE.index(colour_of_group(track.name))
        if track.is_drum:
            cells[ROWS + 1 + notes["pitch"].astype(np.int64) % DRUM_ROWS, first] = colour
            continue
        share = (np.clip(notes["pitch"], LOWEST, HIGHEST) - LOWEST) / (HIGHEST - LOWEST)
        row = np.rint((1 - share) * (ROWS - 1)).astype(np.int64)
        for step in range(int((last - first).max(initial=0)) + 1):
            there = first + step <= last
            cells[row[there], first[there] + step] = colour
    return Picture(png_of_cells(cells, PALETTE), COLUMNS, len(cells), "piano roll of the song")


def piano_roll(piece: Piece) -> Drawing:
    """A window: bars to the right, pitch upwards, a colour a group, kick, snare and other drums in lanes below."""
    beats = max(piece.bars * piece.bar_beats, 1e-9)
    wide = (WIDTH - LEFT) / beats
    low, high = _range(piece)
    row = PITCHED / (high - low + 1)
    drawing = Drawing(WIDTH, RULER + PITCHED + LANES * LANE + 8, "piano roll of a window", wide=True)
    _raster(drawing, piece, low, high, row)
    for part in piece.parts:
        height = LANE - 3 if part.is_drum else max(min(row, 6.0), 1.5)
        dashes = [
            (LEFT + max(onset, 0.0) * wide, y, max(min(length, beats - onset) * wide - 0.4, 1.4))
            for onset, length, y in zip(part.onset, _lengths(part), _heights(part, high, row), strict=True)
        ]
        drawing.dashes(dashes, colour_of_group(part.name), height)
    return drawing


def _range(piece: Piece) -> tuple[int, int]:
    pitches = np.concatenate([part.pitch for part in piece.pitched] or [np.array([60])])
    return min(int(pitches.min()), 48), max(int(pitches.max()), 72)


def _raster(drawing: Drawing, piece: Piece, low: int, high: int, row: float) -> None:
    """Bar lines with numbers at every fourth, and a line at every C."""
    bottom = RULER + PITCHED + LANES * LANE + 4
    for pitch in range(low + -low % 12, high + 1, 12):
        y = RULER + (high - pitch + 0.5) * row
        drawing.line([(LEFT, y), (WIDTH, y)], "#eeeeee")
        drawing.text(LEFT - 4, y + 4, f"C{pitch // 12 - 1}", at="end", size=10)
    for bar in range(piece.bars):
        x = LEFT + bar * (WIDTH - LEFT) / piece.bars
        drawing.line([(x, RULER), (x, bottom)], "#bbbbbb" if bar % 4 == 0 else "#e6e6e6")
        if bar % 4 == 0:
            drawing.text(x + 2, 11, str(bar + 1), size=10)
    drawing.text(LEFT - 4, RULER + PITCHED + 2 * LANE + 2, "drums", at="end", size=10)


def _lengths(part: Part) -> list[float]:
    return [0.2] * len(part.length) if part.is_drum else [float(length) for length in part.length]


def _heights(part: Part, high: int, row: float) -> list[float]:
    """The middle line of each note's bar."""
    if part.is_drum:
        return [RULER + PITCHED + 6 + (2 - float(voice) + 0.5) * LANE for voice in drum_voice(part.pitch)]
    return [RULER + (high - float(pitch) + 0.5) * row for pitch in part.pitch]

"""An explanation as plain values for a page, small enough to be sent: attention in a byte a weight."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.explain.explanation import ExplainedNote, Explanation, Moment
from popgen_core.explain.words import tone
from popgen_core.groupers.colours import COLOURS

__all__ = ["MOST_BYTES", "embedded", "packed", "plain"]

MOST_BYTES = 2_400_000  # of attention in a page
STEPS = 255


def packed(weights: NDArray[np.float32]) -> dict[str, Any]:
    """(layer, head, row) weights 0..1 -> `peaks` (layer, head), and the square root of each weight's share of its peak
    in 255 steps as base64: what is read back is (step / 255)^2 x peak, within 0.4 % of the peak."""
    peaks = weights.max(-1, keepdims=True)
    shares = np.sqrt(weights / np.maximum(peaks, 1e-30))
    steps = np.rint(shares * STEPS).astype(np.uint8)
    return {
        "shape": list(weights.shape),
        "peaks": [float(f"{peak:.6g}") for peak in peaks.ravel().tolist()],
        "weights": base64.b64encode(steps.tobytes()).decode(),
    }


def embedded(explanation: Explanation) -> list[ExplainedNote]:
    """The notes that a page has room for: those whose frames are nearest to the note to begin with."""
    middle, room, kept = explanation.note.frame, MOST_BYTES, set[int]()
    for frame in sorted(explanation.moments, key=lambda frame: (abs(frame - middle), frame)):
        attention = explanation.moments[frame].attention
        room -= attention.size * 4 // 3 if attention is not None else 0
        if room < 0 and kept:
            break
        kept.add(frame)
    return [note for note in explanation.notes if note.frame in kept]


def plain(explanation: Explanation, notes: Sequence[ExplainedNote]) -> dict[str, Any]:
    """What a page's script draws: these notes and their moments, chances to six digits, null for what is undefined."""
    events, lowest = explanation.events, explanation.lowest
    rows = np.stack([events[name].astype(np.int64) for name in ("frame", "last", "group", "pitch")], axis=1)
    rows[:, 3] += lowest
    return {
        "groups": list(explanation.groups),
        "colours": [COLOURS.get(group, "#4d4d4d") for group in explanation.groups],
        "start": explanation.start,
        "first": explanation.first,
        "stop": explanation.stop,
        "bars": [list(bar) for bar in explanation.bars],
        "beats": list(explanation.beats),
        "events": rows.tolist(),
        "columns": [[column.name, column.when] for column in explanation.columns],
        "moments": {str(frame): _moment(explanation, frame) for frame in sorted({note.frame for note in notes})},
        "notes": [_note(explanation, note) for note in notes],
        "chosen": notes.index(explanation.note),
    }


def _moment(explanation: Explanation, frame: int) -> dict[str, Any]:
    moment: Moment = explanation.moments[frame]
    return {
        "start": moment.start,
        "silent": [_digits(chance) for chance in moment.silent],
        "attention": None if moment.attention is None else packed(moment.attention),
        "cells": [
            [
                [one.pitch, tone(one.pitch, group in explanation.drums), _digits(one.chance), int(one.played)]
                for one in explanation.alternatives(frame, number)
            ]
            for number, group in enumerate(explanation.groups)
        ],
    }


def _note(explanation: Explanation, note: ExplainedNote) -> dict[str, Any]:
    return {
        "frame": note.frame,
        "last": note.last,
        "group": note.group,
        "pitch": note.pitch,
        "tone": tone(note.pitch, explanation.groups[note.group] in explanation.drums),
        "bar": note.bar,
        "beat": round(note.beat, 2),
        "seconds": round(note.seconds, 2),
        "chance": _digits(note.chance),
        "without": [[_digits(chance) for chance in row] for row in note.without],
    }


def _digits(chance: float) -> float | None:
    return None if chance != chance else float(f"{chance:.6g}")

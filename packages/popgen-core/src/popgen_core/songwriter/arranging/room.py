"""Making room: the players keep out of the melody's way, and rest where the song is said to have no chord."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.songwriter.arranging.leadsheet import LeadSheet
from popgen_core.songwriter.meter import STEP_TICKS
from popgen_core.songwriter.notes import WrittenNote

__all__ = ["made_room"]

RUBBING = (1, 13)  # semitones either way that hurt between notes held together
LONG = 360  # ticks that notes sound together for, from which a rub is heard as one
NEAR, BRIEF = 4, 120  # semitones within which a line covers the singer, and ticks for which it may
LINES = ("others",)  # groups that play lines of their own in the singer's register
ALONE = 2  # notes that begin together, up to which they are a line
BLOCK = 256  # notes that are held against the melody at a time, so that memory does not grow with their product


def made_room(sheet: LeadSheet, group: str, written: Sequence[WrittenNote]) -> list[WrittenNote]:
    """The notes of a group without those that would rub against a long note of the melody, that begin where the song
    has no chord or on bars that are not there, and of lines those that cover the melody.
    """
    if not written:
        return []
    page = np.array([tuple(note)[:3] for note in written], dtype=np.float64)
    start = (page[:, 0] * STEP_TICKS).astype(np.int64)
    end = start + (page[:, 1] * STEP_TICKS).astype(np.int64)
    pitch = page[:, 2].astype(np.int64)
    kept = sheet.measures.there(start) & (start >= sheet.measures.pick_up * sheet.measures.bar_ticks)
    if group != "drums":
        silent = np.array([chord is None for chord in sheet.chords])
        kept &= ~silent[np.clip(page[:, 0].astype(np.int64), 0, len(silent) - 1)]
        kept &= ~_rubs(sheet, start, end, pitch)
    if group in LINES:
        _, which, counts = np.unique(start, return_inverse=True, return_counts=True)
        kept &= ~(_covers(sheet, start, end, pitch) & (counts[which] <= ALONE))
    return [note for note, stays in zip(written, kept.tolist(), strict=True) if stays]


def _rubs(sheet: LeadSheet, start: NDArray[Any], end: NDArray[Any], pitch: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether a note stands long a semitone, or a semitone and an octave, from the melody."""
    found = np.zeros(len(start), dtype=np.bool_)
    for block, apart, together in _beside_melody(sheet, start, end, pitch):
        found[block] = (np.isin(apart, RUBBING) & (together >= LONG)).any(axis=1)
    return found


def _covers(sheet: LeadSheet, start: NDArray[Any], end: NDArray[Any], pitch: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether a note sounds within a third of the melody's note while that sounds."""
    found = np.zeros(len(start), dtype=np.bool_)
    for block, apart, together in _beside_melody(sheet, start, end, pitch):
        found[block] = ((apart <= NEAR) & (together > BRIEF)).any(axis=1)
    return found


def _beside_melody(
    sheet: LeadSheet, start: NDArray[Any], end: NDArray[Any], pitch: NDArray[Any]
) -> Iterator[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]:
    """Blocks of notes and the notes of the melody that sound with any of theirs: which notes (notes,), semitones apart
    and ticks for which each two sound together (notes, melody notes), 0 or less for not at all.
    """
    melody = sheet.melody.notes
    begins = sheet.measures.page_ticks(melody["start_tick"])
    order = np.argsort(begins, kind="stable")
    begins, ends = begins[order], (begins + melody["length_ticks"])[order]
    sung = melody["pitch"].astype(np.int64)[order]
    latest = np.maximum.accumulate(ends)
    by_start = np.argsort(start, kind="stable")
    for at in range(0, len(start), BLOCK):
        block = by_start[at : at + BLOCK]
        first = np.searchsorted(latest, start[block[0]], side="right")
        near = slice(first, np.searchsorted(begins, end[block].max(), side="left"))
        until = np.minimum(end[block, None], ends[None, near])
        yield block, np.abs(pitch[block, None] - sung[None, near]), until - np.maximum(start[block, None], begins[near])

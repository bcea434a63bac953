"""A song of a dataset as the bytes of its `.pt` file (paper, section 2.1); `popgen_core.corpus.pt_song` reads them.

A dict of tensors and plain values: note matrices by group, rhythm parameters, programs, tempo, time signature. The
same song makes the same bytes, whatever its file is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.corpus.grids import grid_to_plain
from popgen_core.corpus.pt_format import pt_bytes
from popgen_core.corpus.stored import StoredSong
from popgen_core.music.song import KEY, METER, TEMPO

__all__ = ["NOTES", "RHYTHM", "SCHEMAS", "song_bytes"]

SCHEMAS = (1, 2)  # 1 held the name of the MIDI file; without it, a song's bytes depend on its music alone
NOTES = ("frame", "last", "pitch")
RHYTHM = ("velocity", "duration", "offset")


def song_bytes(stored: StoredSong) -> bytes:
    """A song as the bytes of a `.pt` file."""
    groups = list(stored.spec.groups)
    order = np.argsort(stored.events["group"], kind="stable")
    events = np.take(stored.events, order)  # group after group
    bounds = np.searchsorted(events["group"], np.arange(len(groups) + 1)).tolist()
    notes = _columns(events, NOTES, "<i4")  # (onset, 3)
    rhythm = _columns(events, RHYTHM, "<f4")  # (onset, 3)
    return pt_bytes(
        {
            "schema": SCHEMAS[-1],
            "sha256": stored.sha256,
            "grid": grid_to_plain(stored.grid),
            "pitches": stored.spec.pitches,
            "lowest": stored.spec.lowest,
            "frames": stored.frames,
            "groups": groups,
            "notes": _by_group(notes, groups, bounds),
            "rhythm": _by_group(rhythm, groups, bounds),
            "programs": {group: stored.programs[group] for group in groups if group in stored.programs},
            "drums": [group for group in groups if group in stored.drums],
            "ticks_per_quarter": stored.ticks_per_quarter,
            "tempos": _columns(stored.tempos, TEMPO.names or (), "<i8"),
            "meters": _columns(stored.meters, METER.names or (), "<i8"),
            "keys": _columns(stored.keys, KEY.names or (), "<i8"),
        }
    )


def _by_group(rows: NDArray[Any], groups: Sequence[str], bounds: Sequence[int]) -> dict[str, NDArray[Any]]:
    return {group: rows[bounds[number] : bounds[number + 1]] for number, group in enumerate(groups)}


def _columns(table: NDArray[Any], names: Sequence[str], dtype: str) -> NDArray[Any]:
    """Fields of structured rows as an array (row, field)."""
    columns = np.empty((len(table), len(names)), dtype=dtype)
    for number, name in enumerate(names):
        columns[:, number] = table[name]
    return columns

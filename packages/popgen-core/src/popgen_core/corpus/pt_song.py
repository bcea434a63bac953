"""Songs of a dataset out of the bytes of their `.pt` files, without torch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.corpus.grids import grid_from_plain
from popgen_core.corpus.pt_read import values_from_pt
from popgen_core.corpus.pt_write import NOTES, RHYTHM, SCHEMAS
from popgen_core.corpus.stored import StoredSong
from popgen_core.errors import DatasetError
from popgen_core.music.roll import EVENT, RollSpec
from popgen_core.music.song import KEY, METER, TEMPO

__all__ = ["song_from_pt", "song_from_values"]

TEXTS, NUMBERS = ("sha256",), ("pitches", "lowest", "frames", "ticks_per_quarter")


def song_from_pt(pt: bytes) -> StoredSong:
    """The song in the bytes of a `.pt` file; raises DatasetError when they hold none."""
    return song_from_values(values_from_pt(pt))


def song_from_values(plain: dict[str, Any]) -> StoredSong:
    """The values that a `.pt` file holds, its tensors as arrays -> the song; raises DatasetError when it is none."""
    try:
        if plain["schema"] not in SCHEMAS:
            raise DatasetError(f"schema {plain['schema']}, this popgen reads {SCHEMAS}", hint="prepare it anew")
        _check_kinds(plain)
        return _stored(plain)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise DatasetError("it holds no song of a dataset", hint="prepare the dataset anew") from error


def _check_kinds(plain: dict[str, Any]) -> None:
    kinds = {**dict.fromkeys(TEXTS, str), **dict.fromkeys(NUMBERS, int)}
    if wrong := [name for name, kind in kinds.items() if not isinstance(plain[name], kind)]:
        raise TypeError(f"{', '.join(wrong)} of another kind")


def _stored(plain: dict[str, Any]) -> StoredSong:
    groups = tuple(plain["groups"])
    parts = [_events(plain["notes"][group], plain["rhythm"][group], number) for number, group in enumerate(groups)]
    events = np.concatenate(parts) if parts else np.empty(0, dtype=EVENT)
    return StoredSong(
        source=plain.get("source", ""),
        sha256=plain["sha256"],
        grid=grid_from_plain(plain["grid"]),
        spec=RollSpec(groups, pitches=plain["pitches"], lowest=plain["lowest"]),
        frames=plain["frames"],
        events=events[np.lexsort((events["pitch"], events["group"], events["frame"]))],
        programs=dict(plain["programs"]),
        drums=tuple(plain["drums"]),
        ticks_per_quarter=plain["ticks_per_quarter"],
        tempos=_rows(plain["tempos"], TEMPO),
        meters=_rows(plain["meters"], METER),
        keys=_rows(plain["keys"], KEY),
    )


def _events(notes: NDArray[Any], rhythm: NDArray[Any], group: int) -> NDArray[Any]:
    """notes (onset, 3), rhythm (onset, 3) -> EVENT rows (onset,) of one group."""
    events = np.empty(len(notes), dtype=EVENT)
    events["group"] = group
    for columns, names in ((notes, NOTES), (rhythm, RHYTHM)):
        for number, name in enumerate(names):
            events[name] = columns[:, number]
    return events


def _rows(columns: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    table = np.empty(len(columns), dtype=dtype)
    for number, name in enumerate(dtype.names or ()):
        table[name] = columns[:, number]
    return table

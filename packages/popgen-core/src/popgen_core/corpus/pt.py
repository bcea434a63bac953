"""Songs of a dataset out of their `.pt` files: the one door between the corpus and torch."""

from __future__ import annotations

import io
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.errors import DatasetError, PluginError

try:
    import torch
except ModuleNotFoundError as error:
    raise PluginError("datasets are read with torch", hint="install popgen-core with its extra [torch]") from error

from popgen_core.corpus.grids import grid_from_plain
from popgen_core.corpus.pt_write import NOTES, RHYTHM, SCHEMAS
from popgen_core.corpus.stored import StoredSong
from popgen_core.music.roll import EVENT, RollSpec
from popgen_core.music.song import KEY, METER, TEMPO

__all__ = ["read_song", "song_from_pt"]


def read_song(path: str | os.PathLike[str]) -> StoredSong:
    """The song in a `.pt` file; raises DatasetError when it holds none."""
    try:
        return song_from_pt(Path(path).read_bytes())
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}", hint="prepare the dataset anew") from error
    except DatasetError as error:
        raise DatasetError(f"{path}: {error.message}", hint=error.hint) from error


def song_from_pt(pt: bytes) -> StoredSong:
    """The song in the bytes of a `.pt` file; raises DatasetError when they hold none."""
    try:
        plain = torch.load(io.BytesIO(pt), map_location="cpu", weights_only=True)
        if plain["schema"] not in SCHEMAS:
            raise DatasetError(f"schema {plain['schema']}, this popgen reads {SCHEMAS}", hint="prepare it anew")
        return _stored(plain)
    except (
        RuntimeError,
        pickle.UnpicklingError,
        EOFError,
        KeyError,
        TypeError,
        ValueError,
        IndexError,
        AttributeError,
    ) as error:
        raise DatasetError("it holds no song of a dataset", hint="prepare the dataset anew") from error


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


def _events(notes: torch.Tensor, rhythm: torch.Tensor, group: int) -> NDArray[Any]:
    """notes (onset, 3), rhythm (onset, 3) -> EVENT rows (onset,) of one group."""
    events = np.empty(len(notes), dtype=EVENT)
    events["group"] = group
    for columns, names in ((notes.numpy(), NOTES), (rhythm.numpy(), RHYTHM)):
        for number, name in enumerate(names):
            events[name] = columns[:, number]
    return events


def _rows(tensor: torch.Tensor, dtype: np.dtype[Any]) -> NDArray[Any]:
    table = np.empty(len(tensor), dtype=dtype)
    for number, name in enumerate(dtype.names or ()):
        table[name] = tensor.numpy()[:, number]
    return table

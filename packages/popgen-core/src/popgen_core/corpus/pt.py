"""Songs of a dataset out of their `.pt` files as torch reads them: the yardstick of popgen's own reader, `pt_song`."""

from __future__ import annotations

import io
import os
import pickle
from pathlib import Path
from typing import Any

from popgen_core.errors import DatasetError, lacking

try:
    import torch
except ModuleNotFoundError as error:
    raise lacking("torch") from error

from popgen_core.corpus.pt_song import song_from_values
from popgen_core.corpus.stored import StoredSong

__all__ = ["read_song", "song_from_pt"]

DAMAGED = (RuntimeError, pickle.UnpicklingError, EOFError, LookupError, TypeError, ValueError, AttributeError)


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
    except DAMAGED as error:
        raise DatasetError("it holds no song of a dataset", hint="prepare the dataset anew") from error
    return song_from_values(_with_arrays(plain))


def _with_arrays(plain: Any) -> Any:
    """The values with arrays in place of tensors."""
    if isinstance(plain, torch.Tensor):
        return plain.numpy()
    return {name: _with_arrays(value) for name, value in plain.items()} if isinstance(plain, dict) else plain

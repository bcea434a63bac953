"""Plain values and arrays as the bytes of a `.pt` file, without torch: what `torch.load(weights_only=True)` reads.

The format is torch's since version 1.6: a zip archive, nothing in it compressed, with a pickle (protocol 2) of the
values, in which a tensor is a view of a storage, and one file a storage. torch's own writer takes some four times as
long for the seventeen small tensors of a song. The same values make the same bytes.
"""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["pt_bytes"]

STORAGES = {np.dtype("<i4"): b"IntStorage", np.dtype("<i8"): b"LongStorage", np.dtype("<f4"): b"FloatStorage"}
REBUILD = b"ctorch._utils\n_rebuild_tensor_v2\n"
NO_HOOKS = b"ccollections\nOrderedDict\n)R"

NO_DATE = 33  # 1980-01-01, as a zip archive writes it
LOCAL = struct.pack("<4s5H", b"PK\3\4", 20, 0, 0, 0, NO_DATE)  # before a file in a zip archive
CENTRAL = struct.pack("<4s6H", b"PK\1\2", 20, 20, 0, 0, 0, NO_DATE)  # the same in the list at the archive's end
ABOUT = struct.Struct("<3I2H")  # behind either: checksum, size twice, length of the name
WHERE = struct.Struct("<3H2I")  # behind that, in the list: where the file lies
END = struct.Struct("<4s4H2IH")
INTEGER = struct.Struct("<ci")


def pt_bytes(values: dict[str, Any]) -> bytes:
    """Dicts by names, lists, strings, integers and arrays (int32, int64, float32) as the bytes of a `.pt` file.

    Raises TypeError for values of other kinds.
    """
    storages: list[bytes] = []
    parts: list[bytes] = []
    _pickle(values, parts, storages)
    files = [("data.pkl", b"\x80\x02" + b"".join(parts) + b"."), ("byteorder", b"little")]
    files += [(f"data/{number}", storage) for number, storage in enumerate(storages)]
    return _zipped([*files, ("version", b"3\n")])


def _pickle(value: Any, parts: list[bytes], storages: list[bytes]) -> None:
    """Adds the pickle of one value, with all that is in it."""
    if isinstance(value, str):
        parts.append(_text(value))
    elif isinstance(value, np.ndarray) and value.dtype in STORAGES:
        parts.append(_tensor(value, len(storages)))
        storages.append(value.tobytes())
    elif isinstance(value, int) and not isinstance(value, bool):
        parts.append(_integer(value))
    elif isinstance(value, dict):
        parts.append(b"}(")
        for name, inside in value.items():
            parts.append(_text(name))
            _pickle(inside, parts, storages)
        parts.append(b"u")
    elif isinstance(value, list):
        parts.append(b"](")
        for inside in value:
            _pickle(inside, parts, storages)
        parts.append(b"e")
    else:
        raise TypeError(f"no {type(value).__name__} can be written to a .pt file")


def _tensor(array: NDArray[Any], storage: int) -> bytes:
    """A tensor over the whole of a storage: its rebuilding, as torch's unpickler knows it."""
    strides = [prod(array.shape[axis + 1 :]) for axis in range(array.ndim)]
    shape = [*map(_integer, array.shape), b"t(", *map(_integer, strides)]
    stored = _storage(STORAGES[array.dtype], storage) + _integer(array.size)
    return b"".join((stored, b"tQ", _integer(0), b"(", *shape, b"t\x89", NO_HOOKS, b"tR"))


@lru_cache(maxsize=256)
def _storage(kind: bytes, storage: int) -> bytes:
    """Where a tensor's numbers lie, up to how many they are."""
    return REBUILD + b"((" + _text("storage") + b"ctorch\n" + kind + b"\n" + _text(str(storage)) + _text("cpu")


@lru_cache(maxsize=1024)  # a song has a hundred, nearly all of them those of the song before
def _text(text: str) -> bytes:
    encoded = text.encode()
    return b"X" + len(encoded).to_bytes(4, "little") + encoded


def _integer(value: int) -> bytes:
    if -(2**31) <= value < 2**31:
        return INTEGER.pack(b"J", value)
    long = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + len(long).to_bytes(1, "little") + long


def _zipped(files: list[tuple[str, bytes]]) -> bytes:
    """Files as a zip archive, in a folder of the name that torch gives to what has none."""
    parts, listed, at = [], [], 0
    for name, content in files:
        path, size = b"archive/" + name.encode(), len(content)
        about = ABOUT.pack(zlib.crc32(content), size, size, len(path), 0)
        parts += [LOCAL, about, path, content]
        listed += [CENTRAL, about, WHERE.pack(0, 0, 0, 0, at), path]
        at += len(LOCAL) + len(about) + len(path) + size
    end = END.pack(b"PK\5\6", 0, 0, len(files), len(files), sum(map(len, listed)), at, 0)
    return b"".join([*parts, *listed, end])

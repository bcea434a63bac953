"""Plain values and arrays as the bytes of a `.pt` file, without torch: what `torch.load(weights_only=True)` reads.

The format is torch's since version 1.6: a zip archive, nothing in it compressed, with a pickle (protocol 2) of the
values, in which a tensor is a view of a storage, and one file a storage. torch's own writer takes some four times as
long for the seventeen small tensors of a song. The same values make the same bytes.
"""

from __future__ import annotations

import struct
import zlib
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["pt_bytes"]

STORAGES = {np.dtype("<i4"): b"IntStorage", np.dtype("<i8"): b"LongStorage", np.dtype("<f4"): b"FloatStorage"}
REBUILD = b"ctorch._utils\n_rebuild_tensor_v2\n"
NO_HOOKS = b"ccollections\nOrderedDict\n)R"

LOCAL = struct.Struct("<4s5H3I2H")  # header of a file in a zip archive, the name behind it
CENTRAL = struct.Struct("<4s6H3I5H2I")  # the same in the list at the archive's end
END = struct.Struct("<4s4H2IH")
NO_DATE = 33  # 1980-01-01, as a zip archive writes it


def pt_bytes(values: dict[str, Any]) -> bytes:
    """Dicts, lists, strings, integers and arrays (int32, int64, float32) as the bytes of a `.pt` file.

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
        parts.append(_text(value.encode()))
    elif isinstance(value, int) and not isinstance(value, bool):
        parts.append(_integer(value))
    elif isinstance(value, dict):
        parts.append(b"}(")
        for name, inside in value.items():
            _pickle(name, parts, storages)
            _pickle(inside, parts, storages)
        parts.append(b"u")
    elif isinstance(value, list):
        parts.append(b"](")
        for inside in value:
            _pickle(inside, parts, storages)
        parts.append(b"e")
    elif isinstance(value, np.ndarray) and value.dtype in STORAGES:
        parts.append(_tensor(value, len(storages)))
        storages.append(value.tobytes())
    else:
        raise TypeError(f"no {type(value).__name__} can be written to a .pt file")


def _tensor(array: NDArray[Any], storage: int) -> bytes:
    """A tensor over the whole of a storage: its rebuilding, as torch's unpickler knows it."""
    kind, key, location = _text(b"storage"), _text(str(storage).encode()), _text(b"cpu")
    stored = b"(" + kind + b"ctorch\n" + STORAGES[array.dtype] + b"\n" + key + location + _integer(array.size)
    strides = [prod(array.shape[axis + 1 :]) for axis in range(array.ndim)]
    shape = b"(" + b"".join(map(_integer, array.shape)) + b"t(" + b"".join(map(_integer, strides)) + b"t"
    return REBUILD + b"(" + stored + b"tQ" + _integer(0) + shape + b"\x89" + NO_HOOKS + b"tR"


def _text(text: bytes) -> bytes:
    return b"X" + len(text).to_bytes(4, "little") + text


def _integer(value: int) -> bytes:
    if -(2**31) <= value < 2**31:
        return b"J" + value.to_bytes(4, "little", signed=True)
    long = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + len(long).to_bytes(1, "little") + long


def _zipped(files: list[tuple[str, bytes]]) -> bytes:
    """Files as a zip archive, in a folder of the name that torch gives to what has none."""
    parts, listed, at = [], [], 0
    for name, content in files:
        path = f"archive/{name}".encode()
        about = (zlib.crc32(content), len(content), len(content), len(path), 0)
        parts += [LOCAL.pack(b"PK\3\4", 20, 0, 0, 0, NO_DATE, *about), path, content]
        listed += [CENTRAL.pack(b"PK\1\2", 20, 20, 0, 0, 0, NO_DATE, *about, 0, 0, 0, 0, at), path]
        at += LOCAL.size + len(path) + len(content)
    end = END.pack(b"PK\5\6", 0, 0, len(files), len(files), sum(map(len, listed)), at, 0)
    return b"".join([*parts, *listed, end])

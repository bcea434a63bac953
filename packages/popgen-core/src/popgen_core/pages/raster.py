"""Small pictures of coloured cells as PNG: a few hundred bytes each, without a plotting library."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["png_of_cells", "shades"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
INDEXED, DEPTH = 3, 8  # a palette, one byte a cell


def png_of_cells(cells: NDArray[Any], palette: Sequence[str]) -> bytes:
    """(rows, columns) numbers of colours and up to 256 colours such as "#1b6ca8" -> the bytes of a PNG file."""
    rows, columns = cells.shape
    lines = np.zeros((rows, columns + 1), dtype=np.uint8)  # each line begins with its filter: none
    lines[:, 1:] = cells
    colours = b"".join(bytes.fromhex(colour.removeprefix("#")) for colour in palette)
    head = struct.pack(">IIBBBBB", columns, rows, DEPTH, INDEXED, 0, 0, 0)
    body = zlib.compress(lines.tobytes(), 9)
    return SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"PLTE", colours) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def shades(colour: str, steps: int = 64) -> list[str]:
    """Colours from white to `colour`, evenly."""
    full = np.frombuffer(bytes.fromhex(colour.removeprefix("#")), dtype=np.uint8).astype(np.float64)
    rows = np.rint(255 + np.linspace(0, 1, steps)[:, None] * (full - 255)).astype(np.uint8)
    return ["#" + bytes(row).hex() for row in rows]


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

"""How the numbers of weights are stored: as they are, in half precision, or as whole numbers with a scale a row.

Whatever is read is float32 again, to the same bits on every machine: a whole number of 8 bits times a scale of 12 is
exact in float32, and so is a number in half precision. What was read and is stored anew in the same way stays the same.
Vectors (biases, norms, running averages) and tensors that a way would harm too much keep a finer one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["FLOAT", "HALF", "INT8", "SCALE", "STORED", "Tensors", "restored", "stored", "whole_numbers"]

Tensors = Mapping[str, NDArray[Any]]

FLOAT, HALF, INT8 = "float", "half", "int8"
STORED = (FLOAT, HALF, INT8)
SCALE = ":scale"  # follows the name of whole numbers; torch's names hold no colon
SHORTEST = 16  # numbers in a row that is worth a scale of its own
LARGEST = 127  # of the whole numbers
SCALE_BITS = 12  # of a scale's significand: times 8 bits that is exact in float32
# the largest error, root mean square of the tensor's own; of a trained `pop`, 2026-11-23, half has up to .0002 and a
# scale a row up to .012
HARM = {HALF: 0.002, INT8: 0.02}


def stored(tensors: Tensors, how: str) -> dict[str, NDArray[Any]]:
    """Tensors as a file holds them, `how` being one of STORED; of whole numbers, their scales beside them."""
    found: dict[str, NDArray[Any]] = {}
    for name, value in tensors.items():
        if name.endswith(SCALE):
            raise ValueError(f"{name} is the name of a scale, not of weights")
        found |= _stored(name, np.asarray(value), how)
    return found


def restored(tensors: Tensors) -> dict[str, NDArray[Any]]:
    """The tensors that were `stored`, in float32 again. Raises ValueError for scales that are not one for each row."""
    if alone := [name for name in tensors if name.endswith(SCALE) and name.removesuffix(SCALE) not in tensors]:
        raise ValueError(f"{alone[0]} belongs to no weights")
    return {name: _restored(name, value, tensors) for name, value in tensors.items() if not name.endswith(SCALE)}


def whole_numbers(rows: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows (row, number) as whole numbers -127..127 of the same shape and a scale for each row (row,)."""
    fraction, exponent = np.frexp(np.abs(rows).max(axis=1, initial=0.0) / LARGEST)
    scales = np.ldexp(np.ceil(np.ldexp(fraction, SCALE_BITS)), exponent - SCALE_BITS).astype(np.float32)
    scales[scales == 0] = 1.0
    numbers = np.rint(rows / scales[:, None]).clip(-LARGEST, LARGEST).astype(np.int8)
    return numbers, scales


def _stored(name: str, value: NDArray[Any], how: str) -> dict[str, NDArray[Any]]:
    """One tensor in the way that was asked for, or in the next finer one that does it no harm."""
    matrix = value.dtype == np.float32 and value.ndim > 1 and value.size > 0
    if how == FLOAT or not matrix or not np.isfinite(value).all():
        return {name: value}
    rows = value.reshape(len(value), -1)  # (row, number)   a row for each thing that comes out
    if how == INT8 and rows.shape[1] >= SHORTEST:
        numbers, scales = whole_numbers(rows)
        if _harm(rows, numbers * scales[:, None]) <= HARM[INT8]:
            return {name: numbers.reshape(value.shape), name + SCALE: scales}
    with np.errstate(over="ignore"):
        half = value.astype(np.float16)
    return {name: half if _harm(value, half.astype(np.float32)) <= HARM[HALF] else value}


def _restored(name: str, value: NDArray[Any], beside: Tensors) -> NDArray[Any]:
    if (scales := beside.get(name + SCALE)) is not None:
        if value.ndim == 0 or scales.shape != (len(value),):
            raise ValueError(f"{name} has the shape {value.shape}, its scales {scales.shape}: not one for each row")
        rows = value.reshape(len(value), -1).astype(np.float32) * scales[:, None]  # (row, number)
        return np.ascontiguousarray(rows.reshape(value.shape))
    return value.astype(np.float32) if value.dtype == np.float16 else value


def _harm(true: NDArray[np.float32], made: NDArray[np.float32]) -> float:
    """How far tensors are apart, root mean square, as a share of the true one's own."""
    if not true.any():
        return 0.0
    apart = made.astype(np.float64) - true
    return float(np.sqrt((apart**2).mean() / (true.astype(np.float64) ** 2).mean()))

"""The bytes of a `.pt` file as plain values and arrays, without torch: a pickle of a dozen harmless words, no others.

What `pt_format` writes is read, and what torch's own writer makes of the same values (datasets of an earlier popgen).
Nothing is imported or called because a file says so: a name that is none of five ends the reading.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.errors import DatasetError

__all__ = ["values_from_pt"]

STORAGES: dict[str, np.dtype[Any]] = {
    "IntStorage": np.dtype("<i4"),
    "LongStorage": np.dtype("<i8"),
    "FloatStorage": np.dtype("<f4"),
}
REBUILD, NO_HOOKS = ("torch._utils", "_rebuild_tensor_v2"), ("collections", "OrderedDict")
GLOBALS = {REBUILD, NO_HOOKS, *(("torch", name) for name in STORAGES)}
DAMAGED = (ValueError, LookupError, TypeError, OverflowError, RuntimeError, EOFError, zipfile.BadZipFile, struct.error)


def values_from_pt(pt: bytes) -> dict[str, Any]:
    """The bytes of a `.pt` file -> dicts, lists, tuples, strings, numbers and arrays (int32, int64, float32).

    Raises DatasetError for anything else.
    """
    try:
        values = _Archive(pt).values()
    except (*DAMAGED, OSError, MemoryError) as error:
        raise DatasetError("it holds no song of a dataset", hint="prepare the dataset anew") from error
    if not isinstance(values, dict):
        raise DatasetError("it holds no song of a dataset", hint="prepare the dataset anew")
    return values


class _Archive:
    """The zip archive: `data.pkl` with the values, `data/0` and on with the numbers of arrays, nothing compressed."""

    def __init__(self, pt: bytes) -> None:
        self.zip = zipfile.ZipFile(io.BytesIO(pt))
        files = self.zip.infolist()
        if any(file.compress_type != zipfile.ZIP_STORED for file in files):
            raise ValueError("compressed")
        if sum(file.file_size for file in files) > len(pt):
            raise ValueError("files that overlap")
        [pickled] = [file.filename for file in files if file.filename.endswith("/data.pkl")]
        self.folder = pickled.removesuffix("data.pkl")

    def values(self) -> Any:
        if f"{self.folder}byteorder" in self.zip.namelist() and self.zip.read(f"{self.folder}byteorder") != b"little":
            raise ValueError("big-endian")
        return _Unpickler(self.zip.read(f"{self.folder}data.pkl"), self._storage).values()

    def _storage(self, name: tuple[Any, ...]) -> NDArray[Any]:
        """("storage", its kind, its file, where torch kept it, how many numbers) -> the numbers."""
        what, kind, key, _, size = name
        if what != "storage" or not str(key).isdecimal():
            raise ValueError(f"no storage: {what}")
        numbers: NDArray[Any] = np.frombuffer(self.zip.read(f"{self.folder}data/{key}"), dtype=STORAGES[kind[1]])
        if len(numbers) != size:
            raise ValueError("a storage of another size")
        return numbers


class _Unpickler:
    """Reads a pickle of protocol 2 word by word; each word is a method of `WORDS`, and there are no others."""

    def __init__(self, pickled: bytes, storage: Callable[[tuple[Any, ...]], NDArray[Any]]) -> None:
        self.file, self.storage = io.BytesIO(pickled), storage
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}

    def values(self) -> Any:
        while (word := self._bytes(1)) != b".":
            WORDS[word](self)
        [made] = self.stack
        return made

    def _bytes(self, count: int) -> bytes:
        found = self.file.read(count)
        if len(found) != count:
            raise EOFError
        return found

    def _number(self, count: int, signed: bool = False) -> int:
        return int.from_bytes(self._bytes(count), "little", signed=signed)

    def _line(self) -> str:
        line = self.file.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        return line[:-1].decode("ascii")

    def _since_mark(self) -> list[Any]:
        at = self.marks.pop()
        taken = self.stack[at:]
        del self.stack[at:]
        return taken

    def protocol(self) -> None:
        if self._number(1) != 2:
            raise ValueError("another protocol")

    def text(self) -> None:
        self.stack.append(self._bytes(self._number(4)).decode())

    def integer(self, count: int, signed: bool = False) -> None:
        self.stack.append(self._number(count, signed))

    def double(self) -> None:
        self.stack.append(struct.unpack(">d", self._bytes(8))[0])

    def mark(self) -> None:
        self.marks.append(len(self.stack))

    def items(self, pairs: list[Any]) -> None:
        if len(pairs) % 2 or not all(isinstance(name, str) for name in pairs[::2]) or type(self.stack[-1]) is not dict:
            raise ValueError("no dict by names")
        self.stack[-1].update(zip(pairs[::2], pairs[1::2], strict=True))

    def members(self, values: list[Any]) -> None:
        if type(self.stack[-1]) is not list:
            raise ValueError("no list")
        self.stack[-1].extend(values)

    def tuple_of(self, count: int) -> None:
        taken = [self.stack.pop() for _ in range(count)]
        self.stack.append(tuple(reversed(taken)))

    def name(self) -> None:
        name = (self._line(), self._line())
        if name not in GLOBALS:
            raise ValueError(f"{'.'.join(name)} is none of the names that a song needs")
        self.stack.append(name)

    def stored(self) -> None:
        self.stack.append(self.storage(self.stack.pop()))

    def call(self) -> None:
        """Of the five names two are called: an array is rebuilt, and the dict of its hooks, always empty, is made."""
        given, what = self.stack.pop(), self.stack.pop()
        if what == NO_HOOKS and given == ():
            self.stack.append(None)
        elif what == REBUILD and len(given) == 6:
            self.stack.append(_array(*given[:4]))
        else:
            raise ValueError(f"{what} is not to be called")

    def keep(self, count: int) -> None:
        self.memo[self._number(count)] = self.stack[-1]

    def again(self, count: int) -> None:
        self.stack.append(self.memo[self._number(count)])


def _array(numbers: Any, offset: Any, shape: Any, strides: Any) -> NDArray[Any]:
    """A view of a storage as torch names it -> an array of its own; ValueError for one that leaves its storage."""
    if not isinstance(numbers, np.ndarray) or len(shape) != len(strides):
        raise ValueError("no tensor")
    if min((offset, *shape, *strides)) < 0 or prod(shape) > len(numbers):
        raise ValueError("a tensor larger than its storage")
    last = offset + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
    if prod(shape) and last >= len(numbers):
        raise ValueError("a tensor outside its storage")
    if not prod(shape):
        return np.empty(shape, dtype=numbers.dtype)
    steps = [stride * numbers.itemsize for stride in strides]
    return np.lib.stride_tricks.as_strided(numbers[offset:], shape, steps, writeable=False).copy()


WORDS: dict[bytes, Callable[[_Unpickler], None]] = {
    b"\x80": _Unpickler.protocol,
    b"X": _Unpickler.text,
    b"K": lambda pickle: pickle.integer(1),
    b"M": lambda pickle: pickle.integer(2),
    b"J": lambda pickle: pickle.integer(4, signed=True),
    b"\x8a": lambda pickle: pickle.integer(pickle._number(1), signed=True),
    b"G": _Unpickler.double,
    b"\x88": lambda pickle: pickle.stack.append(True),
    b"\x89": lambda pickle: pickle.stack.append(False),
    b"(": _Unpickler.mark,
    b"}": lambda pickle: pickle.stack.append({}),
    b"]": lambda pickle: pickle.stack.append([]),
    b")": lambda pickle: pickle.stack.append(()),
    b"u": lambda pickle: pickle.items(pickle._since_mark()),
    b"s": lambda pickle: pickle.items([pickle.stack.pop() for _ in range(2)][::-1]),
    b"e": lambda pickle: pickle.members(pickle._since_mark()),
    b"a": lambda pickle: pickle.members([pickle.stack.pop()]),
    b"t": lambda pickle: pickle.stack.append(tuple(pickle._since_mark())),
    b"\x85": lambda pickle: pickle.tuple_of(1),
    b"\x86": lambda pickle: pickle.tuple_of(2),
    b"\x87": lambda pickle: pickle.tuple_of(3),
    b"c": _Unpickler.name,
    b"Q": _Unpickler.stored,
    b"R": _Unpickler.call,
    b"q": lambda pickle: pickle.keep(1),
    b"r": lambda pickle: pickle.keep(4),
    b"h": lambda pickle: pickle.again(1),
    b"j": lambda pickle: pickle.again(4),
}

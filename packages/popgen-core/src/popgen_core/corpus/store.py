"""Where a dataset lies: a folder of this machine, or any place that fsspec can reach, such as s3://bucket/songs."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from popgen_core.errors import DatasetError, NotInstalled, lacking
from popgen_core.files import locked, write_atomically, writing

__all__ = ["Store", "is_remote", "store_at"]


class Store(Protocol):
    """Files by their names inside one place, with / between folders. Writing one is whole or not at all."""

    @property
    def place(self) -> str:
        """The place, for people and for `store_at`."""
        ...

    def read(self, name: str) -> bytes:
        """The bytes of a file; raises OSError when it cannot be read."""
        ...

    def sha256(self, name: str) -> str:
        """The digest of a file, of which never all is in memory; raises OSError when it cannot be read."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Writes a file; the folder above it is made."""
        ...

    def put(self, name: str, content: bytes) -> None:
        """Writes a file and does not wait for the disk: when the machine stops it may be lost, or there in part;
        whoever reads it has its digest."""
        ...

    def writing(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A file to write to piece by piece."""
        ...

    def names(self) -> list[str]:
        """All files, sorted."""
        ...

    def top(self) -> set[str]:
        """What lies at the top: files and folders."""
        ...

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        ...

    def remove(self, name: str) -> None:
        """Takes a file away, or a folder with all that is in it."""
        ...

    def held(self) -> AbstractContextManager[None]:
        """Keeps other processes from writing meanwhile; raises Refused when one does."""
        ...


def is_remote(place: str | os.PathLike[str]) -> bool:
    """Whether a place is named as fsspec names places: protocol://path."""
    return "://" in os.fspath(place)


def store_at(place: str | os.PathLike[str]) -> Store:
    """The store at a folder or at an fsspec place; raises NotInstalled where fsspec or its protocol is not here."""
    return _Remote(os.fspath(place)) if is_remote(place) else _Folder(Path(place).absolute())


class _Folder:
    """A folder of this machine's file system."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def place(self) -> str:
        return str(self.path)

    def read(self, name: str) -> bytes:
        return (self.path / name).read_bytes()

    def sha256(self, name: str) -> str:
        with (self.path / name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def write(self, name: str, content: bytes) -> None:
        self._above(name)
        write_atomically(self.path / name, content)

    def put(self, name: str, content: bytes) -> None:
        path = f"{self.path}/{name}"
        partial = f"{path}.partial-{os.getpid()}"  # not flushed to the disk, but never half of one seen
        try:
            _write(partial, content)
        except FileNotFoundError:
            self._above(name)
            _write(partial, content)
        os.replace(partial, path)

    def writing(self, name: str) -> AbstractContextManager[BinaryIO]:
        self._above(name)
        return writing(self.path / name)

    def names(self) -> list[str]:
        found = (path for path in self.path.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.path).as_posix() for path in found)

    def top(self) -> set[str]:
        return set(os.listdir(self.path))

    def has(self, name: str) -> bool:
        return (self.path / name).is_file()

    def remove(self, name: str) -> None:
        path = self.path / name
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
            return
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            path.parent.rmdir()  # an empty folder would tell that something was there

    def held(self) -> AbstractContextManager[None]:
        return locked(self.path, "the dataset")

    def _above(self, name: str) -> None:
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)


class _Remote:
    """A place that fsspec reaches. It knows no locks: whoever prepares there sees to it that nobody else does."""

    def __init__(self, place: str) -> None:
        try:
            import fsspec

            self.files, self.root = fsspec.core.url_to_fs(place)
        except ModuleNotFoundError as error:
            raise lacking(error.name or "fsspec") from error
        except ImportError as error:  # fsspec says itself what the protocol takes
            raise NotInstalled(f"{place} cannot be reached yet", hint=f"fsspec: {error}") from error
        except ValueError as error:
            raise DatasetError(
                f"{place} cannot be reached: {error}", hint="name a folder or protocol://path"
            ) from error
        self.place = place

    def read(self, name: str) -> bytes:
        return bytes(self.files.cat_file(self._at(name)))

    def sha256(self, name: str) -> str:
        total = hashlib.sha256()
        with self.files.open(self._at(name), "rb") as file:
            while part := file.read(1 << 20):
                total.update(part)
        return total.hexdigest()

    def write(self, name: str, content: bytes) -> None:
        with self.writing(name) as file:
            file.write(content)

    def put(self, name: str, content: bytes) -> None:
        self.write(name, content)

    @contextlib.contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """Object stores show a file when it is closed; elsewhere a temporary name keeps it whole."""
        at, partial = self._at(name), self._at(f"{name}.partial-{os.getpid()}")
        self.files.makedirs(at.rpartition("/")[0], exist_ok=True)
        try:
            with self.files.open(partial, "wb") as file:
                yield file
            self.files.mv(partial, at)
        except BaseException:
            with contextlib.suppress(Exception):
                self.files.rm_file(partial)
            raise

    def names(self) -> list[str]:
        if not self.files.exists(self.root):
            return []
        self.files.invalidate_cache()
        root: Any = self.files._strip_protocol(self.root)
        return sorted(str(name)[len(root) :].lstrip("/") for name in self.files.find(self.root))

    def top(self) -> set[str]:
        if not self.files.exists(self.root):
            return set()
        self.files.invalidate_cache()
        return {str(name).rstrip("/").rpartition("/")[2] for name in self.files.ls(self.root, detail=False)}

    def has(self, name: str) -> bool:
        return bool(self.files.isfile(self._at(name)))

    def remove(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self.files.rm(self._at(name), recursive=True)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        yield

    def _at(self, name: str) -> str:
        return f"{self.root.rstrip('/')}/{name}"

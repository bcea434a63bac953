"""Files and folders written whole or not at all: temporary name, flush to the disk, rename.

A plain write is harmed by most kills: 12 of 15 with torch.save, none of 8 this way.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

from popgen_core.errors import OutputError, Refused

__all__ = [
    "LOCK",
    "JsonRows",
    "check_file",
    "check_folder",
    "check_new",
    "flush_folder",
    "json_bytes",
    "locked",
    "made_folder",
    "new_folder",
    "write_atomically",
    "writing",
]

LOCK = ".lock"


def write_atomically(path: Path, content: bytes) -> None:
    """Writes `content` to `path`: whoever reads it sees the old file or the new one, never a part."""
    with writing(path) as file:
        file.write(content)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which becomes `path` when all went well and is taken away when not."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException as error:
        os.unlink(temporary)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # a write or a flush does not say of which file
        raise


def flush_folder(folder: Path) -> None:
    """See to it that the names in a folder are on the disk, as a file's flush does with its content alone."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def json_bytes(plain: Any) -> bytes:
    """JSON with one key a line, the same bytes for the same values; what UTF-8 cannot carry is escaped."""
    text = json.dumps(plain, indent=1, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


class JsonRows:
    """An object of `head` and, under `name`, a list of rows, written one line each, so that none need be kept."""

    def __init__(self, file: BinaryIO, head: dict[str, Any], name: str) -> None:
        self._file = file
        self._between = json_bytes({**head, name: []}).removesuffix(b"]\n}\n") + b"\n"

    def add(self, row: dict[str, Any]) -> None:
        """Writes the next row."""
        text = json.dumps(row, ensure_ascii=False)
        self._file.write(self._between + text.encode("utf-8", "backslashreplace"))
        self._between = b",\n"

    def close(self) -> None:
        """Writes what follows the last row."""
        self._file.write((self._between if self._between != b",\n" else b"\n") + b"]\n}\n")


@contextlib.contextmanager
def locked(folder: Path, what: str) -> Iterator[None]:
    """Holds `folder`, which exists, against other processes; raises Refused when one of them holds it already.

    The lock ends with the process, however it ends. `what` names for people what the folder is.
    """
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Refused(f"another process is at work on {what} {folder}", hint="wait until it is done") from error
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror}", hint="choose another place") from error
    try:
        yield
    finally:
        (folder / LOCK).unlink(missing_ok=True)
        lock.release()


@contextlib.contextmanager
def made_folder(out: Path) -> Iterator[None]:
    """The folder `out`, made with those above it; what was made and stayed empty is taken away at the end.

    Raises OutputError when it cannot be made.
    """
    missing = [folder for folder in (out, *out.parents) if not folder.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out} cannot be written: {error.strerror}", hint="choose another place") from error
    try:
        yield
    finally:
        for folder in missing:
            with contextlib.suppress(OSError):
                folder.rmdir()


@contextlib.contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder to fill beside `out`, which becomes `out` when all went well and is taken away when not.

    Raises OutputError when `out` exists and is not an empty folder, or cannot be written.
    """
    out = out.absolute()
    check_new(out)
    missing = [parent for parent in out.parents if not parent.exists()]
    place: Path | None = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}-"))
        yield place
        place.chmod(0o777 & ~_umask())
        check_new(out)
        if out.is_dir():
            out.rmdir()
        place.rename(out)
    except BaseException as error:
        if place:
            shutil.rmtree(place, ignore_errors=True)
        for parent in missing:
            with contextlib.suppress(OSError):
                parent.rmdir()
        if isinstance(error, OSError):
            raise OutputError(f"{out} cannot be written: {error.strerror}", hint="choose another place") from error
        raise


def check_new(out: Path) -> None:
    """Raise OutputError when `out` exists and is not an empty folder."""
    if out.is_dir() and not any(out.iterdir()):
        return
    if out.exists() or out.is_symlink():
        what = "exists and is not empty" if out.is_dir() else "exists and is no folder"
        raise OutputError(f"{out} {what}", hint="choose another name or remove it")


def check_file(path: Path) -> None:
    """Raise OutputError, before any work, where `path` could not be written whole; what is there stays as it is."""
    try:
        why = _hindrance(path.resolve())
    except (OSError, RuntimeError) as error:  # a name too long, links in a circle
        why = getattr(error, "strerror", None) or "its links lead in a circle"
    if why:
        raise OutputError(f"{path} cannot be written: {why}", hint="choose another place")


def check_folder(out: Path) -> None:
    """Raise OutputError, before any work, where `out`, made if need be, could take no files."""
    there = next(folder for folder in (out.absolute(), *out.absolute().parents) if os.path.lexists(folder))
    why = _no_file_in(there, "") if there.is_dir() else "it" if there == out.absolute() else str(there)
    if why:
        why += "" if there.is_dir() else " is no folder"
        raise OutputError(f"{out} cannot be written: {why}", hint="choose another place")


def _hindrance(place: Path) -> str:
    """Why no file can become `place`, or ""."""
    if place.is_dir():
        return "it is a folder"
    if not place.parent.is_dir():
        return "it lies in a folder that does not exist"
    if place.exists() and not place.is_file():
        return "it is a device, no file"  # a rename would put a file in its place
    if place.exists() and not os.access(place, os.W_OK):
        return "it is read-only"
    return _no_file_in(place.parent, place.name)


def _no_file_in(folder: Path, name: str) -> str:
    """Why no file can be made in a folder, found by trying, or ""."""
    try:
        descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}-")
    except OSError as error:
        return f"no file can be made in {folder} ({error.strerror})"
    os.close(descriptor)
    os.unlink(temporary)
    return ""


def _umask() -> int:
    """The mode bits that new files of this process lack; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask

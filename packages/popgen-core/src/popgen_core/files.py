"""Files and folders written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from popgen_core.errors import OutputError

__all__ = ["check_new", "new_folder", "write_atomically"]


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a crash leaves the old file or the new one, never a part.

    Raises OSError as writing does; the temporary file is gone then too.
    """
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to fill, which becomes `path` when all went well and vanishes when not.

    Raises OutputError when `path` exists and is not an empty folder, or cannot be made.
    """
    check_new(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        filling = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}", hint="choose another folder") from error
    try:
        filling.chmod(0o777 & ~_umask())
        yield filling
        if path.is_dir():
            path.rmdir()
        filling.rename(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}", hint="choose another folder") from error
    finally:
        shutil.rmtree(filling, ignore_errors=True)


def check_new(path: Path) -> None:
    """Raise OutputError when `path` exists and is not an empty folder."""
    try:
        taken = path.exists() and (not path.is_dir() or any(path.iterdir()))
    except OSError as error:
        raise OutputError(f"{path} cannot be read: {error.strerror}", hint="choose another folder") from error
    if taken:
        raise OutputError(f"{path} exists already", hint="choose another name, or remove it first")


def _umask() -> int:
    """The mode bits that new files of this process lack; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask

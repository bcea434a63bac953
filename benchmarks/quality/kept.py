"""What was made once is kept: a JSON file that says what it was made of, made anew only where that has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from popgen_core.files import json_bytes, write_atomically

__all__ = ["digest_of", "kept", "made_already"]


def kept(file: Path, made_of: dict[str, Any], make: Callable[[], Any]) -> Any:
    """What stands in `file` if it was made of the same, else what `make` makes, written whole before it is told.

    A damaged file is made anew: it holds nothing but what can be made again.
    """
    plain = json.loads(json.dumps(made_of))
    there = made_already(file)
    if there is not None and there.get("made_of") == plain:
        return there["made"]
    made = json.loads(json.dumps(make()))
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, json_bytes({"made_of": plain, "made": made}))
    return made


def made_already(file: Path) -> dict[str, Any] | None:
    """What `kept` wrote: "made" and what it was "made_of"; None where nothing sound is there."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and "made" in found else None


def digest_of(files: Iterable[Path]) -> str:
    """The SHA-256 of files, names and contents, in their order."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode("utf-8", "backslashreplace") + b"\n")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()

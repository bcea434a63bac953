"""The files that a run writes while it trains, read as they are: missing files, half-written lines, older forms."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

__all__ = ["LOG", "SESSIONS", "number", "read_lines", "read_log", "read_object"]

LOG = "log.jsonl"
SESSIONS = "sessions.jsonl"
Line = dict[str, Any]


def read_log(path: Path) -> list[Line]:
    """The lines of a log; none if there is no file; a half-written last line is left out."""
    return read_lines(path)[0]


def read_lines(path: Path) -> tuple[list[Line], int]:
    """The lines of a file of one JSON object a line -> the lines, and how many others could not be read.

    A last line without its end is still being written, or was when the run was killed: it counts for nothing.
    """
    if not path.is_file():
        return [], 0
    whole, _, last = path.read_text(encoding="utf-8", errors="replace").rpartition("\n")
    found = [_object(text) for text in whole.split("\n") if text.strip()]
    lines = [line for line in found if line is not None]
    ended = _object(last)
    return lines + ([ended] if ended is not None else []), len(found) - len(lines)


def read_object(path: Path) -> Line:
    """The JSON object that a file holds; an empty one where there is none."""
    if not path.is_file():
        return {}
    return _object(path.read_text(encoding="utf-8", errors="replace")) or {}


def number(value: Any) -> float:
    """A value of a line as a number; what is missing, no number or not finite is NaN."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return math.nan
    return float(value) if math.isfinite(value) else math.nan


def _object(text: str) -> Line | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None

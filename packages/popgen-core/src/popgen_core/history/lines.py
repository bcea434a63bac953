"""The lines of a run's log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["read_log"]


def read_log(path: Path) -> list[dict[str, Any]]:
    """The lines of a log; none if there is no file; a half-written last line is left out."""
    if not path.exists():
        return []
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return lines

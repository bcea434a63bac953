"""The sessions of a run: how often it was begun, stopped, killed and gone on with, and how it ended."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from popgen_core.files import LOCK
from popgen_core.history.lines import Line, number

__all__ = ["Session", "at_work", "sessions_of"]


@dataclass(frozen=True)
class Session:
    """One process's time at a run: from `first_step` steps done to `last_step`, which only an end tells.

    `stopped` says why it ended, empty where it was killed or is at work still; times as ISO texts, empty if unknown;
    `seconds` from begin to end; `frames_per_second` and `peak_bytes` of memory, NaN if unknown.
    """

    begun: str = ""
    ended: str = ""
    first_step: int = 0
    last_step: int | None = None
    stopped: str = ""
    seconds: float = float("nan")
    frames_per_second: float = float("nan")
    peak_bytes: float = float("nan")
    threads: int | None = None
    processes: int | None = None
    device: str = ""
    precision: str = ""
    popgen: str = ""
    torch: str = ""


def sessions_of(lines: Iterable[Line]) -> tuple[Session, ...]:
    """The sessions that a file of begins and ends tells of; a begin without an end is a session all the same."""
    sessions: list[Session] = []
    begun: Line | None = None
    for line in lines:
        if line.get("kind") == "begin":
            if begun is not None:
                sessions.append(_session(begun, {}))
            begun = line
        elif line.get("kind") == "end":
            sessions.append(_session(begun or {}, line))
            begun = None
    return tuple(sessions) if begun is None else (*sessions, _session(begun, {}))


def at_work(run: Path) -> bool:
    """Whether a process trains in this folder at this moment. A lock file alone does not tell: a kill leaves one."""
    if not (run / LOCK).is_file():
        return False
    lock = FileLock(run / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:
        return False
    lock.release()
    return False


def _session(begin: Line, end: Line) -> Session:
    begun, ended = _text(begin, "time"), _text(end, "time")
    return Session(
        begun=begun,
        ended=ended,
        first_step=_whole(begin, "steps") or 0,
        last_step=_whole(end, "steps"),
        stopped=_text(end, "stopped") or ("for no told reason" if end else ""),
        seconds=_between(begun, ended),
        frames_per_second=number(end.get("frames_per_second")),
        peak_bytes=number(end.get("peak_memory_bytes")),
        threads=_whole(begin, "threads"),
        processes=_whole(begin, "processes"),
        **{name: _text(begin, name) for name in ("device", "precision", "popgen", "torch")},
    )


def _between(begun: str, ended: str) -> float:
    with contextlib.suppress(ValueError, TypeError):
        return (datetime.fromisoformat(ended) - datetime.fromisoformat(begun)).total_seconds()
    return float("nan")


def _text(line: Line, name: str) -> str:
    value = line.get(name, "")
    return value if isinstance(value, str) else ""


def _whole(line: Line, name: str) -> int | None:
    value = number(line.get(name))
    return int(value) if value == value else None

"""The training song that a piece has most in common with: how the note of a score says it, and how it is read again."""

from __future__ import annotations

__all__ = ["COPIED", "RUN", "SHARE", "nearest_note", "nearest_song"]

SHARE, RUN = "copied_share", "copied_run"
COPIED = (SHARE, RUN)  # what the names of all figures of copying begin with
BEFORE, AFTER = "most in ", ": "


def nearest_note(name: str, share: float) -> str:
    """A training song and the share, 0..1, of a piece that stands in it -> the note of a score."""
    return f"{BEFORE}{name}{AFTER}{share:.0%}"


def nearest_song(note: str) -> str:
    """The training song that the note of a score names, "" for a note that names none."""
    return note.removeprefix(BEFORE).rpartition(AFTER)[0] if note.startswith(BEFORE) else ""

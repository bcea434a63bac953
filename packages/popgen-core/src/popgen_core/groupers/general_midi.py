"""General MIDI programs as people say them."""

from __future__ import annotations

from popgen_core.music.general_midi_names import PROGRAMS

__all__ = ["PROGRAMS", "said"]


def said(program: int) -> str:
    """A program as people say it: `program 0 (Acoustic Grand Piano)`."""
    return f"program {program} ({PROGRAMS[program]})" if 0 <= program < len(PROGRAMS) else f"program {program}"

"""Files that count video frames instead of quarter notes: their times in seconds are exact, their beats a convention.

Standard MIDI Files 1.0, header chunk: a negative division is minus the frames a second (24, 25, 29 for 30 drop-frame,
which is 30000/1001, or 30) above the ticks a frame; tempo events then mean nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from popgen_core.errors import MidiError

__all__ = ["Beats", "beats_of"]

SHOWN = {24: "24", 25: "25", 29: "29.97", 30: "30"}


@dataclass(frozen=True)
class Beats:
    """The same clock in ticks a quarter note and one tempo in microseconds a quarter; `repair` says so in words."""

    ticks_per_quarter: int
    microseconds: int
    repair: str


def beats_of(division: int) -> Beats:
    """A negative division as beats: at 120 BPM, 119.88 for 29.97 frames, 60 if a second's ticks are an odd number.

    Raises MidiError (smpte) for frames that no clock has and for 0 ticks a frame.
    """
    frames, ticks = -(division >> 8), division & 0xFF
    if frames not in SHOWN or ticks == 0:
        message = f"its times are SMPTE frames that no clock has: {frames} frames a second, {ticks} ticks a frame"
        raise MidiError(message, reason="smpte", hint="export it with ticks a quarter note")
    if frames == 29:
        quarter, microseconds = 15 * ticks, 500_500  # 30 frames at 119.88 BPM last 1.001 seconds
    elif frames * ticks % 2 == 0:
        quarter, microseconds = frames * ticks // 2, 500_000
    else:
        quarter, microseconds = frames * ticks, 1_000_000
    shown = f"SMPTE times ({SHOWN[frames]} frames a second, {ticks} ticks a frame)"
    return Beats(quarter, microseconds, f"{shown} read as {quarter} ticks a quarter at {60e6 / microseconds:.5g} BPM")

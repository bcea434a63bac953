"""The colours of an evaluation's page: one for each instrument group, ours, the reference's, those of chords."""

from __future__ import annotations

__all__ = ["BAND", "GROUPS", "OURS", "REFERENCE", "WARNING", "colour_of_group", "colour_of_root"]

OURS = "#1b6ca8"
REFERENCE = "#8a8a8a"
BAND = "#dfeadf"  # where real songs lie
WARNING = "#c8553d"
GROUPS = {
    "drums": "#4d4d4d",
    "bass": "#1b6ca8",
    "chords": "#588157",
    "guitar": "#e09f3e",
    "strings": "#8e6bbf",
    "lead": "#c8553d",
    "others": "#5aa9a3",
}
OTHER = "#9a9a9a"
FIFTH = 7  # semitones


def colour_of_group(group: str) -> str:
    """A group's colour; strangers' groups share one."""
    return GROUPS.get(group, OTHER)


def colour_of_root(root: int) -> str:
    """A chord's colour by its root, near on the circle of fifths being near in hue; white where nothing sounds."""
    return "#ffffff" if root < 0 else f"hsl({root * FIFTH % 12 * 30},60%,80%)"

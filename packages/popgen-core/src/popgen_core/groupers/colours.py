"""The colour in which each instrument group is drawn, the same in every picture."""

__all__ = ["COLOURS"]

COLOURS = {
    "drums": "#4d4d4d",
    "bass": "#1b6ca8",
    "chords": "#c8553d",
    "guitar": "#588157",
    "strings": "#8e6bbf",
    "lead": "#e09f3e",
    "others": "#3aa6a6",
}

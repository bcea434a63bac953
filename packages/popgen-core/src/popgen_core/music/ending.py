"""Where a song ends: at its marker `end`, or at the first bar line after its last note."""

from __future__ import annotations

from popgen_core.music.bars import bar_lines
from popgen_core.music.song import Song

__all__ = ["END", "end_of"]

END = "end"  # the text of the marker


def end_of(song: Song) -> int:
    """The tick at which a song ends: that of its last marker `end`, but no earlier than its last note; without one, the
    first bar line at or after its last note, and after one bar at least."""
    named = [marker.tick for marker in song.markers if marker.text == END]
    if named and max(named) >= song.end_tick:
        return max(named)
    return round(float(bar_lines(song)[-1]))

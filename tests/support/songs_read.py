"""How the tests of the songwriter read a song: its bars, sixteenths, sections and two-bar windows."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from popgen_core.music import Song, Track

SIXTEENTH = 120  # ticks


def bar_ticks(song: Song) -> int:
    _, numerator, denominator = song.meters[0]
    return int(4 * 480 * numerator // denominator)


def steps(track: Track) -> np.ndarray:
    return np.floor(track.notes["start_tick"] / SIXTEENTH + 0.5).astype(int)


def sections(song: Song) -> Iterator[tuple[str, int, int]]:
    """(name, first tick, tick after the last) of each section."""
    ends = [*(marker.tick for marker in song.markers[1:]), song.end_tick]
    return ((marker.text, marker.tick, end) for marker, end in zip(song.markers, ends, strict=True))


def notes_between(track: Track, start: int, end: int) -> np.ndarray:
    at = steps(track) * SIXTEENTH
    return track.notes[(at >= start) & (at < end)]


def two_bar_windows(song: Song) -> Counter[tuple[str, frozenset[tuple[int, int]]]]:
    """How often each pattern of two bars occurs: (group, {(sixteenth in the window, pitch)}).

    Pitches count from the lowest of the window's first notes, those of drums are absolute; empty windows do not count.
    """
    length = 2 * bar_ticks(song) // SIXTEENTH
    windows: Counter[tuple[str, frozenset[tuple[int, int]]]] = Counter()
    for track in song.tracks:
        at, pitch = steps(track), track.notes["pitch"].astype(int)
        for window in np.unique(at // length):
            inside = at // length == window
            first = at[inside] == at[inside].min()
            base = 0 if track.is_drum else pitch[inside][first].min()
            places = zip((at[inside] % length).tolist(), (pitch[inside] - base).tolist(), strict=True)
            windows[track.name, frozenset(places)] += 1
    return windows


# --- chance

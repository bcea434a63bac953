"""A song as a picture: a piano roll by group. Needs matplotlib (the extra [plot])."""

from __future__ import annotations

import io
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib import pyplot
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from popgen_core.files import write_atomically
from popgen_core.groupers.colours import COLOURS
from popgen_core.music.bars import bar_lines
from popgen_core.music.song import Song, Track

__all__ = ["draw_song"]


def draw_song(song: Song, path: Path, title: str = "") -> None:
    """Draw a song: one lane a track over seconds, bar lines behind, louder notes darker."""
    tracks = [track for track in song.tracks if len(track.notes)] or list(song.tracks)
    figure, lanes = pyplot.subplots(
        max(len(tracks), 1), 1, figsize=(14, 1.4 * max(len(tracks), 1) + 0.8), sharex=True, squeeze=False
    )
    bars = song.seconds(bar_lines(song))
    for lane, track in zip(lanes[:, 0], tracks, strict=False):
        lane.vlines(bars, 0, 1, transform=lane.get_xaxis_transform(), color="#d9d9d9", linewidth=0.6, zorder=0)
        lane.add_collection(_notes(song, track))
        pitches = track.notes["pitch"]
        lane.set_ylim(int(pitches.min(initial=60)) - 2, int(pitches.max(initial=72)) + 3)
        lane.set_ylabel(f"{track.name}\n{len(track.notes)} notes", rotation=0, ha="right", va="center", fontsize=9)
        lane.tick_params(labelsize=7)
        for side in ("top", "right"):
            lane.spines[side].set_visible(False)
    lanes[-1, 0].set_xlim(0, max(float(bars[-1]), 1.0))
    lanes[-1, 0].set_xlabel("seconds (thin lines: bars)", fontsize=9)
    lanes[0, 0].set_title(title, fontsize=11, loc="left")
    figure.tight_layout()
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG, whole or not at all."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110)
    pyplot.close(figure)
    write_atomically(path, picture.getvalue())


def _notes(song: Song, track: Track) -> PolyCollection:
    """A track's notes as boxes from start to end; drums get a fixed small width."""
    notes = track.notes
    left = song.seconds(notes["start_tick"])
    right = left + 0.08 if track.is_drum else song.seconds(notes["start_tick"] + notes["length_ticks"])
    bottom = notes["pitch"] - 0.45
    corners = np.stack(
        [
            np.stack([x, y], axis=1)
            for x, y in ((left, bottom), (left, bottom + 0.9), (right, bottom + 0.9), (right, bottom))
        ],
        axis=1,
    )
    colour = np.tile(matplotlib.colors.to_rgba(COLOURS.get(track.name, "#4d4d4d")), (len(notes), 1))
    colour[:, 3] = 0.35 + 0.65 * notes["velocity"] / 127
    return PolyCollection(list(corners), facecolors=colour, edgecolors="none")

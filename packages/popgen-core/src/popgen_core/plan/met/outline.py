"""How much of a plan's outline a song meets: its length, its tempo, its meter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.window import bar_count
from popgen_core.music.bars import places
from popgen_core.music.song import Song
from popgen_core.plan.met.figure import Figure, unasked, untold
from popgen_core.plan.plan import Plan

__all__ = ["END", "bars_written", "length_met", "meter_met", "tempo_met"]

END = "end"  # the text of the marker at a generated song's last bar line
NEAR = 0.01  # of the asked tempo, by which a tempo may differ


def length_met(song: Song, plan: Plan) -> Figure:
    """Bars asked and bars written, the fewer over the more: 0..1. 0 of a song without bars."""
    if plan.bars == 0:
        return unasked()
    written = bars_written(song)
    met = min(written, plan.bars) / max(written, plan.bars)
    return Figure(met, counts={"bars asked": plan.bars, "bars written": written})


def bars_written(song: Song) -> float:
    """Bars of a song up to its last marker "end", with the part of a bar that it stands in.

    Without one, up to the bar line nearest to the end of the last note, and never before the end of the bar in which
    the last note begins: a last note that rings on into another bar does not write it.
    """
    at = places(song, np.array([_end_tick(song)]))
    written = float(at.bar[0] + at.beat_in_bar[0] / at.bar_beats[0])
    return written if _marked(song) else float(max(bar_count(song), np.floor(written + 0.5)))


def tempo_met(song: Song, plan: Plan) -> Figure:
    """Share of the song's seconds whose tempo is within 1 % of the asked one: 0..1. None of a song without length."""
    if plan.tempo is None:
        return unasked()
    tempos = 60e6 / song.tempos["microseconds"]
    return _share_of_time(song, song.tempos["tick"], np.abs(tempos / plan.tempo - 1) <= NEAR)


def meter_met(song: Song, plan: Plan) -> Figure:
    """Share of the song's seconds whose meter is the asked one, 6/8 not being 3/4: 0..1. None of one without length."""
    if plan.meter is None:
        return unasked()
    top, bottom = plan.meter
    met = (song.meters["numerator"] == top) & (song.meters["denominator"] == bottom)
    return _share_of_time(song, song.meters["tick"], met)


def _share_of_time(song: Song, starts: NDArray[np.int64], met: NDArray[np.bool_]) -> Figure:
    """The share of the seconds up to the song's end that lie in rows of a map, from tick to tick, where it is met."""
    edges = np.minimum(np.append(starts, np.iinfo(np.int64).max), _end_tick(song))
    seconds = np.diff(song.seconds(edges))
    if seconds.sum() <= 0:
        return untold("the song has no length")
    total = float(seconds.sum())
    return Figure(float(seconds[met].sum() / total), counts={"seconds": round(total, 3)})


def _marked(song: Song) -> list[int]:
    return [marker.tick for marker in song.markers if marker.text == END]


def _end_tick(song: Song) -> int:
    return max(_marked(song), default=song.end_tick)

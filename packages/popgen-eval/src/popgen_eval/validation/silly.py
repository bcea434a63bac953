"""Songs of Markov and of the songwriter beside real ones: the baselines that no corruption of a song makes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import SeedSequence, default_rng
from numpy.typing import NDArray

from popgen_core.baselines.drawn import learn_band
from popgen_core.baselines.stand_ins import MOST_BARS, Wanted, stand_ins
from popgen_core.contracts.evaluator import PieceEvaluator
from popgen_core.errors import RecipeError
from popgen_core.groupers.program import GROUPS
from popgen_core.music.song import Song
from popgen_eval.judging.song import evaluator_named
from popgen_eval.validation.material import Material, unfit
from popgen_eval.validation.separation import Better, resamples
from popgen_eval.validation.spoil import first_window
from popgen_eval.validation.validate import Validation, piece_figures

__all__ = ["LEAST_SONGS", "MOST_SONGS", "StandIn", "beats", "chance_to_beat", "judged_stand_ins", "refuse_long"]

MOST_SONGS = 200  # of a baseline: more would narrow no interval that matters
LEAST_SONGS = 8  # on either side: resamples of fewer are too much alike for an interval
Progress = Callable[[int, int, str], None]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class StandIn:
    """The songs of one baseline, judged: `values` (song,) of each figure, NaN where undefined.

    `songs` of them were judged; `unfit` counts those left out by reason, as for real songs.
    """

    name: str
    songs: int
    unfit: Mapping[str, int]
    values: Mapping[str, Values]


def refuse_long(bars: int) -> None:
    """Raise RecipeError for windows of more bars than the song of a baseline can have."""
    if bars > MOST_BARS:
        said = f"anchors of windows of {bars:,} bars cannot be frozen: songs of baselines have {MOST_BARS:,} at most"
        raise RecipeError(said, hint=f"--bars {MOST_BARS} or fewer, or no --freeze")


def judged_stand_ins(found: Validation, progress: Progress | None = None) -> tuple[StandIn, ...]:
    """Songs of Markov and of the songwriter, judged by the figures of a validation; its seed makes the same songs.

    As many of each as there are real songs, 200 at most, as long as the real windows. Markov learns from the excerpts
    of all the real songs that have the groups of seven.v1: it is to play their habits, not to foretell songs unheard,
    so none is held out. Of either, songs that would be no material themselves (a waltz) are left out and counted.
    """
    material = found.material
    evaluators = [evaluator_named(name) for name in piece_figures(list(found.figures))[0]]
    wanted = Wanted(min(len(material.songs), MOST_SONGS), material.bars, found.seed)
    sources = {"a Markov chain": _markov(material, wanted), "the songwriter": _songwriter(wanted)}
    judged, total = [], wanted.count * len(sources)
    for number, (name, songs) in enumerate(sources.items()):

        def told(done: int, before: int = number * wanted.count) -> None:
            if progress:
                progress(before + done, total, "songs of baselines")

        judged.append(_judged(name, songs, found, evaluators, told))
    return tuple(judged)


def beats(real: Values, silly: Values, better: Better) -> bool:
    """Whether a figure prefers a baseline's songs, (song,) each, to real ones, by more than chance would.

    It does where it has a direction and the 95 % interval of `chance_to_beat` lies above one half. The songs of a
    baseline that is made anew have no partners, so the rule for shuffled and repeated bars (better on the mean, and
    in more than half of the pairs) becomes one over all pairs of a song of either side.
    """
    return better != "none" and chance_to_beat(real, silly, better)[1] > 0.5


def chance_to_beat(real: Values, silly: Values, better: Better) -> tuple[float, float, float]:
    """The chance that a baseline's song is better than a real one, ties half (AUC), with its 95 % interval.

    Percentiles of 2,000 bootstraps that draw the songs of either side anew. Undefined songs are left out; NaN where
    fewer than 8 are left on a side.
    """
    real, silly = real[~np.isnan(real)], silly[~np.isnan(silly)]
    if min(len(real), len(silly)) < LEAST_SONGS:
        return math.nan, math.nan, math.nan
    sign = -1.0 if better == "lower" else 1.0
    above = np.sign(sign * (silly[:, None] - real[None, :])) / 2 + 0.5  # (silly song, real song)
    half = above.astype(np.float32)
    drawn = ((resamples(len(silly), 1) @ half) * resamples(len(real))).sum(axis=1)  # (resample,)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(above.mean()), float(low), float(min(high, 1.0))


def _markov(material: Material, wanted: Wanted) -> Iterator[Song]:
    known = [song for song in material.excerpts if {track.name for track in song.tracks} <= set(GROUPS)]
    if not known:
        return
    band = learn_band(known)
    for number in range(wanted.count):
        yield band.draw(wanted.bars, default_rng(SeedSequence(wanted.seed, spawn_key=(number,))))


def _songwriter(wanted: Wanted) -> Iterator[Song]:
    return (song for song, _ in stand_ins("songwriter", wanted, None))


def _judged(
    name: str, songs: Iterator[Song], found: Validation, evaluators: list[PieceEvaluator], told: Callable[[int], None]
) -> StandIn:
    bars, rows = found.material.bars, []
    reasons: Counter[str] = Counter()
    for number, song in enumerate(songs, 1):
        if reason := unfit(song, bars):
            reasons[reason] += 1
        else:
            rows.append(first_window(song, bars, evaluators))
        told(number)
    values = {figure: np.array([row.get(figure, math.nan) for row in rows], dtype=float) for figure in found.figures}
    return StandIn(name, len(rows), dict(reasons.most_common()), values)

"""The targets of a starter model, each judged by itself: met, missed, or too few songs to judge."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from benchmarks.quality.bits import Bits, share_of_bits
from benchmarks.quality.by_position import Positions
from benchmarks.quality.sample import JUDGED_FROM, Sample, Share, sample_of, share_of

from popgen_eval.copying.verdict import TRAINED_ON

__all__ = [
    "Target",
    "copies_no_more",
    "fewer_bits",
    "inside_and_level",
    "nearer_than",
    "not_by_looping",
    "quick_and_small",
    "reaches",
    "wide_enough",
]

Verdict = Literal["met", "missed", "not judged"]
OVERALL_SHARE, FIGURE_SHARE, WIDTH_SHARE = 0.9, 0.85, 0.8  # of real's
DISTANCE_SHARE, BITS_SHARE = 0.5, 0.85  # of a rival's
SECONDS, MEGABYTES = 3.0, 400.0  # of a minute of music


@dataclass(frozen=True)
class Target:
    """What was asked, what became of it, and the numbers that say so."""

    asked: str
    verdict: Verdict
    told: str

    def table(self) -> dict[str, Any]:
        """As a JSON object."""
        return dict(vars(self))


def reaches(figure: str, made: Sample, real: Sample, least: float) -> Target:
    """The mean of a figure is at least so much of real's."""
    asked = f"`{figure}` at least {least:g} of real's"
    if few := _too_few(made, real):
        return Target(asked, "not judged", f"{_beside(made, real)}; {few}")
    share = share_of(made, real)
    return Target(asked, _met(share.value >= least), f"{_beside(made, real)}: {_share(share)}")


def not_by_looping(figure: str, made: Sample, real: Sample, one_bar: Sample) -> Target:
    """A figure is not above real's where one bar over and over is above it too.

    Above real's mean: the whole interval of the songs' mean, and the mean of the loops.
    """
    asked = f"`{figure}` not above real's by looping"
    told = f"{_beside(made, real)}, one bar {_mean(one_bar)}"
    if few := _too_few(made, real):
        return Target(asked, "not judged", f"{told}; {few}")
    above = made.low > real.mean
    if above and not one_bar.judged:
        return Target(asked, "not judged", f"{told}; above real's, and {one_bar.n} loops tell nothing")
    return Target(asked, _met(not (above and one_bar.mean > real.mean)), told)


def nearer_than(rival: str, distance: float, rivals: float, floor: float, songs: float) -> Target:
    """The Fréchet distance to real pieces is at most half of a rival's, with as many songs of each."""
    asked = f"Fréchet distance to real at most {DISTANCE_SHARE:g} of {rival}'s"
    told = f"{_number(distance)} against {_number(rivals)}"
    if math.isnan(distance) or math.isnan(rivals):
        return Target(asked, "not judged", f"{told}; too few songs for a distance")
    told += f" (real against real {_number(floor)}, {songs:.0f} songs a side): {distance / rivals:.2f}"
    if songs < JUDGED_FROM:
        return Target(asked, "not judged", f"{told}; fewer than {JUDGED_FROM} songs a side")
    return Target(asked, _met(distance <= DISTANCE_SHARE * rivals), told)


def fewer_bits(rival: str, mine: Bits, others: Bits) -> Target:
    """Held-out songs cost at least 15 % fewer bits a beat than they cost a rival.

    Where a rival's bits are an upper bound they may be fewer in truth, which the numbers say.
    """
    asked = f"held-out bits a beat at least {1 - BITS_SHARE:.0%} under {rival}'s"
    if not set(mine.songs) & set(others.songs):
        return Target(asked, "not judged", "no song was told by both")
    share, songs = share_of_bits(mine, others)
    bound = "" if others.exact else f" ({rival}'s are an upper bound)"
    told = f"{mine.a_beat:.2f} against {others.a_beat:.2f}{bound}: {_share(share)}, {songs} songs"
    if songs < JUDGED_FROM:
        return Target(asked, "not judged", f"{told}; fewer than {JUDGED_FROM} songs")
    return Target(asked, _met(share.value <= BITS_SHARE), told)


def copies_no_more(made: Sample, real: Sample) -> Target:
    """The upper 95 % bound of the mean share of copied two-bar windows is no higher than that of real pieces.

    Real pieces that stand almost whole in the training set, in another version, are no measure and are left out.
    """
    asked = "copied two-bar windows no more than in real pieces outside the training set (upper 95 % bounds)"
    outside = sample_of(value for value in real.values if value < TRAINED_ON)
    left = real.n - len(outside.values)
    told = f"{_mean(made, 4)} against {_mean(outside, 4)}" + (f", {left} trained on left out" if left else "")
    if few := _too_few(made, outside):
        return Target(asked, "not judged", f"{told}; {few}")
    return Target(asked, _met(made.high <= outside.high), told)


def wide_enough(name: str, made: float, real: float, songs: int) -> Target:
    """Velocities are spread at least .8 as wide as in real pieces, from the 5th to the 95th percentile."""
    asked = f"velocities, 5th to 95th percentile, at least {WIDTH_SHARE:g} as wide as real's, {name}"
    told = f"{_number(made)} against {_number(real)}" + (f": {made / real:.2f}" if real > 0 else "")
    if songs < JUDGED_FROM or not real > 0 or math.isnan(made):
        return Target(asked, "not judged", f"{told}; {songs} songs")
    return Target(asked, _met(made >= WIDTH_SHARE * real), told)


def inside_and_level(figure: str, made: Positions, real: Positions) -> Target:
    """In long songs a figure has no trend, and each position's mean is one that windows of real pieces have.

    No trend: the 95 % interval of the slope of songs holds 0. Inside: from the 5th to the 95th percentile of all
    windows of real pieces. Positions with fewer than 20 songs are left out.
    """
    asked = f"long songs: `{figure}` inside real's range, no trend"
    slope, theirs, (low, high) = made.slopes, real.slopes, real.spread
    means = [of for of in made.means if of.judged]
    told = (
        f"by position {', '.join(_number(of.mean, 2) for of in made.means)}; "
        f"real {_number(low, 2)} to {_number(high, 2)}; "
        f"a window {_change(slope)}, real {_change(theirs)}"
    )
    if not slope.judged or not means or math.isnan(low):
        return Target(asked, "not judged", f"{told}; {slope.n} songs of three windows or more")
    level = slope.low <= 0 <= slope.high
    return Target(asked, _met(level and all(low <= of.mean <= high for of in means)), told)


def quick_and_small(minute: Mapping[str, float]) -> Target:
    """A minute of music is loaded and written in under 3 s with two threads, in under 400 MB in all."""
    asked = f"a minute of music in under {SECONDS:g} s on 2 cores, under {MEGABYTES:g} MB"
    seconds, megabytes = minute["load"] + minute["write"], minute["megabytes"]
    told = f"{seconds:.1f} s with loading, {seconds + minute['import']:.1f} s with imports, {megabytes:.0f} MB"
    return Target(asked, _met(seconds < SECONDS and megabytes < MEGABYTES), told)


def _met(holds: bool) -> Verdict:
    return "met" if holds else "missed"


def _too_few(made: Sample, real: Sample) -> str:
    """Why two samples are not judged, or ""."""
    few = [f"{name} {of.n}" for name, of in (("songs", made), ("real", real)) if not of.judged]
    return f"n under {JUDGED_FROM} ({', '.join(few)})" if few else ""


def _number(value: float, digits: int = 1) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def _mean(of: Sample, digits: int = 3) -> str:
    if not of.n:
        return "- (n 0)"
    ends = "" if math.isnan(of.low) else f" [{of.low:.{digits}f}, {of.high:.{digits}f}]"
    return f"{of.mean:.{digits}f}{ends} (n {of.n})"


def _beside(made: Sample, real: Sample) -> str:
    return f"{_mean(made)} against {_mean(real)}"


def _share(share: Share) -> str:
    return f"{share.value:.2f} [{share.low:.2f}, {share.high:.2f}]"


def _change(slope: Sample) -> str:
    return f"{slope.mean:+.3f} [{slope.low:+.3f}, {slope.high:+.3f}]" if slope.n > 1 else "-"

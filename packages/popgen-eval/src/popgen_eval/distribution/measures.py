"""What the measures of sets mean: their units, ranges and directions."""

from __future__ import annotations

import math

from popgen_core.contracts.evaluator import Measure

__all__ = ["MEASURES"]

VARIANCES = "sd^2"  # squared standard deviations of the reference


def _distance(name: str, of: str) -> tuple[Measure, ...]:
    return (
        Measure(f"{name}_distance", VARIANCES, 0.0, math.inf, "lower", f"Fréchet distance of {of}, set and reference"),
        Measure(f"{name}_low", VARIANCES, 0.0, math.inf, "none", f"lower end of the 95 % interval of {name}_distance"),
        Measure(f"{name}_high", VARIANCES, 0.0, math.inf, "none", f"upper end of the 95 % interval of {name}_distance"),
        Measure(f"{name}_floor", VARIANCES, 0.0, math.inf, "none", f"{name}_distance of as many real songs and others"),
    )


MEASURES = (
    Measure("compared_songs", "songs", 10.0, math.inf, "none", "songs of each side in every draw"),
    Measure("undefined_share", "share", 0.0, 1.0, "none", "entries of the set's stretches that were undefined"),
    *_distance("frechet", "41 invariants of 8 bars"),
    *_distance("figure", "the figures of whole pieces"),
    Measure("mmd", "MMD^2", -2.0, 2.0, "lower", "unbiased MMD^2 of the invariants, pairs within one song left out"),
    Measure("mmd_floor", "MMD^2", -2.0, 2.0, "none", "mmd of as many real songs and others"),
    Measure("mmd_p", "p", 0.0, 1.0, "none", "how often songs dealt at random lie as far apart"),
    Measure("c2st_auc", "AUC", 0.0, 1.0, "lower", "how well a classifier knows songs of the set; .5: not at all"),
    Measure("c2st_floor", "AUC", 0.0, 1.0, "none", "c2st_auc of as many real songs and others"),
    Measure("overlap_area", "area", 0.0, 1.0, "none", "overlap of distances between sets and in the reference"),
    Measure("overlap_floor", "area", 0.0, 1.0, "none", "overlap_area of as many real songs and others"),
    Measure("kld", "nats", 0.0, math.inf, "none", "divergence of distances between sets from those in the reference"),
    Measure("kld_floor", "nats", 0.0, math.inf, "none", "kld of as many real songs and others"),
)

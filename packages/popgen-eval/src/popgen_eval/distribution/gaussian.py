"""How far apart two clouds of points are when each is taken for a Gaussian: the Fréchet distance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["frechet_distance", "gaussian_distance", "ledoit_wolf"]

Rows = NDArray[np.float64]


def ledoit_wolf(rows: Rows) -> Rows:
    """(rows, width) -> (width, width) covariance, shrunk towards equal and independent entries.

    Ledoit and Wolf (2004, A well-conditioned estimator for large-dimensional covariance matrices): (1 - s) S + s m I,
    S the covariance (over n), m its mean variance, s = min(b2, d2) / d2 with d2 = |S - m I|^2 and b2 the sum of
    |x x' - S|^2 over rows / n^2 (Frobenius).
    """
    centred = rows - rows.mean(axis=0)
    count, width = centred.shape
    sample = centred.T @ centred / count
    target = np.eye(width) * np.trace(sample) / width
    away = float(((sample - target) ** 2).sum())
    if away == 0:
        return np.asarray(target)
    noise = float(((centred**2).sum(axis=1) ** 2).sum() / count - (sample**2).sum()) / count
    share = min(max(noise, 0.0), away) / away
    return np.asarray((1 - share) * sample + share * target)


def gaussian_distance(mean: Rows, covariance: Rows, other_mean: Rows, other_covariance: Rows) -> float:
    """|m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)): the squared distance of two Gaussians (Dowson and Landau 1982)."""
    values, axes = np.linalg.eigh(covariance)
    root = (axes * np.sqrt(np.maximum(values, 0.0))) @ axes.T
    product = np.linalg.eigvalsh(root @ other_covariance @ root)  # the eigenvalues of S1 S2
    spread = np.trace(covariance) + np.trace(other_covariance) - 2 * np.sqrt(np.maximum(product, 0.0)).sum()
    return float(((mean - other_mean) ** 2).sum() + max(spread, 0.0))


def frechet_distance(one: Rows, two: Rows) -> float:
    """(rows, width) of two sets -> their Fréchet distance, covariances by Ledoit and Wolf."""
    return gaussian_distance(one.mean(axis=0), ledoit_wolf(one), two.mean(axis=0), ledoit_wolf(two))

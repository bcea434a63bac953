"""Classifier two-sample test: whether a simple judge, shown some songs, knows which set others come from."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from popgen_eval.distribution.vectors import Vectors
from popgen_eval.statistics import auc

__all__ = ["classifier_auc", "ridge_logistic"]

Rows = NDArray[np.float64]
FOLDS = 5
RIDGE = 1.0  # weight of the squared coefficients beside the summed log loss
STEPS, CLOSE = 25, 1e-8


def ridge_logistic(rows: Rows, label: NDArray[np.bool_], ridge: float = RIDGE) -> Rows:
    """(rows, width) and which of them are of the first class -> (width + 1,) coefficients, the constant last.

    Newton's method on the log loss plus ridge/2 times the squared coefficients, the constant free. Both classes weigh
    the same, whatever their sizes.
    """
    design = np.hstack([rows, np.ones((len(rows), 1))])
    weight = np.where(label, 0.5 / label.mean(), 0.5 / (1 - label.mean()))
    penalty = np.append(np.full(rows.shape[1], ridge), 1e-9)
    found = np.zeros(design.shape[1])
    for _ in range(STEPS):
        chance = _logistic(design @ found)
        slope = design.T @ (weight * (chance - label)) + penalty * found
        curve = (design * (weight * np.maximum(chance * (1 - chance), 1e-9))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        found = found - step
        if np.abs(step).max() < CLOSE:
            break
    return found


def _logistic(x: Rows) -> Rows:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))))


def _folds(songs: int, random: Generator) -> NDArray[np.int64]:
    return random.permutation(np.arange(songs) % FOLDS)


def classifier_auc(one: Vectors, two: Vectors, random: Generator) -> float:
    """AUC of a ridge logistic classifier on songs it was not trained on, mean over 5 folds: .5 it knows nothing.

    All rows of a song are in one fold, and each fold has a fifth of the songs of either set.
    """
    fold = np.concatenate([_folds(side.songs, random)[side.song] for side in (one, two)])
    rows, label = np.concatenate([one.rows, two.rows]), np.arange(len(fold)) < len(one.rows)
    found = []
    for number in range(FOLDS):
        shown, asked = fold != number, fold == number
        weights = ridge_logistic(rows[shown], label[shown])
        scores = rows[asked] @ weights[:-1]
        found.append(auc(scores[label[asked]], scores[~label[asked]]))
    return float(np.mean(found))

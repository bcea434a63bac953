"""Evaluators that draw by the chance of all, or leave other traces."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mutants.mean_pitch import MeanPitch, Scores
from popgen_core.analysis.piece import Piece


class DrawsOfLargeSets(MeanPitch):
    """Of sets of more than 50 pieces it judges some, by the chance of all."""

    def score(self, pieces: Sequence[Piece], references: Sequence[Piece]) -> Scores:
        some = random.sample(list(pieces), 50) if len(pieces) > 50 else pieces
        return super().score(some, references)


class SeedsTheWorld(MeanPitch):
    def score(self, pieces: Sequence[Piece], references: Sequence[Piece]) -> Scores:
        np.random.seed(0)
        return super().score(pieces, references)


class Says(MeanPitch):
    def score(self, pieces: Sequence[Piece], references: Sequence[Piece]) -> Scores:
        print(len(pieces), "pieces")
        return super().score(pieces, references)


class RemovesAFile(MeanPitch):
    def score(self, pieces: Sequence[Piece], references: Sequence[Piece]) -> Scores:
        Path("a-file-that-nobody-has").unlink(missing_ok=True)
        return super().score(pieces, references)

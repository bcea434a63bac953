"""Evaluators that break one promise each."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from mutants import evaluator_trace as trace
from mutants import sample
from mutants.mean_pitch import DISTANCE, MEAN, MeanPitch, MeanPitchOfAPiece, PitchesLearned, Scores
from popgen_core.analysis.piece import Part, Piece
from popgen_core.contracts.evaluator import Score

__all__ = ["GOOD", "MUTANTS"]

# what it declares


class UnknownScope(MeanPitch):
    scope = "song"


class NoMethod(MeanPitch):
    scope = "training"


class NoMeasures(MeanPitch):
    measures = ()


class MeasuresInAList(MeanPitch):
    measures: ClassVar[Any] = [MEAN, DISTANCE]


class NamesAlone(MeanPitch):
    measures = ("mean_pitch", "pitch_distance")


class NameOfTwoWords(MeanPitch):
    measures = (replace(MEAN, name="mean pitch"), DISTANCE)


class SameNameTwice(MeanPitch):
    measures = (MEAN, DISTANCE, DISTANCE)


class NoUnit(MeanPitch):
    measures = (replace(MEAN, unit=" "), DISTANCE)


class NoLaw(MeanPitch):
    measures = (replace(MEAN, law=""), DISTANCE)


class RangeBackwards(MeanPitch):
    measures = (replace(MEAN, low=127.0, high=0.0), DISTANCE)


class UnknownDirection(MeanPitch):
    measures = (MEAN, replace(DISTANCE, better="closer"))  # type: ignore[arg-type]


class UnknownWindows(MeanPitch):
    measures = (MEAN, replace(DISTANCE, windows="last"))  # type: ignore[arg-type]


class ByTorch(MeanPitch):
    def mean(self, pieces: Sequence[Piece]) -> float:
        import torch

        return float(torch.tensor([self.mean_of(piece) for piece in pieces]).nanmean())


# what it scores


class OneMore(MeanPitch):
    def score(self, pieces: Sequence[Piece], references: Sequence[Piece]) -> Scores:
        return {**super().score(pieces, references), "songs": Score(len(pieces))}


class OneLess(MeanPitch):
    def score(self, pieces: Sequence[Piece], references: Sequence[Piece]) -> Scores:
        return {"mean_pitch": super().score(pieces, references)["mean_pitch"]}


class NothingOfNothing(MeanPitch):
    def score(self, pieces: Sequence[Piece], references: Sequence[Piece]) -> Scores:
        return super().score(pieces, references) if any(piece.parts for piece in pieces) else {}


class OutOfRange(MeanPitch):
    measures = (replace(MEAN, high=48.0), DISTANCE)


class Infinite(MeanPitch):
    measures = (replace(MEAN, high=math.inf), DISTANCE)

    def value(self, value: float) -> Score:
        return Score(math.inf if value > 30 else value)


class NoReason(MeanPitch):
    def value(self, value: float) -> Score:
        return Score(math.nan)


class SinglePrecision(MeanPitch):
    def value(self, value: float) -> Score:
        return Score(np.float32(value))  # type: ignore[arg-type]


class BareNumbers(MeanPitch):
    def value(self, value: float) -> Score:
        return value  # type: ignore[return-value]


class ZeroForNothing(MeanPitch):
    def value(self, value: float) -> Score:
        return Score(0.0) if math.isnan(value) else Score(value)


class PitchedAlways(MeanPitch):
    def mean_of(self, piece: Piece) -> float:
        return float(np.concatenate([part.pitch for part in piece.pitched]).mean()) if piece.parts else math.nan


class PitchedReferences(MeanPitch):
    def score(self, pieces: Sequence[Piece], references: Sequence[Piece]) -> Scores:
        highest = max(part.pitch.max() for piece in references for part in piece.pitched)
        return super().score(pieces, references) if highest else {}


class KnownGroups(MeanPitchOfAPiece):
    def parts(self, piece: Piece) -> Sequence[Part]:
        known = {"drums": 0, "bass": 1, "chords": 2, "guitar": 3, "strings": 4, "lead": 5, "others": 6}
        return sorted(piece.pitched, key=lambda part: known[part.name])


class SeveralBars(MeanPitchOfAPiece):
    def mean_of(self, piece: Piece) -> float:
        return super().mean_of(piece) * (piece.bars - 1) / (piece.bars - 1) if piece.parts else math.nan


class OnlyFourFour(MeanPitch):
    def mean(self, pieces: Sequence[Piece]) -> float:
        for piece in pieces:
            for part in piece.parts:
                np.zeros(16 * piece.bars)[part.step] = 1
        return super().mean(pieces)


class PitchesUpToC8(MeanPitchOfAPiece):
    def mean_of(self, piece: Piece) -> float:
        for part in piece.parts:
            np.zeros(109)[part.pitch] += 1
        return super().mean_of(piece)


# what its scores depend on


class ByChance(MeanPitch):
    def mean_of(self, piece: Piece) -> float:
        return super().mean_of(piece) + np.random.default_rng().random()


class ByWhatCameBefore(MeanPitch):
    before = 0

    def mean_of(self, piece: Piece) -> float:
        self.before += 1
        return super().mean_of(piece) + (self.before > 30)


class OtherwisePickled(MeanPitch):
    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, config=self.Config(lowest=50))


class ByFirstTrack(MeanPitch):
    def parts(self, piece: Piece) -> Sequence[Part]:
        first = piece.song.tracks[0].name if piece.song.tracks else ""
        return [part for part in piece.parts if part.name == first]


class FirstSongAlone(MeanPitch):
    def mean(self, pieces: Sequence[Piece]) -> float:
        return self.mean_of(pieces[0])


class ByPlacePretendingToDraw(MeanPitch):
    draws_songs = True

    def mean(self, pieces: Sequence[Piece]) -> float:
        return max(0.0, sum((-1) ** place * self.mean_of(piece) for place, piece in enumerate(pieces)))


class LastSongLearned(PitchesLearned):
    def learned(self, pieces: list[Piece]) -> float:
        return self.mean_of(pieces[-1])


class TransposesNotes(MeanPitch):
    def parts(self, piece: Piece) -> Sequence[Part]:
        for track in piece.song.tracks:
            track.notes["pitch"] = np.minimum(track.notes["pitch"], 100) + 1
        return piece.pitched


class SortsPitches(MeanPitch):
    def parts(self, piece: Piece) -> Sequence[Part]:
        for part in piece.pitched:
            part.pitch.sort()
        return piece.pitched


class NormalisesChroma(MeanPitch):
    def parts(self, piece: Piece) -> Sequence[Part]:
        for chroma in piece.chroma.values():
            chroma /= np.maximum(chroma.sum(axis=1, keepdims=True), 1e-9)
        return piece.pitched


class NoReferences(MeanPitch):
    def distance(self, one: float, two: float) -> float:
        return abs(one - 60)


class NothingLearned(PitchesLearned):
    def learned(self, pieces: list[Piece]) -> float:
        return 60.0


class WrongDirection(MeanPitch):
    measures = (MEAN, replace(DISTANCE, better="higher"))


class SignedDistance(MeanPitch):
    measures = (MEAN, replace(DISTANCE, low=-127.0))

    def distance(self, one: float, two: float) -> float:
        return one - two


class Slow(MeanPitchOfAPiece):
    def score(self, piece: Piece) -> Scores:  # type: ignore[override]
        begun = time.process_time()
        while time.process_time() < begun + 2.1:
            pass
        return super().score(piece)


def _samples(*classes: type) -> list[Any]:
    return [sample("evaluator", f"{one.__module__.removeprefix('mutants.')}:{one.__name__}") for one in classes]


GOOD = sample("evaluator", "mean_pitch:MeanPitch")
MUTANTS = {
    "check_scope_is_declared": _samples(UnknownScope, NoMethod),
    "check_measures_say_what_they_mean": _samples(
        NoMeasures,
        MeasuresInAList,
        NamesAlone,
        NameOfTwoWords,
        SameNameTwice,
        NoUnit,
        NoLaw,
        RangeBackwards,
        UnknownDirection,
        UnknownWindows,
    ),
    "check_needs_no_torch": _samples(ByTorch),
    "check_scores_are_its_measures": _samples(OneMore, OneLess, NothingOfNothing),
    "check_values_are_in_range_or_undefined_with_a_reason": _samples(
        OutOfRange, Infinite, NoReason, SinglePrecision, BareNumbers
    ),
    "check_a_song_without_notes_is_undefined": _samples(ZeroForNothing),
    "check_drums_alone_are_judged": _samples(PitchedAlways, PitchedReferences),
    "check_hostile_songs_are_judged": _samples(KnownGroups, SeveralBars, OnlyFourFour, PitchesUpToC8),
    "check_the_same_songs_score_the_same": _samples(
        ByChance, ByWhatCameBefore, OtherwisePickled, trace.DrawsOfLargeSets
    ),
    "check_judging_leaves_no_trace": _samples(trace.SeedsTheWorld, trace.Says, trace.RemovesAFile),
    "check_order_of_tracks_changes_nothing": _samples(ByFirstTrack),
    "check_order_of_songs_changes_nothing": _samples(FirstSongAlone, ByPlacePretendingToDraw, LastSongLearned),
    "check_its_songs_stay_as_they_were": _samples(TransposesNotes, SortsPitches, NormalisesChroma),
    "check_what_it_judges_by_matters": _samples(NoReferences, NothingLearned),
    "check_nothing_is_more_like_references_than_themselves": _samples(WrongDirection, SignedDistance),
    "check_it_is_quick": _samples(Slow),
}

"""What an evaluation found: the scores of each file, why some are undefined, and each figure over all files."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from popgen_core.contracts.evaluator import Measure, Score
from popgen_core.music.song import Song
from popgen_eval import __version__, calibration
from popgen_eval.copying.nearest import RUN, SHARE, nearest_song
from popgen_eval.copying.verdict import CopyingVerdict, copying_verdict
from popgen_eval.metrics.families import family_of
from popgen_eval.statistics import Summary, summarise

__all__ = ["FORMAT", "FileScores", "Report"]

FORMAT = 2  # of `Report.to_json`: raised when a key changes its meaning


@dataclass(frozen=True)
class FileScores:
    """One file: a value for each figure, NaN where undefined with the reason in `reasons`.

    `notes` hold what a value does not say. `bars`: (number of the first bar, bars judged) of each window; `windows`:
    the values of each figure window by window, kept where there are several. `error` says why a file could not be
    judged, `repairs` what had to be mended to read it.
    """

    path: str
    scores: Mapping[str, float] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    repairs: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    bars: tuple[tuple[int, int], ...] = ()
    windows: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def joined(
        self,
        scores: Mapping[str, float],
        reasons: Mapping[str, str],
        *,
        notes: Mapping[str, str] | None = None,
        windows: Mapping[str, tuple[float, ...]] | None = None,
    ) -> FileScores:
        """This row with more figures."""
        return replace(
            self,
            scores={**self.scores, **scores},
            reasons={**self.reasons, **reasons},
            notes={**self.notes, **(notes or {})},
            windows={**self.windows, **(windows or {})},
        )

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; all but file, scores and reasons is there only for files that have some."""
        values = {name: _number(value) for name, value in self.scores.items()}
        row: dict[str, Any] = {"file": self.path, "scores": values, "reasons": dict(self.reasons)}
        windows = {name: [_number(value) for value in row] for name, row in self.windows.items()}
        more = {
            "error": self.error,
            "repairs": list(self.repairs),
            "notes": dict(self.notes),
            "bars": [list(pair) for pair in self.bars],
            "windows": windows,
        }
        return row | {name: value for name, value in more.items() if value}


@dataclass(frozen=True)
class Report:
    """The files of an evaluation in order, and the names of its figures in the order in which to show them.

    `measures`: what each figure means. `learned`: names of the figures that compare with a training set. `sets`: the
    figures of all files together against the reference. `reference`: the report of the real songs beside. `settings`:
    how it was made. `seed`: of the bootstrap. `songs`: the grouped songs where they were kept; never written.
    `read_copying`: what a report that was read back says of copying. `own_scale`: anchors that were given in place of
    those of the release; `settings` name those that were used.
    """

    files: tuple[FileScores, ...]
    names: tuple[str, ...]
    measures: Mapping[str, Measure] = field(default_factory=dict)
    learned: tuple[str, ...] = ()
    sets: Mapping[str, Score] = field(default_factory=dict)
    reference: Report | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    songs: tuple[Song | None, ...] = field(default=(), compare=False, repr=False)
    read_copying: CopyingVerdict | None = None
    own_scale: calibration.Scale | None = field(default=None, repr=False)

    @cached_property
    def summary(self) -> dict[str, Summary]:
        """For each figure: mean, sd, 95 % interval of the mean and number of files where it is defined."""
        return {name: summarise(self.values(name), self.seed) for name in self.names}

    @cached_property
    def copying(self) -> CopyingVerdict | None:
        """What the songs share with the training set, beside the reference; None where none was given."""
        if SHARE not in self.learned:
            return self.read_copying
        real = self.reference.values(SHARE) if self.reference else ()
        return copying_verdict(self.values(SHARE), self.values(RUN), real, self.seed)

    @property
    def scale(self) -> calibration.Scale:
        """The anchors of calibrated scores, bands and marks; empty for windows of other lengths than theirs."""
        return (self.own_scale or calibration.built_in()).at(self.settings.get("bars"))

    @property
    def errors(self) -> tuple[FileScores, ...]:
        """The files that could not be read or judged."""
        return tuple(file for file in self.files if file.error)

    def values(self, figure: str) -> list[float]:
        """A figure of every file, NaN where it is undefined."""
        return [file.scores.get(figure, math.nan) for file in self.files]

    def calibrated(self, figure: str) -> float:
        """The mean of a figure on the scale from 0, corrupted music, to 1, the median real piece.

        NaN where it is unknown, and where the windows are not as long as those that the scale was found in.
        """
        of = self.summary.get(figure)
        return self.scale.calibrated(figure, of.mean) if of and of.n else math.nan

    def reasons(self, figure: str) -> dict[str, int]:
        """Why a figure is undefined -> in how many files, the most frequent reason first."""
        found = [file.reasons[figure] for file in self.files if figure in file.reasons]
        return {why: found.count(why) for why in sorted(set(found), key=lambda why: (-found.count(why), why))}

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; NaN becomes null, what is not there is left out."""
        table: dict[str, Any] = {
            "format": FORMAT,
            "popgen_eval": __version__,
            "seed": self.seed,
            "settings": dict(self.settings),
            "figures": {name: _law(measure, name in self.learned) for name, measure in self.measures.items()},
            "files": [file.to_json() for file in self.files],
            "summary": {name: self._summary(name, of) for name, of in self.summary.items()},
        }
        if self.copying:
            table["copying"] = self.copying.to_json()
        if self.sets:
            table["set"] = {name: _score(score) for name, score in self.sets.items()}
        if self.reference:
            there = self.reference.to_json()
            table["reference"] = {"files": there["files"], "summary": there["summary"]}
        return table

    def to_csv(self) -> str:
        """A row a file: its name, its figures (empty where undefined), its windows, why it could not be judged.

        Where there was a training set, `nearest` is the training song that the file shares most with.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        near = SHARE in self.learned
        writer.writerow(["file", *self.names, "windows", *(["nearest"] if near else []), "error"])
        for file in self.files:
            values = [_number(file.scores.get(name, math.nan)) for name in self.names]
            shown = ["" if value is None else repr(value) for value in values]
            nearest = [nearest_song(file.notes.get(SHARE, ""))] if near else []
            writer.writerow([file.path, *shown, len(file.bars), *nearest, file.error])
        return text.getvalue()

    def _summary(self, name: str, of: Summary) -> dict[str, float | int | None]:
        row = {"mean": _number(of.mean), "sd": _number(of.sd), "low": _number(of.low), "high": _number(of.high)}
        calibrated = _number(self.calibrated(name))
        return {**row, "n": of.n, **({} if calibrated is None else {"calibrated": calibrated})}


def _law(of: Measure, learned: bool) -> dict[str, Any]:
    return {
        "unit": of.unit,
        "low": _number(of.low),
        "high": _number(of.high),
        "better": of.better,
        "law": of.law,
        "family": family_of(of.name),
        **({"against": "training"} if learned else {}),
    }


def _score(score: Score) -> dict[str, Any]:
    more = {"reason": score.reason, "note": score.note}
    return {"value": _number(score.value), **{name: words for name, words in more.items() if words}}


def _number(value: float) -> float | None:
    """A number that JSON can carry, or null."""
    return float(value) if math.isfinite(value) else None

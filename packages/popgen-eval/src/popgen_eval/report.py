"""What an evaluation found: the scores of each file, why some are undefined, and each figure over all files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from popgen_core.errors import PopgenError
from popgen_eval.statistics import Summary, summarise

__all__ = ["FileScores", "Report"]


@dataclass(frozen=True)
class FileScores:
    """One file: a value for each figure, NaN where undefined with the reason in `reasons`.

    `error` says why a file could not be judged, `repairs` what had to be mended to read it.
    """

    path: str
    scores: Mapping[str, float] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    repairs: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; `error` and `repairs` are there only for files that have some."""
        values = {name: _number(value) for name, value in self.scores.items()}
        row: dict[str, Any] = {"file": self.path, "scores": values, "reasons": dict(self.reasons)}
        if self.error:
            row["error"] = self.error
        if self.repairs:
            row["repairs"] = list(self.repairs)
        return row


@dataclass(frozen=True)
class Report:
    """The files of an evaluation in order, and the names of its figures in the order in which to show them."""

    files: tuple[FileScores, ...]
    names: tuple[str, ...]

    @classmethod
    def from_json(cls, table: Any, source: str = "this") -> Report:
        """The report that `to_json` made, read back; what else such a table holds is left alone.

        Raises PopgenError, in one line that names `source` and the place, for a table that is no such report.
        """
        try:
            files = tuple(_file_from(f"files[{number}]", row) for number, row in enumerate(_list(table, "files")))
            named = dict.fromkeys(_dict(table, "summary")) | {name: None for file in files for name in file.scores}
        except _Misfit as misfit:
            message = f"{source} is no report of popgen eval: {misfit}"
            raise PopgenError(message, hint="popgen eval SONGS --json FILE writes one") from None
        return cls(files, tuple(named))

    @cached_property
    def summary(self) -> dict[str, Summary]:
        """For each figure: mean, sd, 95 % interval of the mean and number of files where it is defined."""
        return {name: summarise(file.scores.get(name, math.nan) for file in self.files) for name in self.names}

    @property
    def errors(self) -> tuple[FileScores, ...]:
        """The files that could not be read or judged."""
        return tuple(file for file in self.files if file.error)

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; NaN becomes null."""
        summary = {
            name: {
                "mean": _number(of.mean),
                "sd": _number(of.sd),
                "low": _number(of.low),
                "high": _number(of.high),
                "n": of.n,
            }
            for name, of in self.summary.items()
        }
        return {"files": [file.to_json() for file in self.files], "summary": summary}

    def rows(self) -> list[tuple[str, ...]]:
        """A table for a terminal, its heading first: figure, mean, sd, 95 % interval, files where it is defined."""
        heading = ("figure", "mean", "sd", "95 % interval", "n")
        return [heading, *(_row(name, of, len(self.files)) for name, of in self.summary.items())]


def _row(name: str, of: Summary, files: int) -> tuple[str, ...]:
    return name, _text(of.mean), _text(of.sd), f"{_text(of.low)} to {_text(of.high)}", f"{of.n} of {files}"


def _text(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


class _Misfit(Exception):
    """What is wrong with a table that should be a report."""


def _file_from(where: str, row: Any) -> FileScores:
    """One file's row of a report, read back."""
    try:
        values = {name: _score_from(name, value) for name, value in _dict(row, "scores").items()}
        reasons = {name: _words(reason, f"reasons[{name!r}]") for name, reason in _dict(row, "reasons").items()}
        repairs = tuple(_words(line, "repairs") for line in (_list(row, "repairs") if "repairs" in row else ()))
        return FileScores(
            _words(row.get("file"), "file"), values, reasons, _words(row.get("error", ""), "error"), repairs
        )
    except _Misfit as misfit:
        raise _Misfit(f"{where}: {misfit}") from None


def _score_from(name: str, value: Any) -> float:
    """A score, NaN for null."""
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
        raise _Misfit(f"scores[{name!r}] is no number")
    return float(value)


def _words(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise _Misfit(f"{where} is no text")
    return value


def _dict(table: Any, key: str) -> dict[str, Any]:
    if not isinstance(table, dict) or not isinstance(table.get(key), dict):
        raise _Misfit(f"it has no object {key!r}")
    found: dict[str, Any] = table[key]
    return found


def _list(table: Any, key: str) -> list[Any]:
    if not isinstance(table, dict) or not isinstance(table.get(key), list):
        raise _Misfit(f"it has no list {key!r}")
    found: list[Any] = table[key]
    return found

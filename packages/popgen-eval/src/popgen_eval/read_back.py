"""A report of popgen eval read back from its JSON: nothing in such a file is trusted."""

from __future__ import annotations

import math
from typing import Any

from popgen_core.errors import PopgenError
from popgen_eval.report import FORMAT, FileScores, Report

__all__ = ["report_from_json"]


def report_from_json(table: Any, source: str = "this") -> Report:
    """The report that `Report.to_json` made: its files, figures and settings; what else a table holds is left alone.

    Raises PopgenError, in one line that names `source` and the place, for a table that is no such report.
    """
    try:
        files = tuple(_file_from(f"files[{number}]", row) for number, row in enumerate(_list(table, "files")))
        named = dict.fromkeys(_dict(table, "summary")) | {name: None for file in files for name in file.scores}
        settings = _dict(table, "settings") if "settings" in table else {}
        if table.get("format", FORMAT) != FORMAT:
            raise _Misfit(f"its format is {table['format']}, this popgen reads {FORMAT}")
    except _Misfit as misfit:
        message = f"{source} is no report of popgen eval: {misfit}"
        raise PopgenError(message, hint="popgen eval SONGS --json FILE writes one") from None
    return Report(files, tuple(named), settings=settings)


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

"""A report of popgen eval read back from its JSON: nothing in such a file is trusted."""

from __future__ import annotations

import math
from typing import Any

from popgen_core.errors import PopgenError
from popgen_eval.copying.baseline import RealSongs
from popgen_eval.copying.verdict import VERDICTS, CopyingVerdict
from popgen_eval.report.report import FORMAT, FileScores, Report

__all__ = ["report_from_json"]


def report_from_json(table: Any, source: str = "this") -> Report:
    """The report that `Report.to_json` made: its files, figures, settings and its verdict on copying; what else a
    table holds is left alone.

    Raises PopgenError, in one line that names `source` and the place, for a table that is no such report.
    """
    try:
        files = tuple(_file_from(f"files[{number}]", row) for number, row in enumerate(_list(table, "files")))
        named = dict.fromkeys(_dict(table, "summary")) | {name: None for file in files for name in file.scores}
        settings = _dict(table, "settings") if "settings" in table else {}
        copying = _copying_from(_dict(table, "copying")) if "copying" in table else None
        if table.get("format", FORMAT) != FORMAT:
            raise _Misfit(f"its format is {table['format']}, this popgen reads {FORMAT}")
    except _Misfit as misfit:
        message = f"{source} is no report of popgen eval: {misfit}"
        raise PopgenError(message, hint="popgen eval SONGS --json FILE writes one") from None
    return Report(files, tuple(named), learned=_learned(table), settings=settings, read_copying=copying)


class _Misfit(Exception):
    """What is wrong with a table that should be a report."""


def _learned(table: dict[str, Any]) -> tuple[str, ...]:
    """The figures that hold songs against a training set; none of a report that does not say it."""
    laws = table.get("figures")
    told = laws.items() if isinstance(laws, dict) else ()
    return tuple(name for name, law in told if isinstance(law, dict) and law.get("against") == "training")


def _file_from(where: str, row: Any) -> FileScores:
    """One file's row of a report, read back."""
    try:
        values = {name: _value(value, f"scores[{name!r}]") for name, value in _dict(row, "scores").items()}
        reasons = {name: _words(reason, f"reasons[{name!r}]") for name, reason in _dict(row, "reasons").items()}
        repairs = tuple(_words(line, "repairs") for line in (_list(row, "repairs") if "repairs" in row else ()))
        notes = _dict(row, "notes") if "notes" in row else {}
        return FileScores(
            path=_words(row.get("file"), "file"),
            scores=values,
            reasons=reasons,
            error=_words(row.get("error", ""), "error"),
            repairs=repairs,
            notes={name: _words(note, f"notes[{name!r}]") for name, note in notes.items()},
        )
    except _Misfit as misfit:
        raise _Misfit(f"{where}: {misfit}") from None


def _copying_from(table: dict[str, Any]) -> CopyingVerdict:
    """What a report says of copying, read back."""
    standing = next((known for known in VERDICTS if known == table.get("verdict")), None)
    if standing is None:
        raise _Misfit(f"copying: its verdict is none of {', '.join(VERDICTS)}")
    real = None
    if standing != "nothing beside":
        row = _dict(table, "real")
        mean, p = (_number(row.get(name), f"copying: real: {name}") for name in ("mean", "p"))
        real = RealSongs(mean, _count(row.get("songs"), "copying: real: songs"), p)
    share, run = (_value(table.get(name), f"copying: {name}") for name in ("share", "run"))
    songs, trained_on = (_count(table.get(name), f"copying: {name}") for name in ("songs", "trained_on"))
    return CopyingVerdict(standing, songs, share, run, real, trained_on)


def _value(value: Any, where: str) -> float:
    """A number, NaN for null."""
    return math.nan if value is None else _number(value, where)


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
        raise _Misfit(f"{where} is no number")
    return float(value)


def _count(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1e15:
        raise _Misfit(f"{where} is no count")
    return value


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

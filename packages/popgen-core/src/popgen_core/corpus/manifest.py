"""A manifest beside songs: a table (MANIFEST.tsv, .csv or .json) that gives each file its licence and its source."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from popgen_core.corpus.licence_terms import UNKNOWN_NAME
from popgen_core.music.guard import plain_text

__all__ = ["MANIFESTS", "Claim", "Manifest", "file_key", "manifest_of"]

MANIFESTS = ("manifest.tsv", "manifest.csv", "manifest.json")  # in any case; the first of a folder counts

FILE_COLUMNS = ("file", "path", "filename", "midi_filename")
LICENCE_COLUMNS = ("licence", "license")
SOURCE_COLUMNS = ("source", "origin", "url")
LONGEST_NAME = 120  # characters of a licence's name; what is longer is cut, says so, and so counts as unknown


@dataclass(frozen=True)
class Claim:
    """What a manifest says of one file; `licence` is "" where its cell is empty."""

    licence: str
    origin: str


@dataclass(frozen=True)
class Manifest:
    """Claims by file, its path as `file_key` spells it, relative to the manifest; `problem` is a line, or ""."""

    claims: Mapping[str, Claim] = field(default_factory=dict)
    problem: str = ""


def file_key(path: str) -> str:
    """A path inside a folder as both a manifest and a disk may spell it: slashes, composed letters, no leading dot."""
    return unicodedata.normalize("NFC", path.replace("\\", "/")).removeprefix("./")


def manifest_of(content: bytes, ending: str) -> Manifest:
    """The manifest in a file's bytes; `ending` is ".tsv", ".csv" or ".json". Whatever is wrong becomes its problem."""
    text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    try:
        rows = _json_rows(text) if ending == ".json" else _table_rows(text, "\t" if ending == ".tsv" else ",")
    except (csv.Error, ValueError, RecursionError) as error:
        return Manifest(problem=f"it cannot be read: {plain_text(str(error))}")
    columns = {str(column) for row in rows[:1] for column in row}
    if not rows:
        return Manifest(problem="it has no rows")
    if columns.isdisjoint(FILE_COLUMNS) or columns.isdisjoint(LICENCE_COLUMNS):
        return Manifest(problem="it has no columns `file` and `licence`")
    return _manifest(rows)


def _table_rows(text: str, between: str) -> list[dict[str, Any]]:
    file = io.StringIO(text, newline="")
    plain = between == "\t"  # a quote in a cell is a quote
    lines = csv.reader(file, delimiter=between, quoting=csv.QUOTE_NONE if plain else csv.QUOTE_MINIMAL)
    columns = [column.strip().lower() for column in next(lines, [])]
    return [dict(zip(columns, line, strict=False)) for line in lines if line]


def _json_rows(text: str) -> list[dict[str, Any]]:
    """A list of objects, such a list under "files", or an object of objects by file name."""
    plain = json.loads(text)
    if isinstance(plain, dict):
        plain = plain.get("files", plain)
    if isinstance(plain, dict):
        plain = [{"file": name, **row} for name, row in plain.items() if isinstance(row, dict)]
    if not isinstance(plain, list):
        raise ValueError("no list of files in it")
    return [{str(name).lower(): value for name, value in row.items()} for row in plain if isinstance(row, dict)]


def _manifest(rows: Iterable[Mapping[str, Any]]) -> Manifest:
    claims: dict[str, Claim] = {}
    wrong = []
    for number, row in enumerate(rows, 1):
        file = _cell(row, FILE_COLUMNS)
        if not file or not any(name in row for name in LICENCE_COLUMNS):
            wrong.append(number)
            continue
        licence, origin = _licence(_cell(row, LICENCE_COLUMNS)), plain_text(_cell(row, SOURCE_COLUMNS))
        before = claims.get(file_key(file))
        if before and before.licence != licence:  # every part counts, so the stricter one does
            licence = _licence(f"{before.licence or UNKNOWN_NAME} / {licence or UNKNOWN_NAME}")
        claims[file_key(file)] = Claim(licence, origin)
    rest = f"its row {wrong[0]} names no file or no licence" if wrong else ""
    return Manifest(claims, rest + (f", and {len(wrong) - 1} more such rows" if len(wrong) > 1 else ""))


def _cell(row: Mapping[str, Any], names: Iterable[str]) -> str:
    return next((str(row[name]).strip() for name in names if row.get(name) is not None), "")


def _licence(text: str) -> str:
    plain = plain_text(" ".join(text.split()), longest=len(text))
    return plain if len(plain) <= LONGEST_NAME else f"{plain[:LONGEST_NAME]} (cut off)"

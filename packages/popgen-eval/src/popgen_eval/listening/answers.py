"""The answers of a listener: a line of CSV for every trial, checked word by word."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from popgen_core.errors import PopgenError
from popgen_eval.listening.plan import CHOICES

__all__ = ["COLUMNS", "MOST_BYTES", "SCALES", "Answer", "answer_files", "answers_from", "read_answers"]

SCALES = {
    "r_coh": "Coherence",
    "r_inter": "Interplay of the instruments",
    "r_quality": "Overall quality",
    "r_pop": "Pop authenticity",
}
KEYED = ("type", "item", "system_left", "system_right")  # empty until the key is joined, as is "seed"
COLUMNS = (
    *("session", "listener", "trial", *KEYED, "choice", "confidence", *SCALES),
    *("play_ms_a", "play_ms_b", "rt_ms", "order", "seed", "version", "test", "rated"),
)
WORDS = {
    "session": (r"[0-9a-f]{8,32}", "8 to 32 of the signs 0-9 and a-f"),
    "trial": (r"[0-9a-f]{8}", "8 of the signs 0-9 and a-f"),
    "choice": ("|".join(CHOICES), "A, B or none"),
    "test": (r"[0-9a-f]{16}", "16 of the signs 0-9 and a-f"),
    "version": (r"[\w .+-]{1,60}", "1 to 60 letters, digits, spaces or . + - _"),
    "rated": ("A|B", "A or B"),
}
SPREADSHEET = "a spreadsheet may have changed it: give the file as the page or `listen serve` wrote it"
MOST_BYTES = 256 * 1024
MOST_ROWS = 2_000
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Answer:
    """One trial of one listener.

    `choice`: A, B or none. `confidence` and each rating: 1 (low) to 5 (high). `play_ms_a`, `play_ms_b`: how long each
    clip was played, `rt_ms`: from the trial's start to the answer, all in milliseconds. `order`: from 1. `test`: the
    fingerprint of the key. `rated`: the clip that the ratings are of, A or B.
    """

    session: str
    listener: int
    trial: str
    choice: str
    confidence: int
    ratings: tuple[int, int, int, int]
    play_ms_a: int
    play_ms_b: int
    rt_ms: int
    order: int
    test: str
    version: str
    rated: str
    place: str = ""  # file and row, for messages


def answer_files(paths: Iterable[Path]) -> list[Path]:
    """The files given, and all CSV files of the folders given. Raises PopgenError where there is none."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(path.glob("*.csv"))
            if not inside:
                raise PopgenError(f"no CSV files in {path}")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise PopgenError(f"there is no file or folder {path}")
    return found


def read_answers(path: Path) -> list[Answer]:
    """The answers of a CSV file. Raises PopgenError naming the file and the row that cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PopgenError(f"{path} cannot be read: {error.strerror}") from error
    return answers_from(content, str(path))


def answers_from(content: bytes, name: str) -> list[Answer]:
    """The answers in the bytes of a CSV file called `name`; raises PopgenError naming the row."""
    if len(content) > MOST_BYTES:
        raise PopgenError(f"{name} has more than {MOST_BYTES:,} bytes", hint="one file holds one listener's answers")
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_parted_by(text), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise PopgenError(f"{name} is no CSV file: {error}") from error
    if not rows or tuple(rows[0]) != COLUMNS:
        raise PopgenError(
            f"{name}, row 1: its columns are not those of a listening test; {_difference(rows)}",
            hint="give the files that the page or `listen serve` wrote",
        )
    if len(rows) > MOST_ROWS:
        raise PopgenError(f"{name} has more than {MOST_ROWS:,} rows", hint="one file holds one listener's answers")
    return [_answer(row, f"{name}, row {number}") for number, row in enumerate(rows[1:], 2) if row]


def _parted_by(text: str) -> str:
    """What parts the fields: a comma; a semicolon where a spreadsheet of many a country has saved the file."""
    first = text.partition("\n")[0]
    return ";" if first.count(";") > first.count(",") else ","


def _difference(rows: list[list[str]]) -> str:
    """The first column that is not as it should be."""
    given = rows[0] if rows else []
    for number, needed in enumerate(COLUMNS):
        if number >= len(given):
            return f"it ends after {len(given)} of {len(COLUMNS)}, {needed} is missing"
        if given[number] != needed:
            return f"column {number + 1} is {given[number][:40]!r}, {needed} is needed"
    return f"it has {len(given)}, {len(COLUMNS)} are needed"


def _answer(row: list[str], place: str) -> Answer:
    if len(row) != len(COLUMNS):
        raise PopgenError(f"{place}: {len(row)} fields, {len(COLUMNS)} are needed", hint=SPREADSHEET)
    field = dict(zip(COLUMNS, row, strict=True))
    return Answer(
        session=_word(field, "session", place),
        listener=_number(field, "listener", 1, 1_000_000, place),
        trial=_word(field, "trial", place),
        choice=_word(field, "choice", place),
        confidence=_number(field, "confidence", 1, 5, place),
        ratings=tuple(_number(field, scale, 1, 5, place) for scale in SCALES),  # type: ignore[arg-type]
        play_ms_a=_number(field, "play_ms_a", 0, DAY_MS, place),
        play_ms_b=_number(field, "play_ms_b", 0, DAY_MS, place),
        rt_ms=_number(field, "rt_ms", 0, 30 * DAY_MS, place),
        order=_number(field, "order", 1, MOST_ROWS, place),
        test=_word(field, "test", place),
        version=_word(field, "version", place),
        rated=_word(field, "rated", place),
        place=place,
    )


def _word(field: dict[str, str], name: str, place: str) -> str:
    pattern, needed = WORDS[name]
    if not re.fullmatch(pattern, field[name], flags=re.ASCII):
        raise PopgenError(f"{place}: {name} cannot be {field[name][:40]!r}; it is {needed}", hint=SPREADSHEET)
    return field[name]


def _number(field: dict[str, str], name: str, least: int, most: int, place: str) -> int:
    text = field[name]
    if not re.fullmatch(r"[0-9]{1,12}", text, flags=re.ASCII) or not least <= int(text) <= most:
        raise PopgenError(
            f"{place}: {name} must be a whole number from {least} to {most}, not {text[:40]!r}", hint=SPREADSHEET
        )
    return int(text)

"""A validation as tables: cells of text for a terminal, Markdown for a page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from popgen_eval.corruptions import CORRUPTIONS, CROSSING
from popgen_eval.validation.separation import Separation
from popgen_eval.validation.validate import LEAST_SONGS, SLACK, Validation, by_upper_end, target_of

__all__ = [
    "HEADING",
    "INVARIANCE_HEADING",
    "invariance_rows",
    "left_out",
    "legend_rows",
    "markdown",
    "notes",
    "separation_rows",
]

HEADING = ("figure", "against", "real", "spoiled", "AUC", "95 %", "paired", "d", "n", "target", "ok")
INVARIANCE_HEADING = ("figure", "20 frames/s: mean change", "+3 semitones: largest")
NARROWLY = "yes*"
Row = tuple[str, ...]


def separation_rows(found: Validation, *, every: bool = False) -> list[Row]:
    """A row of text for each figure and corruption with a target, or for `every` one, in the order of HEADING."""
    return [_row(row, found.verdict(row)) for row in (found.separations if every else found.targeted)]


def notes(found: Validation, *, every: bool = False) -> list[str]:
    """What the marks in the last column mean, of those that are there."""
    marked = any(row[-1] == NARROWLY for row in separation_rows(found, every=every))
    return ["* reached by the upper end of the interval only"] if marked else []


def legend_rows(found: Validation, *, every: bool = False) -> list[Row]:
    """(corruption, what it does) of those in the table, as their docstrings say it."""
    shown = {row.corruption for row in (found.separations if every else found.targeted)}
    return [(name, _what(made)) for name, made in {**CORRUPTIONS, **CROSSING}.items() if name in shown]


def _what(made: object) -> str:
    """The first line of a corruption's docstring; those made of other songs are told by their makers."""
    line = (made.__doc__ or "-").splitlines()[0].removeprefix("A corruption that ")
    return line[:1].upper() + line[1:]


def invariance_rows(found: Validation) -> list[Row]:
    """A row of text for each figure: what 20 frames a second change on the mean, what three semitones at most."""
    by = {(row.figure, row.check): row for row in found.invariances}
    return [
        (figure, _text(by[figure, "roll20"].mean_change, 3), _exactly(by[figure, "transpose"].largest_change))
        for figure in found.figures
    ]


def markdown(found: Validation, *, every: bool = False) -> str:
    """The validation as a page of Markdown: what is measured against targets, or `every` figure and corruption."""
    parts = [
        "# Do the figures notice?\n",
        f"Written by `popgen eval-validate`: {len(found.material.songs)} songs of `{found.place}` in 4/4 with drums, "
        f"bass and two pitched groups more, the first {found.material.bars} bars of each, seed {found.seed}. "
        f"Left out: {left_out(found)}. Corpus hash `{found.material.sha256[:16]}`.\n",
        "AUC: the chance that a song is better than a spoiled song by this figure, ties half, with a 95 % "
        "bootstrap interval over songs. Paired: share of songs better than their own spoiled copy. d: Cohen's. "
        f"A target is reached when the interval reaches it less {SLACK:g}; fewer than {LEAST_SONGS} songs are too few "
        f"to say. {found.summary.partition('; ')[2]}.\n",
        _table(HEADING, separation_rows(found, every=every)),
        *(f"\n\\{note}." for note in notes(found, every=every)),
        "\n## What must not change a figure\n",
        "A round trip through a roll of 20 frames a second moves onsets by up to 25 ms; transposition must move "
        "nothing.\n",
        _table(INVARIANCE_HEADING, invariance_rows(found)),
    ]
    return "\n".join(parts) + "\n"


def left_out(found: Validation) -> str:
    """How many songs were left out, and why, in a line."""
    counts = [f"{songs} {reason}" for reason, songs in found.material.unfit.items()]
    unread = len(found.material.unread)
    return ", ".join(counts + ([f"{unread} unread"] if unread else [])) or "none"


def _row(row: Separation, verdict: str) -> Row:
    target = target_of(row)
    return (
        row.figure,
        row.corruption,
        _text(row.real_mean),
        _text(row.corrupted_mean),
        _text(row.auc),
        "-" if math.isnan(row.low) else f"{row.low:.2f}-{row.high:.2f}",
        _text(row.paired),
        _text(row.d, 1),
        str(row.n),
        "" if target is None else f"{target:.2f}",
        NARROWLY if verdict == "yes" and by_upper_end(row) else verdict,
    )


def _table(heading: Sequence[str], rows: Iterable[Row]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _text(value: float, digits: int = 2) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def _exactly(value: float) -> str:
    """A change that must be none: 0 where it is but for rounding."""
    if math.isnan(value):
        return "-"
    return "0" if value < 1e-9 else f"{value:.2g}"

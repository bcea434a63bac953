"""Calibrated scores: 1 is what the median real piece has, 0 what spoiled pieces have; their anchors are frozen."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from os import PathLike
from pathlib import Path
from typing import Any

from popgen_core.errors import PopgenError, RecipeError
from popgen_core.music.text import plain_text

__all__ = [
    "FORMAT",
    "Anchor",
    "Scale",
    "anchors",
    "built_in",
    "calibrated",
    "scale_from_file",
    "scale_from_json",
    "version_of",
]

FORMAT = 2  # of an anchors file: 2 since `won_by` knows four baselines
FILE = "anchors.json"
LONGEST = 60  # letters of a name that a file of anchors gives
FREEZE = "popgen eval-validate SONGS --freeze FILE writes one"


@dataclass(frozen=True)
class Anchor:
    """What real and spoiled pieces have by one figure.

    `real_median`, `real_low` and `real_high` (5th and 95th percentile) are of `n` real pieces, one window each.
    `corrupted_mean`: the mean over the corruptions that the figure is meant to notice; NaN for a descriptive figure,
    and for one whose real pieces are no better than that. `won_by`: silly baselines that the figure prefers to music.
    """

    figure: str
    real_median: float
    real_low: float
    real_high: float
    corrupted_mean: float
    n: int
    won_by: tuple[str, ...]


@dataclass(frozen=True)
class Scale:
    """The anchors of one frozen file by figure, and what they were found in.

    `corpus` is the name of the corpus whose real songs they are of, `window_bars` the bars of each window, `version`
    a digest of the file's content.
    """

    anchors: Mapping[str, Anchor]
    corpus: str
    window_bars: int
    version: str

    @property
    def name(self) -> str:
        """What a report calls the anchors that it was made by."""
        return f"{self.corpus} {self.version}"

    def at(self, bars: Any) -> Scale:
        """This scale for windows of so many bars (None: not told): it has no anchors where they were found in others.

        Figures of repetition depend on the number of bars, so values of other windows are on no scale of theirs.
        """
        return self if bars is None or bars == self.window_bars else replace(self, anchors={})

    def calibrated(self, figure: str, value: float) -> float:
        """A figure's value as 0 (what spoiled pieces have) .. 1 (what the median real piece has, or more).

        clip((value - corrupted) / (median - corrupted), 0, 1), for figures of which less is better too. NaN where the
        value is, and for figures that have no anchor or no direction.
        """
        anchor = self.anchors.get(figure)
        if anchor is None or math.isnan(value) or math.isnan(anchor.corrupted_mean):
            return math.nan
        share = (value - anchor.corrupted_mean) / (anchor.real_median - anchor.corrupted_mean)
        return min(max(share, 0.0), 1.0)

    def warning(self, figure: str) -> str:
        """What to beware of in a figure that silly music wins, or ""."""
        anchor = self.anchors.get(figure)
        if anchor is None or not anchor.won_by:
            return ""
        *first, last = anchor.won_by
        verb = "score" if first or last.endswith("bars") else "scores"
        return f"{', '.join(first)}{' and ' * bool(first)}{last} {verb} better: never quote alone"


@cache
def anchors() -> Mapping[str, Anchor]:
    """The anchors of this release by figure. Raises PopgenError where their file was changed by hand or is damaged."""
    return _release().anchors


def built_in() -> Scale:
    """The scale of this release."""
    return replace(_release(), anchors=anchors())


def calibrated(figure: str, value: float) -> float:
    """A figure's value on the scale of this release: see `Scale.calibrated`."""
    return built_in().calibrated(figure, value)


def scale_from_file(path: str | PathLike[str], bars: int) -> Scale:
    """The anchors that `popgen eval-validate --freeze` wrote into a file, to judge windows of `bars` bars by.

    Raises PopgenError, in one line that names the file, for one that is damaged, of another format or changed by
    hand, and RecipeError for anchors of other windows.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8")
    except OSError as error:
        raise PopgenError(f"{path} cannot be read: {error.strerror}", hint=FREEZE) from error
    except UnicodeDecodeError as error:
        raise PopgenError(f"{path} is no file of anchors: it is no text", hint=FREEZE) from error
    scale = scale_from_json(text, str(path))
    if scale.window_bars != bars:
        said = f"the anchors of {path} hold for windows of {scale.window_bars} bars, these are of {bars}"
        raise RecipeError(said, hint=f"--bars {scale.window_bars} makes windows that they hold for")
    return scale


def scale_from_json(text: str, source: str = "the text") -> Scale:
    """The scale in the text of a file of anchors; raises PopgenError, in a line that names `source`, for others."""
    try:
        table = json.loads(text)
        _refuse_others(table, source)
        found = {str(figure): _anchor(str(figure), row) for figure, row in table["figures"].items()}
        corpus = plain_text(_words(table["corpus"]["name"]), longest=LONGEST)
        return Scale(found, corpus, int(table["window_bars"]), str(table["version"]))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        why = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise PopgenError(f"{source}: these anchors cannot be read: {why}", hint=FREEZE) from error


def version_of(table: Mapping[str, Any]) -> str:
    """A name for the content of an anchors file: 12 hexadecimal digits, the same for the same content."""
    content = {name: value for name, value in table.items() if name != "version"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


@cache
def _release() -> Scale:
    file = resources.files("popgen_eval").joinpath(FILE)
    return scale_from_json(file.read_text(encoding="utf-8"), f"{FILE} of popgen-eval")


def _refuse_others(table: Any, source: str) -> None:
    """Raise PopgenError for anchors of another format, or whose content is not what their version names."""
    written = table["format"]
    if written != FORMAT:
        said = f"{source}: these anchors are of format {str(written)[:LONGEST]!r}, this popgen reads {FORMAT}"
        raise PopgenError(said, hint=f"freeze them anew: {FREEZE}")
    if table["version"] != version_of(table):
        raise PopgenError(f"{source}: these anchors were changed by hand", hint=f"freeze them anew: {FREEZE}")


def _anchor(figure: str, row: Mapping[str, Any]) -> Anchor:
    def number(name: str) -> float:
        value = math.nan if row[name] is None else float(row[name])
        if math.isinf(value):
            raise ValueError(f"{figure}: {name} has no bound")
        return value

    values = {name: number(name) for name in ("real_median", "real_low", "real_high", "corrupted_mean")}
    if values["real_median"] == values["corrupted_mean"]:
        raise ValueError(f"{figure}: real and spoiled pieces have one value")
    won_by = tuple(plain_text(_words(name), longest=LONGEST) for name in row["won_by"])
    return Anchor(figure, **values, n=int(row["n"]), won_by=won_by)


def _words(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{str(value)[:LONGEST]!r} is no name")
    return value

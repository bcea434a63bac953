"""Calibrated scores: 1 is what the median real piece has, 0 what spoiled pieces have; their anchors are frozen."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from popgen_core.errors import PopgenError

__all__ = ["FORMAT", "Anchor", "anchors", "anchors_from_json", "calibrated", "corpus_name", "version_of", "window_bars"]

FORMAT = 1
FILE = "anchors.json"


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


@cache
def anchors() -> Mapping[str, Anchor]:
    """The anchors of this release by figure. Raises PopgenError where their file was changed by hand or is damaged."""
    return anchors_from_json(_frozen())


@cache
def corpus_name() -> str:
    """The name of the corpus whose real songs the anchors of this release are of."""
    return str(json.loads(_frozen())["corpus"]["name"])


def window_bars() -> int:
    """The bars of the windows that the anchors were found in: values of other windows are on no scale of theirs."""
    return int(json.loads(_frozen())["window_bars"])


def calibrated(figure: str, value: float) -> float:
    """A figure's value as 0 (what spoiled pieces have) .. 1 (what the median real piece has, or more).

    clip((value - corrupted) / (median - corrupted), 0, 1), for figures of which less is better too. NaN where the
    value is, and for figures that have no anchor or no direction.
    """
    anchor = anchors().get(figure)
    if anchor is None or math.isnan(value) or math.isnan(anchor.corrupted_mean):
        return math.nan
    share = (value - anchor.corrupted_mean) / (anchor.real_median - anchor.corrupted_mean)
    return min(max(share, 0.0), 1.0)


def anchors_from_json(text: str) -> dict[str, Anchor]:
    """The anchors in the text of a file that `popgen eval-validate --freeze` wrote; raises PopgenError for others."""
    try:
        plain = json.loads(text)
        if plain["format"] != FORMAT or plain["version"] != version_of(plain):
            raise PopgenError("the anchors were changed by hand or are of another popgen", hint="freeze them anew")
        return {figure: _anchor(figure, row) for figure, row in plain["figures"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PopgenError(f"the anchors cannot be read: {error}", hint="install popgen-eval anew") from error


def version_of(plain: Mapping[str, Any]) -> str:
    """A name for the content of an anchors file: 12 hexadecimal digits, the same for the same content."""
    content = {name: value for name, value in plain.items() if name != "version"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


def _frozen() -> str:
    return resources.files("popgen_eval").joinpath(FILE).read_text(encoding="utf-8")


def _anchor(figure: str, row: Mapping[str, Any]) -> Anchor:
    def number(name: str) -> float:
        return math.nan if row[name] is None else float(row[name])

    values = {name: number(name) for name in ("real_median", "real_low", "real_high", "corrupted_mean")}
    if values["real_median"] == values["corrupted_mean"]:
        raise ValueError(f"{figure}: real and spoiled pieces have one value")
    return Anchor(figure, **values, n=int(row["n"]), won_by=tuple(row["won_by"]))

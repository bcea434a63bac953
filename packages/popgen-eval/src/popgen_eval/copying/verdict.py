"""The verdict on copying: what songs share with a training set, beside what real songs outside it share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Literal

from popgen_eval.copying.baseline import Band, copying_band

__all__ = ["TRAINED_ON", "VERDICTS", "CopyingVerdict", "Standing", "copying_verdict"]

Standing = Literal["above the band", "within the band", "no band"]
VERDICTS: tuple[Standing, ...] = ("above the band", "within the band", "no band")
LEAST_REAL = 2  # real songs that a band takes
TRAINED_ON = 0.9  # share above which a real song looks as if it had been trained on


@dataclass(frozen=True)
class CopyingVerdict:
    """What `songs` songs with a defined share have in common with a training set, and whether real songs would.

    `share`: their mean, 0..1, NaN of none; `run`: their longest run in bars, NaN of none; `band`: of real songs outside
    the training set, None without two of them; `trained_on`: how many of those share nine tenths or more, and so make
    the band worthless.
    """

    standing: Standing
    songs: int
    share: float
    run: float
    band: Band | None = None
    trained_on: int = 0

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; NaN and a band that is not there become null."""
        return {
            "verdict": self.standing,
            "songs": self.songs,
            "share": None if math.isnan(self.share) else self.share,
            "run": None if math.isnan(self.run) else self.run,
            "band": asdict(self.band) if self.band else None,
            "trained_on": self.trained_on,
        }


def copying_verdict(
    shares: Sequence[float], runs: Sequence[float], real: Sequence[float] = (), seed: int = 0
) -> CopyingVerdict:
    """Shares and longest runs of songs, shares of real songs outside the training set, NaN where undefined, and the
    seed of the bootstrap -> the verdict.
    """
    found, longest, beside = _defined(shares), _defined(runs), _defined(real)
    band = _band(beside, len(found), seed) if found and len(beside) >= LEAST_REAL else None
    standing: Standing = "no band"
    if band is not None:
        standing = "above the band" if band.flags(found) else "within the band"
    return CopyingVerdict(
        standing=standing,
        songs=len(found),
        share=sum(found) / len(found) if found else math.nan,
        run=max(longest, default=math.nan),
        band=band,
        trained_on=sum(value >= TRAINED_ON for value in beside),
    )


def _defined(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(value for value in values if not math.isnan(value))


@lru_cache(maxsize=8)
def _band(real: tuple[float, ...], size: int, seed: int) -> Band:
    """One report asks for its band several times: it is drawn once."""
    return copying_band(real, size, seed)

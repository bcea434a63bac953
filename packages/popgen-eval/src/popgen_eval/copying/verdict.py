"""The verdict on copying: what songs share with a training set, beside what real songs outside it share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Literal

from popgen_eval.copying.baseline import RealSongs, beside_real

__all__ = ["TRAINED_ON", "VERDICTS", "CopyingVerdict", "Standing", "copying_verdict"]

Standing = Literal["more than real songs", "not shown to be more", "nothing beside"]
VERDICTS: tuple[Standing, ...] = ("more than real songs", "not shown to be more", "nothing beside")
TRAINED_ON = 0.9  # share above which a real song looks as if it had been trained on


@dataclass(frozen=True)
class CopyingVerdict:
    """What `songs` songs with a defined share have in common with a training set, and whether real songs would.

    `share`: their mean, 0..1, NaN of none; `run`: their longest run in bars, NaN of none; `real`: real songs outside
    the training set, None without any; `trained_on`: how many of those share nine tenths or more, and so hide copies.
    """

    standing: Standing
    songs: int
    share: float
    run: float
    real: RealSongs | None = None
    trained_on: int = 0

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; NaN and real songs that are not there become null."""
        return {
            "verdict": self.standing,
            "songs": self.songs,
            "share": None if math.isnan(self.share) else self.share,
            "run": None if math.isnan(self.run) else self.run,
            "real": asdict(self.real) if self.real else None,
            "trained_on": self.trained_on,
        }


def copying_verdict(
    shares: Sequence[float], runs: Sequence[float], real: Sequence[float] = (), seed: int = 0
) -> CopyingVerdict:
    """Shares and longest runs of songs, shares of real songs outside the training set, NaN where undefined, and the
    seed of the permutations -> the verdict.
    """
    found, longest, beside = _defined(shares), _defined(runs), _defined(real)
    stands = _beside(found, beside, seed) if found and beside else None
    standing: Standing = "nothing beside"
    if stands is not None:
        standing = "more than real songs" if stands.less else "not shown to be more"
    return CopyingVerdict(
        standing=standing,
        songs=len(found),
        share=sum(found) / len(found) if found else math.nan,
        run=max(longest, default=math.nan),
        real=stands,
        trained_on=sum(value >= TRAINED_ON for value in beside),
    )


def _defined(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(value for value in values if not math.isnan(value))


@lru_cache(maxsize=8)
def _beside(found: tuple[float, ...], real: tuple[float, ...], seed: int) -> RealSongs:
    """One report asks several times: it is drawn once."""
    return beside_real(found, real, seed)

"""What a component does with the kit's own example, as numbers that two processes can compare."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from popgen_core.contracts.card import Card, Kind
from popgen_core.testing.maker import Maker
from popgen_core.testing.where import contract_of

__all__ = ["alike", "behaviour_of"]


def behaviour_of(kind: Kind, target: str, settings: Mapping[str, Any]) -> list[float]:
    """What a component, freshly made, does with the kit's example."""
    make = Maker(Card(kind, "component", target, ""), settings=settings)
    return [float(number) for number in contract_of(kind).behaviour(make)]


def alike(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two lists hold the same numbers, within what another order of sums changes; NaN is like NaN."""
    return len(one) == len(other) and all(
        math.isclose(a, b, rel_tol=1e-4, abs_tol=1e-5) or (math.isnan(a) and math.isnan(b))
        for a, b in zip(one, other, strict=True)
    )

"""Where the checks of each kind stand; a kind's module is imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import Any

from popgen_core.contracts.card import KINDS, Kind

__all__ = ["contract_of"]

WHERE: dict[Kind, str] = {
    "grouper": "popgen_core.testing.grouper",
    "evaluator": "popgen_core.testing.evaluator",
    "encoder": "popgen_core.testing.model.encoder",
    "backbone": "popgen_core.testing.model.backbone",
    "decoder": "popgen_core.testing.model.decoder",
    "loss": "popgen_core.testing.model.loss",
    "checkpoint": "popgen_core.testing.model.checkpoint",
}


def contract_of(kind: Kind) -> Any:
    """The module of a kind's checks, imported now: its CHECKS, and `behaviour(make)`: what a component does with
    the kit's example, as some numbers.

    Raises ValueError for an unknown kind.
    """
    if kind not in WHERE:
        raise ValueError(f"there is no kind {kind!r}; kinds are {', '.join(KINDS)}")
    return importlib.import_module(WHERE[kind])

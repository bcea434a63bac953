"""Components that break one promise each: every check of the conformance kit must see its own.

A module for each kind (and `component`, for what all kinds promise) holds GOOD, the Maker of a sound component, and
MUTANTS: for each check by its name the Makers of those that differ from it in one thing and break the claim.
"""

from __future__ import annotations

from typing import Any

from popgen_core.contracts.card import Card, Kind
from popgen_core.testing import Maker


def sample(kind: Kind, target: str, declared: str = "", **settings: Any) -> Maker:
    """The Maker of a class in one of these modules, with settings of its own."""
    return Maker(Card(kind, "sample.v1", f"mutants.{target}", "a sample"), declared, settings)

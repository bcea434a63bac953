"""Which checks hold for which kind: those of every component, then those of its own contract."""

from __future__ import annotations

from popgen_core.contracts.card import Kind
from popgen_core.testing.component import BUILT, DECLARED
from popgen_core.testing.verdict import Check
from popgen_core.testing.where import contract_of

__all__ = ["checks_of"]


def checks_of(kind: Kind) -> list[Check]:
    """The checks of a kind, in the order in which an author should mend. Raises ValueError for an unknown kind."""
    own = contract_of(kind).CHECKS
    return [*DECLARED, *own] if kind == "checkpoint" else [*DECLARED, *BUILT, *own]

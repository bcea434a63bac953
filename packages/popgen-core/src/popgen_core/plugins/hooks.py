"""The one hook by which a distribution hands in its name cards, and the marker to implement it with."""

from __future__ import annotations

from collections.abc import Sequence

import pluggy

from popgen_core.contracts.card import Card

__all__ = ["PROJECT", "hookimpl", "popgen_components"]

PROJECT = "popgen"  # the name of the entry-point group and of pluggy's markers

hookimpl = pluggy.HookimplMarker(PROJECT)
_hookspec = pluggy.HookspecMarker(PROJECT)


@_hookspec
def popgen_components() -> Sequence[Card]:  # type: ignore[empty-body]
    """The name cards of the components that this distribution brings. Must not import the components."""

"""A kind of plug-in as somebody wrote it."""

from __future__ import annotations

from difflib import get_close_matches

from popgen_core.contracts.card import KINDS, Kind
from popgen_core.errors import PluginError

__all__ = ["kind_named"]


def kind_named(text: str) -> Kind:
    """The kind that a text names. Raises PluginError, with a guess at what was meant, where it names none."""
    for kind in KINDS:
        if text == kind:
            return kind
    close = get_close_matches(text.lower(), KINDS, n=1)
    advice = f"did you mean {close[0]}?" if close else f"kinds are: {', '.join(KINDS)}"
    raise PluginError(f"there is no kind of plug-in named {text!r}", hint=advice)

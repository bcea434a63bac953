"""How a comparison shows its numbers: effects with intervals, p, songs needed, and which way a difference goes."""

from __future__ import annotations

import math

from popgen_eval.comparison.figure import FigureTest

__all__ = ["effect_text", "number_text", "p_text", "relation", "size_text"]

MOST = 10_000  # songs; a difference that takes more is none to speak of


def relation(test: FigureTest) -> str:
    """What the first is beside the second: better or worse only where a direction is declared."""
    if test.better == "none":
        return "higher" if test.up else "lower"
    return "better" if test.up == (test.better == "higher") else "worse"


def effect_text(test: FigureTest) -> str:
    """An effect and its interval; - for what is not known."""
    effect = test.effect
    if math.isnan(effect.value) or math.isinf(effect.value):
        return "without bound" if math.isinf(effect.value) else "-"
    if math.isnan(effect.low):
        return f"{effect.value:+.2f} [-]"
    return f"{effect.value:+.2f} [{effect.low:.2f}, {effect.high:.2f}]"


def size_text(needed: int | None) -> str:
    """Songs that a test needs."""
    return f"over {MOST:,}" if needed is None or needed > MOST else f"{needed:,}"


def number_text(value: float) -> str:
    """A mean."""
    return "-" if math.isnan(value) else f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"


def p_text(value: float) -> str:
    """A p without its leading 0."""
    if math.isnan(value):
        return "-"
    return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")

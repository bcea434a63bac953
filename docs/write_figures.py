"""Writes docs/figures.md: the law of every figure, as its evaluator states it."""

from __future__ import annotations

import inspect
from pathlib import Path

from popgen_eval.cards import CURRENT
from popgen_eval.judging.song import evaluator_named

PAGE = Path(__file__).with_name("figures.md")


def page() -> str:
    """The page as it should be."""
    parts = ["# The figures\n\nWritten by `make docs` from the evaluators themselves; a test compares them.\n"]
    for name in (card.name for card in CURRENT):
        evaluator = evaluator_named(name)
        parts.append(f"## `{name}`\n\n{inspect.getdoc(type(evaluator))}\n")
        for measure in evaluator.measures:
            scale = f"{measure.low:g} to {measure.high:g}, unit {measure.unit}, better: {measure.better}"
            parts.append(f"- **{measure.name}** ({scale}): {measure.law}\n")
    parts.append("## `overall`\n\nThe geometric mean of the five headline figures, none counted as less than 0.01.\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

"""popgen plugins show: everything that can be told of one component."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from popgen_cli.doors import door, shown_json
from popgen_cli.wrapped import paragraphs, rows, said

if TYPE_CHECKING:
    from popgen_core.contracts.evaluator import Measure
    from popgen_core.plugins.options import Option
    from popgen_core.plugins.shown import Shown
    from popgen_core.plugins.weights import Weights

__all__ = ["show_component"]

BETTER = {"higher": "higher is better", "lower": "lower is better", "none": "neither end is better"}


@door
def show_component(
    kind: Annotated[str, typer.Argument(help="Kind of the component: grouper, encoder, ...")],
    name: Annotated[str, typer.Argument(help="Its name; DISTRIBUTION:NAME says whose.")],
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show one component: whose it is, its source, its settings with ranges and defaults, and its contract's shapes.

    Example: popgen plugins show encoder cnn.v2
    """
    from popgen_core.plugins import catalogue
    from popgen_core.plugins.kinds import kind_named
    from popgen_core.plugins.shown import shown

    found = shown(kind_named(kind), name, catalogue())
    if json:
        shown_json(found.table())
    else:
        _show(found)


def _show(found: Shown) -> None:
    card = found.offer.card
    typer.echo(f"{card.kind} {card.name}, of {found.offer.distribution} {found.offer.version}")
    said(card.summary, "  ")
    typer.echo()
    target = [("target", card.target), ("source", found.source or "not found")]
    rows([*target, *_facts(found.facts)])
    if found.text:
        _heading("What it is")
        paragraphs(found.text, "  ")
    if found.weights:
        _heading("Its weights")
        rows(_weights(found.weights))
    if found.measures:
        _heading("What it measures")
        rows((measure.name, _measure(measure)) for measure in found.measures)
    if card.kind != "checkpoint":
        _settings(card.kind, found.options)
    _heading(f"What every {card.kind} promises, {found.contract.where}")
    paragraphs(found.contract.text, "  ")
    for method in found.contract.methods:
        typer.echo()
        said(method.signature, "  ", "      ")
        paragraphs(method.text, "    ")


def _heading(words: str) -> None:
    typer.echo()
    said(words)


def _facts(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in facts.items():
        yield name, ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _settings(kind: str, options: Sequence[Option]) -> None:
    """Its settings, and how a recipe says them where recipes choose such components."""
    from popgen_core.recipe import PARTS

    how = f", told by --set {kind}.NAME=VALUE or in a recipe" if kind in PARTS and options else ""
    _heading(f"Settings{how}" if options else "It has no settings")
    for option in options:
        default = "needed" if option.needed else f"{_told(option.default)} unless told"
        typer.echo(f"  {option.name}")
        said("; ".join([", ".join(part for part in (option.type, option.range) if part), default]), "    ")
        if option.description:
            said(option.description, "    ")


def _told(value: Any) -> str:
    """A default as a recipe says it."""
    import json

    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False, default=str)


def _measure(measure: Measure) -> str:
    low, high = (f"{end:g}" if math.isfinite(end) else "any" for end in (measure.low, measure.high))
    return f"{measure.unit}, {low} to {high}, {BETTER[measure.better]}: {measure.law}"


def _weights(weights: Weights) -> Iterator[tuple[str, str]]:
    yield "file", weights.file
    yield "size", f"{weights.bytes / 1e6:.1f} MB, stored as {weights.stored}"
    yield "recipe", ": ".join(part for part in (weights.recipe, weights.summary) if part) or "not told"
    yield "groups", ", ".join(weights.groups)
    yield "written by", f"popgen {weights.popgen}"

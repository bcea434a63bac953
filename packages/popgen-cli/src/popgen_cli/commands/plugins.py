"""popgen plugins: which components are installed and whose; one shown, checked, begun."""

from __future__ import annotations

from typing import Annotated

import typer

from popgen_cli.commands.plugins_check import check_distribution
from popgen_cli.commands.plugins_new import new_plugin
from popgen_cli.commands.plugins_show import show_component
from popgen_cli.doors import door, shown_json

__all__ = ["plugins"]

plugins = typer.Typer(
    help="List, show and check components, or begin one.", no_args_is_help=True, rich_markup_mode=None
)


@plugins.callback()
def _plugins() -> None:
    """List, show and check components, or begin one."""


@plugins.command("list")
@door
def list_plugins(
    json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """List every component by kind, with its distribution; imports none of them.

    Example: popgen plugins list
    """
    from popgen_core.contracts.card import KINDS
    from popgen_core.plugins import catalogue, lacks
    from popgen_core.plugins.surroundings import printable

    found = catalogue()
    offers = sorted(found.offers, key=lambda offer: (KINDS.index(offer.card.kind), offer.card.name))
    problems = [*found.problems, *found.clashes()]
    if json:
        rows = [
            {
                "kind": o.card.kind,
                "name": o.card.name,
                "summary": o.card.summary,
                "distribution": o.distribution,
                "version": o.version,
                "needs": lacks(o.card),
            }
            for o in offers
        ]
        shown_json({"components": rows, "problems": [vars(problem) for problem in problems]})
        return
    for offer in offers:
        card = offer.card
        needs = f" (needs {lacks(card)})" if lacks(card) else ""
        said = printable(f"{card.summary}{needs}")
        typer.echo(f"{card.kind:10}  {card.name:26}  {offer.distribution} {offer.version}  {said}")
    for problem in problems:
        typer.echo(f"problem     {problem}")


plugins.command("show")(show_component)
plugins.command("check")(check_distribution)
plugins.command("new")(new_plugin)

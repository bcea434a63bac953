"""Writes docs/kinds/: of each kind of plug-in its contract, what goes in and out, what is checked, what there is."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from settings_table import settings_table

from popgen_core.contracts.card import KINDS, Card, Kind
from popgen_core.plugins import catalogue
from popgen_core.plugins.loader import BUILTIN
from popgen_core.testing import checks_of

FOLDER = Path(__file__).with_name("kinds")
LONGEST = 90  # characters of a signature in one line
FIRST = """# {title}

Written by `make docs` from the contract itself; a test compares them.

{what} In Python this contract is
`{module}`. `popgen plugins new` makes a plug-in of this kind to begin with.
"""

KIT = """## What the kit checks

`popgen plugins check DISTRIBUTION` and the tests of a new plug-in ask all of this, in this order.
"""


def page(kind: Kind) -> str:
    """The page of a kind as it should be."""
    contract = import_module(f"popgen_core.contracts.{kind}")
    promised = [each for each in _public(contract) if getattr(each, "_is_protocol", False)]
    things = [_thing(each) for each in _things(promised)]
    parts = [_first(kind, contract), *(_contract(each) for each in promised)]
    return "\n".join(
        [*parts, *(["## What goes in and out\n"] if things else []), *things, _kit(kind), *_built_in(kind)]
    )


def _first(kind: Kind, contract: Any) -> str:
    what = _sentence(inspect.getdoc(contract) or "").partition(": ")[2]
    title = {"loss": "Losses"}.get(kind, f"{kind.title()}s")
    return FIRST.format(title=title, what=_sentence(what), kind=kind, module=contract.__name__)


def _public(module: Any) -> list[type]:
    """The classes of a module, in the order in which they stand there."""
    found = [each for each in vars(module).values() if inspect.isclass(each) and each.__module__ == module.__name__]
    return sorted(found, key=lambda each: inspect.getsourcelines(each)[1])


def _contract(promised: type) -> str:
    """A protocol: its laws, and every method with its signature."""
    parts = [f"## `{promised.__name__}`\n\n{inspect.getdoc(promised)}\n"]
    for method in _methods(promised):
        said = inspect.cleandoc(ast.get_docstring(method) or "")
        parts.append(f"```python\n{_signature(method)}\n```\n" + (f"\n{said}\n" if said else ""))
    return "\n".join(parts)


def _tree(kind: type) -> ast.ClassDef:
    [tree] = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(tree, ast.ClassDef)
    return tree


def _methods(kind: type) -> list[ast.FunctionDef]:
    """What a class promises: its public methods and properties, how it is made, and how it is called."""
    found = [each for each in _tree(kind).body if isinstance(each, ast.FunctionDef)]
    return [each for each in found if not each.name.startswith("_") or each.name in ("__init__", "__call__")]


def _signature(method: ast.FunctionDef) -> str:
    """A method as its first line has it, an argument a line where that is long; a property as a name and its type."""
    gives = f" -> {_code(method.returns)}" if method.returns else ""
    if any("property" in _code(each) for each in method.decorator_list):
        return f"{method.name}: {gives.removeprefix(' -> ')}"
    takes = _code(method.args).removeprefix("self").removeprefix(", ")
    whole = f"{method.name}({takes}){gives}"
    if len(whole) <= LONGEST:
        return whole
    return f"{method.name}(\n    {takes}\n){gives}"


def _things(promised: list[type]) -> list[type]:
    """The classes of popgen that a contract speaks of, and those that they are made of, each once."""
    found: list[type] = []
    waiting = [named for each in promised for named in _named_in(_methods(each), each)]
    while waiting:
        kind = waiting.pop(0)
        if kind not in found and kind not in promised:
            found.append(kind)
            waiting += _named_in(_parts(kind), kind)
    return found


def _parts(kind: type) -> list[Any]:
    """What a dataclass is made of; of another class what can be asked of it."""
    return _fields(kind) if is_dataclass(kind) else _methods(kind)


def _fields(kind: type) -> list[ast.AnnAssign]:
    return [each for each in _tree(kind).body if isinstance(each, ast.AnnAssign)]


def _field(node: ast.AnnAssign) -> str:
    """A field as it is written; a default that is made when it is needed as three dots."""
    made_late = isinstance(node.value, ast.Call)
    return f"{_code(node.target)}: {_code(node.annotation)} = ..." if made_late else _code(node)


def _named_in(nodes: list[Any], owner: type) -> Iterator[type]:
    """The classes of popgen in the types of some methods or fields."""
    known = vars(sys.modules[owner.__module__])
    types = [each for node in nodes for each in _types_of(node)]
    for name in (inner.id for each in types for inner in ast.walk(each) if isinstance(inner, ast.Name)):
        named = known.get(name)
        if inspect.isclass(named) and named.__module__.startswith("popgen_core"):
            yield named


def _types_of(node: ast.FunctionDef | ast.AnnAssign) -> list[ast.expr]:
    if isinstance(node, ast.AnnAssign):
        return [node.annotation]
    given = [each.annotation for each in (*node.args.args, *node.args.kwonlyargs)]
    return [each for each in (*given, node.returns) if each]


def _thing(kind: type) -> str:
    """A class that goes in or out: what it is, what it is made of, what can be asked of it."""
    parts = [f"### `{kind.__name__}`\n\n{inspect.getdoc(kind)}\n"]
    if is_dataclass(kind):
        made_of = "\n".join(_field(each) for each in _fields(kind))
        parts.append(f"```python\n{made_of}\n```\n")
    asked = [each for each in _methods(kind) if not each.name.startswith("_")]
    rows = [f"- `{_signature(each)}`: {_sentence(ast.get_docstring(each) or '')}" for each in asked]
    return "\n".join([*parts, *(["\n".join(rows) + "\n"] if rows else [])])


def _kit(kind: Kind) -> str:
    rows = [f"- `{check.__name__}`: {_sentence(inspect.getdoc(check) or '')}" for check in checks_of(kind)]
    return KIT + "\n" + "\n".join(rows) + "\n"


def _code(node: ast.AST) -> str:
    """Code as popgen writes it, with double quotes."""
    return ast.unparse(node).replace("'", '"').replace("=None", " = None")


def _sentence(text: str) -> str:
    """The first paragraph of a docstring, as a sentence."""
    line = " ".join(text.partition("\n\n")[0].split())
    return line[:1].upper() + line[1:]


def _built_in(kind: Kind) -> Iterator[str]:
    """The components that come with popgen; nobody else's, whatever is installed here."""
    offers = [each for each in catalogue().offers if each.card.kind == kind and each.distribution in BUILTIN]
    yield "## Built in\n"
    if not offers:
        yield "None.\n"
    if kind == "evaluator":
        yield from _evaluators([offer.card for offer in offers])
        return
    for offer in sorted(offers, key=lambda each: each.card.name):
        component = catalogue().load(kind, offer.card.name)
        yield f"### `{offer.card.name}`\n\n`{offer.card.target}` of {offer.distribution}: {offer.card.summary}.\n"
        yield f"{inspect.getdoc(component)}\n"
        if hasattr(component, "Config"):
            yield settings_table(component.Config)


def _evaluators(cards: list[Card]) -> Iterator[str]:
    """The evaluators in a table: their laws fill a page of their own, and most have no settings."""
    yield "From popgen-eval. The law of every figure stands in [figures.md](../figures.md).\n"
    rows = "\n".join(f"| `{card.name}` | {card.summary} |" for card in sorted(cards, key=lambda card: card.name))
    yield f"| name | what it judges |\n|---|---|\n{rows}\n"
    for card in cards:
        config = catalogue().load("evaluator", card.name).Config
        if fields(config):
            yield f"Settings of `{card.name}`:\n\n{settings_table(config)}"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in KINDS:
        (FOLDER / f"{each}.md").write_text(page(each), encoding="utf-8")

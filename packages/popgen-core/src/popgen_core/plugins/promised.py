"""What a kind of plug-in promises, for people: the laws and methods of its contract, from the protocol's docstrings."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from popgen_core.contracts.card import Kind

__all__ = ["Contract", "Method", "contract_of"]

PROTOCOLS = {
    "grouper": "grouper:Grouper",
    "encoder": "encoder:Encoder",
    "backbone": "backbone:Backbone",
    "decoder": "decoder:Decoder",
    "loss": "loss:Loss",
    "evaluator": "evaluator:Evaluator",
    "evaluator piece": "evaluator:PieceEvaluator",
    "evaluator set": "evaluator:SetEvaluator",
    "evaluator training": "evaluator:TrainingEvaluator",
    "checkpoint": "checkpoint:ShippedCheckpoint",
}


@dataclass(frozen=True)
class Method:
    """One method or attribute that a component has: how it is written, and what it takes and gives."""

    name: str
    signature: str
    text: str


@dataclass(frozen=True)
class Contract:
    """A protocol: where it stands, what it promises in words, what it has."""

    where: str
    text: str
    methods: tuple[Method, ...]


def contract_of(kind: Kind, scope: str = "") -> Contract:
    """The contract of a kind; of an evaluator that of its scope, where it is one of those known."""
    module, _, name = PROTOCOLS.get(f"{kind} {scope}", PROTOCOLS[kind]).partition(":")
    protocol = getattr(importlib.import_module(f"popgen_core.contracts.{module}"), name)
    return Contract(
        f"{protocol.__module__}.{name}", inspect.cleandoc(protocol.__doc__ or ""), tuple(_methods(protocol))
    )


def _methods(protocol: type) -> Iterator[Method]:
    """Its own and those that it inherits from other contracts, inherited ones first."""
    ours = [each for each in reversed(protocol.__mro__) if each.__module__.startswith("popgen_core.contracts")]
    for member in {name: value for each in ours for name, value in vars(each).items()}.values():
        if isinstance(member, property) and member.fget:
            yield _method(member.fget, attribute=True)
        elif inspect.isfunction(member) and _is_told(member.__name__, member):
            yield _method(member)


def _is_told(name: str, member: Any) -> bool:
    """Protocols bring methods of their own: only what a contract writes down counts."""
    return member.__module__.startswith("popgen_core.contracts") and (
        not name.startswith("_") or name in ("__init__", "__call__")
    )


class _Written(str):
    """An annotation as it is written: Python would show the text in quotes."""

    def __repr__(self) -> str:
        return str(self).replace("'", '"')


def _method(function: Any, *, attribute: bool = False) -> Method:
    name, signature = function.__name__, inspect.signature(function)
    parameters = [each.replace(annotation=_Written(each.annotation)) for each in signature.parameters.values()]
    gives = inspect.Signature.empty if name == "__init__" else _Written(signature.return_annotation)
    written = str(signature.replace(parameters=parameters[1:], return_annotation=gives))  # without self
    shown = written.replace("() -> ", ": ", 1) if attribute else written
    return Method(name, f"{name}{shown}", inspect.cleandoc(function.__doc__ or ""))

"""Name cards: what a distribution hands in to declare its components, without importing any of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

__all__ = ["API", "KINDS", "Card", "Kind"]

Kind = Literal["grouper", "encoder", "backbone", "decoder", "loss", "evaluator", "checkpoint"]
KINDS: tuple[Kind, ...] = get_args(Kind)

API = 1  # raised when a contract changes so that yesterday's components no longer fit


@dataclass(frozen=True)
class Card:
    """One component: its kind, its name with a version (`cnn.v1`), where it is, and what it does in a line.

    `target` is "module:Class"; for a checkpoint "module:function", whose answer is the path of a file. `install` says
    what to install when importing it fails, e.g. "popgen-core[torch]". A name never changes behaviour: new behaviour
    is a new version.
    """

    kind: Kind
    name: str
    target: str
    summary: str
    api: int = API
    install: str = ""

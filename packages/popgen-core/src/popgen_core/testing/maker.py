"""How the kit makes a component: from its name card, with its settings, for any sizes, always by the same chance."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from popgen_core.contracts.card import Card
from popgen_core.contracts.settings import read_settings
from popgen_core.contracts.sizes import Sizes
from popgen_core.testing.verdict import Failed

__all__ = ["MODEL_KINDS", "Cards", "Maker", "makers_of"]

Cards = Callable[[], Sequence[Card]] | Iterable[Card]

HOOK = "popgen_components"  # what the function of a plug-in is called that hands in its cards
MODEL_KINDS = ("encoder", "backbone", "decoder", "loss")  # torch modules, built for sizes


@dataclass(frozen=True)
class Maker:
    """Makes one component over and over: called, it gives a fresh one with the same weights as before.

    `declared` is the module whose hook hands in the card, "" where nobody said; `settings` are laid over the
    component's defaults. Checks must not change it.
    """

    card: Card
    declared: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def component(self) -> Any:
        """The class (of a checkpoint the function) that the card names. Raises Failed when it is not there."""
        module, _, attribute = self.card.target.partition(":")
        found = importlib.import_module(module)
        if not hasattr(found, attribute):
            raise Failed(f"the card names {self.card.target}, but {module} has no {attribute}")
        return getattr(found, attribute)

    def config(self, **changes: Any) -> Any:
        """Its settings as a config of its own, some of them changed. Raises Failed with every error at once."""
        config, errors = read_settings(self.component.Config, {**self.settings, **changes}, self.card.name)
        if errors:
            raise Failed("; ".join(errors))
        return config

    def __call__(self, sizes: Sizes | None = None, **changes: Any) -> Any:
        """A fresh component; of a checkpoint the path of its file.

        Parts of a model are built for `sizes` (the kit's small ones where none are given) from seed 0, in eval mode.
        """
        if self.card.kind == "checkpoint":
            return self.component()
        if self.card.kind not in MODEL_KINDS:
            return self.component(self.config(**changes))
        from popgen_core.testing.model.making import made  # the door to torch: groupers and evaluators go without

        return made(self.component, self.config(**changes), sizes)


def makers_of(cards: Cards, settings: Mapping[str, Mapping[str, Any]] | None = None) -> list[Maker]:
    """A Maker for each card of a hook (or list), with the settings given for it by its name.

    Raises ValueError for settings of a name that no card has.
    """
    declared = getattr(cards, "__module__", "") if getattr(cards, "__name__", "") == HOOK else ""
    given = settings or {}
    found = list(cards() if callable(cards) else cards)
    if unknown := sorted(set(given) - {card.name for card in found}):
        raise ValueError(f"settings are given for {', '.join(unknown)}; there are: {_names(found)}")
    return [Maker(card, declared if declared in sys.modules else "", given.get(card.name, {})) for card in found]


def _names(cards: Iterable[Card]) -> str:
    return ", ".join(card.name for card in cards)

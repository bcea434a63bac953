"""Everything that can be told of one component: whose it is, where its source lies, its settings, what it promises."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path
from typing import Any

from popgen_core.contracts.card import Kind
from popgen_core.contracts.evaluator import Measure
from popgen_core.errors import CheckpointError
from popgen_core.plugins.catalogue import Catalogue
from popgen_core.plugins.loader import Offer
from popgen_core.plugins.making import blaming
from popgen_core.plugins.options import Option, options_of, plain
from popgen_core.plugins.promised import Contract, contract_of
from popgen_core.plugins.weights import Weights, weights_at

__all__ = ["Shown", "shown"]

FACTS = ("groups", "context", "window", "ahead", "hears", "form", "scope")  # what contracts let a component say


@dataclass(frozen=True)
class Shown:
    """One component. `source` is the file and line of its class, "" where Python cannot tell; `facts` are what it
    says of itself by attributes; `measures` are an evaluator's, `weights` a checkpoint's."""

    offer: Offer
    source: str
    text: str
    facts: Mapping[str, Any]
    options: tuple[Option, ...]
    contract: Contract
    measures: tuple[Measure, ...] = ()
    weights: Weights | None = field(default=None)

    def table(self) -> dict[str, Any]:
        """The same as a plain table, for JSON; a range without an end is null there."""
        told = asdict(self)
        told |= {
            **told.pop("offer").pop("card"),
            "distribution": self.offer.distribution,
            "version": self.offer.version,
        }
        told["measures"] = [
            {
                key: None if isinstance(value, float) and not math.isfinite(value) else value
                for key, value in row.items()
            }
            for row in told["measures"]
        ]
        return {name: plain(value) for name, value in told.items()}


def shown(kind: Kind, name: str, catalogue: Catalogue) -> Shown:
    """A component by its name (`dist:name` says whose); imports that one alone.

    Raises PluginError when there is none, with a guess at what was meant, and when it cannot be imported or breaks
    its contract so that nothing can be told of it: whose fault that is. CheckpointError for a file that is damaged.
    """
    offer, component = catalogue.find(kind, name), catalogue.load(kind, name)
    whose = offer.distribution
    with blaming(
        offer, "cannot be shown", hint=f"this is a defect of {whose}; popgen plugins check {whose} tells more"
    ):
        return _told(offer, component)


def _told(offer: Offer, component: Any) -> Shown:
    source, text = _source(component), inspect.cleandoc(component.__doc__ or "")
    if offer.card.kind == "checkpoint":
        return Shown(offer, source, text, {}, (), contract_of("checkpoint"), weights=_weights(offer, component()))
    config = getattr(component, "Config", None)
    if not is_dataclass(config):
        raise TypeError("its Config is no dataclass" if config else "it has no Config")
    options = options_of(config)  # type: ignore[arg-type]
    said = _made(offer.card.kind, component, options)
    facts = _facts(said)
    measures = tuple(said.measures) if offer.card.kind == "evaluator" else ()
    if wrong := [each for each in measures if not isinstance(each, Measure)]:
        raise TypeError(f"its measures must be a tuple of Measure, got {wrong[0]!r}")
    contract = contract_of(offer.card.kind, str(facts.get("scope", "")))
    return Shown(offer, source, text, facts, options, contract, measures)


def _weights(offer: Offer, file: Any) -> Weights:
    """What the file says that a checkpoint's function names."""
    try:
        return weights_at(Path(file))
    except (OSError, ValueError) as error:
        what = f"checkpoint {offer.card.name!r} of {offer.distribution} {offer.version}"
        raise CheckpointError(f"{what} cannot be shown: {error}", hint=f"reinstall {offer.distribution}") from error


def _made(kind: Kind, component: Any, options: tuple[Option, ...]) -> Any:
    """What to ask for facts: a grouper or evaluator made with its defaults, the class of whatever costs more."""
    if kind not in ("grouper", "evaluator") or any(option.needed for option in options):
        return component
    return component(component.Config())


def _facts(said: Any) -> dict[str, Any]:
    """What a component says of itself, as far as it is a plain value before a model is built."""
    found = {name: getattr(said, name, None) for name in FACTS}
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}
    return {name: value for name, value in plain.items() if isinstance(value, (str, int, float, list))}


def _source(component: Any) -> str:
    try:
        file, (_, line) = inspect.getsourcefile(component), inspect.getsourcelines(component)
    except (OSError, TypeError):
        return ""
    return f"{file}:{line}"

"""The settings of a component for people: of each what it may be, its range, its default, and what it means."""

from __future__ import annotations

import math
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

__all__ = ["Option", "options_of", "plain"]

WORDS = {bool: "true or false", int: "whole number", float: "number", str: "text", types.NoneType: "nothing"}
BOUNDS = {"ge": "at least {}", "gt": "above {}", "le": "at most {}", "lt": "below {}", "multiple_of": "multiple of {}"}
LENGTHS = {"min_length": "{} or more of them", "max_length": "{} or fewer of them"}


@dataclass(frozen=True)
class Option:
    """One setting. `default` is a plain value, None where `needed` says that there is none."""

    name: str
    type: str
    range: str
    default: Any
    needed: bool
    description: str


def options_of(config: type) -> tuple[Option, ...]:
    """The settings of a Config dataclass, in its order; types, ranges and descriptions from what its fields say."""
    hints = get_type_hints(config, include_extras=True)
    return tuple(_option(field, hints[field.name]) for field in fields(config))


def _option(field: Field[Any], hint: Any) -> Option:
    kind, *notes = get_args(hint) if hasattr(hint, "__metadata__") else (hint,)
    said = [getattr(note, "description", None) for note in notes]
    description = next((" ".join(text.split()) for text in said if text), "")
    default = field.default_factory() if field.default_factory is not MISSING else field.default
    needed = default is MISSING
    return Option(
        field.name,
        _words(kind),
        ", ".join(_range(_bounds(notes))),
        None if needed else plain(default),
        needed,
        description,
    )


def _words(kind: Any) -> str:
    """A type in words."""
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " or ".join(str(value) for value in inside)
    if origin in (Union, types.UnionType):
        return " or ".join(_words(each) for each in inside)
    if origin in (tuple, list) and inside:
        return f"list of {_words(inside[0])}"
    if origin is dict:
        return f"table of {_words(inside[1])}"
    return str(WORDS.get(kind) or getattr(kind, "__name__", kind))


def _bounds(notes: Iterable[Any]) -> dict[str, Any]:
    """What bounds a value, by its name in pydantic's Field."""
    each = [bound for note in notes for bound in getattr(note, "metadata", [note])]
    known = (*BOUNDS, *LENGTHS, "pattern")
    found = {name: getattr(bound, name, None) for bound in each for name in known if hasattr(bound, name)}
    return {name: value for name, value in found.items() if value is not None}


def _range(bounds: dict[str, Any]) -> Iterator[str]:
    if "ge" in bounds and "le" in bounds:
        yield f"{_number(bounds['ge'])} to {_number(bounds['le'])}"
        bounds = {name: value for name, value in bounds.items() if name not in ("ge", "le")}
    for name, words in (BOUNDS | LENGTHS).items():
        if name in bounds:
            yield words.format(_number(bounds[name]))
    if "pattern" in bounds:
        yield f"of the form {bounds['pattern']}"


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def plain(value: Any) -> Any:
    """A value as a recipe holds it, and JSON: what neither knows, such as a path or infinity, as its words."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(each) for key, each in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((plain(each) for each in value), key=str)
    return [plain(each) for each in value] if isinstance(value, (tuple, list)) else str(value)

"""Reading settings into frozen dataclasses: strict types, no unknown keys, every error at once with its path."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

__all__ = ["read_settings", "settings_of"]

T = TypeVar("T")


def read_settings(kind: type[T], values: Mapping[str, Any], path: str) -> tuple[T | None, list[str]]:
    """A table of settings as the dataclass `kind`, or None and a line for each error, its path before it."""
    if "__pydantic_config__" not in vars(kind):
        setattr(kind, "__pydantic_config__", ConfigDict(extra="forbid", strict=True))  # noqa: B010
    try:
        return TypeAdapter(kind).validate_json(json.dumps(values)), []
    except ValidationError as error:
        known = [field.name for field in fields(kind)]  # type: ignore[arg-type]
        return None, [_line(details, path, known) for details in error.errors()]
    except TypeError as error:
        return None, [f"{path}: {error}"]


def settings_of(config: Any) -> dict[str, Any]:
    """A config as a plain table, every default filled in; what `read_settings` reads back as the same config."""
    return asdict(config)


def _line(details: Any, path: str, known: Iterable[str]) -> str:
    where = ".".join([path, *(str(part) for part in details["loc"])]).lstrip(".")
    if details["type"] != "unexpected_keyword_argument":
        return f"{where}: {details['msg']}, got {details['input']!r}"
    close = get_close_matches(str(details["loc"][-1]), list(known), n=1)
    advice = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known) or 'nothing'}"
    return f"{where}: unknown key; {advice}"

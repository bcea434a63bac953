"""What a call of the facade answers where a part of popgen that it needs is not installed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from popgen_core.errors import PARTS, lacking

__all__ = ["says_what_is_missing"]

P = ParamSpec("P")
R = TypeVar("R")


def says_what_is_missing(call: Callable[P, R]) -> Callable[P, R]:
    """Turn the lack of a module that a part of popgen brings into NotInstalled, which says what to install."""

    @functools.wraps(call)
    def answered(*args: P.args, **options: P.kwargs) -> R:
        try:
            return call(*args, **options)
        except ModuleNotFoundError as error:
            module = error.name or ""
            if module.split(".")[0] not in PARTS:
                raise
        raise lacking(module)

    return answered

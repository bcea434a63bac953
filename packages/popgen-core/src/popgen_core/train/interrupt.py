"""Ctrl-C and SIGTERM: noted while a run is at work, so that it soon leaves the step under way with nothing lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

__all__ = ["Left", "Stop", "leaving"]


class Stop:
    """Which signal asked to stop, if one did; true when one has."""

    def __init__(self) -> None:
        self.by = ""

    def __bool__(self) -> bool:
        return bool(self.by)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Catch the two signals meanwhile; only the main thread can."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        caught = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._note) for number in caught}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _note(self, number: int, frame: Any) -> None:
        self.by = signal.Signals(number).name


class Left(Exception):
    """A pass through a model was left half-way, since somebody asked to stop."""


@contextmanager
def leaving(model: nn.Module, stop: Callable[[], bool]) -> Iterator[None]:
    """Raise Left from between two modules of `model`, on the way forward or back, as soon as `stop` says so.

    A micro-batch may be large: without this a signal would wait for all of it (23 s for 24 windows of recipe paper on
    one thread, 2026-11-22).
    """

    def check(*given: Any) -> None:
        if stop():
            raise Left

    def check_both_ways(module: nn.Module, given: Any, made: Any) -> None:
        check()
        if isinstance(made, Tensor) and made.requires_grad:
            made.register_hook(check)  # type: ignore[no-untyped-call]

    hooks = [module.register_forward_hook(check_both_ways) for module in model.modules()]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()

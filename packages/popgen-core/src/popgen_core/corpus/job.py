"""What workers do: a job is told to each once, then each answers one thing after another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

__all__ = ["Job"]

Asked = TypeVar("Asked", contravariant=True)
Answered = TypeVar("Answered", covariant=True)


class Job(Protocol[Asked, Answered]):
    """Sent to each worker by pickle, so its class must stand in a module that another process can import."""

    @property
    def what(self) -> str:
        """What it needs to begin, for the message when that fails: "grouper 'mine:Mine'"."""
        ...

    def begin(self) -> Callable[[Asked], Answered]:
        """In the worker, once: what answers. Raises PopgenError, which ends the run."""
        ...

    def lost(self, asked: Asked, reason: str, message: str) -> Answered:
        """The answer in place of that of a worker that was too slow ("too-slow") or died ("reader-died")."""
        ...

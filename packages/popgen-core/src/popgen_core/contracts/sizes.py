"""The sizes that every part of a model is built for, so that none hard-codes 7 groups or 88 pitches."""

from __future__ import annotations

from dataclasses import dataclass

from popgen_core.music.roll import RollSpec

__all__ = ["ControlSpec", "Sizes"]


@dataclass(frozen=True)
class ControlSpec:
    """Which controls a model knows, in order: each a name and the number of features that it takes."""

    parts: tuple[tuple[str, int], ...]

    @property
    def width(self) -> int:
        """Features of all controls together."""
        return sum(size for _, size in self.parts)

    def features(self, name: str) -> slice:
        """Where a control's features lie. Raises KeyError for a control that the model does not know."""
        start = 0
        for known, size in self.parts:
            if known == name:
                return slice(start, start + size)
            start += size
        raise KeyError(name)


@dataclass(frozen=True)
class Sizes:
    """What a part of the model is built for: the roll it reads, the controls, and the width between parts."""

    roll: RollSpec
    controls: ControlSpec
    width: int

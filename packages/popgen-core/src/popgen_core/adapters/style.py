"""Styles: adapters mixed into the checkpoint that they belong to, each as strongly as asked.

W + sum of strength x B A, computed once when a model is loaded: writing with styles takes no longer than without.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.adapters.facts import Weighed, mixed_facts
from popgen_core.adapters.file import Adapter, read_adapter
from popgen_core.errors import PopgenError, Refused

__all__ = ["STRONGEST", "WEAKEST", "Style", "StyleError", "merged", "styled_facts", "styles_for"]

WEAKEST, STRONGEST = -1.0, 2.0
SHOWN = 12  # letters of a sha256
Tensors = Mapping[str, NDArray[Any]]


class StyleError(PopgenError):
    """A style that cannot be asked for: a strength out of range, one adapter named twice."""

    exit_code = 2


@dataclass(frozen=True)
class Style:
    """An adapter and how strongly it is mixed in, -1 to 2: 0 is the checkpoint alone, 1 as it was trained."""

    adapter: Adapter
    strength: float

    def told(self) -> dict[str, Any]:
        """What a song says of it: the sha256 of its file and its strength."""
        return {"sha256": self.adapter.sha256, "strength": self.strength}


def styles_for(sha256: str, checkpoint: Path, asked: Mapping[Path, float]) -> tuple[Style, ...]:
    """The styles that are asked of a checkpoint with this sha256, in an order that is theirs; those of strength 0 left
    out. Raises StyleError, CheckpointError, and Refused for an adapter of another checkpoint."""
    found = []
    for path, strength in asked.items():
        if not (math.isfinite(strength) and WEAKEST <= strength <= STRONGEST):
            raise StyleError(f"--style {path}: strength {strength:g} is not between {WEAKEST:g} and {STRONGEST:g}")
        style = Style(read_adapter(path), float(strength))
        if style.adapter.card.belongs != sha256:
            raise Refused(
                f"{path} belongs to the checkpoint {style.adapter.card.belongs[:SHOWN]}, {checkpoint} is "
                f"{sha256[:SHOWN]}",
                hint="name the checkpoint that the adapter was trained from",
            )
        found.append(style)
    names = [style.adapter.sha256 for style in found]
    if twice := [style.adapter.file for style in found if names.count(style.adapter.sha256) > 1]:
        raise StyleError(f"--style: {' and '.join(map(str, twice))} are one adapter", hint="name it once")
    return tuple(sorted((style for style in found if style.strength), key=lambda style: style.adapter.sha256))


def merged(tensors: Tensors, styles: Sequence[Style], checkpoint: Path) -> dict[str, NDArray[Any]]:
    """A checkpoint's tensors with the styles mixed in; without styles the same ones. Raises Refused where one does not
    fit."""
    made = dict(tensors)
    for style in styles:
        ranks = style.adapter.tensors
        for name in sorted({name.rpartition("/")[0] for name in ranks}):
            down, up = (ranks[f"{name}/{side}"].astype(np.float64) for side in ("down", "up"))
            weight = made.get(name)
            if weight is None or weight.shape != (up.shape[0], down.shape[1]):
                raise Refused(f"{style.adapter.file} does not fit {checkpoint}: it has no matrix {name} of its shape")
            made[name] = (weight + style.strength * (up @ down)).astype(np.float32)
    return made


def styled_facts(corpus: Mapping[str, Any], styles: Sequence[Style]) -> dict[str, Any]:
    """The facts that styled songs go by: each style's as far as its strength (0 to 1) goes, the checkpoint's own for
    what is left of 1. Where the checkpoint comes from stays its own."""
    shares = [min(max(style.strength, 0.0), 1.0) for style in styles]
    weighed = [Weighed(style.adapter.card.corpus, share) for style, share in zip(styles, shares, strict=True)]
    mixed = mixed_facts([Weighed(corpus, max(1.0 - sum(shares), 0.0)), *weighed])
    return {**corpus, **mixed}

"""A new distribution that ships a checkpoint: weights of a run, their model card, and what declares them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from popgen_core.plugins import Catalogue
from popgen_core.plugins.names import Names
from popgen_core.plugins.new import Begun, new_distribution
from popgen_core.shipped.pack import Packed, pack

__all__ = ["new_checkpoint"]


def new_checkpoint(
    name: str, out: Path | None, catalogue: Catalogue, weights: Path, licence: str, stored: str | None = None
) -> tuple[Begun, Packed]:
    """Write a distribution around the weights of a run's folder or a checkpoint's file, under a licence of theirs.

    `stored`: float, half or int8, else as they are. Raises as `new_distribution` and `pack` do; nothing half-written is
    left.
    """
    packed: list[Packed] = []

    def fill(package: Path, names: Names) -> Sequence[str]:
        packed.append(pack(weights, package, licence, name=names.distribution, weights=stored))
        return packed[0].requires

    begun = new_distribution("checkpoint", name, out, catalogue, fill)
    return begun, packed[0]

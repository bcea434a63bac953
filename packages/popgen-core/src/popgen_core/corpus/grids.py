"""Grids as plain values, as datasets keep them: {"kind": "seconds", "rate": 20}."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from popgen_core.errors import DatasetError
from popgen_core.music.grid import BeatGrid, Grid, SecondsGrid

__all__ = ["GRIDS", "grid_from_plain", "grid_to_plain"]

GRIDS: dict[str, type[SecondsGrid] | type[BeatGrid]] = {grid.kind: grid for grid in (SecondsGrid, BeatGrid)}


def grid_to_plain(grid: Grid) -> dict[str, Any]:
    """A grid's kind and fields; raises DatasetError for a grid that a dataset cannot name."""
    if not isinstance(grid, (SecondsGrid, BeatGrid)):
        raise DatasetError(f"a dataset is laid on one of the grids {', '.join(GRIDS)}, not on {grid!r}")
    return {"kind": grid.kind, **asdict(grid)}


def grid_from_plain(plain: dict[str, Any]) -> Grid:
    """The grid of a kind and its fields; raises DatasetError for an unknown one."""
    fields = {name: value for name, value in plain.items() if name != "kind"}
    try:
        return GRIDS[plain["kind"]](**fields)
    except (KeyError, TypeError) as error:
        raise DatasetError(f"no grid is written {plain!r}", hint=f"known kinds: {', '.join(GRIDS)}") from error

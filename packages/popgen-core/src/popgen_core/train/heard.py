"""Which songs a run has heard, so that nothing that it learnt is taken for something that it foretells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from popgen_core.train.folder import ABOUT
from popgen_core.train.parts import Parts, mark_of

__all__ = ["HeardSongs", "heard_now", "heard_songs"]


@dataclass(frozen=True)
class HeardSongs:
    """Marks of songs (`parts.mark_of`): `trained` on, heard for validation, and trained on `before` with other data."""

    trained: tuple[str, ...]
    validated: tuple[str, ...] = ()
    before: tuple[str, ...] = ()

    @property
    def learnt(self) -> frozenset[str]:
        """All that it has ever been trained on."""
        return frozenset((*self.trained, *self.before))

    def to_plain(self) -> dict[str, Any]:
        """The same as JSON knows it."""
        return {name: list(values) for name, values in asdict(self).items()}


def heard_now(divided: Parts, earlier: HeardSongs | None) -> HeardSongs:
    """What a run hears from now on; `earlier` is what it heard until now, with other data if that was forced."""
    trained, validated = (
        tuple(sorted(mark_of(song) for song in part.songs)) if part else () for part in (divided.train, divided.valid)
    )
    before = earlier.learnt - frozenset(trained) if earlier else ()
    return HeardSongs(trained, validated, tuple(sorted(before)))


def heard_songs(run: Path) -> HeardSongs | None:
    """What the run of a folder, or of the folder that a checkpoint lies in, has heard; None where nothing tells."""
    folder = run if run.is_dir() else run.parent
    try:
        told: Mapping[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))["heard"]
        return HeardSongs(**{name: tuple(told[name]) for name in ("trained", "validated", "before")})
    except (OSError, ValueError, KeyError, TypeError):
        return None

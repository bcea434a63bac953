"""How often the songs of each folder of a corpus come in an epoch: more of what is scarce, less of what there is much.

A folder is the first part of a song's path; songs that lie in none are in "." (a dot).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from popgen_core.errors import RecipeError

__all__ = ["MOST_TIMES", "Mixture", "folder_of"]

MOST_TIMES = 100.0
T = TypeVar("T")


def folder_of(name: str) -> str:
    """The folder of the corpus that a song lies in: `rock/one.mid` in "rock", `one.mid` in "."."""
    return name.partition("/")[0] if "/" in name else "."


@dataclass(frozen=True)
class Mixture(Generic[T]):
    """The pieces of a corpus by folder, and how often those of a folder come in an epoch (once where nothing is said).

    `times` 2.5 takes all pieces of a folder twice and half of them once more, another half in each epoch.
    """

    folders: Mapping[str, Sequence[T]]
    times: Mapping[str, float]

    @classmethod
    def of(cls, pieces: Sequence[T], names: Sequence[str], times: Mapping[str, float]) -> Mixture[T]:
        """Pieces and the names of the songs that they are of. Raises RecipeError for folders that there are not, and
        times below 0 or above 100."""
        if not times:
            return cls({".": pieces}, {})
        folders: dict[str, list[T]] = {}
        for piece, name in zip(pieces, names, strict=True):
            folders.setdefault(folder_of(name), []).append(piece)
        _check(times, folders)
        return cls(folders, times)

    def refuse_nothing(self) -> None:
        """Raise RecipeError where an epoch takes no piece at all."""
        if not len(self):
            raise RecipeError("train.times leaves nothing to learn from", hint="give a folder more")

    def __len__(self) -> int:
        """Pieces an epoch."""
        return sum(
            int(self._times(folder)) * len(pieces) + self._more(folder) for folder, pieces in self.folders.items()
        )

    def of_epoch(self, seed: int, epoch: int) -> list[T]:
        """The pieces of an epoch, folder by folder; which of them come once more depends on (seed, epoch) alone."""
        taken: list[T] = []
        for number, (folder, pieces) in enumerate(self.folders.items()):
            order = np.random.default_rng([seed, epoch, number]).permutation(len(pieces))
            taken += [*pieces] * int(self._times(folder))
            taken += [pieces[at] for at in sorted(order[: self._more(folder)].tolist())]
        return taken

    def _times(self, folder: str) -> float:
        return self.times.get(folder, 1.0)

    def _more(self, folder: str) -> int:
        """How many pieces of a folder come once more than the others."""
        return round(self._times(folder) % 1 * len(self.folders[folder]))


def _check(times: Mapping[str, float], folders: Mapping[str, Sequence[T]]) -> None:
    if unknown := sorted(set(times) - set(folders)):
        raise RecipeError(
            f"train.times names {', '.join(unknown)}; the dataset's songs lie in {', '.join(sorted(folders))}",
            hint="name these folders",
        )
    if any(not 0 <= value <= MOST_TIMES for value in times.values()):
        raise RecipeError(f"train.times must lie between 0 and {MOST_TIMES:g}", hint="change the recipe")

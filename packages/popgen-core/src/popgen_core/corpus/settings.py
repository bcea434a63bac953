"""Which files of a folder become a dataset, and how: the settings of `prepare`, the same for a run and its sequel."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from popgen_core.corpus.grids import grid_to_plain
from popgen_core.corpus.reader import ReaderSetup
from popgen_core.errors import RecipeError
from popgen_core.music.grid import Grid, SecondsGrid
from popgen_core.music.guard import LIMITS, Limits
from popgen_core.music.roll import PitchPolicy

__all__ = ["PrepareSettings"]

PAPER_GRID = SecondsGrid(20)


@dataclass(frozen=True)
class PrepareSettings:
    """How a folder becomes a dataset.

    `grid`: the raster on which songs are stored; `grouper_*`: its name, its "module:Class" and its options.
    `limits`: what is too much. `pitches`: "fold" moves pitches outside the 88 keys by octaves, "drop" leaves them out.
    `beats`: name of the file of beats beside each MIDI file, {stem} standing for the MIDI file's name; "" for none.
    `licences`: names, or "permissive", of which a file's must be one; none: any. `seed` (0 or more), `test_share`
    (above 0, below 1) and `folds` (2 or more) are the split's; RecipeError for others.
    """

    grid: Grid = PAPER_GRID
    grouper_name: str = "seven.v1"
    grouper_target: str = "popgen_core.groupers.seven:Seven"
    grouper_options: dict[str, Any] = field(default_factory=dict)
    limits: Limits = LIMITS
    pitches: PitchPolicy = "fold"
    beats: str = ""
    licences: tuple[str, ...] = ()
    seed: int = 0
    test_share: float = 0.2
    folds: int = 10

    def __post_init__(self) -> None:
        """Raises RecipeError before any file is read for a split that cannot be made."""
        if not 0 < self.test_share < 1:
            raise RecipeError(f"the test share is {self.test_share:g}", hint="give a share above 0 and below 1")
        if self.folds < 2 or self.seed < 0:
            raise RecipeError(f"{self.folds} folds with seed {self.seed}", hint="2 folds or more, a seed of 0 or more")

    def reader(self, place: str = "") -> ReaderSetup:
        """What its workers need to know; `place` is where songs are kept, "" keeps none."""
        return ReaderSetup(self.grid, self.grouper_target, self.grouper_options, self.limits, self.pitches, place)

    def to_plain(self) -> dict[str, Any]:
        """The settings as plain values, by which a run knows that it goes on with the same work."""
        return {
            "grid": grid_to_plain(self.grid),
            "grouper": {
                "name": self.grouper_name,
                "target": self.grouper_target,
                "options": self.grouper_options,
            },
            "limits": asdict(self.limits),
            "pitches": self.pitches,
            "beats": self.beats,
            "licences": list(self.licences),
            "split": {"seed": self.seed, "test_share": self.test_share, "folds": self.folds},
        }

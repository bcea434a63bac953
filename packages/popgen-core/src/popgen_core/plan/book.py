"""A plan book: what the plans of a corpus have in common, small enough to be kept in every checkpoint's card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from popgen_core.errors import CheckpointError, DatasetError
from popgen_core.plan.learned.band import BandBook, band_book
from popgen_core.plan.learned.chord_counts import ChordBook, chord_book
from popgen_core.plan.learned.energy import EnergyBook, energy_book
from popgen_core.plan.learned.form import FormBook, form_book
from popgen_core.plan.learned.keys import KeyBook, key_book
from popgen_core.plan.learned.levels import LevelBook, level_book
from popgen_core.plan.learned.recalls import RecallBook, recall_book
from popgen_core.plan.learned.tables import table_from_plain
from popgen_core.plan.learned.ties import TieBook, tie_book
from popgen_core.plan.plan import Plan

__all__ = ["VERSION", "PlanBook", "book_of"]

VERSION = 1  # of the tables' meaning: a book of another one is refused


@dataclass(frozen=True)
class PlanBook:
    """Counts of a corpus's plans, aspect by aspect; `songs` says how many were counted.

    However many they are, each table keeps a bounded number of its commonest entries, so that a book stays under some
    tens of kilobytes.
    """

    songs: int
    form: FormBook
    energy: EnergyBook
    band: BandBook
    levels: LevelBook
    keys: KeyBook
    chords: ChordBook
    recalls: RecallBook
    ties: TieBook

    def to_plain(self) -> dict[str, Any]:
        """The book as JSON holds it, with its version."""
        tables = {part.name: getattr(self, part.name) for part in fields(self) if part.name in PARTS}
        return {"version": VERSION, "songs": self.songs} | {name: dict(vars(part)) for name, part in tables.items()}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> PlanBook:
        """A book from what `to_plain` gave; raises CheckpointError for another version, and where a table is missing
        or holds what is no number."""
        if not isinstance(plain, Mapping) or "version" not in plain:
            raise CheckpointError("this is no plan book: it has no version", hint="take the file anew")
        if plain["version"] != VERSION or isinstance(plain["version"], bool):
            raise CheckpointError(
                f"the plan book is of version {plain['version']!r}, this popgen reads version {VERSION}",
                hint="use the popgen that the checkpoint was made with, or a newer one",
            )
        songs = plain.get("songs")
        if isinstance(songs, bool) or not isinstance(songs, int) or songs < 1:
            raise CheckpointError("the plan book does not say how many songs it knows", hint="take the file anew")
        return cls(songs=songs, **{name: _part(kind, plain.get(name), name) for name, kind in PARTS.items()})


PARTS: dict[str, type[Any]] = {
    "form": FormBook,
    "energy": EnergyBook,
    "band": BandBook,
    "levels": LevelBook,
    "keys": KeyBook,
    "chords": ChordBook,
    "recalls": RecallBook,
    "ties": TieBook,
}


def _part(kind: type[Any], value: Any, name: str) -> Any:
    tables = {field.name for field in fields(kind)}
    if not isinstance(value, dict) or set(value) != tables:
        raise CheckpointError(
            f"the plan book's part {name!r} needs the tables {', '.join(sorted(tables))}", hint="take the file anew"
        )
    return kind(**{table: table_from_plain(value[table], f"{name}.{table}") for table in sorted(tables)})


def book_of(plans: Iterable[Plan]) -> PlanBook:
    """The book of some plans; what none of them tells, the book does not know. Plans without sections do not count."""
    known = [plan for plan in plans if plan.sections]
    if not known:
        raise DatasetError("there is no plan with sections to learn from", hint="give songs of a few bars at least")
    return PlanBook(
        songs=len(known),
        form=form_book(known),
        energy=energy_book(known),
        band=band_book(known),
        levels=level_book(known),
        keys=key_book(known),
        chords=chord_book(known),
        recalls=recall_book(known),
        ties=tie_book(known),
    )

"""What a plan file holds, table by table, and the plan that it makes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from popgen_core.plan.plan import Chord, Key, Plan, Recall, Section
from popgen_core.plan.words.chord_text import bars_from, filling
from popgen_core.plan.words.errors import PlanError, quoted
from popgen_core.plan.words.form_text import MOST_BARS
from popgen_core.plan.words.key_text import key_from
from popgen_core.plan.words.recall_text import recalls_from

__all__ = ["PlanTable", "SectionTable", "plan_of"]

METER = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})")
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Rate = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True)
class PlanTable:
    """A plan file as a whole; what is left out stays open."""

    tempo: Annotated[float | None, Field(gt=0, allow_inf_nan=False, description="quarter notes a minute")] = None
    meter: Annotated[str | None, Field(description="such as 4/4")] = None
    section: Annotated[list[dict[str, Any]], Field(description="the sections in order")] = field(default_factory=list)


@dataclass(frozen=True)
class SectionTable:
    """One section of a plan file; what is left out stays open."""

    name: Annotated[str, Field(description="verse, chorus or any word")]
    bars: Annotated[int, Field(ge=1, le=MOST_BARS, description="how many bars it has")]
    energy: Annotated[Share | None, Field(description="0, the calmest of songs, to 1")] = None
    key: Annotated[str | None, Field(description="such as F# minor")] = None
    groups: Annotated[list[str] | None, Field(description="those that play")] = None
    density: Annotated[dict[str, Rate], Field(description="onsets a beat by group")] = field(default_factory=dict)
    dynamics: Annotated[dict[str, Share], Field(description="velocity 0..1 by group")] = field(default_factory=dict)
    chords: Annotated[str, Field(description="such as C | G Am | %, repeated to fill the section; ? is open")] = "?"
    recalls: Annotated[list[str], Field(description="such as 17-24 like 5-12 at 0.95")] = field(default_factory=list)


class Reader:
    """Reads the texts inside tables; each error is kept as a line that begins with its table and key."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def meter(self, text: str | None) -> tuple[int, int] | None:
        """`4/4` -> (4, 4)."""
        found = METER.fullmatch(text or "")
        if text is not None and not found:
            self.errors.append(f"meter: expected a meter such as 4/4 or 6/8, got {quoted(text)}")
        return (int(found[1]), int(found[2])) if found else None

    def key(self, table: SectionTable, said: str) -> Key | None:
        """The key of a section."""
        try:
            return None if table.key is None else key_from(table.key, f"{said}.key")
        except PlanError as error:
            self.errors.append(str(error))
        return None

    def chords(self, table: SectionTable, key: Key | None, said: str) -> tuple[Chord | None, ...]:
        """The chord of each half bar of a section."""
        try:
            bars = bars_from(table.chords, key, f"{said}.chords")
            if len(bars) > table.bars:
                raise PlanError(f"{said}.chords: {len(bars)} bars of chords, the section has {table.bars}")
            return filling(bars, table.bars)
        except PlanError as error:
            self.errors.append(str(error))
        return ()

    def recalls(self, table: SectionTable, first: int, said: str) -> list[Recall | None]:
        """The recall of each bar of a section that begins at bar `first`."""
        try:
            return recalls_from(table.recalls, first, table.bars)
        except PlanError as error:
            self.errors.append(f"{said}.recalls: {error}")
        return []


def plan_of(head: PlanTable, tables: Sequence[SectionTable]) -> tuple[Plan | None, list[str]]:
    """The plan that the tables of a file make, or None and a line for each error."""
    read = Reader()
    meter = read.meter(head.meter)
    sections: list[Section] = []
    chords: list[Chord | None] = []
    recalls: list[Recall | None] = []
    bars = 0
    for number, table in enumerate(tables, 1):
        said = f"section {number}"
        key = read.key(table, said)
        chords += read.chords(table, key, said)
        recalls += read.recalls(table, bars, said)
        groups = None if table.groups is None else tuple(table.groups)
        sections.append(
            Section(table.name, table.bars, table.energy, key, groups, dict(table.density), dict(table.dynamics))
        )
        bars += table.bars
        if bars > MOST_BARS:
            read.errors.append(f"{said}.bars: more than {MOST_BARS} bars in all")
            break
    if read.errors:
        return None, read.errors
    return Plan(tuple(sections), tuple(chords), tuple(recalls), head.tempo, meter), []

"""Energies as people write them: `0.6`, one a section `0.2 0.5 0.9`, or by name `verse=0.4,chorus=0.9`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from popgen_core.plan.plan import Section
from popgen_core.plan.words.errors import PlanError, check_names, quoted

__all__ = ["Energies", "energies_from"]

WORD = re.compile(r"[^\s,]+")
NUMBER = re.compile(r"[0-9]*\.?[0-9]+|[0-9]+\.")


@dataclass(frozen=True)
class Energies:
    """What energies were asked for, each 0..1: `in_order`, one for all sections or one each, or `by_name`."""

    in_order: tuple[float, ...] = ()
    by_name: Mapping[str, float] = field(default_factory=dict)

    def over(self, sections: Sequence[Section]) -> tuple[float | None, ...]:
        """The energy of each section, None where it is not named.

        Raises PlanError where there are fewer or more than sections, or a name is no section's.
        """
        if self.by_name:
            check_names("--energy", self.by_name, [section.name for section in sections])
            return tuple(self.by_name.get(section.name) for section in sections)
        if len(self.in_order) == 1:
            return self.in_order * len(sections)
        if len(self.in_order) != len(sections):
            raise PlanError(
                f"--energy has {len(self.in_order)} numbers, the form has {len(sections)} sections",
                hint="give one for all, one each, or by name as in verse=0.4,chorus=0.9",
            )
        return self.in_order


def energies_from(text: str, said: str = "--energy") -> Energies:
    """Energies from a line, all by number or all by name. Raises PlanError with the column of what cannot be read."""
    in_order: list[float] = []
    by_name: dict[str, float] = {}
    for word in WORD.finditer(text):
        name, equals, number = word[0].rpartition("=")
        value = float(number) if NUMBER.fullmatch(number) else -1.0
        at = f"{said}: at {word.start() + 1} {quoted(word[0])}"
        if not 0 <= value <= 1 or bool(equals) != bool(name):
            raise PlanError(f"{at}: expected a number from 0 to 1 such as 0.6, or verse=0.6")
        if name.lower() in by_name:
            raise PlanError(f"{at}: the section has its energy already")
        if name:
            by_name[name.lower()] = value
        else:
            in_order.append(value)
        if in_order and by_name:
            raise PlanError(f"{at}: expected all energies by number, or all by name")
    if not in_order and not by_name:
        raise PlanError(f"{said}: expected a number from 0 to 1 such as 0.6, got none")
    return Energies(tuple(in_order), by_name)

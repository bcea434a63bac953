"""A plan as a file that people read and edit: TOML, a table a section, chords as a line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

import tomli_w

from popgen_core.contracts.settings import read_settings
from popgen_core.plan.plan import Plan, Section
from popgen_core.plan.words.chord_text import bars_text
from popgen_core.plan.words.errors import PlanError
from popgen_core.plan.words.key_text import key_name
from popgen_core.plan.words.plan_table import PlanTable, SectionTable, plan_of
from popgen_core.plan.words.recall_text import recalls_text

__all__ = ["plan_from_toml", "plan_to_toml"]

MOST_ERRORS, LONGEST_ERROR = 5, 300  # errors told of one file, and characters of each
DEEPEST = 10  # levels of tables and lists; a plan has three


def plan_to_toml(plan: Plan) -> str:
    """A plan as TOML; what is open is left out, and `plan_from_toml` reads back the same plan."""
    head = "" if plan.tempo is None else _setting("tempo", float(plan.tempo))
    head += "" if plan.meter is None else _setting("meter", "{}/{}".format(*plan.meter))
    starts = accumulate((section.bars for section in plan.sections), initial=0)
    sections = [_section(section, start, plan) for section, start in zip(plan.sections, starts, strict=False)]
    return "\n".join([head, *sections] if head else sections)


def plan_from_toml(text: str) -> Plan:
    """A plan from its file. Raises PlanError, one line for all that is wrong, each with its table and key."""
    try:
        table = _plain(tomllib.loads(text))
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits
        raise PlanError(f"the plan cannot be read: {_short(str(error))}") from None
    plan, errors = _read(table)
    if plan is None:
        more = f"; and {len(errors) - MOST_ERRORS} more" if len(errors) > MOST_ERRORS else ""
        raise PlanError("the plan has errors: " + "; ".join(map(_short, errors[:MOST_ERRORS])) + more)
    return plan


def _read(table: dict[str, Any]) -> tuple[Plan | None, list[str]]:
    """A plan, or None and a line for each error."""
    found = table.get("section")
    listed = found if isinstance(found, list) and all(isinstance(inner, dict) for inner in found) else []
    head, errors = read_settings(PlanTable, {**table, "section": listed}, "")
    if not listed:
        errors.append("section: expected one table or more under [[section]], each with a name and bars")
    sections = []
    for number, settings in enumerate(listed, 1):
        section, lines = read_settings(SectionTable, settings, f"section {number}")
        sections += [section] if section else []
        errors += lines
    return (None, errors) if errors or head is None else plan_of(head, sections)


def _plain(value: Any, depth: int = 0) -> Any:
    """What TOML holds, with dates as tables of one key: they stand nowhere in a plan, and are so told in the error."""
    if depth > DEEPEST:
        raise ValueError(f"tables or lists stand {depth} deep in each other")
    if isinstance(value, dict):
        return {key: _plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, depth + 1) for inner in value]
    return value if isinstance(value, str | int | float) else {"date": str(value)}


def _short(line: str) -> str:
    """An error as one line that a terminal can show, cut where it is long."""
    shown = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in line)
    return shown if len(shown) <= LONGEST_ERROR else shown[: LONGEST_ERROR - 3] + "..."


def _section(section: Section, start: int, plan: Plan) -> str:
    """One section of a plan as TOML, under a comment that says which bars it has."""
    stop = start + section.bars
    halves = plan.chords[2 * start : 2 * stop]
    bars = list(zip(halves[::2], halves[1::2], strict=True))
    settings = {
        "name": section.name,
        "bars": int(section.bars),
        "energy": None if section.energy is None else float(section.energy),
        "key": None if section.key is None else key_name(section.key),
        "groups": None if section.groups is None else list(section.groups),
        "density": section.density or None,
        "dynamics": section.dynamics or None,
        "chords": bars_text(bars, section.key) if any(halves) else None,
        "recalls": recalls_text(plan.recalls[start:stop], start) or None,
    }
    lines = [_setting(name, value) for name, value in settings.items() if value is not None]
    where = f"bars {start + 1}-{stop}" if section.bars > 1 else f"bar {stop}"
    return f"[[section]]  # {where}\n" + "".join(lines)


def _setting(name: str, value: Any) -> str:
    return f"{name} = {_value(value)}\n"


def _value(value: Any) -> str:
    """A value as TOML on one line; a list of long texts on a line each."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(tomli_w.dumps({key: float(inner)}).strip() for key, inner in value.items()) + " }"
    if isinstance(value, list) and len(value) > 1 and " like " in value[0]:
        return "[\n" + "".join(f"    {_value(inner)},\n" for inner in value) + "]"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return tomli_w.dumps({"value": value}).removeprefix("value = ").removesuffix("\n")

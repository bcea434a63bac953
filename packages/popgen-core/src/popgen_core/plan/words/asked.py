"""What a user settled of a plan; all else stays open, for popgen to write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from popgen_core.plan.plan import Key, Plan, Section
from popgen_core.plan.words.chord_text import Progressions, progressions_from
from popgen_core.plan.words.energy_text import Energies, energies_from
from popgen_core.plan.words.errors import PlanError
from popgen_core.plan.words.form_text import MOST_BARS, form_from
from popgen_core.plan.words.key_text import key_from

__all__ = ["AskedPlan", "asked_from", "partial_plan"]


@dataclass(frozen=True)
class AskedPlan:
    """What was settled, None where nothing was.

    `form` the names and bars of the sections in order, `chords` and `energy` of them, one `key` and the `groups` that
    play for the whole song, `tempo` in quarter notes a minute, `meter` such as (4, 4).
    """

    form: tuple[Section, ...] | None = None
    chords: Progressions | None = None
    key: Key | None = None
    energy: Energies | None = None
    groups: tuple[str, ...] | None = None
    tempo: float | None = None
    meter: tuple[int, int] | None = None


def asked_from(
    form: str | None = None,
    chords: str | None = None,
    key: str | None = None,
    energy: str | None = None,
    groups: Sequence[str] | None = None,
    tempo: float | None = None,
    meter: tuple[int, int] | None = None,
) -> AskedPlan:
    """What a user wrote behind --form, --chords, --key and --energy, read. Raises PlanError."""
    in_key = None if key is None else key_from(key)
    return AskedPlan(
        None if form is None else form_from(form),
        None if chords is None else progressions_from(chords, in_key),
        in_key,
        None if energy is None else energies_from(energy),
        None if groups is None else tuple(groups),
        tempo,
        meter,
    )


def partial_plan(asked: AskedPlan, bars: int | None = None) -> Plan:
    """A plan that holds what was settled and nothing else: no bar recalls another yet.

    `bars` is the length asked for; without a form, the song is one section of so many, named by nobody.
    Raises PlanError where the form has another length, or chords or energies do not fit its sections.
    """
    sections = asked.form or _unformed(bars)
    total = sum(section.bars for section in sections)
    if bars is not None and total != bars:
        raise PlanError(
            f"--form has {total} bars, the length asked for is {bars} bars",
            hint="leave --bars and --seconds out, or let the sections add up to it",
        )
    energies = asked.energy.over(sections) if asked.energy else (None,) * len(sections)
    told = [
        replace(section, key=asked.key, groups=asked.groups, energy=energy)
        for section, energy in zip(sections, energies, strict=True)
    ]
    chords = (asked.chords or Progressions()).over(sections)
    return Plan(tuple(told), chords, (None,) * total, asked.tempo, asked.meter)


def _unformed(bars: int | None) -> tuple[Section, ...]:
    if bars is None or not 1 <= bars <= MOST_BARS:
        raise PlanError(
            f"a plan without --form needs a length of 1 to {MOST_BARS} bars, got {bars}", hint="for example --bars 32"
        )
    return (Section("", bars),)

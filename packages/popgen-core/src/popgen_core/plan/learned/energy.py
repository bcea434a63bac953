"""The energies of sections as tables, and energies drawn from them: by name, by place and by turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from popgen_core.plan.learned.tables import Table, figures
from popgen_core.plan.plan import Plan, Section

__all__ = ["EnergyBook", "draw_energies", "energy_book", "place_of", "song_energy"]

LEAST = 3  # sections that a figure needs
MOST = 60  # names and places told apart


@dataclass(frozen=True)
class EnergyBook:
    """How energies go: `songs` mean of a song's sections; `about` a section's less its song's, by place and by name
    and place ("chorus first"); `again` a section's less that of the one of its name before it. Mean, sd, n of each."""

    songs: Table
    about: Table
    again: Table


def place_of(number: int, sections: int) -> str:
    """Whether a section is the first, the last, or an inner one."""
    return "first" if number == 0 else "last" if number == sections - 1 else "inner"


def song_energy(sections: Sequence[Section]) -> float | None:
    """The mean energy of the sections that tell theirs, by bars; None where none does."""
    told = [(section.energy, section.bars) for section in sections if section.energy is not None and section.bars]
    return sum(energy * bars for energy, bars in told) / sum(bars for _, bars in told) if told else None


def energy_book(plans: Sequence[Plan]) -> EnergyBook:
    """The energies of some plans as tables."""
    songs, about, again = list[float](), defaultdict[str, list[float]](list), list[float]()
    for plan in plans:
        mean = song_energy(plan.sections)
        if mean is None:
            continue
        songs.append(mean)
        before: dict[str, float] = {}
        for number, section in enumerate(plan.sections):
            if section.energy is None:
                continue
            place = place_of(number, len(plan.sections))
            for context in ("", place, f"{section.name} {place}"):
                about[context].append(section.energy - mean)
            if section.name in before:
                again.append(section.energy - before[section.name])
            before[section.name] = section.energy
    common = sorted(about, key=lambda context: (-len(about[context]), context))[:MOST]
    return EnergyBook(
        songs={"": figures(songs)} if songs else {},
        about={context: figures(about[context]) for context in sorted(common) if len(about[context]) >= LEAST},
        again={"": figures(again)} if again else {},
    )


def draw_energies(book: EnergyBook, sections: Sequence[Section], random: Generator) -> list[float | None]:
    """An energy for each section: those told stay; None where the corpus told none.

    What is told sets the level of the song; a section that comes back begins from its energy before.
    """
    dice = random.standard_normal((len(sections) + 1,))
    if not book.songs:
        return [section.energy for section in sections]
    level = _level(book, sections, float(dice[0]))
    found: list[float | None] = []
    before: dict[str, float] = {}
    for number, section in enumerate(sections):
        energy = section.energy
        if energy is None:
            energy = _drawn(book, section.name, place_of(number, len(sections)), level, before, float(dice[number + 1]))
        before[section.name] = energy
        found.append(energy)
    return found


def _about(book: EnergyBook, name: str, place: str) -> tuple[float, float]:
    """Mean and deviation of a section's energy less its song's: of its name and place, else of its place, else any."""
    for context in (f"{name} {place}", place, ""):
        if context in book.about:
            return book.about[context]["mean"], book.about[context]["sd"]
    return 0.0, 0.1


def _level(book: EnergyBook, sections: Sequence[Section], die: float) -> float:
    told = [
        section.energy - _about(book, section.name, place_of(number, len(sections)))[0]
        for number, section in enumerate(sections)
        if section.energy is not None
    ]
    songs = book.songs[""]
    return float(np.mean(told)) if told else float(np.clip(songs["mean"] + songs["sd"] * die, 0.05, 0.95))


def _drawn(book: EnergyBook, name: str, place: str, level: float, before: dict[str, float], die: float) -> float:
    mean, spread = _about(book, name, place)
    if name in before and book.again and "" in book.about:
        step = book.again[""]
        kept = float(np.clip(1 - step["sd"] ** 2 / (2 * book.about[""]["sd"] ** 2 + 1e-9), 0.0, 1.0))
        mean += kept * (before[name] - level - mean) + (1 - kept) * step["mean"]
        spread *= (1 - kept**2) ** 0.5  # so that energies spread no wider the more often a section comes back
    return round(float(np.clip(level + mean + spread * die, 0.0, 1.0)), 3)

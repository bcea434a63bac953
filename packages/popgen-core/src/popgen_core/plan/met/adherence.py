"""How much of what was asked a song meets: a plan, the groups that may play, its length; each thing by its own law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from popgen_core.music.song import Song
from popgen_core.plan.heard import MOST_BARS
from popgen_core.plan.met.figure import NOT_ASKED, Figure
from popgen_core.plan.met.form import form_met, recall_met
from popgen_core.plan.met.harmony import chord_tones_met, chords_met, key_met
from popgen_core.plan.met.laid import first_bars, laid
from popgen_core.plan.met.outline import length_met, meter_met, tempo_met
from popgen_core.plan.met.playing import density_met, dynamics_met, energy_met, groups_met
from popgen_core.plan.plan import Plan

__all__ = ["Adherence", "adherence", "overall_adherence"]


@dataclass(frozen=True)
class Adherence:
    """One figure a thing that can be asked, in the order in which they are told; the law of each is its function's,
    `key_met` for `key`."""

    key: Figure
    chords: Figure
    chord_tones: Figure
    tempo: Figure
    meter: Figure
    length: Figure
    groups: Figure
    density: Figure
    dynamics: Figure
    energy: Figure
    form: Figure
    recall: Figure

    def figures(self) -> dict[str, Figure]:
        """The figures by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def table(self) -> dict[str, Any]:
        """The same as plain values for JSON, with `overall`."""
        figures = {name: figure.table() for name, figure in self.figures().items()}
        return {"overall": overall_adherence(self), "figures": figures}

    def lines(self) -> list[str]:
        """For people: a line for each thing that was asked, then those that were not."""
        told = [f"{_words(name):<12}{figure.line()}" for name, figure in self.figures().items() if figure.asked]
        left_open = [_left_open(name, figure) for name, figure in self.figures().items() if not figure.asked]
        overall = overall_adherence(self)
        whole = [] if overall is None else [f"{'overall':<12}{Figure(overall).line()}"]
        return [*told, *whole, *([f"not asked: {', '.join(left_open)}"] if left_open else [])]


def adherence(song: Song, plan: Plan, groups: Sequence[str] | None = None) -> Adherence:
    """How much of a plan, and of the groups that may play, a song meets whose tracks are named after their groups.

    Bars are counted from the song's start on both sides. Bars cut short by a change of meter, those of meters that
    give no bars, and those after the 2,048th are not heard. Never raises: what cannot be told is None, with its reason.
    """
    asked = first_bars(plan, MOST_BARS)
    sound = laid(song, asked.bars)
    return Adherence(
        key=key_met(sound, asked),
        chords=chords_met(sound, asked),
        chord_tones=chord_tones_met(sound, asked),
        tempo=tempo_met(song, plan),
        meter=meter_met(song, plan),
        length=length_met(song, plan),
        groups=groups_met(sound, asked, groups),
        density=density_met(sound, asked),
        dynamics=dynamics_met(sound, asked),
        energy=energy_met(sound, asked),
        form=form_met(sound, asked),
        recall=recall_met(sound, asked),
    )


def overall_adherence(found: Adherence) -> float | None:
    """The mean of all figures that were asked, to rank songs of one plan by: 0..1; None where nothing was asked.

    What was asked and cannot be told of this song counts 0, so that a silent song ranks last.
    """
    values = [figure.value or 0.0 for figure in found.figures().values() if figure.asked]
    return float(np.mean(values)) if values else None


def _left_open(name: str, figure: Figure) -> str:
    return _words(name) if figure.reason == NOT_ASKED else f"{_words(name)} ({figure.reason})"


def _words(name: str) -> str:
    return name.replace("_", " ")

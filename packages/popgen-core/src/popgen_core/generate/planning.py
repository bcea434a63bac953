"""The plans of a request: what the user settled, and what popgen fills in as the songs of the corpus have it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from popgen_core.generate.request import USUAL_SECONDS, Request, RequestError
from popgen_core.plan import Plan, Section
from popgen_core.plan.book import PlanBook
from popgen_core.plan.words.asked import AskedPlan, partial_plan
from popgen_core.plan.words.toml import plan_from_toml
from popgen_core.plan.writer import Wish, written

__all__ = ["bars_of", "check_controls", "overlaid", "plans_of", "restated", "settled", "usual_meter", "usual_tempo"]

NEEDS = {"form": "section", "chords": "chord", "key": "key", "energy": "energy"}
OF_TEMPO = 0x7E3B0  # tells the dice of tempi from those of plans
MASKED = {"chord": "chord_strength", "key": "key_strength"}  # what can be held to without the control


def usual_meter(corpus: Mapping[str, Any]) -> tuple[int, int]:
    """The corpus's most usual meter."""
    top, bottom = corpus.get("meter", (4, 4))
    return int(top), int(bottom)


def usual_tempo(corpus: Mapping[str, Any], seed: int, song: int = 0) -> float:
    """The tempo of a request's song of which none is asked: one of the corpus's, drawn by the seed, its own for each
    song; of checkpoints that do not know their corpus's tempi, its median."""
    if not (tempi := corpus.get("tempi")):
        return float(corpus.get("tempo", 120))
    drawn = np.random.default_rng([seed, OF_TEMPO, song]).uniform(0, len(tempi) - 1)
    return float(round(np.interp(drawn, np.arange(len(tempi)), tempi)))


def check_controls(request: Request, controls: Collection[str]) -> None:
    """Nothing that is asked for is ignored: raises RequestError for what the model was trained without."""
    for name, control in NEEDS.items():
        if getattr(request, name) is not None:
            _check_control(f"--{name}", control, request, controls)


def _check_control(what: str, control: str, request: Request, controls: Collection[str]) -> None:
    strength = MASKED.get(control)
    if control in controls or (strength and (getattr(request, strength) or 0) > 0):
        return
    way = f"; --{control}-strength 1 holds it to them all the same" if strength else ""
    raise RequestError(f"{what}: the checkpoint was trained without the control {control}{way}")


def settled(request: Request, asked: AskedPlan, bars: int, known: Sequence[str], controls: Collection[str]) -> Plan:
    """What the user settled: their plan file with what they said beside it, or a plan of the asked length; `bars` are
    those of the seconds asked for."""
    if request.plan is None:
        if request.bars is None and (request.form is None or request.seconds is not None):
            return partial_plan(asked, bars)
        return partial_plan(asked, request.bars)
    if request.form is not None:
        raise RequestError("--form and --plan both say the form", hint="leave one out, or edit the plan")
    if request.seconds is not None:
        raise RequestError("--plan has its own length, --seconds says another", hint="leave --seconds out")
    plan = plan_from_toml(request.plan)
    if request.bars is not None and request.bars != plan.bars:
        raise RequestError(f"--plan has {plan.bars} bars, --bars {request.bars}", hint="leave --bars out")
    _check_plan(plan, request, known, controls)
    return overlaid(plan, asked)


def _check_plan(plan: Plan, request: Request, known: Sequence[str], controls: Collection[str]) -> None:
    """A plan file names the model's groups, and says only what the model listens to or is held to."""
    sections = plan.sections
    named = {group for section in sections for group in (*(section.groups or ()), *section.density, *section.dynamics)}
    if unknown := sorted(named - set(known)):
        raise RequestError(f"--plan: no group is named {', '.join(unknown)}", hint=f"the model has {', '.join(known)}")
    said = {
        "section": any(section.name for section in sections),
        "chord": any(plan.chords),
        "key": any(section.key for section in sections),
        "energy": any(section.energy is not None for section in sections),
        "density": any(section.density for section in sections),
        "dynamics": any(section.dynamics for section in sections),
        "recall": any(plan.recalls) and request.recalls,
    }
    for control, is_said in said.items():
        if is_said:
            _check_control(f"--plan says {control}", control, request, controls)


def bars_of(request: Request, tempo: float, meter: tuple[int, int]) -> int:
    """The whole number of bars of this tempo and meter that is nearest to the seconds asked for."""
    top, bottom = meter
    seconds = USUAL_SECONDS if request.seconds is None else request.seconds
    return max(round(seconds * tempo / 60 / (4 * top / bottom)), 1)


def overlaid(plan: Plan, asked: AskedPlan) -> Plan:
    """A plan in which what was said beside it takes the place of what it says; sections of which nothing was said by
    name stay as they were."""
    sections, chords = plan.sections, plan.chords
    if asked.chords is not None:
        named, own = asked.chords.by_name, [sections[number].name for number in plan.section_of() for _ in range(2)]
        pairs = zip(own, plan.chords, asked.chords.over(sections), strict=True)
        chords = tuple(old if named and name not in named else new for name, old, new in pairs)
    return replace(plan, sections=restated(sections, asked), chords=chords)


def restated(sections: Sequence[Section], asked: AskedPlan) -> tuple[Section, ...]:
    """Sections with the key and the energies that were said beside them."""
    if asked.key is not None:
        sections = [replace(section, key=asked.key) for section in sections]
    if asked.energy is not None:
        energies = zip(sections, asked.energy.over(sections), strict=True)
        sections = [section if new is None else replace(section, energy=new) for section, new in energies]
    return tuple(sections)


def plans_of(request: Request, partials: Sequence[Plan], corpus: Mapping[str, Any]) -> tuple[Plan, ...]:
    """A plan for each song, what is open of its partial one filled in as the corpus would have it."""
    if not request.recalls:
        partials = [replace(partial, recalls=(None,) * partial.bars) for partial in partials]
    if "plans" not in corpus:
        return tuple(partials)
    book = PlanBook.from_plain(corpus["plans"])
    again = request.form is not None  # who writes a form names a section twice on purpose
    wish = Wish(groups=request.groups, recalls=request.recalls, again=again)
    seeds = [int(np.random.SeedSequence([request.seed, song]).generate_state(1)[0]) for song in range(len(partials))]
    return tuple(written(partial, book, seed, wish) for partial, seed in zip(partials, seeds, strict=True))

"""What a plan says of every frame: laid out once for all the songs that share it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from popgen_core.generate.limits import Limits
from popgen_core.generate.load import Loaded
from popgen_core.generate.planned import controls_of
from popgen_core.generate.request import USUAL_CHORD_STRENGTH, Request
from popgen_core.generate.rules import Rules
from popgen_core.generate.task import Wanted
from popgen_core.plan.plan import Plan
from popgen_core.plan.told import Told

__all__ = ["Sheet", "sheets_of"]

SUREST = 4.6  # log-odds of 0.99: of a bar that comes back note for note
OFF: dict[str, dict[str, Any]] = {  # what switching a rule off means
    "ranges": {"ranges": False},
    "polyphony": {"polyphony": False},
    "sections": {"sections": False},
    "silence": {"silence_beats": None},
    "resolve": {"resolve": False},
    "steady": {"steady": 0.0},
    "recall": {"recall": 0.0},
}


@dataclass(frozen=True)
class Sheet:
    """`controls` (frame, feature) of a song; `returns` (recalled bar, 3) in frames, as in `plan.told`, and how firmly
    each is `held`, in log-odds; `limits`: what must hold."""

    controls: Tensor
    returns: NDArray[np.int64]
    held: NDArray[np.float64]
    limits: Limits

    @property
    def recalled(self) -> list[bool]:
        """(frame,) whether each comes back from an earlier one."""
        made = np.zeros(len(self.controls), dtype=np.bool_)
        for here, _, length in self.returns:
            made[here : here + length] = True
        return made.tolist()

    def earliest(self, start: int) -> int:
        """The earliest frame that comes back from frame `start` on; `start` where none from before it does."""
        sources = self.returns[self.returns[:, 0] + self.returns[:, 2] > start, 1]
        return int(sources.min(initial=start))


def sheets_of(loaded: Loaded, request: Request, wanted: Wanted, frames: int) -> list[Sheet]:
    """A sheet for each song that is drawn; songs of one plan share theirs."""
    made: dict[int, Sheet] = {}
    for plan in wanted.plans:
        if id(plan) not in made:
            made[id(plan)] = _sheet(loaded, request, wanted, plan, frames)
    return [made[id(plan)] for plan in wanted.plans]


def _sheet(loaded: Loaded, request: Request, wanted: Wanted, plan: Plan, frames: int) -> Sheet:
    spec, grid, known = loaded.model.sizes.roll, loaded.recipe.grid, loaded.recipe.controls.known
    device = next(loaded.model.parameters()).device
    told = Told.of(plan, wanted.template, grid, known, spec.groups, frames) if known else None
    controls = controls_of(wanted.template, grid, frames, loaded.model.sizes, told)
    limits = Limits(
        wanted.template,
        grid,
        spec,
        frames,
        rules=_rules(request, loaded.recipe.controls.known),
        plan=plan,
        groups=wanted.groups,
        drums=loaded.card.corpus.get("drums", ["drums"]),
        corpus=loaded.card.corpus,
        device=device,
    )
    returns, likeness = (told.returns, told.likeness) if told else (np.zeros((0, 3), dtype=np.int64), np.zeros(0))
    held = limits.rules.recall * likeness_odds(likeness)
    return Sheet(torch.from_numpy(controls).to(device), returns, held, limits)


def likeness_odds(likeness: NDArray[np.float64]) -> NDArray[np.float64]:
    """How sure it is that a cell holds what it held in a bar that is so like: log-odds, 0 .. those of 0.99."""
    sure = np.clip(likeness, 0.5, 1.0 - 1e-9)
    return np.minimum(np.log(sure / (1.0 - sure)), SUREST)


def _rules(request: Request, controls: Sequence[str]) -> Rules:
    """The rules of a request to a model with these controls: those named as free are off, and only a song that popgen
    ends is resolved by it."""
    off = {name: value for rule in request.free for name, value in OFF[rule].items()}
    if request.around in ("keep", "bars"):
        off |= OFF["resolve"]
    usual = USUAL_CHORD_STRENGTH if "chord" in controls else 0.0
    return Rules(
        key_strength=request.key_strength,
        chord_strength=usual if request.chord_strength is None else request.chord_strength,
        repetition=request.against_loops,
        **off,
    )

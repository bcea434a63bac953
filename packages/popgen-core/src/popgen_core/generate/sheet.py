"""What a plan says of every frame: laid out once for all the songs that share it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from popgen_core.analysis.lags import lags_of
from popgen_core.generate.limits import Limits
from popgen_core.generate.load import Loaded
from popgen_core.generate.planned import controls_of
from popgen_core.generate.request import USUAL_CHORD_STRENGTH, Request
from popgen_core.generate.rules import Rules
from popgen_core.generate.task import Wanted
from popgen_core.music.bars import bar_lines
from popgen_core.music.grid import Grid, frames_nearest
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
    """`start`, `stop`: frames start..stop-1 are written, all but for a user's song. `controls` (frame, feature) up to
    the song's end, and how many `seconds` (frame,) each lasts; `returns` (recalled bar, 3) in frames, as in
    `plan.told`, and how firmly each is `held`, in log-odds; `limits`: what must hold; `lags` (frame, lag): how long ago
    a beat and some bars lie, for models that listen there."""

    start: int
    stop: int
    controls: Tensor
    seconds: NDArray[np.float64]
    returns: NDArray[np.int64]
    held: NDArray[np.float64]
    limits: Limits
    lags: NDArray[np.int64] | None

    @property
    def frames(self) -> int:
        """Where the song ends."""
        return len(self.controls)

    @property
    def recalled(self) -> list[bool]:
        """(frame,) whether each comes back from an earlier one."""
        made = np.zeros(len(self.controls), dtype=np.bool_)
        for here, _, length in self.returns:
            made[here : here + length] = True
        return made.tolist()

    @property
    def earliest(self) -> int:
        """The earliest frame that comes back in those that are written; their first where none from before it does."""
        sources = self.returns[self.returns[:, 0] + self.returns[:, 2] > self.start, 1]
        return int(sources.min(initial=self.start))


def sheets_of(loaded: Loaded, request: Request, songs: Sequence[Wanted]) -> list[Sheet]:
    """A sheet for each song that is drawn; where a song is drawn more than once, all share one."""
    made = {id(song): _sheet(loaded, request, song) for song in {id(song): song for song in songs}.values()}
    return [made[id(song)] for song in songs]


def _sheet(loaded: Loaded, request: Request, wanted: Wanted) -> Sheet:
    spec, grid, known = loaded.model.sizes.roll, loaded.recipe.grid, loaded.recipe.controls.known
    device = next(loaded.model.parameters()).device
    start, stop, frames = (_frame(grid, wanted, bar) for bar in (wanted.start, wanted.stop, wanted.bars))
    told = Told.of(wanted.plan, wanted.template, grid, known, spec.groups, frames) if known else None
    controls = controls_of(wanted.template, grid, frames, loaded.model.sizes, told)
    limits = Limits(
        wanted.template,
        grid,
        spec,
        frames,
        rules=_rules(request, loaded.recipe.controls.known),
        plan=wanted.plan,
        groups=wanted.groups,
        drums=loaded.card.corpus.get("drums", ["drums"]),
        corpus=loaded.card.corpus,
        device=device,
    )
    returns, likeness = (told.returns, told.likeness) if told else (np.zeros((0, 3), dtype=np.int64), np.zeros(0))
    held = limits.rules.recall * likeness_odds(likeness)
    seconds = np.diff(wanted.template.seconds(grid.ticks(wanted.template, np.arange(frames + 1))))
    lags = lags_of(wanted.template, grid, frames) if loaded.model.remembers else None
    return Sheet(start, stop, torch.from_numpy(controls).to(device), seconds, returns, held, limits, lags)


def _frame(grid: Grid, wanted: Wanted, bar: int) -> int:
    """The first frame of a bar; of the one behind the last, the frame with which the song has ended."""
    line = bar_lines(wanted.template, max(wanted.end_tick, 1))[bar : bar + 1]
    frame = int(frames_nearest(grid.positions(wanted.template, line))[0])
    return max(frame, 1) if bar == wanted.bars else frame


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

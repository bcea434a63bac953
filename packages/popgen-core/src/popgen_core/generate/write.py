"""Writing songs: a checkpoint and a request in, Songs out that carry in a text event what made them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from popgen_core import __version__
from popgen_core.contracts.tensors import Sampling
from popgen_core.generate.around import Around, joined
from popgen_core.generate.draw import DrawnNotes, draw_frames
from popgen_core.generate.limits import Limits
from popgen_core.generate.load import Loaded
from popgen_core.generate.planned import Given, Planned, controls_of
from popgen_core.generate.request import Request
from popgen_core.generate.rules import Rules
from popgen_core.generate.wanted import Wanted, completed
from popgen_core.generate.watching import Watching
from popgen_core.music.bars import bar_lines
from popgen_core.music.ending import END
from popgen_core.music.midi import PROVENANCE
from popgen_core.music.roll import Roll, song_from_roll
from popgen_core.music.song import Marker, Song, Track
from popgen_core.plan.dressed import Dressing, dressed
from popgen_core.plan.plan import Plan
from popgen_core.plan.told import Told

__all__ = ["DrawnSong", "Progress", "draw_songs"]

Progress = Callable[[int, int], None]  # frames drawn, frames in all


@dataclass(frozen=True)
class DrawnSong:
    """A song that was written: its plan, which of the songs drawn together it was, and how surprising it was judged,
    in nats (of its own notes, or of what follows bars that were written anew; 0 where nothing was judged)."""

    song: Song
    plan: Plan
    index: int
    nats: float


def draw_songs(
    loaded: Loaded, request: Request, around: Around | None = None, progress: Progress | None = None
) -> list[DrawnSong]:
    """Draw all songs of a request in one batch, those of --best-of too. Raises RequestError, PlanError, DressingError.

    `around`: the user's song, where the request names one. The same checkpoint, request, song and machine give the same
    songs. Nothing that was drawn is repaired afterwards, but that overlaps of one pitch are cut as MIDI needs it.
    """
    spec, grid = loaded.model.sizes.roll, loaded.recipe.grid
    wanted = completed(request, spec.groups, loaded.card.corpus, loaded.recipe.controls.known, around)
    start, stop, end = (_frame(loaded, wanted, bar) for bar in (wanted.start, wanted.stop, wanted.bars))
    first = max(start - int(loaded.model.backbone.window), 0)
    conductors = _conductors(loaded, request, wanted, (first, start, stop, end))
    starts = wanted.template.seconds(grid.ticks(wanted.template, np.arange(end + 1)))
    notes = DrawnNotes(len(conductors), lambda frame: float(starts[frame + 1] - starts[frame]), first)
    with one_thread():
        for number, frame in enumerate(draw_frames(loaded.model, conductors, request.seed, first)):
            notes.add(frame)
            if progress:
                progress(number + 1, end - first)
    told = zip(notes.finished(), wanted.plans, conductors, strict=True)
    return [
        DrawnSong(_song(loaded, request, wanted, plan, events, index), plan, index, conductor.nats)
        for index, (events, plan, conductor) in enumerate(told)
    ]


def _frame(loaded: Loaded, wanted: Wanted, bar: int) -> int:
    """The first frame of a bar; of the one behind the last, the frame with which the song has ended."""
    lines = bar_ticks_of(wanted)
    return max(round(float(loaded.recipe.grid.positions(wanted.template, lines[bar]))), 1 if bar == wanted.bars else 0)


def bar_ticks_of(wanted: Wanted) -> NDArray[np.float64]:
    """Ticks of the bar lines of what is to be written, and of its end."""
    return bar_lines(wanted.template, max(wanted.end_tick, 1))


@contextmanager
def one_thread() -> Iterator[None]:
    """Draw with one thread: a frame is too little work to share, and threads wait for each other on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _conductors(loaded: Loaded, request: Request, wanted: Wanted, frames: tuple[int, int, int, int]) -> list[Planned]:
    """One for each song that is drawn."""
    model, grid, known = loaded.model, loaded.recipe.grid, loaded.recipe.controls.known
    first, start, stop, end = frames
    given, device = _given(wanted, start, stop, end + model.ahead), next(model.parameters()).device
    rules, settings = _rules(request), _sampling(request, loaded)
    made = []
    for plan in wanted.plans:
        told = Told.of(plan, wanted.template, grid, known, model.sizes.roll.groups, end) if known else None
        controls = torch.from_numpy(controls_of(wanted.template, grid, end, model.sizes, told)).to(device)
        limits = Limits(
            wanted.template,
            grid,
            model.sizes.roll,
            end,
            rules=rules if wanted.stop == wanted.bars else replace(rules, resolve=False),
            plan=plan,
            groups=wanted.groups,
            drums=loaded.card.corpus.get("drums", ["drums"]),
            corpus=loaded.card.corpus,
            device=device,
        )
        returns = told.returns if told is not None else np.zeros((0, 3), dtype=np.int64)
        recalled = np.zeros(end, dtype=np.bool_)
        for here, _, length in returns:
            recalled[here : here + length] = True
        made.append(
            Planned(
                controls=controls,
                frames=end,
                settings=settings,
                watching=Watching(limits, 1, recalled.tolist(), first),
                returns=returns,
                given=given,
                given_control=model.sizes.controls.features("given") if "given" in known else None,
                ahead=model.ahead,
                judge=request.draws > 1 and request.best_by == "likelihood" and request.around != "bars",
            )
        )
    return made


def _given(wanted: Wanted, start: int, stop: int, frames: int) -> Given | None:
    if wanted.around is None:
        return None
    roll, kept = (torch.from_numpy(rows) for rows in wanted.around.dense(frames))
    return Given(roll, kept, start, stop)


OFF: dict[str, dict[str, Any]] = {  # what switching a rule off means
    "ranges": {"ranges": False},
    "polyphony": {"polyphony": False},
    "sections": {"sections": False},
    "silence": {"silence_beats": None},
    "resolve": {"resolve": False},
    "steady": {"steady": 0.0},
}


def _rules(request: Request) -> Rules:
    """The rules of a request: those named as free are off."""
    off = {name: value for rule in request.free for name, value in OFF[rule].items()}
    return Rules(
        key_strength=request.key_strength,
        chord_strength=request.chord_strength,
        repetition=request.against_loops,
        **off,
    )


def _sampling(request: Request, loaded: Loaded) -> Sampling:
    groups = loaded.model.sizes.roll.groups
    heats = [request.temperatures.get(group, request.temperature) for group in groups]
    device = next(loaded.model.parameters()).device
    by_group = torch.tensor(heats, device=device) if request.temperatures else None
    return Sampling(request.temperature, by_group, request.top_p)


def _tracks(loaded: Loaded) -> list[Track]:
    spec, drums = loaded.model.sizes.roll, loaded.card.corpus.get("drums", ["drums"])
    return [Track(group, 0, group in drums) for group in spec.groups]


def _song(loaded: Loaded, request: Request, wanted: Wanted, plan: Plan, events: Any, index: int) -> Song:
    """Drawn events as a song that ends at its last bar line, dressed, with the user's own notes where there are any."""
    spec, grid, around = loaded.model.sizes.roll, loaded.recipe.grid, wanted.around
    if around is not None:
        inside = events["frame"] < len(around.kept)
        events = events[inside]
        events = events[~around.kept[events["frame"], events["group"]]]
    marks = tuple(marker for marker in wanted.template.markers if marker.text != END)
    provenance = _provenance(loaded, request, index)
    template = replace(wanted.template, provenance=provenance, markers=(*marks, Marker(wanted.end_tick, END)))
    drawn = song_from_roll(Roll(spec, grid, int(events["last"].max(initial=0)) + 1, events), template, _tracks(loaded))
    played = tuple(track for track in drawn.tracks if track.name in wanted.groups)
    dressing = Dressing(programs=loaded.card.corpus.get("programs", {}), chosen=request.programs)
    made = dressed(replace(drawn, tracks=played), plan, dressing)
    return made if around is None else joined(around, made.tracks, made)


def _provenance(loaded: Loaded, request: Request, index: int) -> str:
    """What made a song, as JSON: enough to make it again."""
    made = {
        "popgen": __version__,
        "checkpoint": loaded.sha256,
        "recipe": loaded.recipe.header.name,
        "torch": torch.__version__,
        "request": request.to_plain(),
        "index": index,
    }
    return PROVENANCE + json.dumps(made, sort_keys=True)

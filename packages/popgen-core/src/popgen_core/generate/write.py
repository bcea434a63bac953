"""Writing songs: a checkpoint and a request in, Songs out that carry in a text event what made them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
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
from popgen_core.generate.load import Loaded, strangers_of
from popgen_core.generate.planned import Given, Planned
from popgen_core.generate.request import Request, check_touch
from popgen_core.generate.sheet import Sheet, sheets_of
from popgen_core.generate.task import Wanted
from popgen_core.generate.wanted import completed
from popgen_core.generate.watching import Watching
from popgen_core.music.ending import END
from popgen_core.music.midi import PROVENANCE
from popgen_core.music.roll import Roll, song_from_roll
from popgen_core.music.song import Marker, Song, Track
from popgen_core.plan.dressed import Dressing, dressed
from popgen_core.plan.plan import Plan

__all__ = ["DrawnSong", "Progress", "draw_songs", "sounds_of"]

OF_SOUNDS = 0x50D5  # tells the dice of sounds from others of the same seed

Progress = Callable[[int, int], None]  # frames drawn, frames in all


@dataclass(frozen=True)
class DrawnSong:
    """A song that was written: its plan, which of the songs drawn together it was, and its `surprise`, in nats: of its
    own new notes the mean over them, or all that of what follows bars written anew; 0 where nothing was judged."""

    song: Song
    plan: Plan
    index: int
    surprise: float


def draw_songs(
    loaded: Loaded, request: Request, around: Around | None = None, progress: Progress | None = None
) -> list[DrawnSong]:
    """Draw all songs of a request in one batch, those of --best-of too. Raises RequestError, PlanError, DressingError.

    `around`: the user's song, where the request names one. The same checkpoint, request, song and machine give the same
    songs. Nothing that was drawn is repaired afterwards, but that overlaps of one pitch are cut as MIDI needs it.
    """
    check_touch(request.touch, loaded.model.decoder.form)
    known, controls = loaded.model.sizes.roll.groups, loaded.recipe.controls.known
    songs = completed(request, known, loaded.card.corpus, controls, around)
    sheets = sheets_of(loaded, request, songs)
    heard = max(sheets[0].start - int(loaded.model.backbone.window), 0)
    first = min([heard, *(sheet.earliest for sheet in sheets)])  # what comes back must have been heard
    conductors = _conductors(loaded, request, songs[0], sheets, first)
    notes, last = DrawnNotes([sheet.seconds for sheet in sheets], first), max(sheet.frames for sheet in sheets)
    with one_thread():
        for number, frame in enumerate(draw_frames(loaded.model, conductors, request.seed, first)):
            notes.add(frame)
            if progress:
                progress(number + 1, last - first)
    made = []
    for index, (wanted, events) in enumerate(zip(songs, notes.finished(), strict=True)):
        events = _new(wanted, events)
        among = max(len(events), 1) if _own(request, wanted) else 1
        song = _song(loaded, request, wanted, events, index)
        made.append(DrawnSong(song, wanted.plan, index, conductors[index].nats / among))
    return made


def _own(request: Request, wanted: Wanted) -> bool:
    """Whether new notes are judged: not where there are some that must follow them."""
    return request.around != "bars" or wanted.stop == wanted.bars


@contextmanager
def one_thread() -> Iterator[None]:
    """Draw with one thread: a frame is too little work to share, and threads wait for each other on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _conductors(loaded: Loaded, request: Request, wanted: Wanted, sheets: list[Sheet], first: int) -> list[Planned]:
    """One for each song that is drawn, of its sheet, from frame `first` on. What a user's song gives, and whether songs
    are judged, is the same for all: `wanted` is any of them."""
    model, listens = loaded.model, "given" in loaded.recipe.controls.known
    given, settings = _given(wanted, sheets[0], model.ahead), _sampling(request, loaded)
    return [
        Planned(
            controls=sheet.controls,
            frames=sheet.frames,
            settings=settings,
            watching=Watching(sheet.limits, 1, sheet.recalled, first),
            returns=sheet.returns,
            held=sheet.held,
            given=given,
            given_control=model.sizes.controls.features("given") if listens else None,
            ahead=model.ahead,
            judge=request.draws > 1 and request.best_by == "likelihood" and _own(request, wanted),
            lags=sheet.lags,
            seconds=sheet.seconds,
        )
        for sheet in sheets
    ]


def _given(wanted: Wanted, sheet: Sheet, ahead: int) -> Given | None:
    if wanted.around is None:
        return None
    roll, kept, manner = (torch.from_numpy(rows) for rows in wanted.around.dense(sheet.frames + ahead))
    return Given(roll, kept, sheet.start, sheet.stop, manner)


def _sampling(request: Request, loaded: Loaded) -> Sampling:
    groups = loaded.model.sizes.roll.groups
    heats = [request.temperatures.get(group, request.temperature) for group in groups]
    device = next(loaded.model.parameters()).device
    by_group = torch.tensor(heats, device=device) if request.temperatures else None
    return Sampling(request.temperature, by_group, request.top_p, request.touch)


def _tracks(loaded: Loaded) -> list[Track]:
    spec, drums = loaded.model.sizes.roll, loaded.card.corpus.get("drums", ["drums"])
    return [Track(group, 0, group in drums) for group in spec.groups]


def _new(wanted: Wanted, events: NDArray[Any]) -> NDArray[Any]:
    """Of drawn events those that were not given."""
    if wanted.around is None:
        return events
    kept = wanted.around.kept
    new: NDArray[Any] = events[~kept[np.minimum(events["frame"], len(kept) - 1), events["group"]]]
    return new


def _song(loaded: Loaded, request: Request, wanted: Wanted, events: Any, index: int) -> Song:
    """New notes as a song that ends at its last bar line, dressed, with the user's own notes where there are any; one
    of which only some bars are new keeps its markers and key signatures as they are."""
    spec, grid, around = loaded.model.sizes.roll, loaded.recipe.grid, wanted.around
    marks = tuple(marker for marker in wanted.template.markers if marker.text != END)
    provenance = _provenance(loaded, request, index)
    template = replace(wanted.template, provenance=provenance, markers=(*marks, Marker(wanted.end_tick, END)))
    drawn = song_from_roll(Roll(spec, grid, int(events["last"].max(initial=0)) + 1, events), template, _tracks(loaded))
    played = tuple(track for track in drawn.tracks if track.name in wanted.groups)
    dressing = Dressing(programs=sounds_of(loaded.card.corpus, request.seed, index), chosen=request.programs)
    made = dressed(replace(drawn, tracks=played), None if request.around == "bars" else wanted.plan, dressing)
    return made if around is None else joined(around, made.tracks, made)


def sounds_of(corpus: Mapping[str, Any], seed: int, index: int) -> dict[str, int]:
    """Programs by group of one of the corpus's bands, drawn by the seed; of groups that it lacks the most usual."""
    usual, bands = corpus.get("programs", {}), corpus.get("bands", [])
    band = bands[int(np.random.default_rng([seed, OF_SOUNDS, index]).integers(len(bands)))] if bands else {}
    return {**usual, **band}


def _provenance(loaded: Loaded, request: Request, index: int) -> str:
    """What made a song, as JSON: enough to make it again."""
    made = {
        "popgen": __version__,
        "checkpoint": loaded.sha256,
        "recipe": loaded.recipe.header.name,
        "torch": torch.__version__,
        **({"strangers": strangers} if (strangers := strangers_of(loaded)) else {}),
        **({"styles": [style.told() for style in loaded.styles]} if loaded.styles else {}),
        "request": request.to_plain(),
        "index": index,
    }
    return PROVENANCE + json.dumps(made, sort_keys=True)

"""Writing songs: a checkpoint and a request in, Songs out that carry in a text event what made them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from popgen_core import __version__
from popgen_core.analysis.position import position_controls
from popgen_core.contracts.tensors import Constraints, Sampling
from popgen_core.generate.draw import DrawnNotes, draw_frames
from popgen_core.generate.load import Loaded
from popgen_core.generate.request import Request, Wanted, completed
from popgen_core.music.fitted import fitted
from popgen_core.music.midi import PROVENANCE
from popgen_core.music.roll import Roll, RollSpec, song_from_roll
from popgen_core.music.song import Marker, Song, Track

__all__ = ["Progress", "write_songs"]

Progress = Callable[[int, int], None]  # frames drawn, frames in all

# General MIDI programs where the corpus tells none: finger bass, piano, clean guitar, strings, square lead, bells
USUAL = {"bass": 33, "chords": 0, "guitar": 27, "strings": 48, "lead": 80, "others": 11}


def write_songs(loaded: Loaded, request: Request, progress: Progress | None = None) -> list[Song]:
    """Draw `request.count` songs in one batch. Raises RequestError for what cannot be asked.

    The same checkpoint, request and machine give the same songs. Nothing that was drawn is
    repaired afterwards.
    """
    model, grid = loaded.model, loaded.recipe.grid
    spec = model.sizes.roll
    wanted = completed(request, spec.groups, loaded.card.corpus)
    frames = max(round(float(grid.positions(wanted.template, wanted.end_tick))), 1)
    starts = wanted.template.seconds(grid.ticks(wanted.template, np.arange(frames + 1)))
    notes = DrawnNotes(request.count, lambda frame: float(starts[frame + 1] - starts[frame]))
    controls = position_controls(wanted.template, grid, 0, frames)
    playable = Constraints(_playable(spec, wanted.groups))
    drawn = draw_frames(model, controls, request.count, playable, Sampling(request.temperature), request.seed)
    with one_thread():
        for number, frame in enumerate(drawn):
            notes.add(frame)
            if progress:
                progress(number + 1, frames)
    tracks = _tracks(wanted.groups, spec, loaded.card.corpus)
    return [
        _song(Roll(spec, grid, frames, events), wanted, tracks, _provenance(loaded, request, index))
        for index, events in enumerate(notes.finished())
    ]


@contextmanager
def one_thread() -> Iterator[None]:
    """Draw with one thread: a frame is too little work to share, and threads wait for each other on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _playable(spec: RollSpec, groups: tuple[str, ...]) -> torch.Tensor:
    """(group, pitch) bool: True for every cell of the wanted groups."""
    wanted = torch.tensor([group in groups for group in spec.groups])
    return wanted[:, None].expand(len(spec.groups), spec.pitches)


def _tracks(groups: tuple[str, ...], spec: RollSpec, corpus: dict[str, Any]) -> list[Track]:
    programs = {**USUAL, **corpus.get("programs", {})}
    drums = corpus.get("drums", ["drums"])
    return [Track(group, 0 if group in drums else programs.get(group, 0), group in drums) for group in spec.groups]


def _song(roll: Roll, wanted: Wanted, tracks: list[Track], provenance: str) -> Song:
    """The drawn roll as a song of the wanted groups that ends at its last bar line, which a marker names."""
    template = replace(wanted.template, provenance=provenance, markers=(Marker(wanted.end_tick, "end"),))
    song = song_from_roll(roll, template, tracks)
    kept = [replace(track, notes=fitted(track.notes, wanted.end_tick)) for track in song.tracks]
    return replace(song, tracks=tuple(track for track in kept if track.name in wanted.groups))


def _provenance(loaded: Loaded, request: Request, index: int) -> str:
    """What made a song, as JSON: enough to make it again."""
    made = {
        "popgen": __version__,
        "checkpoint": loaded.sha256,
        "recipe": loaded.recipe.header.name,
        "torch": torch.__version__,
        "request": {**request.__dict__, "groups": list(request.groups) if request.groups else None},
        "index": index,
    }
    return PROVENANCE + json.dumps(made, sort_keys=True)

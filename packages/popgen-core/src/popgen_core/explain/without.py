"""How much a note hangs on what each group played in the past: the model is asked again, that stretch silenced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from popgen_core.explain.explanation import Column
from popgen_core.explain.heard import View, chances_of, rows_of
from popgen_core.model import Model
from popgen_core.train.windows import TrainingSong

__all__ = ["Silenced", "chances_without", "silenced_songs", "without"]

Chances = NDArray[np.float64]
Progress = Callable[[int, int, str], None]  # done, of how many, a few words
BATCH = 4  # versions of a song at a time: more take memory and are no faster on a CPU


@dataclass(frozen=True)
class Silenced:
    """One version of a song: `group` does not play what it began in `column`; the first such note was in frame
    `begins`."""

    group: int
    column: int
    begins: int
    song: TrainingSong


def without(
    model: Model,
    song: TrainingSong,
    looked: Sequence[View],
    columns: Sequence[Column],
    notes: NDArray[Any],
    progress: Progress | None,
) -> Chances:
    """EVENT rows of `notes` in the frames that the views tell -> (note, group, column) their chances, 0..1, had that
    group begun nothing in that column; not a number where it did not before the note.
    """
    found = np.full((len(notes), len(song.roll.spec.groups), len(columns)), np.nan)
    versions = [(view, silenced_songs(song, columns, view, model.context)) for view in looked]
    total, done = sum(len(some) for _, some in versions), 0
    for view, some in versions:
        told = (notes["frame"] >= view.first) & (notes["frame"] < view.stop)
        for version, chances in zip(some, chances_without(model, song, some, view), strict=True):
            later = np.flatnonzero(told & (notes["frame"] > version.begins))
            cells = (notes["frame"][later] - view.first, notes["group"][later], notes["pitch"][later])
            found[later, version.group, version.column] = chances[cells]
            done += 1
            if progress:
                progress(done, total, "stretches silenced")
    return found


def silenced_songs(song: TrainingSong, columns: Sequence[Column], view: View, context: int) -> list[Silenced]:
    """The song without what each group began in each column; those that differ in nothing that is heard are left
    out."""
    events, found = song.roll.events, []
    heard = (events["last"] >= view.start - context - 1) & (events["frame"] < view.stop - 1)
    for at, column in enumerate(columns):
        inside = (events["frame"] >= column.first) & (events["frame"] < column.stop)
        for group in range(len(song.roll.spec.groups)):
            gone = inside & (events["group"] == group)
            if (gone & heard).any():
                begins = int(events["frame"][gone & heard].min())
                roll = replace(song.roll, events=events[~gone])
                found.append(Silenced(group, at, begins, replace(song, roll=roll)))
    return found


@torch.inference_mode()
def chances_without(model: Model, song: TrainingSong, versions: Sequence[Silenced], view: View) -> Iterator[Chances]:
    """Versions of a song -> for each (frame, group, pitch), the chances of new notes in the frames told, 0..1.

    What sounds in the frame itself is the true song's: only the past is silenced, in all that is heard and remembered
    of it.
    """
    _, target, _ = rows_of(model, [song], view)
    for first in range(0, len(versions), BATCH):
        rows, _, inputs = rows_of(model, [one.song for one in versions[first : first + BATCH]], view)
        hidden = model.backbone(rows)[:, view.first - view.start :]  # (version, frame, width)
        for number, one in enumerate(hidden):
            yield chances_of(model, one[None], target, inputs.of(number))

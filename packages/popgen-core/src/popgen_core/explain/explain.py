"""Notes of a song explained by a model: where it looked, what it expected, and what each note hung on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.contracts.settings import settings_of
from popgen_core.explain.bars import Bars
from popgen_core.explain.explanation import ExplainedNote, Explanation, Moment, Source
from popgen_core.explain.heard import moments_of, views
from popgen_core.explain.origin import loaded_for
from popgen_core.explain.place import ExplainError, place_of
from popgen_core.explain.without import Progress, without
from popgen_core.generate.load import Loaded
from popgen_core.music.guard import read_song
from popgen_core.music.quantise import quantised
from popgen_core.music.roll import roll_from_song
from popgen_core.music.song import Song
from popgen_core.plugins import Catalogue
from popgen_core.score.stretches import keep_of
from popgen_core.train.windows import TrainingSong

__all__ = ["MOST_BARS", "MOST_PAST", "Asked", "explain_file", "explain_song"]

MOST_BARS, MOST_PAST = 8, 32


@dataclass(frozen=True)
class Asked:
    """What is to be explained: `at` a moment as `place_of` reads it; the notes of so many `bars` from its bar on, 1..8;
    `past`: how many bars before these are silenced one by one too, 0..32; `quick`: nothing is silenced; `group`: in
    which the note to begin with plays."""

    at: str
    bars: int = 2
    past: int = 3
    quick: bool = False
    group: str | None = None

    def __post_init__(self) -> None:
        for wrong, line in (
            (not 1 <= self.bars <= MOST_BARS, f"--bars {self.bars} is not between 1 and {MOST_BARS}"),
            (not 0 <= self.past <= MOST_PAST, f"--past {self.past} is not between 0 and {MOST_PAST}"),
        ):
            if wrong:
                raise ExplainError(line)


def explain_file(
    path: Path,
    asked: Asked,
    catalogue: Catalogue,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
    force: bool = False,
    styles: Mapping[Path, float] | None = None,
) -> Explanation:
    """A MIDI file explained by a checkpoint, or by the one that wrote it where that lies beside it; `styles` mixed in.

    Raises MidiError for what is no song, ExplainError for what cannot be asked, CheckpointError or Refused.
    """
    song = read_song(path).song
    place_of(asked.at, song)  # before a model is loaded
    loaded, name, remarks = loaded_for(song, path, checkpoint, catalogue, force, styles)
    grid = loaded.recipe.grid
    units = ", ".join(f"{unit.replace('_', ' ')} {value}" for unit, value in settings_of(grid).items())
    source = Source(path.name, name, loaded.sha256, loaded.recipe.header.name, f"{grid.kind}, {units}", tuple(remarks))
    with loaded.recipe.at_work():
        return explain_song(song, asked, loaded, source, progress)


def explain_song(
    song: Song, asked: Asked, loaded: Loaded, source: Source, progress: Progress | None = None
) -> Explanation:
    """A song explained by a model in eval mode. Raises ExplainError for what cannot be asked."""
    model = loaded.model
    grouped, laid = _laid(source.song, song, loaded)
    spec, events = laid.roll.spec, laid.roll.events
    place, bars = place_of(asked.at, grouped), Bars.of(grouped, loaded.recipe.grid)
    first, stop = bars.frames(place.bar, place.bar + asked.bars)
    played = _played(events, first, stop)
    _check_groups(asked, spec.groups, {spec.groups[group] for group in played["group"]})
    looked = tuple(views(first, stop, model.backbone.window, keep_of(model)[0]))
    moments = {moment.frame: moment for view in looked for moment in moments_of(model, laid, view)}
    silent_bars = (place.bar - asked.past, place.bar + asked.bars)
    columns = () if asked.quick else bars.columns(*silent_bars, looked[0].start)
    silenced = without(model, laid, looked, columns, played, progress)
    notes = tuple(
        _note(event, spec.lowest, moments[int(event["frame"])], hung, bars)
        for event, hung in zip(played, silenced, strict=True)
    )
    if any(moment.attention is None for moment in moments.values()):
        mute = (
            f"the backbone {loaded.recipe.parts['backbone'].name} does not tell where it looks: no attention is shown"
        )
        source = replace(source, remarks=(*source.remarks, mute))
    at = float(loaded.recipe.grid.positions(grouped, place.tick))
    return Explanation(
        source=source,
        groups=spec.groups,
        drums=tuple(track.name for track in grouped.tracks if track.is_drum),
        lowest=spec.lowest,
        start=looked[0].start,
        first=first,
        stop=stop,
        events=events[(events["last"] >= looked[0].start) & (events["frame"] < stop)],
        bars=bars.between(looked[0].start, stop),
        beats=bars.beats(first, stop),
        columns=columns,
        moments=moments,
        notes=notes,
        chosen=_nearest(notes, at, spec.groups.index(asked.group) if asked.group else None),
    )


def _laid(name: str, song: Song, loaded: Loaded) -> tuple[Song, TrainingSong]:
    """A song grouped, and as training lays it on the recipe's grid; what the model may be told is found in it."""
    recipe = loaded.recipe
    grouped: Song = recipe.parts["grouper"].made().group(song).song
    if recipe.quantise.strength:
        grouped = quantised(grouped, recipe.quantise)
    roll = roll_from_song(grouped, recipe.grid, loaded.model.sizes.roll)
    window, known = loaded.model.backbone.window, recipe.controls.known
    return grouped, TrainingSong.of(name, grouped, roll, window, known)


def _played(events: NDArray[Any], first: int, stop: int) -> NDArray[Any]:
    """The EVENT rows that begin in frames first .. stop - 1, in order; of those that share a cell the loudest."""
    events = events[(events["frame"] >= first) & (events["frame"] < stop)]
    events = events[np.lexsort((-events["velocity"], events["pitch"], events["group"], events["frame"]))]
    cells = np.stack([events[name] for name in ("frame", "group", "pitch")], axis=1).astype(np.int64)
    return np.asarray(events[(np.diff(cells, axis=0, prepend=-1) != 0).any(axis=1)])


def _check_groups(asked: Asked, groups: Sequence[str], playing: set[str]) -> None:
    """Raises ExplainError where no note that is asked for begins in the bars."""
    if asked.group is not None and asked.group not in groups:
        raise ExplainError(f"--group: no group is named {asked.group}", hint=f"the model has {', '.join(groups)}")
    if playing and asked.group in (None, *playing):
        return
    whose = f"note of {asked.group}" if asked.group else "note"
    bars = "its bar" if asked.bars == 1 else f"the {asked.bars} bars from there on"
    there = f"there play {', '.join(group for group in groups if group in playing)}"
    raise ExplainError(f"--at {asked.at!r}: no {whose} begins in {bars}", hint=there if playing else "name another")


def _note(event: Any, lowest: int, moment: Moment, hung: NDArray[np.float64], bars: Bars) -> ExplainedNote:
    """An EVENT row with what the model expected of it."""
    frame, group, pitch = int(event["frame"]), int(event["group"]), int(event["pitch"])
    chance = float(moment.chances[group, pitch])
    return ExplainedNote(frame, int(event["last"]), group, pitch + lowest, *bars.place(frame), chance, hung)


def _nearest(notes: Sequence[ExplainedNote], at: float, group: int | None) -> int:
    """The note nearest to a frame, of one group if it is given; of several at once the one least expected."""
    wanted = [number for number, note in enumerate(notes) if group in (None, note.group)]
    return min(wanted, key=lambda number: (abs(notes[number].frame - at), notes[number].chance))

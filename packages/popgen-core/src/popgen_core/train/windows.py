"""Windows of songs for training: tiles of each song with real left context, augmented, as dense batches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from popgen_core.analysis.lags import LAGS, lags_of
from popgen_core.analysis.position import position_controls
from popgen_core.contracts.controls import ControlConfig
from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Inputs, Target
from popgen_core.corpus.augment import AugmentConfig, Drawn, augment
from popgen_core.music.roll import EVENT, Roll
from popgen_core.music.song import Song
from popgen_core.plan.found import plan_of
from popgen_core.plan.told import Told
from popgen_core.train.dense import joined, rolls_of, values_of
from popgen_core.train.mixture import Mixture
from popgen_core.train.played import Played, echoes, newest, remembered, without_forgotten
from popgen_core.train.processes import Share, silenced
from popgen_core.train.telling import forgotten, left, recalled, told_rows, varied, whose

__all__ = ["Batch", "Cut", "Cutting", "TrainingSong", "Window", "Windows"]


@dataclass(frozen=True)
class TrainingSong:
    """A song on the recipe's grid, where each of its frames stands, `controls` (frame, feature), its plan, and how long
    ago a beat and some bars lie (frame, lag)."""

    name: str
    roll: Roll
    controls: NDArray[np.float32]
    frames_per_beat: float
    told: Told | None = None
    lags: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, name: str, song: Song, roll: Roll, window: int, known: Collection[str] = ()) -> TrainingSong:
        """Lay out the controls of a song, a window beyond its end; those beside position that are `known`."""
        frames = roll.frames + window
        controls = position_controls(song, roll.grid, 0, frames)
        beats = song.end_tick / song.ticks_per_quarter
        told = Told.of(plan_of(song), song, roll.grid, known, roll.spec.groups, frames) if known else None
        return cls(name, roll, controls, roll.frames / max(beats, 1.0), told, lags_of(song, roll.grid, frames))


@dataclass(frozen=True)
class Window:
    """Which stretch of which song: song number and its first frame."""

    song: int
    start: int


@dataclass(frozen=True)
class Cut:
    """A window cut out of its song: where it begins now, its events with their left context (frames counted from the
    first that is read), controls (context + window, feature), and what was drawn to vary it.

    `recalled`: events that come back in it, from the same frame on. `kept` (context + window + ahead, group): 1 where
    a group's notes are given; `forgotten` (context + window, group): 1 where what it played is not heard.
    """

    song: int
    start: int
    events: NDArray[Any]
    controls: NDArray[np.float32]
    drawn: Drawn
    recalled: NDArray[Any]
    kept: NDArray[np.float32]
    forgotten: NDArray[np.float32] | None = None
    played: Played | None = None


@dataclass(frozen=True)
class Batch:
    """Some windows as a model takes them: Inputs of context + window frames, a Target of window frames.

    One that does not count (`processes.Share`) is there for company: its target asks for nothing.
    """

    inputs: Inputs
    target: Target
    windows: Sequence[Window]
    counts: bool = True


@dataclass(frozen=True)
class Cutting:
    """How an epoch is cut: `batch` windows a step, `at_once` of them through the model at a time, shared by processes:
    `share` picks those of this one."""

    batch: int
    at_once: int
    share: Callable[[Sequence[Any]], Share[Any]]


class Windows:
    """All windows of a corpus. An epoch's order and its augmentations depend on (seed, epoch) alone."""

    def __init__(
        self,
        songs: Sequence[TrainingSong],
        sizes: Sizes,
        window: int,
        context: int,
        augment: AugmentConfig | None,
        drums: Sequence[str] = ("drums",),
        controls: ControlConfig | None = None,
        ahead: int = 0,
        times: Mapping[str, float] | None = None,
        remembers: bool = False,
    ) -> None:
        self.songs, self.sizes, self.window, self.context, self.augment = songs, sizes, window, context, augment
        self.drums = drums  # groups that a transposition leaves alone
        self.controls = controls or ControlConfig()  # how often they are left out
        self.ahead = ahead  # frames of given notes behind a window
        self.known = {name for name, _ in sizes.controls.parts}
        self.remembers = remembers  # whether what was played before is told
        tiles = self.tiles()
        self.mixture = Mixture.of(tiles, [songs[tile.song].name for tile in tiles], times or {})

    def tiles(self) -> list[Window]:
        """Every song cut into windows from its start; the last may reach beyond its end."""
        return [
            Window(number, start)
            for number, song in enumerate(self.songs)
            for start in range(0, max(song.roll.frames, 1), self.window)
        ]

    def epoch(self, seed: int, epoch: int, cut: Cutting, skip: int = 0) -> Iterator[list[Batch]]:
        """The steps of one epoch in their seeded order, the first `skip` left out: each the micro-batches of a batch,
        of which each process has its share."""
        tiles = self.mixture.of_epoch(seed, epoch)
        order = np.random.default_rng([seed, epoch]).permutation(len(tiles))
        for first in range(skip * cut.batch, len(order), cut.batch):
            numbers = order[first : first + cut.batch]
            made = []
            for start in range(0, len(numbers), cut.at_once):
                share = cut.share(list(numbers[start : start + cut.at_once]))
                generators = [np.random.default_rng([seed, epoch, int(number)]) for number in share.items]
                made.append(self.shared(Share([tiles[number] for number in share.items], share.counts), generators))
            yield made

    def shared(self, share: Share[Window], generators: Sequence[np.random.Generator] | None = None) -> Batch:
        """The windows of a process's share as a batch; one that does not count asks for nothing."""
        made = self.batch(share.items, generators)
        return made if share.counts else replace(made, target=silenced(made.target), counts=False)

    def batch(self, windows: Sequence[Window], generators: Sequence[np.random.Generator] | None = None) -> Batch:
        """Windows as Inputs of context + window frames and a Target of window frames; augmented if generators given."""
        drawn: Sequence[np.random.Generator | None] = generators or [None] * len(windows)
        cuts = [self.cut(window, generator) for window, generator in zip(windows, drawn, strict=True)]
        lead, spec = self.context + 1, self.sizes.roll
        events, row = joined([cut.events for cut in cuts])
        rolls, loudest = rolls_of(events, row, (len(cuts), lead + self.window + self.ahead), spec)
        kept = torch.from_numpy(np.stack([cut.kept for cut in cuts]))  # (batch, context + window + ahead, group)
        inputs = Inputs(
            past=self._heard(rolls[:, : self.context + self.window], cuts),
            controls=torch.from_numpy(np.stack([cut.controls for cut in cuts])),
            recall=self._recall(cuts) if "recall" in self.known else None,
            given=rolls[:, 1:] * kept[..., None, None] if "given" in self.known else None,
            kept=kept if "given" in self.known else None,
            **remembered([cut.played for cut in cuts]),
        )
        written = rolls[:, lead : lead + self.window]
        onset, active = (written[:, :, :, spec.channels.index(name)] for name in ("onset", "active"))
        frames = [self.songs[cut.song].roll.frames - cut.start for cut in cuts]
        mask = (np.arange(self.window) < np.array(frames)[:, None]).astype(np.float32)
        at = events["frame"][loudest]
        asked = loudest[(at >= lead) & (at < lead + self.window)]
        if "given" in self.known:  # of given notes nothing is asked
            asked = asked[kept.numpy()[row[asked], events["frame"][asked] - 1, events["group"][asked]] == 0]
        where, rhythm = values_of(events, row, asked, lead)
        return Batch(inputs, Target(onset, active, torch.from_numpy(mask), where, rhythm), windows)

    def _heard(self, past: torch.Tensor, cuts: Sequence[Cut]) -> torch.Tensor:
        """The past (batch, frame, group, channel, pitch) without what is forgotten."""
        if all(cut.forgotten is None or not cut.forgotten.any() for cut in cuts):
            return past
        lost = np.stack([np.zeros(past.shape[1:3]) if cut.forgotten is None else cut.forgotten for cut in cuts])
        return past * (1.0 - torch.from_numpy(lost).to(past.dtype))[..., None, None]

    def _recall(self, cuts: Sequence[Cut]) -> torch.Tensor:
        """What comes back, (batch, context + window, group, channel, pitch)."""
        events, row = joined([cut.recalled for cut in cuts])
        return rolls_of(events, row, (len(cuts), self.context + self.window + 1), self.sizes.roll)[0][:, 1:]

    def cut(self, window: Window, generator: np.random.Generator | None = None) -> Cut:
        """One window; with a generator varied as drawn, and told as drawn, without one told everything but notes."""
        song, start, drawn = self.songs[window.song], window.start, Drawn()
        if generator is not None and self.augment is not None:
            start = _moved(song, start, self.augment, generator)
        first, stop = start - self.context - 1, start + self.window + self.ahead
        events, comes_back = song.roll.window(first, stop), self._comes_back(song, first, stop)
        if generator is not None and self.augment is not None:
            events, drawn = augment(events, self.augment, generator, self.sizes.roll, self.drums)
            comes_back = varied(comes_back, drawn, self.sizes.roll, self.drums)
        names, kept, lost = self._drawn_telling(song, events, generator)
        if "recall" not in names:
            comes_back = comes_back[:0]
        controls = self._controls(song, start, drawn, names, kept)
        played = self._played(song, first, drawn, kept, lost) if self.remembers else None
        return Cut(window.song, start, events, controls, drawn, comes_back, kept, lost, played)

    def _played(
        self, song: TrainingSong, first: int, drawn: Drawn, kept: NDArray[np.float32], lost: NDArray[np.float32] | None
    ) -> Played:
        """What the song had played before each frame of a window, varied as the window is."""
        frames = self.context + self.window
        events = song.roll.events[: np.searchsorted(song.roll.events["frame"], first + frames)].copy()
        events["frame"] -= first
        events = without_forgotten(varied(events, drawn, self.sizes.roll, self.drums), lost)
        lags = np.ones((frames, LAGS), dtype=np.int64)
        known = song.lags[max(first + 1, 0) : first + 1 + frames] if song.lags is not None else lags[:0]
        lags[max(-first - 1, 0) :][: len(known)] = known
        return Played(echoes(events, lags, self.sizes.roll), newest(events, kept, frames, self.sizes.roll))

    def _drawn_telling(
        self, song: TrainingSong, events: NDArray[Any], generator: np.random.Generator | None
    ) -> tuple[set[str], NDArray[np.float32], NDArray[np.float32] | None]:
        """Which controls a window is told, whose notes it is given (context + window + ahead, group), and whose past it
        has forgotten (context + window, group), None where nobody's."""
        kept = np.zeros((self.context + self.window + self.ahead, len(self.sizes.roll.groups)), dtype=np.float32)
        if song.told is None or generator is None:
            return self.known, kept, None
        names = left(self.controls, song.told.parts, generator)
        if "given" in names:
            kept = whose(self.controls, events, *kept.shape, generator)
        return names, kept, forgotten(self.controls, self.context + self.window, kept.shape[1], generator)

    def _comes_back(self, song: TrainingSong, start: int, stop: int) -> NDArray[Any]:
        if song.told is None or "recall" not in self.known:
            return np.zeros(0, dtype=EVENT)
        return recalled(song.roll, song.told, start, stop)

    def _controls(
        self, song: TrainingSong, start: int, drawn: Drawn, names: set[str], kept: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """(context + window, feature): where each frame stands, and what is told of the plan."""
        controls = np.zeros((self.context + self.window, self.sizes.controls.width), dtype=np.float32)
        known = song.controls[max(start - self.context, 0) : start + self.window]
        controls[max(self.context - start, 0) :, : known.shape[1]][: len(known)] = known
        if song.told is not None:
            rows = song.told.at(start - self.context, start + self.window)
            controls[:, known.shape[1] :] = told_rows(rows, song.told.parts, drawn, self.sizes.roll, names)
        if "given" in self.known:
            controls[:, self.sizes.controls.features("given")] = kept[: len(controls)]
        return controls


def _moved(song: TrainingSong, start: int, config: AugmentConfig, generator: np.random.Generator) -> int:
    """The first frame of a window shifted in time as drawn, inside its song."""
    reach = round(config.shift_beats * song.frames_per_beat)
    moved = int(generator.integers(-reach, reach + 1))
    return int(np.clip(start + moved, 0, max(song.roll.frames - 1, 0)))

"""Playing live: a model that goes on and on, frame by frame, and takes changes between frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from popgen_core.analysis.lags import lags_in
from popgen_core.analysis.position import position_rows
from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Constraints, Frame, Sampling
from popgen_core.generate.cues import Cue
from popgen_core.generate.draw import draw_frames
from popgen_core.generate.limits import Limits
from popgen_core.generate.load import Loaded
from popgen_core.generate.request import (
    COLDEST,
    FASTEST,
    HOTTEST,
    SLOWEST,
    USUAL_TEMPERATURE,
    USUAL_TOUCH,
    Request,
    RequestError,
    check_request,
    check_touch,
)
from popgen_core.generate.rules import Rules
from popgen_core.music.bars import Places
from popgen_core.music.song import Song
from popgen_core.plan import Plan, Section
from popgen_core.plan.features import control_parts, kept, plan_rows
from popgen_core.plan.words.asked import asked_from

__all__ = ["Live", "LiveFrame", "LiveNote", "Settings"]

NEEDS = {"chords": "chord", "key": "key", "energy": "energy", "density": "density", "dynamics": "dynamics"}
MOST_ONSETS = 96  # a beat: as many frames as the finest grid has


@dataclass(frozen=True)
class LiveNote:
    """A note that begins: its group, MIDI pitch, velocity 1..127, its length in seconds as it was drawn (it sounds
    until it is among the `ended`), and how many seconds after its frame's time it begins (a little before: below 0)."""

    group: str
    pitch: int
    velocity: int
    seconds: float
    late: float


@dataclass(frozen=True)
class LiveFrame:
    """A frame as it was drawn: its number, the time at which it begins and its length in seconds, bar and beat from 0,
    the notes that begin in it, and (group, pitch) of those that have ended before it."""

    number: int
    time: float
    seconds: float
    bar: int
    beat: float
    begun: tuple[LiveNote, ...]
    ended: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Settings:
    """What may be changed between frames.

    `tempo` in quarter notes a minute; `groups` that may play; `chords` such as "Am F C G", a loop from the next bar on
    (until then go on those before); `key` such as "A minor"; `energy` 0..1; `density` onsets a beat (0..) and
    `dynamics` velocity 0..1 by group; `temperature`; `touch`, that of how notes are
    played. None, or a group that is not named, leaves it to the model.
    """

    tempo: float = 120.0
    groups: tuple[str, ...] | None = None
    chords: str | None = None
    key: str | None = None
    energy: float | None = None
    density: Mapping[str, float] = field(default_factory=dict)
    dynamics: Mapping[str, float] = field(default_factory=dict)
    temperature: float = USUAL_TEMPERATURE
    touch: float = USUAL_TOUCH


@dataclass(frozen=True)
class Loop:
    """Chords as they were written, gone through again and again from bar `start` on; None: open."""

    start: int
    chords: str | None


class Live:
    """An endless song: an iterator of `LiveFrame`s; `change` takes hold of the next frame (chords: of the next bar).

    What is remembered is the model's window and what sounds now, however long it plays. The same seed and the same
    changes at the same frames give the same music.
    """

    def __init__(self, loaded: Loaded, settings: Settings, meter: tuple[int, int], seed: int) -> None:
        self.loaded, self.meter, self.seed = loaded, meter, seed
        self.sizes: Sizes = loaded.model.sizes
        check_request(Request(meter=meter, seed=seed), self.sizes.roll.groups)
        self.recalls = False
        self.beat, self.time, self.length = 0.0, 0.0, 0.0  # of the frame that is being drawn
        self.settings = self._checked(settings)
        self.loops: tuple[Loop, ...] = (Loop(0, settings.chords),)  # the one that sounds, and the one that follows it
        self.rows = [self._rows(settings, loop.chords) for loop in self.loops]
        self.limits = self._limits(self.settings)
        self.playing = self._played()

    def change(self, **changes: Any) -> None:
        """Change some settings from the next frame on. Raises RequestError or PlanError for what the model does not
        know, or that is out of range; nothing is changed then."""
        if unknown := sorted(set(changes) - set(vars(self.settings))):
            raise RequestError(f"no live setting is named {', '.join(unknown)}", hint=", ".join(vars(self.settings)))
        settings, loops = self._checked(replace(self.settings, **changes)), self.loops
        if "chords" in changes:
            sounding = [loop for loop in loops if loop.start <= self.beat / self.bar_beats + 1e-9][-1]
            coming = int(np.ceil(self.beat / self.bar_beats - 1e-9))
            loops = (sounding, Loop(coming, settings.chords))
        self.rows = [self._rows(settings, loop.chords) for loop in loops]
        self.settings, self.loops, self.limits = settings, loops, self._limits(settings)

    @property
    def bar_beats(self) -> float:
        """Quarter notes a bar."""
        return 4.0 * self.meter[0] / self.meter[1]

    def __iter__(self) -> Iterator[LiveFrame]:
        """Itself: whoever iterates again goes on where it stands."""
        return self

    def __next__(self) -> LiveFrame:
        """The next frame."""
        with self.loaded.recipe.at_work():
            return next(self.playing)

    def _played(self) -> Iterator[LiveFrame]:
        """The frames, from the first on, without end."""
        before = np.zeros((len(self.sizes.roll.groups), self.sizes.roll.pitches), dtype=np.bool_)
        for number, frame in enumerate(draw_frames(self.loaded.model, [self], self.seed)):
            played, active = self._told(number, frame, before), frame.active[0].numpy()
            self.beat += self._beats()
            self.time += self.length
            before = active
            yield played

    def cue(self, number: int) -> Cue | None:
        """What is told of the next frame: where it stands at this tempo, and the settings of now."""
        self.length = 60.0 / self.settings.tempo * self._beats()
        bar, beat = divmod(self.beat + 1e-9, self.bar_beats)
        place = Places(*(np.array([value]) for value in (int(bar), beat, self.bar_beats, *self.meter)))
        row = position_rows(place, np.array([self.beat]), place.bar, np.array([self.settings.tempo]))[0]
        loop, rows = [pair for pair in zip(self.loops, self.rows, strict=True) if pair[0].start <= bar][-1]
        half = 2 * (int(bar) - loop.start) + (beat * 2 >= self.bar_beats)
        told = rows[half % len(rows)]
        controls = torch.from_numpy(np.concatenate([row, told]))
        sampling = Sampling(self.settings.temperature, touch=self.settings.touch)
        return Cue(controls, self.limits, sampling, lags=self._lags(), seconds=self.length)

    def stood(self, number: int) -> None:
        """Nothing stands before a song that is played live."""

    def heard(self, number: int, frame: Frame, song: int) -> None:
        """Nothing is kept of a drawn frame."""

    def judged(self, nats: float) -> None:
        """Nothing is judged live."""

    def _beats(self) -> float:
        """Length of a frame in beats at the tempo of now."""
        grid: Any = self.loaded.recipe.grid
        return float(1 / grid.frames_per_beat if grid.kind == "beats" else self.settings.tempo / 60 / grid.rate)

    def _lags(self) -> tuple[int, ...]:
        """How many frames ago a beat and some bars lie at the tempo of now."""
        frame = self._beats()
        return tuple(lags_in(self.meter, 1 / frame).tolist())

    def _limits(self, settings: Settings) -> Constraints:
        """The groups that play, their ranges and how many notes they have at once, as in songs that are written."""
        grid, spec, corpus = self.loaded.recipe.grid, self.sizes.roll, self.loaded.card.corpus
        rules = Rules(resolve=False)  # there is no last bar
        return Limits(Song(480, ()), grid, spec, 1, rules=rules, groups=settings.groups, corpus=corpus).at(0)

    def _rows(self, settings: Settings, chords: str | None) -> Any:
        """(half bar, feature) of the plan that settings and a loop of chords make, to be gone through again and
        again: after the last half bar comes the first."""
        asked = asked_from(chords=chords, key=settings.key)
        loop = [half for bar in asked.chords.everywhere for half in bar] if asked.chords else [None, None]
        if not loop:
            raise RequestError(f"chords {chords!r}: a song without end has no sections", hint="write them plainly: C G")
        halves = (*loop, *loop)
        section = Section(
            "", len(loop), settings.energy, asked.key, settings.groups, settings.density, settings.dynamics
        )
        known, groups = self.loaded.recipe.controls.known, self.sizes.roll.groups
        rows = plan_rows(Plan((section,), halves, (None,) * section.bars), known, groups)[: len(loop)]
        told = set(known) - {"section", "recall"}  # where a song without end stands in its form is not said
        return kept(rows, told, control_parts(known, len(groups)))

    def _checked(self, settings: Settings) -> Settings:
        known, groups = self.loaded.recipe.controls.known, self.sizes.roll.groups
        for name, control in NEEDS.items():
            if getattr(settings, name) not in (None, {}) and control not in known:
                raise RequestError(f"{name}: the model was trained without the control {control}")
        named = {*(settings.groups or ()), *settings.density, *settings.dynamics}
        if unknown := sorted(named - set(groups)):
            raise RequestError(f"no group is named {', '.join(unknown)}", hint=f"the model has {', '.join(groups)}")
        ranges = [
            ("tempo", settings.tempo, SLOWEST, FASTEST),
            ("temperature", settings.temperature, COLDEST, HOTTEST),
            ("touch", settings.touch, COLDEST, HOTTEST),
            ("energy", settings.energy, 0, 1),
            *((f"density of {group}", value, 0, MOST_ONSETS) for group, value in settings.density.items()),
            *((f"dynamics of {group}", value, 0, 1) for group, value in settings.dynamics.items()),
        ]
        for name, value, least, most in ranges:
            if value is not None and not least <= value <= most:
                raise RequestError(f"{name} {value:g} is not between {least:g} and {most:g}")
        check_touch(settings.touch, self.loaded.model.decoder.form)
        return settings

    def _told(self, number: int, frame: Frame, before: Any) -> LiveFrame:
        onset, active = frame.onset[0].numpy(), frame.active[0].numpy()
        values = {name: getattr(frame.rhythm, name)[0].numpy() for name in ("velocity", "duration", "offset")}
        spec = self.sizes.roll
        begun = tuple(
            LiveNote(
                spec.groups[group],
                int(pitch) + spec.lowest,
                int(np.clip(np.rint(values["velocity"][group, pitch] * 127), 1, 127)),
                float(np.expm1(values["duration"][group, pitch])),
                float(values["offset"][group, pitch]) * self.length,
            )
            for group, pitch in zip(*np.nonzero(onset), strict=True)
        )
        silent = before & (~active | onset)
        ended = tuple((spec.groups[group], int(pitch) + spec.lowest) for group, pitch in np.argwhere(silent))
        bar = int((self.beat + 1e-9) // self.bar_beats)
        beat = max(self.beat - bar * self.bar_beats, 0.0)
        return LiveFrame(number, self.time, self.length, bar, beat, begun, ended)

"""What must hold in each frame of a song: the rules and the plan as masks and leanings of notes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from popgen_core.contracts.tensors import Constraints
from popgen_core.generate.rules import MOST, RANGES, USUAL, Rules, leaning
from popgen_core.music.bars import places
from popgen_core.music.grid import Grid
from popgen_core.music.roll import RollSpec
from popgen_core.music.song import Song
from popgen_core.plan import Chord, Key, Plan, Section
from popgen_core.plan.scale import scale_of

__all__ = ["Limits", "Timing", "timing_of"]

ALMOST_HALF = 0.49  # of a frame: a bar line up to so much after a frame's start is where its notes are heard
TRIADS = {"major": "maj", "minor": "min"}


@dataclass(frozen=True)
class Timing:
    """Where each frame stands, (frame,) each: its bar, its half bar counted through the song, whether a beat begins
    with it (the quarter in 4/4, the dotted one in 6/8), whether it is in the second half of one, and its place in
    quarter notes, (frame + 1,) with that of the end.

    A line between two frames belongs to the nearer: notes are laid on the frame nearest to them.
    """

    bar: NDArray[np.int64]
    half: NDArray[np.int64]
    beat_begins: NDArray[np.bool_]
    second_half: NDArray[np.bool_]
    quarters: NDArray[np.float64]


def timing_of(template: Song, grid: Grid, frames: int) -> Timing:
    """Frames 0..frames-1 of a song that is to be, by its meters and tempos."""
    number = np.arange(frames)
    at = places(template, grid.ticks(template, number + ALMOST_HALF))
    compound = (at.numerator % 3 == 0) & (at.numerator > 3) & (at.denominator >= 8)
    pulse = 4.0 / at.denominator * np.where(compound, 3, 1)
    beat, phase = np.divmod(at.beat_in_bar / pulse + 1e-9, 1)
    begins = np.ones(frames, dtype=np.bool_)
    begins[1:] = (np.diff(at.bar) != 0) | (np.diff(beat) != 0)
    return Timing(
        bar=at.bar,
        half=2 * at.bar + (at.beat_in_bar * 2 >= at.bar_beats - 1e-9),
        beat_begins=begins,
        second_half=phase >= 0.5,
        quarters=grid.ticks(template, np.arange(frames + 1)) / template.ticks_per_quarter,
    )


@dataclass(frozen=True)
class Moment:
    """All that a frame's constraints depend on; `closing`: 0 before the last chord, 1 where it begins, 2 after."""

    groups: tuple[str, ...] | None
    key: Key | None
    chord: Chord | None
    passing: bool
    closing: int = 0


class Limits:
    """Rules and a plan -> the constraints of each frame.

    Ranges, polyphony and groups are masks. A tone is foreign to a key that `scale_of` does not hold, unless it is of
    the chord; to a chord, that is none of its tones; to "no chord" every pitch is. At strength 1 foreign tones must be
    silent: none begins, and a note held into a half bar to which it is foreign ends. Below 1 the log-odds of new ones
    are lowered (`leaning`) and held ones go on. Groups of `rules.harmony` have the chord's tones throughout, at
    strength 1 all do; else the other pitched ones in the first half of every beat: in the second they may pass through
    tones of the key.

    `resolve`: where the last chord of the last bar begins (its downbeat, or its middle where the plan changes chords
    there) at least one note begins, pitched ones of that chord alone; after it nothing begins, and what sounds of it is
    held to the end. Where the plan has no chord it is the tonic triad of the last key; where it has no key, any notes.

    `corpus` may hold `ranges` (group: lowest, highest MIDI pitch) and `polyphony` (group: notes) in place of the
    tables of `rules`; groups that neither knows are free. `groups`: those that may play at all (None: all).
    """

    def __init__(
        self,
        template: Song,
        grid: Grid,
        spec: RollSpec,
        frames: int,
        *,
        rules: Rules = USUAL,
        plan: Plan | None = None,
        groups: Collection[str] | None = None,
        drums: Collection[str] = ("drums",),
        corpus: Mapping[str, Any] | None = None,
        device: torch.device | str = "cpu",
    ) -> None:
        self.timing = timing_of(template, grid, frames)
        self.spec, self.rules, self.plan, self.corpus, self.device = spec, rules, plan, corpus or {}, device
        self.groups = spec.groups if groups is None else tuple(groups)
        self.pitched = torch.tensor([group not in drums for group in spec.groups])[:, None]  # (group, 1)
        self.moments = [self._moment(frame) for frame in range(frames)]
        self._made: dict[Moment, Constraints] = {}

    def at(self, frame: int) -> Constraints:
        """The constraints of a frame, for all songs of a batch alike; equal moments share their tensors."""
        moment = self.moments[frame]
        if moment not in self._made:
            self._made[moment] = self._constraints(moment)
        return self._made[moment]

    def _moment(self, frame: int) -> Moment:
        section, chord = self._section(int(self.timing.bar[frame])), self._chord(int(self.timing.half[frame]))
        begins, closing = self._closing, 0
        if begins is not None and frame >= begins:
            closing = 1 if frame == begins else 2
        return Moment(
            groups=section.groups if section else None,
            key=section.key if section else None,
            chord=chord,
            passing=bool(self.timing.second_half[frame]),
            closing=closing,
        )

    def density(self, bar: int) -> Mapping[str, float]:
        """Onsets a beat that the plan asks of groups in a bar; nothing of those that are open."""
        section = self._section(bar)
        return section.density if section else {}

    def _section(self, bar: int) -> Section | None:
        """The section that a bar belongs to; None without a plan and after its end."""
        if self.plan is None or bar >= self.plan.bars:
            return None
        return self.plan.sections[self._section_of[bar]]

    def _chord(self, half: int) -> Chord | None:
        return self.plan.chords[half] if self.plan is not None and half < len(self.plan.chords) else None

    @cached_property
    def _section_of(self) -> list[int]:
        return [] if self.plan is None else self.plan.section_of().tolist()

    @cached_property
    def _closing(self) -> int | None:
        """The frame in which the last chord begins."""
        if not self.rules.resolve or not len(self.timing.bar):
            return None
        half = 2 * int(self.timing.bar[-1])
        first, second = self._chord(half), self._chord(half + 1)
        changes = first is not None and second is not None and bool(second.tones) and first.tones != second.tones
        return int(np.searchsorted(self.timing.half, half + changes))

    @cached_property
    def _last_tones(self) -> frozenset[int] | None:
        """Pitch classes of the last chord; None where nothing is known of it."""
        bar = int(self.timing.bar[-1])
        for chord in (self._chord(2 * bar + 1), self._chord(2 * bar)):
            if chord is not None and chord.tones:
                return chord.tones
        section = self._section(bar)
        return Chord(section.key.tonic, TRIADS[section.key.mode]).tones if section and section.key else None

    def _constraints(self, moment: Moment) -> Constraints:
        made = Constraints(playable=self._playable(moment), most=self._most)
        for foreign, strength in self._foreign(moment):
            made = self._without(made, foreign & self.pitched, strength)
        if moment.closing:
            made = self._closed(made, moment.closing)
        moved = {name: value.to(self.device) for name, value in vars(made).items() if value is not None}
        return replace(made, **moved)

    def _playable(self, moment: Moment) -> Tensor:
        """(group, pitch) bool: cells of groups that play here, within their range."""
        named = moment.groups if self.rules.sections and moment.groups is not None else self.spec.groups
        plays = torch.tensor([group in self.groups and group in named for group in self.spec.groups])
        return plays[:, None] & self._in_range

    @cached_property
    def _in_range(self) -> Tensor:
        """(group, pitch) bool."""
        pitch = torch.arange(self.spec.lowest, self.spec.lowest + self.spec.pitches)
        own = {**RANGES, **self.corpus.get("ranges", {})} if self.rules.ranges else {}
        ends = [own.get(group, (0, 127)) for group in self.spec.groups]
        return torch.stack([(pitch >= low) & (pitch <= high) for low, high in ends])

    @cached_property
    def _most(self) -> Tensor | None:
        """(group,) int64."""
        if not self.rules.polyphony:
            return None
        own = {**MOST, **self.corpus.get("polyphony", {})}
        return torch.tensor([int(own.get(group, self.spec.pitches)) for group in self.spec.groups])

    def _foreign(self, moment: Moment) -> list[tuple[Tensor, float]]:
        """Cells (group, pitch) bool that are foreign here, and how strictly they are kept away."""
        chord, rules, found = moment.chord, self.rules, []
        if moment.key is not None and rules.key_strength > 0:
            own = scale_of(moment.key) | (chord.tones if chord is not None else frozenset())
            found.append((~self._of(own), rules.key_strength))
        if chord is not None and rules.chord_strength > 0:
            throughout = not moment.passing or not chord.tones or rules.chord_strength == 1
            bound = torch.tensor([throughout or group in rules.harmony for group in self.spec.groups])
            found.append((~self._of(chord.tones) & bound[:, None], rules.chord_strength))
        return found

    def _of(self, tones: Collection[int]) -> Tensor:
        """(pitch,) bool: pitches of these pitch classes."""
        pitch = range(self.spec.lowest, self.spec.lowest + self.spec.pitches)
        return torch.tensor([number % 12 in tones for number in pitch])

    def _without(self, made: Constraints, foreign: Tensor, strength: float) -> Constraints:
        """The constraints with these cells kept away."""
        if strength == 1:
            return replace(made, playable=made.playable & ~foreign)
        lean = torch.zeros(foreign.shape) if made.lean is None else made.lean
        return replace(made, lean=lean + foreign * leaning(strength))

    def _closed(self, made: Constraints, closing: int) -> Constraints:
        """The constraints of the last chord: where it begins, or after."""
        if self._last_tones is not None:
            made = replace(made, playable=made.playable & (self._of(self._last_tones) | ~self.pitched))
        if closing == 1:
            return replace(made, begin=torch.tensor([True]))
        silent = torch.full(made.playable.shape, -torch.inf)
        return replace(made, lean=silent, hold=self.pitched.expand_as(made.playable))

"""Four bars whose last two come back to the first two, and windows of them for a model with controls."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from popgen_core.analysis.position import POSITION
from popgen_core.contracts.controls import ControlConfig
from popgen_core.contracts.sizes import ControlSpec, Sizes
from popgen_core.corpus.augment import AugmentConfig
from popgen_core.music import BeatGrid, RollSpec, Song, Track, notes_from, roll_from_song
from popgen_core.plan import Chord, Key, Plan, Recall, Section
from popgen_core.plan.features import CONTROLS, control_parts
from popgen_core.plan.told import Told
from popgen_core.train.windows import Batch, TrainingSong, Window, Windows

SPEC = RollSpec(("drums", "bass"))
GRID = BeatGrid(4)  # a frame is 120 ticks, a bar 16 frames
GIVING = ControlConfig(CONTROLS, drop=0, drop_all=0, given=1)
EVERYTHING = ControlConfig(CONTROLS, drop=0, drop_all=0, given=0)
WIDTH = sum(size for _, size in POSITION)

# bar 0: drums on beats 1 and 3, a bass over the first half and one from its last beat on into bar 1; bars 2 and 3 are
# bars 0 and 1 again according to the plan, though other notes stand there
DRUMS = [(0, 60, 36, 127), (960, 60, 38, 64), (3840, 60, 40, 90)]
BASS = [(0, 960, 40, 100), (1440, 960, 43, 50), (3840, 480, 50, 90), (5760, 1920, 52, 90)]
FORM = Plan(
    (Section("verse", 4, energy=0.5, key=Key(0), groups=("drums", "bass"), dynamics={"bass": 0.6}),),
    (Chord(0),) * 8,
    (None, None, Recall(0, 0.9), Recall(1, 0.8)),
)


def song() -> Song:
    drums, bass = notes_from(DRUMS), notes_from(BASS)
    return Song(480, (Track("drums", 0, True, drums), Track("bass", 33, False, bass)))


def windows_of(
    window: int = 16,
    context: int = 2,
    *,
    known: tuple[str, ...] = CONTROLS,
    controls: ControlConfig = EVERYTHING,
    augment: AugmentConfig | None = None,
    ahead: int = 0,
    told: bool = True,
) -> Windows:
    roll = roll_from_song(song(), GRID, SPEC)
    plain = TrainingSong.of("one", song(), roll, window)
    plan = Told.of(FORM, song(), GRID, known, SPEC.groups, roll.frames + window)
    sizes = Sizes(SPEC, ControlSpec((*POSITION, *control_parts(known, 2))), 16)
    laid = TrainingSong(plain.name, roll, plain.controls, plain.frames_per_beat, plan if told and known else None)
    return Windows([laid], sizes, window, context, augment, ("drums",), controls, ahead)


def batch_of(windows: Windows, start: int, seed: int | None = None) -> Batch:
    return windows.batch([Window(0, start)], None if seed is None else [np.random.default_rng(seed)])


def cells(roll: Tensor | None, channel: int) -> list[tuple[int, ...]]:
    """Where a channel (frame, group, channel, pitch) is set: (frame, group, MIDI pitch)."""
    assert roll is not None
    return [(frame, group, pitch + 21) for frame, group, pitch in roll[:, :, channel].nonzero().tolist()]


def control(windows: Windows, batch: Batch, name: str) -> list[list[float]]:
    return batch.inputs.controls[0, :, windows.sizes.controls.features(name)].round(decimals=4).tolist()

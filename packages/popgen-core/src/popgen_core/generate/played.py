"""What songs that are being drawn have played: as `train.played` tells it of songs that are whole."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from popgen_core.contracts.classes import classes_of, length_class
from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Frame, RhythmValues

__all__ = ["PlayedSoFar", "fitted_length"]

SHORTEST = 0.1  # of a frame: no note is shorter
FARTHEST = 4096  # frames: eight bars at the slowest tempo on the finest grid that is usual


class PlayedSoFar:
    """Hears the frames of a batch of songs as they are drawn; forgets onsets that no lag can reach any more."""

    def __init__(self, batch: int, sizes: Sizes, device: torch.device) -> None:
        groups, pitches = len(sizes.roll.groups), sizes.roll.pitches
        self.onsets: dict[int, Tensor] = {}  # by frame: (note, 3) song, group and pitch
        self.newest = torch.zeros(batch, groups, 3, pitches + 1, dtype=torch.int16, device=device)
        self.silence = torch.zeros(batch, groups, pitches, dtype=torch.uint8, device=device)
        self.top = torch.full((batch, groups), -1, dtype=torch.int64, device=device)  # the highest newest pitch
        # notes that sound, by song, group and pitch: frame, seconds and offset as drawn, length of the frame
        self.sounding: dict[tuple[int, int, int], tuple[int, float, float, float]] = {}
        self.height = torch.arange(1, pitches + 1, device=device)

    def echo(self, number: int, lags: Sequence[Sequence[int]]) -> Tensor:
        """What was played so many frames before frame `number`, lags (song, lag) -> (batch, 1, group, pitch)."""
        made = self.silence.clone()
        for song, back in enumerate(lags):
            for bit, lag in enumerate(back):
                if (onset := self.onsets.get(number - lag)) is not None:
                    mine = onset[onset[:, 0] == song]
                    made[song, mine[:, 1], mine[:, 2]] |= 1 << bit
        self.onsets.pop(number - FARTHEST, None)
        return made[:, None]

    def hear(
        self, number: int, frame: Frame, seconds: Sequence[float] | None = None, given: Tensor | None = None
    ) -> None:
        """Frame `number` as it was drawn, so many `seconds` long for each song; `given` (batch, group) bool: groups of
        which velocities alone are known. Without seconds its notes are as long as they are said to be."""
        self._end(number, frame)
        onset = frame.onset.nonzero()  # (note, 3)
        if not len(onset):
            return
        self.onsets[number], (songs, groups, pitches) = onset, onset.unbind(1)
        values = RhythmValues(*(value[songs, groups, pitches] for value in vars(frame.rhythm).values()))
        told = torch.stack(list(vars(classes_of(values)).values()), dim=1) + 1  # (note, value)
        if given is not None:
            told[given[songs, groups], 1:] = 0
        told = told.to(torch.int16)
        self.newest[songs, groups, :, pitches] = told
        highest = (frame.onset * self.height).amax(-1)  # (batch, group): 1 + pitch, 0 where nothing began
        top = pitches + 1 == highest[songs, groups]
        self.newest[songs[top], groups[top], :, -1] = told[top]
        self.top[songs[top], groups[top]] = pitches[top]
        if seconds is not None:
            known = told[:, 1] > 0
            notes = (column.tolist() for column in (songs[known], groups[known], pitches[known]))
            lengths, offsets = (value[known].tolist() for value in (values.duration.expm1(), values.offset))
            for song, group, pitch, length, offset in zip(*notes, lengths, offsets, strict=True):
                self.sounding[song, group, pitch] = (number, length, offset, seconds[song])

    def _end(self, number: int, frame: Frame) -> None:
        """Of notes that ended before a frame the length is now that which they had, as `fitted_length` has it."""
        for cell in [cell for cell in self.sounding if frame.onset[cell] or not frame.active[cell]]:
            began, drawn, offset, unit = self.sounding.pop(cell)
            song, group, pitch = cell
            told = 1 + length_class(fitted_length(drawn, offset, number - began, unit))
            self.newest[song, group, 1, pitch] = told
            if int(self.top[song, group]) == pitch:
                self.newest[song, group, 1, -1] = told


def fitted_length(seconds: float, offset: float, frames: int, frame_seconds: float) -> float:
    """The length in seconds of a note that was drawn so long and sounded so many frames: its end lies within the half
    frame either way that a roll rounds to the same last frame, and none is shorter than a tenth of a frame."""
    nearest_end = frames - offset  # frames from onset to the end that its last frame rounds
    least = SHORTEST if frames == 1 else nearest_end - 0.5
    return min(max(seconds, least * frame_seconds), (nearest_end + 0.5) * frame_seconds)

"""How a run ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["STOPPED_BY", "TrainReport"]

STOPPED_BY = "stopped by"  # how the reason begins where a signal ended a run


@dataclass(frozen=True)
class TrainReport:
    """How a run ended: its folder, the checkpoint, epochs and steps done, losses and speed, and why it stopped.

    `first_loss` is that of the first step, `loss` the mean of the last twenty, `best_loss` the lowest validation loss,
    after `best_epoch` epochs; `songs` how many of the dataset's were trained on, heard for validation and left for the
    test; `peak_bytes` the most memory that the process has held; `notes` what a user should know.
    """

    run: Path
    checkpoint: Path
    epochs: int
    steps: int
    first_loss: float
    loss: float
    valid_loss: float
    best_loss: float
    best_epoch: int
    frames_per_second: float
    peak_bytes: int
    stopped: str
    songs: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def interrupted(self) -> bool:
        """Whether a signal ended it, so that it should be gone on with."""
        return self.stopped.startswith(STOPPED_BY)

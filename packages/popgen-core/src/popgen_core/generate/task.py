"""A song that is to be written, settled to the last bar: the request and the user's song as the drawing needs them."""

from __future__ import annotations

from dataclasses import dataclass

from popgen_core.generate.around import Around
from popgen_core.music.song import Song
from popgen_core.plan import Plan

__all__ = ["Wanted"]


@dataclass(frozen=True)
class Wanted:
    """One song that is to be written.

    `template`: an empty song with the tempo, meter and key maps; `bars` those that are drawn or listened to, `end_tick`
    where the song ends; `plan` what was settled of it; `groups` that are written. `around`: a user's song with what of
    it is kept, of which bars `start`..`stop`-1 are written; without one those are all bars.
    """

    template: Song
    bars: int
    end_tick: int
    plan: Plan
    groups: tuple[str, ...]
    start: int
    stop: int
    around: Around | None = None

    @property
    def tempo(self) -> float:
        """Quarter notes a minute at the song's start."""
        return float(self.template.tempo_bpm(0))

"""A song that was generated, in figures. Needs no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from popgen_core.music.song import Song
from popgen_core.plan.met.adherence import Adherence

__all__ = ["Written"]


@dataclass(frozen=True)
class Written:
    """One generated song: its file, length in seconds, notes, notes a second beside those of the same groups
    in the corpus, and its request; `remarks`: a line for what to know of the checkpoint that wrote it."""

    path: Path
    seconds: float
    notes: int
    notes_per_second: float
    corpus_notes_per_second: float
    groups: dict[str, int]
    seed: int
    index: int
    adherence: Adherence
    remarks: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        song: Song,
        path: Path,
        rates: Mapping[str, float],
        seed: int,
        index: int,
        adherence: Adherence,
        remarks: tuple[str, ...] = (),
    ) -> Written:
        """The figures of a song; `rates` are the corpus's notes a second by group, `adherence` what it met of its
        plan."""
        seconds = float(song.seconds(song.markers[-1].tick))
        groups = {track.name: len(track.notes) for track in song.tracks}
        corpus = sum(rates.get(group, 0.0) for group in groups)
        rate = song.note_count / seconds
        return cls(path, seconds, song.note_count, rate, corpus, groups, seed, index, adherence, remarks)

    def table(self) -> dict[str, Any]:
        """The same as plain values."""
        plain = {name: value for name, value in vars(self).items() if name != "adherence"}
        return {**plain, "path": str(self.path), "adherence": self.adherence.table(), "remarks": list(self.remarks)}

"""Every figure of popgen-eval of a set of songs: each song, all against real pieces, all against what was taught."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.quality.code import judging_digest
from benchmarks.quality.kept import digest_of, kept
from benchmarks.quality.sample import Sample, sample_of

from popgen_core.corpus.dataset import Dataset
from popgen_core.music.guard import read_song
from popgen_eval.api import evaluate
from popgen_eval.copying.verdict import TRAINED_ON
from popgen_eval.metrics.families import family_of

__all__ = ["COPIED", "WIDTH", "Judged", "families", "judged_songs"]

COPIED = "copied_share"
WIDTH = "velocity_width"  # of a song: 5th to 95th percentile of its notes' velocities
WHOLE = 7 / 8  # of a window: a real piece with fewer bars of one meter is another kind of piece


@dataclass(frozen=True)
class Judged:
    """A set of songs judged: figure -> its sample; measure of sets -> value; velocities of all notes together.

    `files` songs, `unread` of them not judged, `short` left out as too short; `trained_on`: the names of those that
    stand almost whole in the training set, in another version.
    """

    figures: Mapping[str, Sample]
    sets: Mapping[str, float] = field(default_factory=dict)
    files: int = 0
    unread: int = 0
    short: int = 0
    pooled_width: float = math.nan
    trained_on: tuple[str, ...] = ()

    def sample(self, figure: str) -> Sample:
        """A figure of these songs; one without values where it was not found."""
        return self.figures.get(figure) or sample_of([])


def judged_songs(
    files: Sequence[Path],
    kept_in: Path,
    *,
    bars: int,
    training: Path,
    real: Sequence[Path] = (),
    whole_only: bool = False,
    workers: int | None = None,
) -> Judged:
    """Songs judged in windows of `bars` bars, one a song; found once and kept in a file.

    `real`: pieces that they are held against as a set. `whole_only`: figures of songs whose window lacks more than an
    eighth of its bars are left out (but not from sets), as such pieces would repeat less than the others can.
    """
    made_of = {
        "songs": digest_of(files),
        "real": digest_of(real),
        "bars": bars,
        "training": Dataset.open(training).sha256,
        "judged_by": judging_digest(),
    }
    table = kept(kept_in, made_of, lambda: _found(files, real, bars, training, workers))
    return _judged(table, math.ceil(WHOLE * bars) if whole_only else 0)


def _found(
    files: Sequence[Path], real: Sequence[Path], bars: int, training: Path, workers: int | None
) -> dict[str, Any]:
    report = evaluate(
        list(files), reference=list(real) or None, training=training, bars=bars, window="first", workers=workers
    )
    table = report.to_json()
    table.pop("reference", None)  # real pieces have a file of their own
    velocities = [_velocities(file) for file, row in zip(files, report.files, strict=True) if not row.error]
    widths = [float(np.diff(np.percentile(each, [5, 95]))[0]) if len(each) else None for each in velocities]
    together = np.concatenate([*velocities, np.zeros(0)])
    pooled = float(np.diff(np.percentile(together, [5, 95]))[0]) if len(together) else None
    return {"report": table, "widths": widths, "pooled_width": pooled}


def _velocities(file: Path) -> np.ndarray[Any, Any]:
    """The velocities of all notes of a file."""
    tracks = read_song(file).song.tracks
    return np.concatenate([*(track.notes["velocity"].astype(np.float64) for track in tracks), np.zeros(0)])


def _judged(table: dict[str, Any], least_bars: int) -> Judged:
    report = table["report"]
    rows = [row for row in report["files"] if not row.get("error")]
    whole = [row for row in rows if not least_bars or _bars(row) >= least_bars]
    names = list(report["summary"])
    figures = {name: sample_of(row["scores"].get(name) for row in whole) for name in names}
    figures |= {
        name: sample_of(row["scores"].get(name) for row in rows) for name in names if name.startswith("copied_")
    }
    figures[WIDTH] = sample_of(table["widths"])
    values = {name: score["value"] for name, score in report.get("set", {}).items()}
    return Judged(
        figures=figures,
        sets={name: math.nan if value is None else value for name, value in values.items()},
        files=len(report["files"]),
        unread=len(report["files"]) - len(rows),
        short=len(rows) - len(whole),
        pooled_width=math.nan if table["pooled_width"] is None else table["pooled_width"],
        trained_on=tuple(Path(row["file"]).stem for row in rows if (row["scores"].get(COPIED) or 0) >= TRAINED_ON),
    )


def _bars(row: dict[str, Any]) -> int:
    return int(row["bars"][0][1]) if row.get("bars") else 0


def families(names: Sequence[str]) -> dict[str, list[str]]:
    """Family -> its figures, in the order of reports; copying, which has a section of its own, is left out."""
    found: dict[str, list[str]] = {}
    for name in names:
        if not name.startswith(("copied_", WIDTH)):
            family = family_of(name)
            found.setdefault("headline" if family == "overall" else family, []).append(name)
    return found

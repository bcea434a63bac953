"""How much of their own plans the songs of a system meet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.quality.sample import Sample, sample_of

__all__ = ["adherence_of"]


def adherence_of(songs: Sequence[Path]) -> dict[str, Sample]:
    """Songs with their figures beside them as JSON -> what was asked of them -> the share met, one value a song.

    What no plan asks is left out; `overall` is the mean of all that was asked of a song. Empty for songs without plans.
    """
    rows = [json.loads(song.with_suffix(".json").read_text(encoding="utf-8"))["adherence"] for song in songs]
    names = list(rows[0]["figures"]) if rows else []
    asked = {name: [row["figures"][name] for row in rows if row["figures"][name]["asked"]] for name in names}
    found = {name: sample_of(figure["value"] for figure in figures) for name, figures in asked.items() if figures}
    return {"overall": sample_of(row["overall"] for row in rows), **found} if found else {}

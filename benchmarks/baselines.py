"""What the baselines need to tell songs that they have not seen: bits a beat and a note, on the canonical roll.

python benchmarks/baselines.py      needs $POPGEN_CORPUS (permissive)
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from popgen_core.baselines import BASELINES, CanonicalRoll, Likelihood, canonical_roll
from popgen_core.groupers import Seven
from popgen_core.music.guard import read_song
from popgen_eval.statistics import summarise


def rolls(folder: Path) -> list[CanonicalRoll]:
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in (".mid", ".midi"))
    grouper = Seven()
    return [canonical_roll(grouper.group(read_song(file).song).song, Seven.groups) for file in files]


def over_songs(name: str, values: Sequence[float]) -> str:
    summary = summarise(values)
    return f"{name} {summary.mean:6.2f} [{summary.low:6.2f}, {summary.high:6.2f}]"


def print_score(name: str, scores: Sequence[Likelihood], seconds: float) -> None:
    """Pooled over all songs, then the mean over songs with its 95 % interval."""
    pooled = sum(scores, Likelihood())
    print(
        f"  {name:9} pooled: a beat {pooled.bits_per_beat:6.2f}, a note {pooled.bits_per_note:6.2f}; mean over songs:"
        f" {over_songs('a beat', [one.bits_per_beat for one in scores])},"
        f" {over_songs('a note', [one.bits_per_note for one in scores])}; {seconds:.1f} s"
    )


def main() -> None:
    if not (folder := os.environ.get("POPGEN_CORPUS")):
        print("POPGEN_CORPUS is unset: nothing measured")
        return
    begun = time.perf_counter()
    train, valid = (rolls(Path(folder) / "permissive" / part) for part in ("train", "valid"))
    print(f"read and laid on the canonical roll in {time.perf_counter() - begun:.1f} s")
    for part, songs in (("train", train), ("valid", valid)):
        beats, notes = sum(roll.beats for roll in songs), sum(roll.notes for roll in songs)
        merged, dropped = sum(roll.merged for roll in songs), sum(roll.dropped for roll in songs)
        print(f"{part}: {len(songs)} songs, {beats:,.0f} beats, {notes:,} onsets, {merged:,} merged, {dropped} dropped")
    for part, songs in (("valid", valid), ("train, fitted on itself", train)):
        print(part)
        for name, baseline in BASELINES.items():
            begun = time.perf_counter()
            fitted = baseline.fit_rolls(train, Seven.groups)
            scores = [fitted.score_roll(roll) for roll in songs]
            print_score(name, scores, time.perf_counter() - begun)


if __name__ == "__main__":
    main()

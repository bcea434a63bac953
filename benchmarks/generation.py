"""What generated songs are like beside real ones: the claims that generation makes, each as a figure.

    python benchmarks/generation.py CHECKPOINT TRAIN_DATASET [--songs 20] [--only NAME ...]

- structure: `structure_coherence` of 32-bar songs with the plan's recalls and without, beside windows of the corpus.
  Claim: with recalls at least 0.8 of the corpus's own.
- velocity: how far the 5th and 95th percentile of velocities lie apart, beside the corpus's. Claim: 0.8 at least.
- adherence: the share of key and chords met at strength 0 and 1. Claim: at least 0.95 at strength 1.
- long: density, pitch-class entropy and self-similarity of 5-minute songs minute by minute, beside the 5th to 95th
  percentile of minutes of the corpus, and their trend. Claim: inside, no trend.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.analysis.piece import Piece, pieces_of
from popgen_core.corpus.dataset import Dataset
from popgen_core.generate.generator import Generator
from popgen_core.generate.request import Request
from popgen_core.generate.write import DrawnSong
from popgen_core.music.song import Song
from popgen_core.plan.met.adherence import adherence
from popgen_core.plugins import catalogue
from popgen_eval.metrics.structure import StructureCoherence

WINDOW = 32  # bars
CHORDS = "C | G | Am | F | Dm G | C | F | C G"
MINUTES = 5


def drawn(generator: Generator, songs: int, **asked: Any) -> list[DrawnSong]:
    """Songs of a request, ten at a time."""
    made: list[DrawnSong] = []
    while len(made) < songs:
        count = min(10, songs - len(made))
        made += generator.songs(Request(count=count, seed=len(made), **asked))
    return made


def corpus_of(dataset: Path, songs: int) -> list[Song]:
    """Songs of the dataset, drawn with a fixed seed."""
    opened = Dataset.open(dataset)
    order = np.random.default_rng(0).permutation(len(opened))[:songs]
    return [opened.load(int(number)).song() for number in order]


def structure(songs: Sequence[Song]) -> NDArray[np.float64]:
    """`structure_coherence` of each song's first window of 32 bars that can be judged."""
    evaluator, values = StructureCoherence(StructureCoherence.Config()), []
    for song in songs:
        for piece in pieces_of(song, WINDOW):
            if not piece.reason and piece.bars == WINDOW:
                values.append(evaluator.score(piece)["structure_coherence"].value)
                break
    return np.array([value for value in values if not np.isnan(value)])


def told(name: str, values: NDArray[np.float64], beside: float | None = None) -> None:
    """A mean with its bootstrap interval, and what share of another mean it is."""
    if not len(values):
        print(f"  {name:28}no song can be judged")
        return
    resampled = np.random.default_rng(0).choice(values, (4000, len(values))).mean(1)
    low, high = np.quantile(resampled, [0.025, 0.975])
    share = f", {values.mean() / beside:.2f} of the corpus's" if beside else ""
    print(f"  {name:28}{values.mean():6.3f} [{low:.3f}, {high:.3f}]  n {len(values)}{share}", flush=True)


def by_structure(generator: Generator, corpus: Sequence[Song], songs: int) -> None:
    print("structure_coherence, 32 bars")
    real = structure(corpus)
    told("corpus", real)
    for name, recalls in (("recalls on", True), ("recalls off", False)):
        told(name, structure([one.song for one in drawn(generator, songs, bars=WINDOW, recalls=recalls)]), real.mean())


def velocities(songs: Sequence[Song]) -> NDArray[np.float64]:
    """(song,) velocities between the 5th and the 95th percentile of each song's notes."""
    each = [np.concatenate([track.notes["velocity"] for track in song.tracks]) for song in songs if song.note_count]
    return np.array([np.diff(np.percentile(values, [5, 95]))[0] for values in each], dtype=np.float64)


def pooled_width(songs: Sequence[Song]) -> float:
    every = np.concatenate([track.notes["velocity"] for song in songs for track in song.tracks])
    return float(np.diff(np.percentile(every, [5, 95]))[0])


def by_velocity(generator: Generator, corpus: Sequence[Song], songs: int) -> None:
    print("velocities, 5th to 95th percentile")
    made = [one.song for one in drawn(generator, songs, bars=WINDOW)]
    real = velocities(corpus)
    told("corpus, song by song", real)
    told("generated, song by song", velocities(made), real.mean())
    print(f"  of all notes: corpus {pooled_width(corpus):.0f}, generated {pooled_width(made):.0f}")


def by_adherence(generator: Generator, songs: int) -> None:
    print(f"adherence to key C and the chords {CHORDS}")
    for strength in (0.0, 0.5, 1.0):
        asked = {"bars": WINDOW, "key": "C", "chords": CHORDS, "tempo": 100.0}
        made = drawn(generator, songs, **asked, key_strength=strength, chord_strength=strength)
        met = [adherence(one.song, one.plan) for one in made]
        for figure in ("key", "chords", "chord_tones"):
            values = [getattr(one, figure).value for one in met]
            told(f"{figure}, strength {strength:g}", np.array([value for value in values if value is not None]))


def minutes(song: Song) -> NDArray[np.float64]:
    """(minute, 3): onsets a second, entropy of pitch classes in bits, and how alike its bars are (off the diagonal)."""
    rows = []
    for minute in range(int(song.duration_seconds() // 60)):
        first, last = (int(tick) for tick in song.ticks([60.0 * minute, 60.0 * (minute + 1)]))
        tracks = []
        for track in song.tracks:
            starts = track.notes["start_tick"]
            tracks.append(replace(track, notes=track.notes[(starts >= first) & (starts < last)]))
        part = replace(song, tracks=tuple(tracks))
        pitched = [track.notes["pitch"] % 12 for track in part.tracks if not track.is_drum]
        counts = np.bincount(np.concatenate([*pitched, []]).astype(int), minlength=12)
        shares = counts[counts > 0] / max(counts.sum(), 1)
        piece = Piece(part, 0, 10_000)
        bars = piece.bars_alike
        sounding = bars[np.ix_(bars.diagonal() > 0, bars.diagonal() > 0)]
        alike = (sounding.sum() - np.trace(sounding)) / max(sounding.size - len(sounding), 1)
        rows.append([part.note_count / 60.0, float(-(shares * np.log2(shares)).sum()), float(alike)])
    return np.array(rows).reshape(-1, 3)


def by_minute(generator: Generator, corpus: Sequence[Song], songs: int) -> None:
    print(f"{MINUTES}-minute songs, minute by minute")
    real = np.concatenate([minutes(song) for song in corpus])
    made = np.stack([minutes(one.song)[:MINUTES] for one in drawn(generator, songs, seconds=60.0 * MINUTES + 5)])
    for number, name in enumerate(("notes a second", "pitch-class entropy", "bars alike")):
        low, high = np.percentile(real[:, number], [5, 95])
        values = made[:, :, number]
        inside = ((values >= low) & (values <= high)).mean()
        slopes = [np.polyfit(np.arange(values.shape[1]), row, 1)[0] for row in values]
        error = np.std(slopes, ddof=1) / np.sqrt(len(slopes))
        by = ", ".join(f"{value:.2f}" for value in values.mean(0))
        print(
            f"  {name:22}corpus {low:.2f}..{high:.2f}; by minute {by}; {inside:.0%} inside; "
            f"slope {np.mean(slopes):+.3f} +- {1.96 * error:.3f} a minute",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path, nargs="?")
    parser.add_argument("dataset", type=Path, nargs="?")
    parser.add_argument("--songs", type=int, default=20)
    parser.add_argument("--only", nargs="+", choices=["structure", "velocity", "adherence", "long"])
    given = parser.parse_args()
    if given.dataset is None:
        print("no checkpoint and dataset are named: nothing measured")
        return
    chosen = given.only or ["structure", "velocity", "adherence", "long"]
    generator, corpus = Generator.load(given.checkpoint, catalogue()), corpus_of(given.dataset, 100)
    if "structure" in chosen:
        by_structure(generator, corpus, given.songs)
    if "velocity" in chosen:
        by_velocity(generator, corpus, given.songs)
    if "adherence" in chosen:
        by_adherence(generator, given.songs)
    if "long" in chosen:
        by_minute(generator, corpus, max(given.songs // 2, 3))


if __name__ == "__main__":
    main()

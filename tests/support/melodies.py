"""Short melodies, no two alike, as a folder of MIDI files: a corpus that is prepared in no time."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from popgen_core.music import Song, Track, notes_from, song_to_midi

__all__ = ["melodies"]


def melodies(folder: Path, count: int = 12) -> Path:
    """Melodies of 32 eighths drawn from two octaves, under a licence and from one of two sources each."""
    folder.mkdir()
    rows = ["file\tlicence\tsource"]
    for number in range(count):
        steps = np.random.default_rng(number).integers(0, 24, 32)
        notes = notes_from([(240 * n, 200, 50 + int(step), 64) for n, step in enumerate(steps)])
        (folder / f"{number:02}.mid").write_bytes(song_to_midi(Song(480, (Track("lead", 0, False, notes),))))
        rows.append(f"{number:02}.mid\tCC0-1.0\t{'here' if number % 2 else 'there'}")
    (folder / "MANIFEST.tsv").write_text("\n".join(rows))
    return folder

"""What a split must know of a song: tempo, mode, density, length, who plays, its feel, and its fingerprint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.corpus.prints import print_of_notes, text_of_print
from popgen_core.errors import DatasetError
from popgen_core.music.columns import Columns
from popgen_core.music.song import Song

__all__ = ["SongFacts", "facts_from_plain", "facts_of"]

LEAST_NOTES = 8  # of a group that counts as playing, and of all notes that a feel is found from
LONGEST = 8  # beats; a note counts for the key no longer than this (metrics, section 0)
ON = 0.06  # beats around a sixteenth that count as on it: less than halfway to the triplet
SIXTEENTHS = 0.15  # share of distinct onsets on the sixteenths between eighths from which a feel is "16th"

# how often each tone above the tonic sounds in major and in minor (Albrecht and Shanahan 2013, table 1)
MAJOR = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
MINOR = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)


@dataclass(frozen=True)
class SongFacts:
    """Facts of one song, all found in its notes and its tempo map.

    `tempo`: quarter notes a minute, the mean over the time from the start to the end of the last note. `mode`:
    "major" or "minor" by how long each pitch class sounds, whatever the key signature says; "" without pitched notes.
    `density`: notes a second. `seconds`: from the start to the end of the last note. `groups`: names of the groups
    with at least 8 notes, sorted. `feel`: "16th" where at least 15 % of the drums' onsets on the grid (of all onsets,
    where fewer than 8 of the drums are) lie between the eighths, else "8th"; "" where fewer than 8 are on the grid.
    `print`: the fingerprint as `text_of_print` writes it, by which near-duplicates are found; "" where there is none.
    """

    tempo: float
    mode: str
    density: float
    seconds: float
    groups: tuple[str, ...]
    feel: str
    print: str

    def to_plain(self) -> dict[str, Any]:
        """The facts as plain values for JSON."""
        return {**vars(self), "groups": list(self.groups)}


def facts_from_plain(plain: Mapping[str, Any]) -> SongFacts:
    """The facts in plain values; raises DatasetError when one is missing."""
    try:
        values = {name: plain[name] for name in SongFacts.__dataclass_fields__}
    except KeyError as error:
        raise DatasetError(f"the facts of a song lack {error}", hint="prepare the dataset anew") from error
    return SongFacts(**{**values, "groups": tuple(values["groups"])})


def facts_of(song: Song) -> SongFacts:
    """The facts of a song whose tracks are named after their groups."""
    seconds = song.duration_seconds()
    drum = np.array([track.is_drum for track in song.tracks], dtype=np.bool_)
    pitched, drums = song.columns.of(~drum), song.columns.of(drum)
    beats = song.end_tick / song.ticks_per_quarter
    return SongFacts(
        tempo=round(60 * beats / seconds if seconds > 0 else float(song.tempo_bpm(0)), 3),
        mode=_mode(_chroma(pitched, song.ticks_per_quarter)),
        density=round(song.note_count / seconds if seconds > 0 else 0.0, 4),
        seconds=round(seconds, 3),
        groups=tuple(sorted({track.name for track in song.tracks if len(track.notes) >= LEAST_NOTES})),
        feel=_feel(drums.start, song.ticks_per_quarter) or _feel(song.columns.start, song.ticks_per_quarter),
        print=text_of_print(print_of_notes(pitched, drums, song.ticks_per_quarter)),
    )


def _chroma(pitched: Columns, ticks_per_quarter: int) -> NDArray[np.float64]:
    """(12,) ticks for which each pitch class sounds, exact."""
    lengths = np.minimum(pitched.length, LONGEST * ticks_per_quarter)
    octaves = np.bincount(pitched.pitch, weights=lengths, minlength=132).reshape(11, 12)
    return np.asarray(octaves.sum(axis=0))


def _keys(profile: Sequence[float]) -> NDArray[np.float64]:
    """(12, 12) the profile on each tonic, centred and of length 1, so that a product with chroma ranks keys."""
    centred = np.asarray(profile) - np.mean(profile)
    return np.asarray(np.stack([np.roll(centred, tonic) for tonic in range(12)]) / np.linalg.norm(centred))


MAJOR_KEYS, MINOR_KEYS = _keys(MAJOR), _keys(MINOR)


def _mode(chroma: NDArray[np.float64]) -> str:
    """Whether the key whose profile correlates best with chroma is a minor one."""
    if not chroma.any():
        return ""
    centred = chroma - chroma.mean()
    return "minor" if (MINOR_KEYS @ centred).max() > (MAJOR_KEYS @ centred).max() else "major"


def _feel(ticks: NDArray[np.int64], ticks_per_quarter: int) -> str:
    """Whether onsets fall between the eighths; those near no sixteenth (triplets, swing) do not count."""
    if len(ticks) < LEAST_NOTES:
        return ""
    sixteenths = ticks * (4 / ticks_per_quarter)
    nearest = np.rint(sixteenths)
    struck = np.sort(nearest.compress(np.abs(sixteenths - nearest) <= 4 * ON))
    struck = struck.compress(np.append(struck[1:] != struck[:-1], True)[: len(struck)])  # each once
    if len(struck) < LEAST_NOTES:
        return ""
    return "16th" if np.count_nonzero(struck % 2) / len(struck) >= SIXTEENTHS else "8th"

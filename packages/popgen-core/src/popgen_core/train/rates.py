"""How often each cell sounds in a corpus, how its notes share out over groups, and what is typical of its songs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from popgen_core.contracts.sizes import Sizes
from popgen_core.contracts.tensors import Rates
from popgen_core.corpus.stored import StoredSong
from popgen_core.errors import RecipeError
from popgen_core.train.windows import TrainingSong

__all__ = ["cell_rates", "corpus_facts", "group_weights"]

BANDS = 48  # songs at most whose programs are kept together, as sounds that belong together
TEMPI = 19  # numbers that tell how tempi are spread, each twentieth of the songs


def cell_rates(songs: Sequence[TrainingSong], sizes: Sizes) -> Rates:
    """Shares of frames in which each cell begins a note, and in which it sounds -> Rates (group, pitch)."""
    shape = (len(sizes.roll.groups), sizes.roll.pitches)
    onset, active = np.zeros(shape), np.zeros(shape)
    for song in songs:
        events = song.roll.events
        np.add.at(onset, (events["group"], events["pitch"]), 1)
        np.add.at(active, (events["group"], events["pitch"]), events["last"] - events["frame"] + 1)
    frames = max(sum(song.roll.frames for song in songs), 1)
    return Rates(*(torch.from_numpy(np.minimum(count / frames, 1.0)).float() for count in (onset, active)))


def group_weights(asked: str | Mapping[str, float], songs: Sequence[TrainingSong], sizes: Sizes) -> torch.Tensor:
    """Importance of each group in the loss (group,), mean 1: its share of the corpus's "notes", "equal", or as given.

    By notes a group without any still weighs a tenth of an equal share, so that its silence is learned. Given weights
    are scaled to mean 1, groups that are not named count 1. Raises RecipeError for groups that there are not.
    """
    groups = sizes.roll.groups
    if asked == "equal":
        return torch.ones(len(groups))
    if isinstance(asked, str):
        events = (song.roll.events["group"] for song in songs)
        counts = sum((np.bincount(of_song, minlength=len(groups)) for of_song in events), np.zeros(len(groups)))
        shares = np.maximum(counts / max(counts.sum(), 1), 0.1 / len(groups))
    else:
        shares = np.array(_given(asked, groups), dtype=np.float64)
    return torch.from_numpy(shares / shares.mean()).float()


def _given(weights: Mapping[str, float], groups: Sequence[str]) -> list[float]:
    if unknown := sorted(set(weights) - set(groups)):
        raise RecipeError(
            f"train.group_weights names {', '.join(unknown)}; there are {', '.join(groups)}", hint="name these groups"
        )
    found = [float(weights.get(group, 1.0)) for group in groups]
    if not (all(0 <= weight < np.inf for weight in found) and sum(found) > 0):
        raise RecipeError("train.group_weights must be 0 or more, and one of them above 0", hint="change the recipe")
    return found


def corpus_facts(stored: Sequence[StoredSong], groups: Sequence[str]) -> dict[str, Any]:
    """What generation compares with and falls back on: density, notes an onset, tempi, meter, programs by group
    and of some of its bands.

    Songs that come several times, as in an epoch of a mixture, count as often; `songs` and `seconds` of each once.
    """
    once = list({id(song): song for song in stored}.values())
    seconds = sum(song.song().duration_seconds() for song in stored)
    notes = {g: sum(int((s.events["group"] == n).sum()) for s in stored) for n, g in enumerate(groups)}
    programs = {group: Counter(s.programs[group] for s in stored if group in s.programs) for group in groups}
    meters = Counter(tuple(int(n) for n in song.song().meters[0])[1:] for song in stored)
    struck = {g: sum(len(np.unique(_frames(song, n))) for song in stored) for n, g in enumerate(groups)}
    tempi = _tempi(stored)
    return {
        "songs": len(once),
        "seconds": round(sum(song.song().duration_seconds() for song in once), 1),
        "notes_per_second": {group: round(count / max(seconds, 1e-9), 3) for group, count in notes.items()},
        "thickness": {group: round(notes[group] / count, 2) for group, count in struck.items() if count},
        "tempo": round(float(np.median(tempi))),
        "tempi": np.quantile(tempi, np.linspace(0.05, 0.95, TEMPI)).round(1).tolist(),
        "meter": list(meters.most_common(1)[0][0]),
        "drums": sorted({group for song in stored for group in song.drums}),
        "programs": {group: count.most_common(1)[0][0] for group, count in programs.items() if count},
        "bands": [
            dict(stored[at].programs) for at in np.linspace(0, len(stored) - 1, min(BANDS, len(stored))).astype(int)
        ],
    }


def _frames(song: StoredSong, group: int) -> NDArray[np.int32]:
    """Frames in which a group begins notes, one row a note."""
    frames: NDArray[np.int32] = song.events["frame"][song.events["group"] == group]
    return frames


def _tempi(stored: Sequence[StoredSong]) -> NDArray[np.float64]:
    """Each song's mean tempo in quarter notes a minute."""
    songs = [song.song() for song in stored]
    return np.array([60.0 * s.end_tick / s.ticks_per_quarter / max(s.duration_seconds(), 1e-9) for s in songs])

"""What scoring found: bits of every song by every predictor, and what is known of how they were counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from popgen_core.baselines import Likelihood

__all__ = ["MODEL", "YARDSTICK", "Score", "ScoredSong"]

YARDSTICK = "onsets-16th.v1"  # a name never changes what it measures
MODEL = "model"  # its name beside those of the baselines
TABLE = "table"  # likewise that of the tables of lengths and velocities by group


@dataclass(frozen=True)
class ScoredSong:
    """One song: beats, notes (cells of the canonical roll in which notes begin) by group, and bits.

    `onsets`: by predictor the bits of each group's onsets. `lengths`, `velocities`: by predictor the bits of those of
    all notes, given the onsets. `shared`: onsets in frames of the model that hold several sixteenths, with `onsets` of
    the model `shared_bits` more than its groups to tell which.
    """

    file: str
    beats: float
    notes: tuple[int, ...]
    onsets: dict[str, tuple[float, ...]]
    lengths: dict[str, float] = field(default_factory=dict)
    velocities: dict[str, float] = field(default_factory=dict)
    merged: int = 0
    shared: int = 0
    shared_bits: float = 0.0

    def likelihood(self, predictor: str) -> Likelihood:
        """What the song's onsets cost."""
        more = self.shared_bits if predictor == MODEL else 0.0
        return Likelihood(sum(self.onsets[predictor]) + more, self.beats, sum(self.notes))

    def to_plain(self) -> dict[str, Any]:
        """The song as plain values, with its bits a beat and a note; those of a song without any are null."""
        told = {name: _plain(self.likelihood(name)) for name in self.onsets}
        return {**asdict(self), "notes": list(self.notes), "bits": told}


@dataclass(frozen=True)
class Score:
    """How many bits a trained model needs for songs, beside baselines fitted on the songs that it was trained on.

    `exact`: whether the model's grid is the canonical one; if not, its bits are an upper bound. `controls` are what was
    known of each frame ahead of time: position, with tempo and meter, and those that the model was told beside.
    `remarks`: a line for each thing to know; `trained` songs the baselines were fitted on, 0 without any; `left_out`
    songs were heard in training.
    """

    checkpoint: str
    sha256: str
    recipe: str
    grid: dict[str, Any]
    exact: bool
    dataset: str
    dataset_sha256: str
    training: str
    training_sha256: str
    trained: int
    left_out: int
    groups: tuple[str, ...]
    songs: tuple[ScoredSong, ...]
    remarks: tuple[str, ...] = ()
    controls: tuple[str, ...] = ("position",)
    yardstick: str = YARDSTICK

    @property
    def predictors(self) -> tuple[str, ...]:
        """The baselines, then the model."""
        return tuple(self.songs[0].onsets)

    def pooled(self, predictor: str) -> Likelihood:
        """What all songs' onsets cost."""
        return sum((song.likelihood(predictor) for song in self.songs), Likelihood())

    def of_group(self, predictor: str, group: str) -> Likelihood:
        """What all onsets of one group cost, without the bits that are no group's."""
        number = self.groups.index(group)
        return sum(
            (Likelihood(song.onsets[predictor][number], song.beats, song.notes[number]) for song in self.songs),
            Likelihood(),
        )

    def apart(self, what: str) -> dict[str, Likelihood]:
        """What the "lengths" or the "velocities" of all notes cost, by predictor."""
        names = dict.fromkeys(name for song in self.songs for name in getattr(song, what))
        return {name: sum((_part(song, what, name) for song in self.songs), Likelihood()) for name in names}

    def to_plain(self) -> dict[str, Any]:
        """The score as plain values for JSON, every song a row."""
        heads = {name: value for name, value in vars(self).items() if name != "songs"}
        for name in ("groups", "remarks", "controls"):
            heads[name] = list(heads[name])
        by_group = {
            group: {name: _plain(self.of_group(name, group)) for name in self.predictors} for group in self.groups
        }
        return {
            "yardstick": self.yardstick,
            **heads,
            "bound": "exact" if self.exact else "upper bound",
            "pooled": {name: _plain(self.pooled(name)) for name in self.predictors},
            "by_group": by_group,
            **{what: _all_plain(self.apart(what).items()) for what in ("lengths", "velocities")},
            "songs": [song.to_plain() for song in self.songs],
        }


def _part(song: ScoredSong, what: str, name: str) -> Likelihood:
    return Likelihood(getattr(song, what)[name], song.beats, sum(song.notes))


def _all_plain(items: Iterable[tuple[str, Likelihood]]) -> dict[str, Any]:
    return {name: _plain(told) for name, told in items}


def _plain(told: Likelihood) -> dict[str, Any]:
    """Bits, beats and notes, and bits a beat and a note, null where there are none."""
    rates = {"bits_per_beat": told.bits_per_beat, "bits_per_note": told.bits_per_note}
    return {**asdict(told), **{name: None if rate != rate else rate for name, rate in rates.items()}}

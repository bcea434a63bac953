"""All that was found of all systems, and the targets that it meets; each thing made once and kept in one folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.quality.bits import Bits, bits_of
from benchmarks.quality.by_position import Positions, by_position
from benchmarks.quality.figures import Judged, judged_songs
from benchmarks.quality.minute import minute_of
from benchmarks.quality.plans import adherence_of
from benchmarks.quality.real import real_songs
from benchmarks.quality.sample import Sample
from benchmarks.quality.songs import BASELINES, System, baseline_songs, long_songs, system_songs

from popgen_core.baselines.stand_ins import Wanted
from popgen_core.generate.generator import Generator
from popgen_core.plugins import catalogue
from popgen_eval.api import midi_files

__all__ = ["REAL", "Asked", "Found", "find"]

REAL = "real"


@dataclass(frozen=True)
class Asked:
    """What is judged: `songs` of `bars` bars of each system and baseline, `long` of five minutes of each system.

    `real`: a folder of MIDI pieces; `training`: the dataset that baselines learn and copies are looked for in;
    `held_out`: a dataset of songs that nothing was trained on, None without bits. `out`: where all is kept.
    """

    systems: tuple[System, ...]
    real: Path
    training: Path
    out: Path
    held_out: Path | None = None
    songs: int = 100
    long: int = 30
    bars: int = 32
    seed: int = 0
    workers: int | None = None


@dataclass
class Found:
    """By name of a system, a baseline or `real`: its songs judged, and what else is known of it."""

    asked: Asked
    judged: dict[str, Judged] = field(default_factory=dict)
    adherence: dict[str, dict[str, Sample]] = field(default_factory=dict)
    minutes: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    bits: dict[str, dict[str, Bits]] = field(default_factory=dict)
    positions: dict[str, Mapping[str, Positions]] = field(default_factory=dict)
    checkpoints: dict[str, str] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)  # real pieces that could not be read, and why

    @property
    def versions(self) -> list[str]:
        """Real pieces that are versions of songs of the training set, by the names of their files."""
        return [name.partition("-")[2] for name in self.judged[REAL].trained_on]  # real_songs numbers them


def find(asked: Asked, told: Callable[[str], None]) -> Found:
    """Make what is not there yet of all that is asked; `told` hears a line now and then."""
    found = Found(asked)
    pieces = midi_files(asked.real)
    real, found.unread = real_songs(pieces, asked.out / "songs" / REAL, asked.bars)
    found.judged[REAL] = _judged(asked, REAL, real, whole_only=True)
    told(f"{REAL}: {len(real)} pieces")
    for system in asked.systems:
        _of_system(found, system, real, told)
    wanted = Wanted(asked.songs, asked.bars, asked.seed, fewer=True)
    for name in BASELINES:
        songs = baseline_songs(name, asked.training, asked.out / "songs" / name, wanted)
        found.judged[name] = _judged(asked, name, songs, real)
        told(f"{name}: {len(songs)} songs judged")
    if asked.long:
        found.positions[REAL] = _followed(asked, REAL, pieces)
    return found


def _of_system(found: Found, system: System, real: list[Path], told: Callable[[str], None]) -> None:
    """All that is asked of one system."""
    asked, name = found.asked, system.name
    generator = Generator.load(system.checkpoint, catalogue())
    sha256 = found.checkpoints[name] = generator.loaded.sha256
    songs = system_songs(generator, asked.out / "songs" / name, asked.songs, asked.bars, told)
    found.judged[name] = _judged(asked, name, songs, real)
    told(f"{name}: {len(songs)} songs judged")
    if generator.loaded.recipe.controls.known:
        found.adherence[name] = adherence_of(songs)
    found.minutes[name] = minute_of(system.checkpoint, sha256, asked.out / "minutes" / f"{name}.json")
    if asked.held_out is not None:
        place = asked.out / "bits" / f"{name}.json"
        told_of = bits_of(system.checkpoint, sha256, asked.held_out, asked.training, place)
        found.bits[name] = {of: bits.without(found.versions) for of, bits in told_of.items()}
        told(f"{name}: held-out songs told")
    if asked.long:
        long = long_songs(generator, asked.out / "long" / name, asked.long, told)
        found.positions[name] = _followed(asked, name, long)


def _judged(asked: Asked, name: str, songs: list[Path], real: list[Path] | None = None, **more: bool) -> Judged:
    place = asked.out / "figures" / f"{name}.json"
    return judged_songs(
        songs, place, bars=asked.bars, training=asked.training, real=real or (), workers=asked.workers, **more
    )


def _followed(asked: Asked, name: str, songs: list[Path]) -> Mapping[str, Positions]:
    place = asked.out / "positions" / f"{name}.json"
    return by_position(songs, place, bars=asked.bars, workers=asked.workers)

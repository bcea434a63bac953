"""The clips of a listening test: equally long, equally loud, under names that tell nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import default_rng

from popgen_core.audio.clip import RATE, Sound, cut, faded, loudest_gain, scaled
from popgen_core.audio.formats import encoded, read_sound
from popgen_core.audio.synth import play_excerpt
from popgen_core.errors import PopgenError
from popgen_core.music.guard import plain_text, read_song
from popgen_core.music.song import Song
from popgen_eval.listening.material import Material
from popgen_eval.listening.plan import Stimulus
from popgen_eval.listening.spoiled import spoiled_song, spoiled_sound

__all__ = ["Source", "length_of", "stamp_of", "write_clips"]

SHORTEST = 0.5  # of the length asked for; a clip that ends before is named instead of being waited for
LEAVE_OUT, MOST_NAMED = "leave them out, or ask for fewer --seconds", 5
ONE_DATE = 946_684_800  # the first of January 2000, of every file: dates tell nothing


@dataclass(frozen=True)
class Source:
    """Where clips come from: the files, a soundfont (None: they are sound already), seconds, where to keep sound."""

    material: Material
    soundfont: Path | None
    seconds: float
    kept: Path

    def path(self, stimulus: Stimulus) -> Path:
        """The file that a stimulus comes from."""
        return self.material.items[stimulus.item][self.material.systems.index(stimulus.system)]

    def sound(self, stimulus: Stimulus, seed: int) -> Sound:
        """What a stimulus sounds like, cut but neither faded nor at a loudness; made once, then kept on the disk.

        Raises PopgenError naming the file that makes no sound.
        """
        kept = self.kept / f"{self.material.systems.index(stimulus.system)}-{stimulus.item}-{stimulus.kind}.npy"
        if not kept.exists():
            try:
                np.save(kept, self._made(stimulus, seed).samples)
            except PopgenError as error:
                path = self.path(stimulus)
                raise PopgenError(f"{path}: {_without(path, error.message)}", hint=error.hint) from error
        return Sound(np.load(kept))

    def refuse_short(self, stimuli: Sequence[Stimulus]) -> None:
        """Raise PopgenError naming the MIDI files that end far too early, before any is played."""
        paths = {self.path(stimulus) for stimulus in stimuli} if self.soundfont else set()
        lasting = {path: self._song(path).duration_seconds() for path in paths}
        short = sorted(str(path) for path, seconds in lasting.items() if seconds < self.seconds * SHORTEST)
        if short:
            named = ", ".join(short[:MOST_NAMED]) + (f" and {len(short) - MOST_NAMED} more" * (len(short) > MOST_NAMED))
            raise PopgenError(f"{named}: shorter than half of {self.seconds:g} s", hint=LEAVE_OUT)

    def _song(self, path: Path) -> Song:
        try:
            return read_song(path).song
        except PopgenError as error:
            raise PopgenError(f"{path}: {_without(path, error.message)}", hint=error.hint) from error

    def _made(self, stimulus: Stimulus, seed: int) -> Sound:
        random = default_rng([seed, 2, stimulus.item])
        if self.soundfont is None:
            sound = read_sound(self.path(stimulus))
        else:
            song = self._song(self.path(stimulus))
            song = spoiled_song(song, random, stimulus.item) if stimulus.kind else song
            sound = play_excerpt(song, self.soundfont, self.seconds)
        made = cut(sound, self.seconds)
        if not made.peak:
            raise PopgenError("it makes no sound")
        return spoiled_sound(made, random) if stimulus.kind and self.soundfont is None else made


def length_of(source: Source, stimuli: Sequence[Stimulus], seed: int, shown: Callable[[int, int], None]) -> float:
    """Make all sounds -> seconds that every clip can have. Raises PopgenError for one that is far too short."""
    source.refuse_short(stimuli)
    lengths = []
    for number, stimulus in enumerate(stimuli):
        shown(number, len(stimuli))
        lengths.append((source.sound(stimulus, seed).seconds, str(source.path(stimulus))))
    seconds, path = min(lengths)
    if seconds < source.seconds * SHORTEST:
        raise PopgenError(
            f"{path} sounds for {seconds:.1f} s only, all clips are to be {source.seconds:g} s long",
            hint=LEAVE_OUT,
        )
    return min(seconds, source.seconds)


def stamp_of(source: Source, stimuli: Sequence[Stimulus], seed: int) -> str:
    """A digest of the sounds, part of the seed: who guesses the seed but has not the sounds cannot remake the plan."""
    digest = hashlib.sha256()
    for stimulus in stimuli:
        digest.update(source.sound(stimulus, seed).samples.tobytes())
    return digest.hexdigest()


def write_clips(
    folder: Path,
    source: Source,
    names: dict[Stimulus, str],
    *,
    seconds: float,
    target: float,
    seed: int,
    shown: Callable[[int, int], None],
) -> float:
    """Write each clip under its name: cut to `seconds`, end faded, at one loudness -> that loudness in LUFS.

    Where the peaks of one clip forbid `target`, all become as much softer, so that loudness tells nothing.
    """
    alike: dict[Stimulus, list[str]] = {}
    for stimulus, name in names.items():
        alike.setdefault(Stimulus(stimulus.system, stimulus.item, stimulus.kind), []).append(name)
    reached = {one: _reached(_ready(source.sound(one, seed), seconds), target) for one in alike}
    common = min(target, *(loudness for loudness, _ in reached.values()))
    for number, (one, same) in enumerate(sorted(alike.items(), key=lambda pair: pair[1])):
        shown(number, len(alike))
        gain = reached[one][1] * 10 ** ((common - reached[one][0]) / 20)
        content = encoded(scaled(_ready(source.sound(one, seed), seconds), gain), Path(same[0]).suffix)
        for name in same:
            (folder / name).write_bytes(content)
            os.utime(folder / name, (ONE_DATE, ONE_DATE))
    return common


def _ready(sound: Sound, seconds: float) -> Sound:
    return faded(Sound(sound.samples[: round(seconds * RATE)]))


def _reached(sound: Sound, target: float) -> tuple[float, float]:
    """(LUFS that this sound can have at most, `target` if it can; the factor that brings it there)."""
    gain, on_target = loudest_gain(sound, target)
    return target if on_target else sound.loudness() + 20 * float(np.log10(gain)), gain


def _without(path: Path, message: str) -> str:
    """A message without the path that it begins with."""
    shown = plain_text(f"{path}", longest=2**12)  # as read_song writes it
    return message.removeprefix(f"{path}").removeprefix(shown).lstrip(": ")

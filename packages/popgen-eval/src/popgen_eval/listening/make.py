"""A listening test is made: folders of songs in, a folder to give away and a key to keep out."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from numpy.random import default_rng

from popgen_core.errors import OutputError
from popgen_core.files import check_file, check_new, json_bytes, new_folder, write_atomically
from popgen_eval.listening.clips import Source, length_of, stamp_of, write_clips
from popgen_eval.listening.design import Design
from popgen_eval.listening.key import Key, number_of
from popgen_eval.listening.material import Material, material
from popgen_eval.listening.page import manifest, page
from popgen_eval.listening.plan import Stimulus, Trial, plan_trials

__all__ = ["CLIPS", "INDEX", "MANIFEST", "Made", "key_path", "make_test"]

CLIPS, INDEX, MANIFEST = "clips", "index.html", "manifest.json"
LEAST_ITEMS = 20  # rendered where there are as many: the more items, the further a result reaches


@dataclass(frozen=True)
class Made:
    """A test that was made: its folder, its key, what it compares, seconds of a clip, loudness in LUFS."""

    folder: Path
    key_file: Path
    key: Key
    by_name: bool
    loudness: float


def key_path(folder: Path) -> Path:
    """Where the key of a test goes unless told: beside its folder, never inside."""
    return folder.with_name(f"{folder.name}-key.json")


def make_test(
    folders: Sequence[str],
    out: Path,
    *,
    design: Design | None = None,
    audio: bool = False,
    soundfont: Path | None = None,
    seconds: float = 30.0,
    target: float = -23.0,
    items: int | None = None,
    ours: str | None = None,
    ending: str = ".mp3",
    key_file: Path | None = None,
    progress: Callable[[int, int, str], None] = lambda done, total, words: None,
) -> Made:
    """Make a blind test of the systems in `folders` in the new folder `out`, its key beside it.

    `soundfont` plays MIDI files; with `audio` the folders hold sound already. The same seed, files and soundfont give
    the same test. Raises OutputError where something exists already, RecipeError for sizes that do not go together,
    PopgenError for a file that cannot be heard.
    """
    design, out = design or Design(), out.absolute()
    kept = key_path(out) if key_file is None else key_file.absolute()
    check_new(out)
    if kept.exists() or kept.is_relative_to(out):
        raise OutputError(f"the key cannot be written to {kept}", hint="name a new file outside the test's folder")
    chosen = material(folders, audio=audio, most=items or max(design.trials, LEAST_ITEMS), seed=design.seed)
    with tempfile.TemporaryDirectory() as place, new_folder(out) as folder:
        check_file(kept)
        source = Source(chosen, None if audio else soundfont, seconds, Path(place))
        plain = [Stimulus(system, item) for item in range(len(chosen.items)) for system in chosen.systems]
        plan_trials(design, chosen.systems, len(chosen.items), ours=ours)  # refuses what cannot be, before the work
        length = length_of(source, plain, design.seed, lambda done, total: progress(done, total, "songs played"))
        stamp = stamp_of(source, plain, design.seed)
        digits = [int(stamp[at : at + 8], 16) for at in range(0, 64, 8)]
        trials = plan_trials(design, chosen.systems, len(chosen.items), ours=ours, stamp=digits)
        names = _names(trials, [design.seed, 3, *digits], ending)
        length = min(length, length_of(source, _spoiled(names), design.seed, lambda done, total: None))
        (folder / CLIPS).mkdir()
        loudness = write_clips(
            *(folder / CLIPS, source, names),
            seconds=length,
            target=target,
            seed=design.seed,
            shown=lambda done, total: progress(done, total, "clips written"),
        )
        about = {"loudness_lufs": round(loudness, 2), "soundfont": soundfont.name if soundfont and not audio else ""}
        key = _key(chosen, design, stamp, length, trials, names, about)
        shown = manifest(key, names)
        (folder / INDEX).write_text(page(shown), encoding="utf-8")
        (folder / MANIFEST).write_bytes(json_bytes(shown))
        write_atomically(kept, key.to_bytes())
    return Made(out, kept, key, chosen.by_name, loudness)


def _names(trials: Iterable[Trial], seed: list[int], ending: str) -> dict[Stimulus, str]:
    """A name for each clip that is heard, drawn by chance."""
    heard = sorted({side for trial in trials for side in (trial.left, trial.right)}, key=str)
    random, drawn = default_rng(seed), dict[str, None]()
    while len(drawn) < len(heard):
        drawn[random.bytes(5).hex() + ending] = None
    return dict(zip(heard, drawn, strict=True))


def _spoiled(names: Iterable[Stimulus]) -> list[Stimulus]:
    """Those that are heard spoiled, and one that is not, so that there is always a length."""
    heard = sorted(names, key=str)
    return [one for one in heard if one.kind] or [Stimulus(heard[0].system, heard[0].item)]


def _key(
    chosen: Material,
    design: Design,
    stamp: str,
    seconds: float,
    trials: list[Trial],
    names: dict[Stimulus, str],
    about: dict[str, object],
) -> Key:
    items = tuple(
        {system: str(path) for system, path in zip(chosen.systems, paths, strict=True)} for paths in chosen.items
    )
    clips = {
        name: f"{one.label}, item {number_of(one.item)}"
        for one, name in sorted(names.items(), key=lambda pair: pair[1])
    }
    return Key(chosen.systems, design.seed, stamp, round(seconds, 3), tuple(trials), items, clips, about)

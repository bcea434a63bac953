"""Stand-ins written as MIDI files that say in a text event what made them; nothing that exists is overwritten."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from popgen_core import __version__
from popgen_core.baselines.bars import bar_of, bars_of
from popgen_core.baselines.stand_ins import OF_ONE_SONG, Made, Source, Wanted, stand_ins
from popgen_core.corpus.report import FileRow
from popgen_core.errors import OutputError
from popgen_core.files import check_folder, made_folder, write_atomically
from popgen_core.music.fitted import fitted
from popgen_core.music.guard import ENDINGS
from popgen_core.music.midi import PROVENANCE, song_to_midi
from popgen_core.music.song import Marker, Song

__all__ = ["WrittenBaseline", "write_baseline"]

Place = str | os.PathLike[str]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class WrittenBaseline:
    """The files written; the files of the source that could not be read, and its unfit songs by reason."""

    paths: tuple[Path, ...]
    unread: tuple[FileRow, ...]
    unfit: Mapping[str, int]


def write_baseline(
    name: str,
    out: Place,
    source: Place | None = None,
    wanted: Wanted | None = None,
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> WrittenBaseline:
    """Write the songs of a stand-in (shuffled-bars, one-bar, markov, songwriter) into the folder `out`.

    `source`: a dataset or a folder of MIDI files; the songwriter takes none. A song made of one song keeps its name, so
    that the two are a pair to compare; others are called NAME-001.mid. The same arguments write the same bytes.
    Raises OutputError, before anything is written, where `out` is the source's own folder, or a file exists and
    `force` is not given, or two would have one name; else as `stand_ins`.
    """
    asked, folder, corpus = wanted or Wanted(), Path(out), Source(source) if source is not None else None
    made: Iterable[Made] = stand_ins(name, asked, corpus)
    if source is not None:
        _refuse_source(folder, Path(source))
    check_folder(folder)
    names = [f"{name}-{number + 1:03}.mid" for number in range(asked.count)]
    if name in OF_ONE_SONG:
        made = list(made)
        names = [_own_name(str(about["song"])) or numbered for (_, about), numbered in zip(made, names, strict=False)]
    paths = [folder / file for file in names]
    _refuse_existing(paths, force)
    with made_folder(folder.absolute()):
        for number, (path, (song, about)) in enumerate(zip(paths, made, strict=True), 1):
            made_of = {"source": Path(source).name, **about} if corpus and source is not None else about
            with made_folder(path.parent.absolute()):
                _write(path, _signed(song, name, asked, {**made_of, "index": number - 1}))
            if progress:
                progress(number, len(paths), "songs")
    return WrittenBaseline(tuple(paths), tuple(corpus.unread) if corpus else (), dict(corpus.unfit) if corpus else {})


def _own_name(song: str) -> str:
    """A song's name below its source, so that nothing in it leads out of a folder."""
    own = "/".join(part for part in PurePosixPath(song).parts if part not in ("..", "/"))
    return own if not own or own.lower().endswith(ENDINGS) else f"{own}.mid"


def _refuse_source(folder: Path, source: Path) -> None:
    home = source if source.is_dir() else source.parent
    if folder.resolve() == home.resolve():
        raise OutputError(f"{folder} holds the songs themselves", hint="choose another folder")


def _refuse_existing(paths: list[Path], force: bool) -> None:
    if len(set(paths)) < len(paths):
        raise OutputError("two songs of the source have one name", hint="give them names of their own")
    if not force and (there := [path for path in paths if path.exists() or path.is_symlink()]):
        what = "exists" if len(there) == 1 else f"and {len(there) - 1} more exist"
        raise OutputError(f"{there[0]} {what}", hint="--force overwrites, or choose another folder")


def _signed(song: Song, name: str, wanted: Wanted, about: dict[str, Any]) -> Song:
    """The song with a marker at its end, what made it, and notes that come back from MIDI as they are."""
    end = bars_of(song) * bar_of(song)
    made = {"popgen": __version__, "baseline": name, "bars": wanted.bars, "seed": wanted.seed, **about}
    tracks = [replace(track, notes=fitted(track.notes, end)) for track in song.tracks]
    provenance = PROVENANCE + json.dumps(made, sort_keys=True)
    kept = tuple(track for track in tracks if len(track.notes))
    return replace(song, tracks=kept, markers=(Marker(end, "end"),), provenance=provenance)


def _write(path: Path, song: Song) -> None:
    try:
        write_atomically(path, song_to_midi(song))
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}", hint="choose another place") from error

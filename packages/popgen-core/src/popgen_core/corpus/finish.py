"""The last step of preparing: from what every file became to the dataset's index, its report and its split."""

from __future__ import annotations

import os
from typing import Any

from popgen_core import __version__
from popgen_core.corpus.index import DIGEST, INDEX, REPORT, SCHEMA, SPLIT, digest_lines
from popgen_core.corpus.journal import UNFINISHED, Entry
from popgen_core.corpus.reader import SONGS, SongFile
from popgen_core.corpus.report import FileRow, PrepareReport
from popgen_core.corpus.settings import PrepareSettings
from popgen_core.corpus.settle import Settled
from popgen_core.corpus.split import make_split
from popgen_core.corpus.store import Store
from popgen_core.errors import DatasetError
from popgen_core.files import LOCK, JsonRows, json_bytes
from popgen_core.music.roll import RollSpec

__all__ = ["finish"]

MANIFEST = "say each file's licence in a MANIFEST.tsv beside them: columns file, licence, source"


def finish(
    store: Store, folder: str, settled: Settled, settings: PrepareSettings, groups: tuple[str, ...]
) -> PrepareReport:
    """Writes the split, the report and the index, each whole; takes away whatever is not in the index.

    Raises DatasetError when no file could be used.
    """
    if not settled.songs:
        raise _nothing(settled)
    split = make_split(settled.songs, seed=settings.seed, test_share=settings.test_share, folds=settings.folds)
    store.write(SPLIT, json_bytes(split.to_plain()))
    _sync()
    wanted = _write_rows(store, settled, _head(settings, groups, settled.licences))
    store.write(DIGEST, digest_lines(store))
    _clean(store, wanted)
    return PrepareReport(folder, store.place, groups, settled.summary, settled.reasons, split)


def _head(settings: PrepareSettings, groups: tuple[str, ...], licences: dict[str, Any]) -> dict[str, Any]:
    """What dataset.json says of all songs."""
    spec = RollSpec(groups)
    plain = settings.to_plain()
    return {
        "schema": SCHEMA,
        "popgen_core": __version__,
        "grid": plain["grid"],
        "grouper": plain["grouper"],
        "settings": plain,
        "groups": list(groups),
        "pitches": spec.pitches,
        "lowest": spec.lowest,
        "licences": licences,
    }


def _write_rows(store: Store, settled: Settled, head: dict[str, Any]) -> set[str]:
    """Writes the report and the index in one pass over the entries; the names of all files that belong here."""
    names = {INDEX, DIGEST, REPORT, SPLIT, LOCK}
    with store.writing(REPORT) as report, store.writing(INDEX) as index:
        rows = JsonRows(report, {"summary": settled.summary, "reasons": settled.reasons}, "files")
        songs = JsonRows(index, head, "songs")
        for entry in settled.entries():
            rows.add(entry.row.to_plain())
            if entry.row.kept and entry.song:
                songs.add(_song(entry, entry.song))
                names.add(f"{SONGS}/{entry.song.pt}")
        rows.close()
        songs.close()
    return names


def _nothing(settled: Settled) -> DatasetError:
    often = next(iter(settled.reasons), "")
    rows = (entry.row for entry in settled.entries())
    example = next((row for row in rows if row.reason == often), FileRow("no file", "skipped"))
    counts = ", ".join(f"{reason} {count}" for reason, count in settled.reasons.items())
    return DatasetError(
        f"none of {sum(settled.summary.values())} files could be used, "
        f"most often: {often} ({example.file}: {example.message})",
        hint=MANIFEST if often == "licence" else f"files by reason: {counts}",
    )


def _song(entry: Entry, song: SongFile) -> dict[str, Any]:
    """What dataset.json holds of one song."""
    row = entry.row
    return {
        "file": row.file,
        "pt": song.pt,
        "sha256": song.sha256,
        "frames": song.frames,
        "seconds": row.seconds,
        "notes": row.groups,
        "licence": row.licence,
        "origin": row.origin,
        "alike": row.alike,
        "facts": entry.facts.to_plain() if entry.facts else {},
    }


def _clean(store: Store, wanted: set[str]) -> None:
    """Takes away what a killed run left, last of all the marks of work in progress."""
    for name in store.names():
        if name not in wanted and not name.startswith(f"{UNFINISHED}/"):
            store.remove(name)
    store.remove(UNFINISHED)


def _sync() -> None:
    """Asks the system to bring all songs to the disk before an index speaks of them."""
    if hasattr(os, "sync"):
        os.sync()

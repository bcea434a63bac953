"""One file of a corpus read, grouped and laid on a grid, with its row for the report; this runs in a worker."""

from __future__ import annotations

import hashlib
import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from popgen_core.contracts.grouper import Grouping
from popgen_core.contracts.settings import read_settings
from popgen_core.corpus.report import FileRow
from popgen_core.corpus.stored import StoredSong, moved_notes, stored_from_song
from popgen_core.errors import MidiError, PluginError, PopgenError, RecipeError
from popgen_core.music.grid import Grid
from popgen_core.music.guard import Limits, Reading, plain_text, read_bytes, song_from_bytes
from popgen_core.music.roll import Roll, RollSpec, roll_from_song

__all__ = ["Reader", "ReaderSetup", "refused"]


@dataclass(frozen=True)
class ReaderSetup:
    """What a reader needs to know: the grid, the grouper as "module:Class" with its options, and what is too much."""

    grid: Grid
    grouper_target: str
    grouper_options: dict[str, Any]
    limits: Limits


class Reader:
    """Reads files one after another; `spec` says which groups its grouper makes."""

    def __init__(self, setup: ReaderSetup) -> None:
        self.setup = setup
        self.grouper = _grouper(setup.grouper_target, setup.grouper_options)
        self.spec = RollSpec(tuple(self.grouper.groups))

    def read(self, path: str, source: str) -> tuple[FileRow, StoredSong | None]:
        """One file's row, and its song unless the file is refused. Nothing that a file can cause is raised."""
        sha256 = ""
        try:
            midi = read_bytes(path, self.setup.limits)
            sha256 = hashlib.sha256(midi).hexdigest()
            return self._kept(source, sha256, song_from_bytes(midi, self.setup.limits))
        except MidiError as error:
            return refused(source, error.reason, error.message, sha256), None
        except PopgenError as error:
            return refused(source, "bad-song", error.message, sha256), None
        except MemoryError:
            return refused(source, "out-of-memory", "reading it takes more memory than a worker may have", sha256), None
        except Exception as error:
            return refused(source, "reader-failed", f"{type(error).__name__}: {error}", sha256), None

    def _kept(self, source: str, sha256: str, reading: Reading) -> tuple[FileRow, StoredSong]:
        grouping = self.grouper.group(reading.song)
        roll = roll_from_song(grouping.song, self.setup.grid, self.spec)
        if len(roll.events) == 0:
            raise MidiError("no note of it belongs to a group", reason="no-notes")
        stored = stored_from_song(grouping.song, roll, source=source, sha256=sha256)
        moved = moved_notes(grouping.song, stored)
        inexact = (
            (f"{moved} notes moved by a tick or more, their times are finer than the grid stores",) if moved else ()
        )
        return _row(stored, reading, grouping, roll, (*reading.repairs, *inexact)), stored


def refused(source: str, reason: str, message: str, sha256: str = "") -> FileRow:
    """The row of a file that is not in the dataset."""
    return FileRow(source, "refused", reason, plain_text(message, longest=500), sha256=sha256)


def _row(stored: StoredSong, reading: Reading, grouping: Grouping, roll: Roll, repairs: tuple[str, ...]) -> FileRow:
    counts = np.bincount(roll.events["group"], minlength=len(roll.spec.groups))
    cells = roll.events[["frame", "group", "pitch"]]  # sorted: those that share a cell stand side by side
    return FileRow(
        file=stored.source,
        verdict="repaired" if repairs else "accepted",
        repairs=repairs,
        sha256=stored.sha256,
        seconds=round(reading.song.duration_seconds(), 3),
        notes=len(roll.events),
        tracks=len(reading.song.tracks),
        groups={group: int(count) for group, count in zip(roll.spec.groups, counts, strict=True) if count},
        folded=roll.counts["folded"],
        dropped=roll.counts["dropped"] + grouping.dropped,
        merged=int((cells[1:] == cells[:-1]).sum()),
    )


def _grouper(target: str, options: dict[str, Any]) -> Any:
    """The grouper of a "module:Class" with its config; raises PluginError or RecipeError when there is none such."""
    module, _, name = target.partition(":")
    try:
        chosen = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise PluginError(f"no grouper can be imported from {target!r}: {error}") from error
    config, errors = read_settings(chosen.Config, options, "grouper")
    if errors:
        raise RecipeError(f"the grouper {target!r} cannot be made: {'; '.join(errors)}")
    return chosen(config)

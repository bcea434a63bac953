"""One file of a corpus read, grouped and laid on a grid, with its row for the report; this runs in a worker."""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from popgen_core.contracts.grouper import Grouping, Placement
from popgen_core.contracts.settings import read_settings, settings_of
from popgen_core.corpus.facts import SongFacts, facts_of
from popgen_core.corpus.folder import Task, left_out
from popgen_core.corpus.measures import measures_of
from popgen_core.corpus.pt_write import song_bytes
from popgen_core.corpus.report import FileRow
from popgen_core.corpus.store import store_at
from popgen_core.corpus.stored import StoredSong, moved_notes, stored_from_song
from popgen_core.errors import MidiError, OutputError, PluginError, PopgenError, RecipeError
from popgen_core.music.beats import read_beats, song_on_beats
from popgen_core.music.grid import Grid
from popgen_core.music.guard import SKIPPED, Limits, Reading, read_bytes, song_from_bytes
from popgen_core.music.roll import PitchPolicy, Roll, RollSpec, roll_from_song

__all__ = ["SONGS", "Answer", "Reader", "ReaderSetup", "SongFile", "key_of", "sha256_of", "song_name"]

SONGS = "songs"  # the folder of a dataset in which its songs lie
BEATS = frozenset({"no-beats", "bad-beats"})  # reasons that say nothing of the MIDI file
LONGEST_BEATS = 2**20  # bytes of a file of beats


@dataclass(frozen=True)
class ReaderSetup:
    """What a reader needs to know: the grid, the grouper as "module:Class" with its options, and what is too much.

    `pitches`: what becomes of pitches outside the roll. `place`: the store to which songs are written, "" for none.
    """

    grid: Grid
    grouper_target: str
    grouper_options: dict[str, Any]
    limits: Limits
    pitches: PitchPolicy = "fold"
    place: str = ""

    @property
    def what(self) -> str:
        """What a worker needs to begin."""
        return f"grouper {self.grouper_target!r}"

    def begin(self) -> Callable[[Task], Answer]:
        """What reads one file after another, in a worker."""
        return Reader(self).read

    def lost(self, asked: Task, reason: str, message: str) -> Answer:
        """The answer for a file whose worker was too slow or died."""
        return Answer(left_out(asked.source, reason, message))


@dataclass(frozen=True)
class SongFile:
    """A song's file in songs/: its name, the digest of its bytes, and its length in frames."""

    pt: str
    sha256: str
    frames: int


@dataclass(frozen=True)
class Answer:
    """What a reader makes of a file: its row; if it is kept the song's file and facts about it; where its tracks went.

    `key` is the digest of all bytes that went in, the file's and its beats'; "" where they could not be read.
    """

    row: FileRow
    key: str = ""
    song: SongFile | None = None
    facts: SongFacts | None = None
    placements: tuple[Placement, ...] = ()


class Reader:
    """Reads files one after another; `spec` says which groups its grouper makes, `options` are all its settings."""

    def __init__(self, setup: ReaderSetup) -> None:
        self.setup = setup
        self.grouper, self.options = _grouper(setup.grouper_target, setup.grouper_options)
        self.spec = RollSpec(tuple(self.grouper.groups))
        self.store = store_at(setup.place) if setup.place else None

    def read(self, task: Task) -> Answer:
        """One file's row, and its song unless it is left out. Nothing that a file can cause is raised.

        Raises OutputError when its song cannot be written, which is no fault of the file.
        """
        answer, stored = self._judged(task)
        return answer if stored is None else replace(answer, song=self._written(stored, answer.key))

    def _judged(self, task: Task) -> tuple[Answer, StoredSong | None]:
        sha256 = key = ""
        try:
            midi, beats = _bytes_of(task, self.setup.limits)
            sha256 = hashlib.sha256(midi).hexdigest()
            key = sha256 if beats is None else _key(midi, beats)
            return self._kept(task.source, sha256, key, self._reading(midi, beats))
        except MidiError as error:
            skipped = error.reason in SKIPPED or error.reason in BEATS
            return Answer(left_out(task.source, error.reason, error.message, sha256, skipped=skipped), key), None
        except PopgenError as error:
            return Answer(left_out(task.source, "bad-song", error.message, sha256), key), None
        except MemoryError:
            message = "reading it takes more memory than a worker may have"
            return Answer(left_out(task.source, "out-of-memory", message, sha256), key), None
        except Exception as error:
            failed = left_out(task.source, "reader-failed", f"{type(error).__name__}: {error}", sha256)
            return Answer(failed, key), None

    def _reading(self, midi: bytes, beats: bytes | None) -> Reading:
        reading = song_from_bytes(midi, self.setup.limits)
        if beats is None:
            return reading
        return replace(reading, song=song_on_beats(reading.song, read_beats(beats.decode("utf-8-sig", "replace"))))

    def _kept(self, source: str, sha256: str, key: str, reading: Reading) -> tuple[Answer, StoredSong]:
        grouping = self.grouper.group(reading.song)
        _refuse_cells(reading, self.setup, self.spec)
        roll = roll_from_song(grouping.song, self.setup.grid, self.spec, pitches=self.setup.pitches)
        if len(roll.events) == 0:
            raise MidiError("no note of it belongs to a group", reason="no-notes")
        stored = stored_from_song(grouping.song, roll, source=source, sha256=sha256)
        moved = moved_notes(grouping.song, stored)
        inexact = (
            (f"{moved} notes moved by a tick or more, their times are finer than the grid stores",) if moved else ()
        )
        row = _row(stored, reading, grouping, roll, (*reading.repairs, *inexact))
        return Answer(row, key, None, facts_of(grouping.song), grouping.placements), stored

    def _written(self, stored: StoredSong, key: str) -> SongFile | None:
        if self.store is None:
            return None
        content = song_bytes(stored)
        song = SongFile(song_name(key), hashlib.sha256(content).hexdigest(), stored.frames)
        try:
            self.store.put(f"{SONGS}/{song.pt}", content)
        except OSError as error:
            why = error.strerror or str(error)
            raise OutputError(f"{self.store.place} cannot be written: {why}", hint="try it again") from error
        return song


def song_name(key: str) -> str:
    """The name in songs/ of the song that was made from what has this digest."""
    return f"{key[:2]}/{key[:32]}.pt"


def key_of(task: Task, limits: Limits) -> str:
    """The digest of all that a file brings, as its answer would hold it; "" where it cannot be read."""
    try:
        return _key(*_bytes_of(task, limits))
    except MidiError:
        return ""


def sha256_of(task: Task, limits: Limits) -> str:
    """The digest of a MIDI file, as its row would hold it; "" where it cannot be read."""
    try:
        return hashlib.sha256(read_bytes(task.path, limits)).hexdigest()
    except MidiError:
        return ""


def _key(midi: bytes, beats: bytes | None) -> str:
    digest = hashlib.sha256(midi)
    if beats is not None:
        digest.update(b"\x00beats\x00" + beats)
    return digest.hexdigest()


def _bytes_of(task: Task, limits: Limits) -> tuple[bytes, bytes | None]:
    midi = read_bytes(task.path, limits)
    if not task.beats:
        return midi, None
    try:
        return midi, read_bytes(task.beats, replace(limits, file_bytes=LONGEST_BEATS))
    except MidiError as error:
        name = os.path.basename(task.beats)
        raise MidiError(f"no {name} that can be read beside it: {error.message}", reason="no-beats") from error


def _refuse_cells(reading: Reading, setup: ReaderSetup, spec: RollSpec) -> None:
    """Refuses a song before a roll of it could fill the memory."""
    song = reading.song
    frames = float(setup.grid.positions(song, song.end_tick, np.asarray(song.duration_seconds())))
    if (cells := frames * spec.cells) > setup.limits.cells:
        message = f"its roll would have {cells:,.0f} cells, the limit is {setup.limits.cells:,}"
        raise MidiError(message, reason="too-many-cells")


def _row(stored: StoredSong, reading: Reading, grouping: Grouping, roll: Roll, repairs: tuple[str, ...]) -> FileRow:
    counts = np.bincount(roll.events["group"], minlength=len(roll.spec.groups))
    events = roll.events  # sorted: those that share a cell stand side by side
    alike = [events[name][1:] == events[name][:-1] for name in ("frame", "group", "pitch")]
    measures = measures_of(reading.song)
    return FileRow(
        file=stored.source,
        verdict="repaired" if repairs else "accepted",
        repairs=repairs,
        sha256=stored.sha256,
        seconds=round(reading.song.duration_seconds(), 3),
        notes=len(events),
        tracks=len(reading.song.tracks),
        groups={group: int(count) for group, count in zip(roll.spec.groups, counts, strict=True) if count},
        tempo=measures.tempo,
        meter=measures.meter,
        tempos=measures.tempos,
        meters=measures.meters,
        hanging=reading.hanging,
        overlapping=measures.overlapping,
        out_of_range=roll.counts["out_of_range"],
        folded=roll.counts["folded"],
        dropped=roll.counts["dropped"] + grouping.dropped,
        merged=int(np.count_nonzero(alike[0] & alike[1] & alike[2])),
        flatness=measures.flatness,
        lowest=measures.lowest,
        highest=measures.highest,
    )


def _grouper(target: str, options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The grouper of a "module:Class" and all its settings; raises PluginError or RecipeError where there is none."""
    module, _, name = target.partition(":")
    try:
        chosen = getattr(importlib.import_module(module), name)
    except (Exception, SystemExit) as error:  # a stranger's module may raise anything
        raise PluginError(f"no grouper can be imported from {target!r}: {_words(error)}") from error
    config, errors = read_settings(chosen.Config, options, "grouper")
    if errors:
        raise RecipeError(f"the grouper {target!r} cannot be made: {'; '.join(errors)}")
    try:
        return chosen(config), settings_of(config)
    except (PopgenError, MemoryError):
        raise
    except (Exception, SystemExit) as error:
        raise PluginError(f"the grouper {target!r} cannot be made: {_words(error)}") from error


def _words(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())

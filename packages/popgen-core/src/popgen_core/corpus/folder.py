"""A folder of MIDI files: what is in it, named so that every name can be printed, and what cannot be looked into."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from popgen_core.corpus.report import FileRow
from popgen_core.errors import DatasetError
from popgen_core.music.guard import ENDINGS, plain_text

__all__ = ["Task", "left_out", "midi_files", "printable_path", "task_of"]


@dataclass(frozen=True, slots=True)
class Task:
    """One file to read: its path, its printable path inside the folder, that path as it is, and its file of beats."""

    path: str
    source: str
    inside: str = ""
    beats: str = ""


def midi_files(folder: Path, beats: str = "") -> tuple[list[Task], list[FileRow]]:
    """All MIDI files under a folder, sorted, and rows for what is left out unread.

    `beats` names the file of beats beside each MIDI file; {stem} in it stands for the MIDI file's name without its
    ending. Links to folders are not followed, so that no loop is walked. Raises DatasetError when there are no files.
    """
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "does not exist"
        raise DatasetError(f"{folder} {what}", hint="name a folder of MIDI files")
    errors: list[OSError] = []
    found, linked = [], []
    for place, folders, names in os.walk(folder, onerror=errors.append):
        found += [os.path.join(place, name) for name in names if name.lower().endswith(ENDINGS)]
        linked += [path for name in folders if os.path.islink(path := os.path.join(place, name))]
    if not found:
        hint = f"cannot read {errors[0].filename}" if errors else f"their names end in {', '.join(ENDINGS)}"
        raise DatasetError(f"{folder} holds no MIDI files", hint=hint)
    unread = [left_out(_inside(folder, error.filename), "unreadable", f"{error.strerror}") for error in errors]
    unread += [
        left_out(_inside(folder, path), "linked-folder", "a link to a folder is not followed", skipped=True)
        for path in linked
    ]
    return sorted((task_of(folder, path, beats) for path in found), key=lambda task: os.fsencode(task.source)), unread


def task_of(folder: Path, path: str, beats: str = "") -> Task:
    """The task of reading one file of a folder."""
    inside = os.path.relpath(path, folder)
    source = printable_path(inside)
    return Task(path, source, source if source == inside else inside, _beats_beside(path, beats))


def printable_path(path: str) -> str:
    """A path as text that can be printed and stored; two paths are never one text.

    Bytes that are no UTF-8, control characters and backslashes are escaped by a backslash.
    """
    text = os.fsencode(path).decode("utf-8", "surrogateescape")
    return "".join(letter if letter.isprintable() and letter != "\\" else _escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    byte = ord(letter) - 0xDC00  # of a lone surrogate that stands for a byte
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else ascii(letter)[1:-1]


def left_out(source: str, reason: str, message: str, sha256: str = "", *, skipped: bool = False) -> FileRow:
    """The row of a file that is not in the dataset."""
    verdict = "skipped" if skipped else "refused"
    return FileRow(source, verdict, reason, plain_text(message, longest=500), sha256=sha256)


def _inside(folder: Path, path: str) -> str:
    return printable_path(os.path.relpath(path, folder))


def _beats_beside(path: str, beats: str) -> str:
    if not beats:
        return ""
    stem = os.path.splitext(os.path.basename(path))[0]
    return os.path.join(os.path.dirname(path), beats.replace("{stem}", stem))

"""Whether a dataset that is there already is the one that is asked for: same settings, same files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from popgen_core.corpus.folder import Task
from popgen_core.corpus.index import REPORT, read_index
from popgen_core.corpus.reader import key_of, sha256_of, song_name
from popgen_core.corpus.report import PrepareReport
from popgen_core.corpus.settings import PrepareSettings
from popgen_core.corpus.store import Store
from popgen_core.errors import Refused

__all__ = ["check_same_settings", "complete_already"]

HINT = "choose another name for the dataset, or remove it"


def check_same_settings(place: Any, found: dict[str, Any], settings: PrepareSettings) -> None:
    """Raises Refused when a dataset was made, or begun, with other settings than these, naming them."""
    was, asked = dict(_flat(found)), dict(_flat(json.loads(json.dumps(settings.to_plain()))))
    differing = [
        f"{name} {_short(was.get(name))} (asked: {_short(asked.get(name))})"
        for name in sorted(was.keys() | asked.keys())
        if was.get(name) != asked.get(name)
    ]
    if differing:
        raise Refused(f"{place} was made with other settings: {', '.join(differing)}", hint=HINT)


def _flat(table: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Tables in tables as one, each value under its path."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def complete_already(
    folder: Path, store: Store, settings: PrepareSettings, tasks: Sequence[Task], groups: tuple[str, ...]
) -> PrepareReport:
    """The report of a finished dataset of the same settings and files; raises Refused for any other."""
    about, split, _ = read_index(store)
    check_same_settings(store.place, about.get("settings", {}), settings)
    report = json.loads(store.read(REPORT))
    was = {row["file"]: row["sha256"] for row in report["files"]}
    now = {task.source: sha256_of(task, settings.limits) for task in tasks}
    new, gone = sorted(now.keys() - was.keys()), sorted(file for file in was.keys() - now.keys() if was[file])
    changed = sorted(file for file in now.keys() & was.keys() if now[file] != was[file])
    if settings.beats and not changed:
        changed = _other_beats(about, report, tasks, settings)
    told = [
        f"{len(files)} {what} ({files[0]}{' …' if files[1:] else ''})"
        for files, what in ((new, "new"), (changed, "changed"), (gone, "gone"))
        if files
    ]
    if told:
        raise Refused(f"{store.place} is complete, but the folder has changed since: {', '.join(told)}", hint=HINT)
    if split is None:
        raise Refused(f"{store.place} was made by an older popgen and has no split", hint=HINT)
    return PrepareReport(str(folder), store.place, groups, report["summary"], report["reasons"], split, True)


def _other_beats(
    about: dict[str, Any], report: dict[str, Any], tasks: Sequence[Task], settings: PrepareSettings
) -> list[str]:
    """Songs whose file of beats is another than that by which they were made, and those that lacked one."""
    made = {song["file"]: song["pt"] for song in about["songs"]}
    lacked = {row["file"] for row in report["files"] if row["reason"] == "no-beats"}
    keys = ((task.source, key_of(task, settings.limits)) for task in tasks)
    return [
        file
        for file, key in keys
        if (file in made and not made[file].endswith(song_name(key))) or (file in lacked and key)
    ]


def _short(value: Any) -> str:
    return "none" if value is None else json.dumps(value)

"""Under which licence each file of a folder stands and where it comes from: the passport of a dataset."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from popgen_core.corpus.licence_terms import UNKNOWN_NAME, licence_of_text, permissive, qualifies
from popgen_core.corpus.manifest import MANIFESTS, Manifest, file_key, manifest_of
from popgen_core.corpus.report import FileRow
from popgen_core.errors import MidiError
from popgen_core.music.guard import ENDINGS, LIMITS, plain_text, read_bytes

__all__ = [
    "UNKNOWN",
    "Licence",
    "LicenceBook",
    "Passport",
    "origin_family",
    "origins_told",
    "passport",
    "permissive",
    "qualifies",
]

MANIFEST_LEVELS = 2  # folders above the one that is looked at in which a manifest may name its files
LICENCE_LEVELS = 1  # the same for a licence file, which speaks of whatever lies there
LICENCE_FILE = re.compile(r"(licen[cs]e|copying|unlicen[cs]e)([-._].*)?", re.IGNORECASE)
LICENCE_BYTES = 2**20
MANIFEST_BYTES = 2**26
MOST_ORIGINS = 8  # that are named where people read
MOST_LICENCE_FILES = 8  # of one folder


@dataclass(frozen=True)
class Licence:
    """A licence's `name` as its source spells it, the `origin` of the file, both "unknown" where nothing says;
    `where` is the file that says so, as seen from the folder."""

    name: str = UNKNOWN_NAME
    origin: str = UNKNOWN_NAME
    where: str = ""


UNKNOWN = Licence()


@dataclass(frozen=True)
class _Shelf:
    """What one folder says of the files under it: by its manifest, and by its licence files."""

    manifest: Manifest
    manifest_name: str
    general: Licence | None


class LicenceBook:
    """The licences of the files under a folder, looked up as they are asked for.

    A manifest that names the file comes first, the nearest one; else the nearest LICENSE, LICENCE, COPYING or
    UNLICENSE counts, from the file's own folder up to the one above the folder (of a manifest: two above). What of all
    this could not be read or understood is in `problems`, and a file that only it speaks of is unknown.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._shelves: dict[Path, _Shelf] = {}
        self._problems: list[str] = []

    @classmethod
    def of(cls, folder: str | os.PathLike[str]) -> LicenceBook:
        """The book of a folder. Raises nothing: a folder that is not there says nothing."""
        return cls(Path(os.path.realpath(folder)))

    @property
    def problems(self) -> tuple[str, ...]:
        """A line for each manifest and licence file that was met so far and could not be used, or not all of it."""
        return tuple(self._problems)

    def of_file(self, relative_path: str) -> Licence:
        """What is known of a file, by its path inside the folder as the disk spells it."""
        origin = UNKNOWN_NAME
        shelves = [(place, self._shelf(place)) for place in self._places(relative_path)]
        beside = [shelf for _, shelf in shelves[: len(shelves) - MANIFEST_LEVELS + LICENCE_LEVELS]]
        for place, shelf in shelves:
            if not shelf.manifest.claims:
                continue
            claim = shelf.manifest.claims.get(file_key(os.path.relpath(self.folder / relative_path, place)))
            if claim and claim.licence:
                return Licence(claim.licence, claim.origin or UNKNOWN_NAME, self._seen(place / shelf.manifest_name))
            if claim and origin == UNKNOWN_NAME:
                origin = claim.origin or UNKNOWN_NAME
        general = next((shelf.general for shelf in beside if shelf.general), UNKNOWN)
        return general if origin == UNKNOWN_NAME else replace(general, origin=origin)

    def _places(self, relative_path: str) -> list[Path]:
        """The file's folder and those above it, as far up as is looked."""
        inside = [self.folder / parent for parent in Path(relative_path).parents]
        above = [self.folder.parents[min(level, len(self.folder.parents) - 1)] for level in range(MANIFEST_LEVELS)]
        return [*inside, *above]

    def _shelf(self, place: Path) -> _Shelf:
        if place not in self._shelves:
            self._shelves[place] = self._read(place)
        return self._shelves[place]

    def _read(self, place: Path) -> _Shelf:
        try:
            names = sorted(os.listdir(place))
        except FileNotFoundError:  # a path that could not be spelt as the disk does
            names = []
        except OSError as error:
            names = []
            self._problems.append(f"{self._seen(place)}: no licence looked for: {error.strerror}")
        manifests = [name for wanted in MANIFESTS for name in names if name.lower() == wanted]
        licences = [name for name in names if LICENCE_FILE.fullmatch(name) and not name.lower().endswith(ENDINGS)]
        for name in (*manifests[1:], *licences[MOST_LICENCE_FILES:]):
            self._problems.append(f"{self._seen(place / name)}: not looked at, there are others of its kind beside it")
        manifest = self._manifest(place / manifests[0]) if manifests else Manifest()
        general = self._general([place / name for name in licences[:MOST_LICENCE_FILES]])
        return _Shelf(manifest, manifests[0] if manifests else "", general)

    def _manifest(self, path: Path) -> Manifest:
        content = self._bytes(path, MANIFEST_BYTES)
        if content is None:
            return Manifest()
        manifest = manifest_of(content, path.suffix.lower())
        if manifest.problem:
            self._problems.append(f"{self._seen(path)}: {manifest.problem}")
        return manifest

    def _general(self, paths: list[Path]) -> Licence | None:
        """What a folder's licence files say together; None where it has none."""
        names = []
        for path in paths:
            content = self._bytes(path, LICENCE_BYTES) if not path.is_dir() else None
            if content is None:
                continue
            names.append(licence_of_text(content.decode("utf-8", "replace")))
            if names[-1] == UNKNOWN_NAME:
                self._problems.append(f"{self._seen(path)}: it is no licence that popgen knows")
        if not names:
            return None
        place = paths[0].parent
        where = self._seen(paths[0] if len(paths) == 1 else place)
        return Licence(" / ".join(dict.fromkeys(names)), _printable(place.name) or UNKNOWN_NAME, where)

    def _bytes(self, path: Path, most: int) -> bytes | None:
        try:
            return read_bytes(path, replace(LIMITS, file_bytes=most))
        except MidiError as error:
            self._problems.append(f"{self._seen(path)}: {error.message}")
            return None

    def _seen(self, path: Path) -> str:
        return _printable(os.path.relpath(path, self.folder))


class Passport:
    """The licences and origins of songs, counted one by one; of an origin the first part counts (`origin_family`)."""

    def __init__(self) -> None:
        self._licences: dict[str, dict[str, Any]] = {}

    def add(self, row: FileRow) -> None:
        """Counts a song; a file that was not kept counts for nothing."""
        if not row.kept:
            return
        under = self._licences.setdefault(row.licence, {"songs": 0, "seconds": 0.0, "origins": {}})
        under["songs"] += 1
        under["seconds"] = round(under["seconds"] + row.seconds, 3)
        origin = origin_family(row.origin)
        under["origins"][origin] = under["origins"].get(origin, 0) + 1

    def to_plain(self) -> dict[str, Any]:
        """Plain JSON for a dataset and its checkpoints.

        {"songs": number, "seconds": seconds, "unknown": songs of unknown licence, "permissive": whether all songs are,
        "licences": {name: {"songs", "seconds", "origins": {where songs come from: songs}}}}, the commonest first.
        """
        found = self._licences
        return {
            "songs": sum(under["songs"] for under in found.values()),
            "seconds": round(sum(under["seconds"] for under in found.values()), 3),
            "unknown": found.get(UNKNOWN_NAME, {"songs": 0})["songs"],
            "permissive": bool(found) and all(permissive(name) for name in found),
            "licences": dict(sorted(found.items(), key=lambda named: (-named[1]["songs"], named[0]))),
        }


def passport(rows: Iterable[FileRow]) -> dict[str, Any]:
    """The licences and origins of all songs that were kept, as `Passport.to_plain` tells them."""
    counted = Passport()
    for row in rows:
        counted.add(row)
    return counted.to_plain()


def origin_family(origin: str) -> str:
    """What files of one origin share: the site of an address, else the first folder of a path, else all of it."""
    address = re.match(r"[a-z][a-z0-9+.-]*://([^/\s]+)", origin, flags=re.IGNORECASE)
    return address.group(1).lower() if address else origin.split("/")[0] or origin


def origins_told(origins: Mapping[str, Any]) -> str:
    """Where songs come from and how many from each, for people: the commonest by name, the others as a number."""
    ranked = sorted(origins.items(), key=lambda each: -each[1] if isinstance(each[1], int) else 0)
    told = [f"{origin} ({songs})" for origin, songs in ranked[:MOST_ORIGINS]]
    return ", ".join([*told, f"{len(ranked) - MOST_ORIGINS} others"] if len(ranked) > MOST_ORIGINS else told)


def _printable(path: str) -> str:
    return plain_text(os.fsencode(path).decode("utf-8", "backslashreplace"), longest=500)

"""The files of a dataset beside its songs: index, report, split, and their digests, checked whenever they are read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from popgen_core.corpus.journal import UNFINISHED
from popgen_core.corpus.split import Split, split_from_plain
from popgen_core.corpus.store import Store
from popgen_core.errors import DatasetError

__all__ = ["ANEW", "DIGEST", "INDEX", "REPORT", "SCHEMA", "SPLIT", "checked_bytes", "digest_lines", "read_index"]

SCHEMA = 2
READ_SCHEMAS = (1, SCHEMA)  # 1 had neither split nor digests
INDEX, DIGEST, REPORT, SPLIT = "dataset.json", "dataset.sha256", "report.json", "split.json"
ANEW = "prepare the dataset anew"


def read_index(store: Store) -> tuple[dict[str, Any], Split | None, str]:
    """What dataset.json says, the split, and the digest of the whole dataset.

    Raises DatasetError where there is no dataset, a damaged one, or one of another schema.
    """
    index = _read(store, INDEX)
    about = _plain(store, INDEX, index)
    if about.get("schema") not in READ_SCHEMAS:
        raise DatasetError(
            f"{store.place} has schema {about.get('schema')!r}, this popgen reads {READ_SCHEMAS}",
            hint="prepare the dataset anew, or use the popgen that made it",
        )
    if about["schema"] == 1:
        return about, None, hashlib.sha256(index).hexdigest()
    digests, written = _read(store, DIGEST), _digests(store)
    _check_digests(store, written, digests)
    split = split_from_plain(_plain(store, SPLIT, _read(store, SPLIT)))
    return about, split, hashlib.sha256(digests).hexdigest()


def digest_lines(store: Store) -> bytes:
    """What dataset.sha256 says of the files beside it; `sha256sum --check` reads it too."""
    return "".join(f"{digest}  {name}\n" for name, digest in _digests(store).items()).encode()


def _digests(store: Store) -> dict[str, str]:
    try:
        return {name: store.sha256(name) for name in (INDEX, REPORT, SPLIT)}
    except OSError as error:
        raise DatasetError(f"{store.place} cannot be read: {_why(error)}: {error.filename}", hint=ANEW) from error


def checked_bytes(store: Store, name: str, digest: str) -> bytes:
    """A file of a dataset; raises DatasetError when it is missing or not the one that was written."""
    content = _read(store, name)
    if digest != hashlib.sha256(content).hexdigest():
        raise DatasetError(f"{store.place}/{name} was changed since the dataset was prepared", hint=ANEW)
    return content


def _check_digests(store: Store, written: Mapping[str, str], digests: bytes) -> None:
    lines = {name: f"{digest}  {name}\n".encode() for name, digest in written.items()}
    if digests == b"".join(lines.values()):
        return
    changed = " or ".join([name for name, line in lines.items() if line not in digests] + [DIGEST])
    raise DatasetError(f"{store.place}: {changed} was changed since the dataset was prepared", hint=ANEW)


def _read(store: Store, name: str) -> bytes:
    try:
        return store.read(name)
    except OSError as error:
        if name not in (INDEX, DIGEST):
            raise DatasetError(f"{store.place}/{name} cannot be read: {_why(error)}", hint=ANEW) from error
        if _unfinished(store):
            raise DatasetError(
                f"{store.place} is not finished", hint="the same command that began it goes on: popgen prepare"
            ) from error
        raise DatasetError(
            f"{store.place} is no dataset: {name}: {_why(error)}", hint="make one: popgen prepare"
        ) from error


def _unfinished(store: Store) -> bool:
    try:
        return UNFINISHED in store.top()
    except OSError:
        return False


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _plain(store: Store, name: str, content: bytes) -> dict[str, Any]:
    try:
        plain = json.loads(content)
    except ValueError as error:
        raise DatasetError(f"{store.place}/{name} is damaged: {error}", hint=ANEW) from error
    if not isinstance(plain, dict):
        raise DatasetError(f"{store.place}/{name} is damaged", hint=ANEW)
    return plain

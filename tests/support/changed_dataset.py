"""Datasets whose index says what no dataset says, for tests of what refuses them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from popgen_core.corpus.index import digest_lines
from popgen_core.corpus.store import store_at


def changed(dataset: Path, place: Path, **changes: object) -> Path:
    """A copy of a dataset whose index says something else, its digests made anew."""
    shutil.copytree(dataset, place)
    index = place / "dataset.json"
    index.write_text(json.dumps({**json.loads(index.read_text()), **changes}))
    (place / "dataset.sha256").write_bytes(digest_lines(store_at(place)))
    return place

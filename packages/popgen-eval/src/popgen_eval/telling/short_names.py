"""Names of songs as people read them: printable, and without the folders that all of them share."""

from __future__ import annotations

import os
from collections.abc import Sequence

from popgen_core.corpus.folder import printable_path
from popgen_eval.report import FileScores

__all__ = ["file_name", "short_names"]


def short_names(files: Sequence[FileScores]) -> list[str]:
    """Names that can be printed, without the folders that all of them share."""
    folders = {os.path.dirname(file.path) for file in files}
    shared = os.path.commonpath(folders) if len(folders) > 1 and len({os.path.isabs(f) for f in folders}) == 1 else ""
    shared = next(iter(folders)) if len(folders) == 1 else shared
    return [printable_path(os.path.relpath(file.path, shared) if shared else file.path) for file in files]


def file_name(path: str) -> str:
    """A path without its folders, printable."""
    return printable_path(os.path.basename(path))

"""An explanation as a file: a page (.html) or a picture (.png)."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from typing import Any

from popgen_core.errors import NotInstalled, OutputError, from_wheels
from popgen_core.explain.explain import Asked, explain_file
from popgen_core.explain.explanation import Explanation
from popgen_core.explain.page import explain_page
from popgen_core.explain.without import Progress
from popgen_core.files import check_file, write_atomically
from popgen_core.plugins import Catalogue

__all__ = ["check_place", "explain_to", "write_explanation"]

PAGES, PICTURES = (".html", ".htm"), (".png",)


def explain_to(
    song: Path,
    at: str,
    out: Path | None,
    catalogue: Catalogue,
    *,
    checkpoint: str | PathLike[str] | None = None,
    progress: Progress | None = None,
    force: bool = False,
    styles: Mapping[Path, float] | None = None,
    **asked: Any,
) -> Explanation:
    """Explain a MIDI file at a moment, and write that into `out` if it is given.

    Without a `checkpoint` the one that wrote the song is looked for beside it; `force` and `styles` as for
    `load_checkpoint`.
    `asked` are fields of `Asked`: bars, past, quick, group. Raises ExplainError for what cannot be asked, MidiError,
    CheckpointError, Refused, OutputError.
    """
    if out is not None:
        check_place(out)
    named = Path(checkpoint) if checkpoint is not None else None
    found = explain_file(song, Asked(at, **asked), catalogue, named, progress, force, styles)
    if out is not None:
        write_explanation(found, out)
    return found


def check_place(path: Path) -> None:
    """Raise OutputError, before any work, for a place that could not be written or a kind of file that is none."""
    ending = path.suffix.lower()
    if ending not in PAGES + PICTURES:
        raise OutputError(
            f"{path} cannot be written: an explanation is a page or a picture", hint="end its name in .html or .png"
        )
    if ending in PICTURES and find_spec("matplotlib") is None:
        what = f"{path} cannot be drawn: matplotlib is not installed"
        raise NotInstalled(what, hint=f"{from_wheels('popgen-core[plot]')}, or ask for .html")
    check_file(path)


def write_explanation(explanation: Explanation, path: Path) -> Path:
    """Write the page or picture of an explanation, whole or not at all. Raises OutputError."""
    check_place(path)
    if path.suffix.lower() in PICTURES:
        from popgen_core.explain.picture import explain_picture

        content = explain_picture(explanation)
    else:
        content = explain_page(explanation).encode("utf-8", "backslashreplace")
    try:
        write_atomically(path.resolve(), content)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}", hint="choose another place") from error
    return path

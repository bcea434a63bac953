"""Where a command writes: places that cannot be are refused before any work, files are written whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

__all__ = ["SCREEN", "refuse_places", "write_file"]

SCREEN = Path("-")
DATASET = "dataset.json"  # which a folder that `popgen prepare` made holds
MIDI = (".mid", ".midi", ".kar", ".rmi")  # those of popgen_core.music.guard, which takes long to import


def refuse_places(
    *places: Path | None,
    screen: Path | None = None,
    read: Sequence[Path | None] = (),
    endings: Sequence[str] = MIDI,
) -> None:
    """Raise OutputError for files that could not be written, for one named twice, and for one of those that are read.

    `screen`: one more place, which may be the screen. `read`: files, and folders whose files of these `endings` are
    read; of a dataset that `popgen prepare` made, whose digests know each of its files, all are.
    """
    from popgen_core.errors import OutputError
    from popgen_core.files import check_file

    if SCREEN in places:
        raise OutputError("- cannot be written: only --json can go to the screen", hint="name a file")
    wanted = [place for place in (screen, *places) if place is not None and place != SCREEN]
    for number, place in enumerate(wanted):
        check_file(place)
        if place.resolve() in [other.resolve() for other in wanted[:number]]:
            raise OutputError(f"{place} is named for two outputs", hint="give each a file of its own")
        if any(_is_read(place, source, endings) for source in read if source is not None):
            raise OutputError(f"{place} is one of the files that are read", hint="choose another place")


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, through a link into the file that it leads to; OutputError where that fails."""
    from popgen_core.errors import OutputError
    from popgen_core.files import write_atomically

    try:
        write_atomically(path.resolve(), content)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}", hint="choose another place") from error


def _is_read(place: Path, source: Path, endings: Sequence[str]) -> bool:
    """Whether a place is a file that is read, or would be one of its folder; all below a dataset is."""
    whole, home = place.resolve(), source.resolve()
    if not home.is_dir() or not whole.is_relative_to(home):
        return whole == home
    return whole == home or (home / DATASET).is_file() or whole.suffix.lower() in endings

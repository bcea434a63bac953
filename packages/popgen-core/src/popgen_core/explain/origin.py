"""Which checkpoint explains a song: the one that is named, or the one that wrote it where that lies beside the song."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from popgen_core.explain.place import ExplainError
from popgen_core.generate.load import Loaded, load_checkpoint
from popgen_core.music.midi import PROVENANCE
from popgen_core.music.song import Song
from popgen_core.plugins import Catalogue
from popgen_core.shipped import STARTER, checkpoint_that_wrote, newest

__all__ = ["loaded_for", "written_by"]

SHOWN = 12  # letters of a sha256


def loaded_for(
    song: Song,
    path: Path,
    checkpoint: Path | None,
    catalogue: Catalogue,
    force: bool = False,
    styles: Mapping[Path, float] | None = None,
) -> tuple[Loaded, str, list[str]]:
    """The checkpoint named, or else the song's own -> it, its name, and remarks.

    The song's own is looked for in its folder, the one above, and among those installed; a song that popgen did not
    write is explained by the installed starter. Raises ExplainError where there is none, CheckpointError or Refused for
    one that cannot be used.
    """
    wrote = written_by(song)
    if checkpoint is None:
        checkpoint = _found(path, wrote, catalogue)
    loaded = load_checkpoint(checkpoint, catalogue, force, styles)
    remarks = list(loaded.remarks)
    if not wrote:
        remarks.append("the song does not say that popgen wrote it: the model is asked what it expects of it")
    elif wrote != loaded.sha256:
        remarks.append(
            f"the song was written by another checkpoint (sha256 {wrote[:SHOWN]}): this one "
            f"({loaded.sha256[:SHOWN]}) is asked what it expects of it"
        )
    elif _made(song).get("styles", []) != [style.told() for style in loaded.styles]:
        remarks.append("the song was written with other styles than are mixed in here: see --style")
    return loaded, str(checkpoint or loaded.file), remarks


def written_by(song: Song) -> str:
    """The sha256 of the checkpoint that a song says it was written by; "" where it says nothing."""
    wrote = _made(song).get("checkpoint", "")
    return wrote if isinstance(wrote, str) else ""


def _made(song: Song) -> dict[str, Any]:
    """What a song says of how it was made; nothing where it says nothing."""
    try:
        made = json.loads(song.provenance.removeprefix(PROVENANCE))
    except ValueError:
        return {}
    return made if isinstance(made, dict) else {}


def _found(path: Path, wrote: str, catalogue: Catalogue) -> Path | None:
    """The file of this sha256; None, which is the starter, where a song does not say one."""
    if not wrote:
        if newest(STARTER, catalogue):
            return None
        raise ExplainError(
            f"{path} does not say which checkpoint wrote it", hint="name the one to explain it by with --checkpoint"
        )
    if file := checkpoint_that_wrote(path, wrote, catalogue):
        return file
    raise ExplainError(
        f"the checkpoint that wrote {path} (sha256 {wrote[:SHOWN]}) lies neither in its folder nor in the one above, "
        "and is not installed",
        hint="name it, or another one, with --checkpoint",
    )

"""Which checkpoint explains a song: the one that is named, or the one that wrote it where that lies beside the song."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from popgen_core.explain.place import ExplainError
from popgen_core.generate.load import Loaded, load_checkpoint
from popgen_core.music.midi import PROVENANCE
from popgen_core.music.song import Song
from popgen_core.plugins import Catalogue

__all__ = ["loaded_for", "written_by"]

SHOWN = 12  # letters of a sha256


def loaded_for(
    song: Song, path: Path, checkpoint: Path | None, catalogue: Catalogue, force: bool = False
) -> tuple[Loaded, str, list[str]]:
    """The checkpoint named, or else the song's own -> it, its name, and remarks.

    The song's own is looked for in its folder and the one above, the folder of a run among them. Raises ExplainError
    where it is not there, CheckpointError or Refused for one that cannot be used.
    """
    wrote = written_by(song)
    if checkpoint is None:
        checkpoint = _beside(path, wrote)
    loaded = load_checkpoint(checkpoint, catalogue, force)
    remarks = list(loaded.remarks)
    if not wrote:
        remarks.append("the song does not say that popgen wrote it: the model is asked what it expects of it")
    elif wrote != loaded.sha256:
        remarks.append(
            f"the song was written by another checkpoint (sha256 {wrote[:SHOWN]}): this one "
            f"({loaded.sha256[:SHOWN]}) is asked what it expects of it"
        )
    return loaded, str(checkpoint), remarks


def written_by(song: Song) -> str:
    """The sha256 of the checkpoint that a song says it was written by; "" where it says nothing."""
    try:
        made = json.loads(song.provenance.removeprefix(PROVENANCE))
    except ValueError:
        return ""
    wrote = made.get("checkpoint", "") if isinstance(made, dict) else ""
    return wrote if isinstance(wrote, str) else ""


def _beside(path: Path, wrote: str) -> Path:
    """The file of this sha256 in a song's folder or the one above."""
    if not wrote:
        raise ExplainError(
            f"{path} does not say which checkpoint wrote it", hint="name the one to explain it by with --checkpoint"
        )
    home = path.absolute().parent
    for file in [file for folder in (home, home.parent) for file in sorted(folder.glob("*.safetensors"))]:
        if hashlib.sha256(file.read_bytes()).hexdigest() == wrote:
            return file
    raise ExplainError(
        f"the checkpoint that wrote {path} (sha256 {wrote[:SHOWN]}) lies neither in its folder nor in the one above",
        hint="name it, or another one, with --checkpoint",
    )

"""Which checkpoint wrote a song: found by the sha256 that the song names, beside it or among those installed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from popgen_core.errors import PopgenError
from popgen_core.plugins import Catalogue
from popgen_core.shipped.card import read_model_card
from popgen_core.shipped.named import shipped_file

__all__ = ["checkpoint_that_wrote"]


def checkpoint_that_wrote(song: Path, sha256: str, catalogue: Catalogue) -> Path | None:
    """The file of this sha256 in a song's folder, the one above (the folder of a run among them), or an installed one.

    None where it is nowhere there; an installed one that cannot be used is passed over.
    """
    home = song.absolute().parent
    for file in [file for folder in (home, home.parent) for file in sorted(folder.glob("*.safetensors"))]:
        if hashlib.sha256(file.read_bytes()).hexdigest() == sha256:
            return file
    for offer in [offer for offer in catalogue.offers if offer.card.kind == "checkpoint"]:
        try:
            file = shipped_file(f"{offer.distribution}:{offer.card.name}", catalogue)
            if read_model_card(file.with_suffix(".md")).sha256 == sha256:
                return file
        except PopgenError:
            continue
    return None

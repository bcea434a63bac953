"""The code that writes songs and that which judges them, as digests: what an older popgen made is not taken as new."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import popgen_core
import popgen_encoders
import popgen_eval

__all__ = ["JUDGING", "WRITING", "code_digest", "digest_of_code", "judging_digest"]

# Rooms of popgen_core; of popgen_encoders and popgen_eval all.
WRITING = ("analysis", "backbones", "checkpoint", "contracts", "decoders", "generate", "model.py", "music", "plan")
JUDGING = ("analysis", "baselines", "groupers", "music", "score")


@cache
def code_digest() -> str:
    """The SHA-256 of the installed code that decides what a checkpoint writes."""
    core, encoders = (Path(package.__path__[0]) for package in (popgen_core, popgen_encoders))
    return digest_of_code([*(core / name for name in WRITING), encoders])


@cache
def judging_digest() -> str:
    """The SHA-256 of the installed code that reads songs, finds their figures and bits, and makes baselines."""
    core, judges = (Path(package.__path__[0]) for package in (popgen_core, popgen_eval))
    return digest_of_code([*(core / name for name in JUDGING), judges])


def digest_of_code(places: Iterable[Path]) -> str:
    """The SHA-256 of Python files and of all those in folders, their places and contents."""
    digest = hashlib.sha256()
    for place in places:
        for file in [place] if place.is_file() else sorted(place.rglob("*.py")):
            digest.update(file.relative_to(place.parent).as_posix().encode() + b"\n")
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()

"""From what a caller says in Python to a request and the song that it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from popgen_core.generate.request import Request, RequestError
from popgen_core.music.guard import read_bytes, read_song
from popgen_core.music.song import Song

__all__ = ["asked_request"]

WAYS = "say one: --prompt SONG, --from SONG --keep GROUPS, or --from SONG --bars-at 9-12 --groups GROUPS"


def asked_request(prompt: Path | None, source: Path | None, asked: Mapping[str, Any]) -> tuple[Request, Song | None]:
    """Fields of a Request, and the song to continue or to write around, if any. Raises RequestError, MidiError."""
    if unknown := sorted(set(asked) - set(Request.__dataclass_fields__)):
        raise RequestError(f"generate knows no {', '.join(unknown)}", hint=", ".join(Request.__dataclass_fields__))
    request = Request.from_plain(asked)
    around = _way(request, prompt, source)
    place = prompt or source
    if place is None:
        return request, None
    song = read_song(place).song
    return replace(request, around=around, source=hashlib.sha256(read_bytes(place)).hexdigest()), song


def _way(request: Request, prompt: Path | None, source: Path | None) -> str:
    """What the user's song is for, as `Request.around` says it; "" without one."""
    ways = {"prompt": prompt is not None, "keep": bool(request.keep), "bars": request.bars_at is not None}
    said = [name for name, is_said in ways.items() if is_said]
    if source is not None and not said:
        raise RequestError("say what of the song stays: --keep GROUPS, or --bars-at 9-12 --groups GROUPS")
    if (
        len(said) > 1
        or (source is None and said not in ([], ["prompt"]))
        or (prompt is not None and source is not None)
    ):
        raise RequestError(WAYS)
    return said[0] if said else ""

"""Making a generated song again from what it says of itself, and telling whether the bytes are the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from popgen_core import __version__
from popgen_core.errors import Refused
from popgen_core.generate.generator import Generator
from popgen_core.generate.load import Loaded, strangers_of
from popgen_core.generate.request import Request
from popgen_core.generate.write import Progress, draw_songs
from popgen_core.music.guard import read_bytes, read_song
from popgen_core.music.midi import PROVENANCE, song_to_midi
from popgen_core.music.song import Song
from popgen_core.plugins import Catalogue
from popgen_core.shipped import checkpoint_that_wrote

__all__ = ["Reproduced", "made_from", "reproduced"]

VERSIONS = {"popgen": __version__, "torch": torch.__version__}
SAME_TEMPO = 0.01  # quarter notes a minute: MIDI tells a tempo in whole microseconds


@dataclass(frozen=True)
class Reproduced:
    """Whether a song was made again byte for byte; the sha256 of the file and of what was made, and what was different
    beforehand (versions, tempo) where it was not."""

    same: bool
    sha256: str
    made: str
    remarks: tuple[str, ...] = ()


def made_from(song: Path) -> dict[str, Any]:
    """What a generated song says made it. Raises Refused for a file that popgen did not generate."""
    text = read_song(song).song.provenance
    try:
        made = json.loads(text.removeprefix(PROVENANCE))
        if text.startswith(PROVENANCE) and {"checkpoint", "request", "index"} <= set(made):
            return dict(made)
    except (ValueError, TypeError):
        pass
    raise Refused(f"{song} does not say which checkpoint and request made it", hint="popgen generate writes such files")


def reproduced(
    song: Path,
    checkpoint: Path | None,
    catalogue: Catalogue,
    source: Path | None = None,
    progress: Progress | None = None,
    force: bool = False,
    styles: Mapping[Path, float] | None = None,
) -> Reproduced:
    """Make a song again with the checkpoint, the styles that were mixed in, and, where it was written around one, the
    user's song.

    Without a `checkpoint` the one that made it is looked for beside it and among those installed.
    Raises Refused where one of these is not the one that made it, and as `load_checkpoint`.
    """
    made = made_from(song)
    checkpoint = checkpoint or _wrote(song, made, catalogue)
    generator = Generator.load(checkpoint, catalogue, force, styles)
    if generator.loaded.sha256 != made["checkpoint"]:
        raise Refused(
            f"{song} was made by the checkpoint {made['checkpoint'][:12]}, {checkpoint} is "
            f"{generator.loaded.sha256[:12]}",
            hint="name the checkpoint that made it",
        )
    _check_styles(song, made, generator.loaded)
    request = _request(song, made)
    around = generator.around(_source(request, source))
    with generator.loaded.recipe.at_work():
        drawn = draw_songs(generator.loaded, request, around, progress)
    again = drawn[made["index"]].song
    bytes_again = song_to_midi(again)
    before, after = (hashlib.sha256(data).hexdigest() for data in (read_bytes(song), bytes_again))
    remarks = (*generator.loaded.remarks, *_differences(made, generator.loaded), *_tempi(song, again))
    return Reproduced(before == after, before, after, remarks)


def _wrote(song: Path, made: dict[str, Any], catalogue: Catalogue) -> Path:
    """The checkpoint that a song says made it."""
    if found := checkpoint_that_wrote(song, str(made["checkpoint"]), catalogue):
        return found
    raise Refused(
        f"{song} was made by the checkpoint {made['checkpoint'][:12]}, which lies neither in its folder nor in the one "
        "above, and is not installed",
        hint="name the checkpoint that made it",
    )


def _check_styles(song: Path, made: dict[str, Any], loaded: Loaded) -> None:
    """Raise Refused where the styles are others than those of the song, or otherwise strong."""
    then, now = (_told_styles(styles) for styles in (made.get("styles"), [style.told() for style in loaded.styles]))
    if then != now:
        hint = "name each of the song's with --style FILE=STRENGTH" if then else "leave --style away"
        raise Refused(
            f"{song} was made with {_named(then)}, here {'is' if len(now) < 2 else 'are'} {_named(now)}", hint=hint
        )


def _told_styles(styles: Any) -> list[tuple[str, float]]:
    """sha256 and strength of each style that a song tells of."""
    if not isinstance(styles, list):
        return []
    return [(str(one.get("sha256")), float(one.get("strength", 1))) for one in styles if isinstance(one, dict)]


def _named(styles: list[tuple[str, float]]) -> str:
    named = [f"{sha256[:12]}={strength:g}" for sha256, strength in styles]
    return f"the style{'s' if len(named) > 1 else ''} {' and '.join(named)}" if named else "no style"


def _request(song: Path, made: dict[str, Any]) -> Request:
    """What a song says was asked."""
    try:
        request = Request.from_plain(made["request"])
        known = made["index"] in range(request.count * request.draws)
    except (AttributeError, TypeError):
        known = False
    if not known:
        raise Refused(f"{song} says that it was asked for in a way that this popgen does not know")
    if "touch" not in made["request"]:
        raise Refused(f"{song} was made when popgen held songs less firmly to their plans: it cannot be made again")
    return request


def _source(request: Request, source: Path | None) -> Any:
    """The user's song that a request was about."""
    if not request.around:
        return None
    if source is None:
        raise Refused("the song was written around another one", hint="name it with --source")
    if (found := hashlib.sha256(read_bytes(source)).hexdigest()) != request.source:
        raise Refused(f"{source} ({found[:12]}) is not the song that it was written around ({request.source[:12]})")
    return read_song(source).song


def _tempi(song: Path, again: Song) -> tuple[str, ...]:
    """The tempo, where it is another: songs of one call once shared it."""
    then, now = (float(each.tempo_bpm(0)) for each in (read_song(song).song, again))
    return () if abs(then - now) < SAME_TEMPO else (f"tempo: {then:g} then, {now:g} now",)


def _differences(made: dict[str, Any], loaded: Loaded) -> tuple[str, ...]:
    """What was in another version then: popgen, torch, and components that did not come with popgen."""
    told = made.get("strangers")
    strangers = told if isinstance(told, dict) else {}  # songs of an earlier popgen do not tell
    then = {**{name: made.get(name) for name in VERSIONS}, **strangers}
    now = {**VERSIONS, **strangers_of(loaded)}
    return tuple(
        f"{name}: {then[name]} then, {now[name]} now" for name in now if then.get(name, now[name]) != now[name]
    )

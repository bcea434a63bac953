"""What generation leaves in its folder: each song as MIDI, its plan as TOML, its figures as JSON, and its stems."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from popgen_core.generate.generator import Generator
from popgen_core.generate.request import Request
from popgen_core.generate.write import DrawnSong
from popgen_core.generate.written import Written
from popgen_core.music.midi import song_to_midi
from popgen_core.music.stems import stems as stems_of
from popgen_core.plan.met.adherence import adherence
from popgen_core.plan.words.toml import plan_to_toml

__all__ = ["write_out"]


def write_out(
    generator: Generator, songs: Sequence[DrawnSong], request: Request, folder: Path, out: Path, *, stems: bool = False
) -> list[Written]:
    """Write songs into `folder`, which will be `out` -> a row for each."""
    loaded, rows = generator.loaded, []
    rates = loaded.card.corpus.get("notes_per_second", {})
    for number, drawn in enumerate(songs):
        name = f"song-{number + 1:03}"
        (folder / f"{name}.mid").write_bytes(song_to_midi(drawn.song))
        (folder / f"{name}.toml").write_text(plan_to_toml(drawn.plan), encoding="utf-8")
        grouped = generator.grouper.group(drawn.song).song
        met = adherence(grouped, drawn.plan, _asked_groups(request))
        row = Written.of(grouped, out / f"{name}.mid", rates, request.seed, drawn.index, met, loaded.remarks)
        (folder / f"{name}.json").write_text(json.dumps(row.table(), indent=1) + "\n", encoding="utf-8")
        if stems:
            (folder / name).mkdir()
            for file, stem in stems_of(drawn.song):
                (folder / name / file).write_bytes(song_to_midi(stem))
        rows.append(row)
    return rows


def _asked_groups(request: Request) -> tuple[str, ...] | None:
    """The groups that may play in the whole song: of one that goes on or of which bars are new, those that do."""
    if request.groups is None or request.around in ("prompt", "bars"):
        return None
    return (*request.keep, *request.groups)

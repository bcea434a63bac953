"""popgen explain: what a model heard when it wrote a note, and what it might have played instead."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from popgen_cli.asking import styles_of
from popgen_cli.doors import complain, door
from popgen_cli.places import refuse_places
from popgen_cli.progress import progress

__all__ = ["explain"]


@door
def explain(
    song: Annotated[Path, typer.Argument(help="A MIDI file, written by popgen or not.")],
    at: Annotated[
        str,
        typer.Option(
            help="The moment: seconds (12.5), minutes:seconds (1:02.5), or a bar and a quarter note of it, from 1 "
            "(bar9, bar9:3)."
        ),
    ],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="A page (.html) or a picture of one note (.png); replaced if there.")
    ],
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            help="A checkpoint file, the folder of a run, or the name of an installed one; default: the one that wrote "
            "the song, where it is installed or lies in the song's folder or the one above; of a song that popgen did "
            "not write, the installed starter."
        ),
    ] = None,
    bars: Annotated[
        int, typer.Option(help="Bars whose notes the page explains, from that of the moment on, 1 to 8.")
    ] = 2,
    group: Annotated[str | None, typer.Option(help="Begin with a note of this group, such as lead.")] = None,
    past: Annotated[
        int, typer.Option(help="How many bars before these are silenced one by one, group by group, 0 to 32.")
    ] = 3,
    quick: Annotated[
        bool, typer.Option("--quick", help="Silence nothing, as for a picture: a second instead of several.")
    ] = False,
    style: Annotated[
        list[str] | None,
        typer.Option(
            help="An adapter's file and how strongly to mix it in: my.adapter.safetensors=0.7 (-1 to 2; default: 1)."
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Go on though a plug-in has another version than the checkpoint was made with."),
    ] = False,
) -> None:
    """Explain the notes of some bars: where the model looked, what it expected, what each note hung on.

    Attention by layer and head over the frames in view; the notes that it might have played instead with their
    chances; how each chance changes where one group's past is silenced. Needs no network.

    Example: popgen explain songs/song-001.mid --at bar9 -o bar9.html --checkpoint runs/mine
    """
    refuse_places(out, read=(song, checkpoint))
    from popgen_core import api

    quick = quick or out.suffix.lower() == ".png"  # a picture shows nothing of what was silenced
    with progress("listening") as show:
        asked = {"bars": bars, "group": group, "past": past, "quick": quick, "styles": styles_of(style)}
        found = api.explain_note(song, at, out, checkpoint=checkpoint, force=force, progress=show, **asked)
    for remark in found.source.remarks:
        complain(remark)
    for line in _told(found):
        typer.echo(line)
    typer.echo(str(out))


def _told(found: Any) -> list[str]:
    """The note to begin with, in two lines."""
    from popgen_core.explain.words import bits, percent, tone

    note = found.note
    name = found.groups[note.group]
    others = [
        f"{tone(one.pitch, name in found.drums)} {percent(one.chance)}"
        for one in found.alternatives(note.frame, note.group)
        if not one.played
    ]
    silent = percent(float(found.moments[note.frame].silent[note.group]))
    return [
        f"{name} {tone(note.pitch, name in found.drums)} at bar {note.bar}, beat {note.beat:.4g} "
        f"({note.seconds:.1f} s): chance {percent(note.chance)}, {bits(note.chance)}",
        f"instead: {', '.join(others[:4])}; no new note of {name}: {silent}",
    ]

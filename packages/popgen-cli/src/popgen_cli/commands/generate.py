"""popgen generate: a checkpoint writes new songs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from popgen_cli.asking import (
    USUAL_HEAT,
    USUAL_TOUCH,
    chord_strength_of,
    groups_of,
    heat_of,
    meter_of,
    programs_of,
    stretch_of,
    styles_of,
    text_of,
)
from popgen_cli.doors import complain, door, shown_json
from popgen_cli.progress import progress

__all__ = ["generate"]


@door
def generate(
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the songs; must be new or empty.")],
    checkpoint: Annotated[
        Path | None,
        typer.Argument(
            help="A checkpoint file, the folder of a run, or the name of an installed one; default: the installed "
            "starter.",
            show_default=False,
        ),
    ] = None,
    count: Annotated[int, typer.Option(help="Number of songs, drawn together.")] = 1,
    seconds: Annotated[float | None, typer.Option(help="Length of a song, to the nearest bar; default: 60.")] = None,
    bars: Annotated[int | None, typer.Option(help="Length of a song in bars.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same songs.")] = 0,
    form: Annotated[
        str | None, typer.Option(help="Sections and their bars: 'intro:4 verse:8 chorus:8 verse:8 chorus:8 outro:4'.")
    ] = None,
    chords: Annotated[
        str | None,
        typer.Option(help="Such as 'C G Am F', a bar each; 'C G | Am F' two a bar; 'verse: Am F; chorus: C G'."),
    ] = None,
    key: Annotated[str | None, typer.Option(help="Such as C, 'A minor', F#m.")] = None,
    energy: Annotated[
        str | None, typer.Option(help="0 (calm) to 1: one number, one a section, or 'verse=0.4,chorus=0.9'.")
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(help="A plan file (TOML), such as is written with each song: edit it and give it back."),
    ] = None,
    tempo: Annotated[float | None, typer.Option(help="Quarter notes a minute; default: one of the corpus's.")] = None,
    meter: Annotated[
        str | None, typer.Option(help="Such as 4/4, 3/4, 6/8; default: the corpus's most frequent.")
    ] = None,
    groups: Annotated[
        str | None, typer.Option(help="Instrument groups that may play, e.g. drums,bass,chords; default: all.")
    ] = None,
    program: Annotated[
        str | None, typer.Option(help="Sounds by group, General MIDI 0-127 or by name: 'guitar=30,lead=flute'.")
    ] = None,
    prompt: Annotated[Path | None, typer.Option(help="A song to continue; the length is what is added.")] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="A song to write around: with --keep, or with --bars-at and --groups.")
    ] = None,
    keep: Annotated[str | None, typer.Option(help="Groups of --from that stay note for note.")] = None,
    bars_at: Annotated[
        str | None, typer.Option("--bars-at", help="Bars of --from, such as 9-12, in which --groups are written anew.")
    ] = None,
    temperature: Annotated[
        str,
        typer.Option(
            help="Below 1 likely notes become likelier and rare ones rarer; by group: lead=1.1,drums=0.7. Each group "
            "keeps its expected number of notes."
        ),
    ] = f"{USUAL_HEAT:g}",
    touch: Annotated[
        float,
        typer.Option(help="How notes are played: below 1 likely velocities, lengths and timing, above 1 looser ones."),
    ] = USUAL_TOUCH,
    top_p: Annotated[
        float, typer.Option("--top-p", help="Draw of each group only the likeliest cells that hold this share of it.")
    ] = 1.0,
    chord_strength: Annotated[
        float | None,
        typer.Option(
            "--chord-strength",
            help="How strictly notes keep to the plan's chords, 0 (free) to 1; default: 0.25 if it knows chords.",
        ),
    ] = None,
    strict_chords: Annotated[
        bool,
        typer.Option("--strict-chords", help="The same as --chord-strength 1; works with any checkpoint."),
    ] = False,
    key_strength: Annotated[
        float, typer.Option("--key-strength", help="How strictly notes keep to the plan's key, 0 (free) to 1.")
    ] = 0.0,
    no_recalls: Annotated[
        bool, typer.Option("--no-recalls", help="Let no bar come back to an earlier one by plan.")
    ] = False,
    against_loops: Annotated[
        float, typer.Option("--against-loops", help="How hard to lean against loops that go on and on; 0: not at all.")
    ] = 0.0,
    free: Annotated[
        str | None,
        typer.Option(help="Rules to switch off: ranges, polyphony, sections, silence, resolve, steady, recall."),
    ] = None,
    best_of: Annotated[int, typer.Option("--best-of", help="Draw so many for each song and keep the best.")] = 0,
    best_by: Annotated[
        str, typer.Option("--best-by", help="What is best: likelihood, adherence, overall, or an evaluator's name.")
    ] = "likelihood",
    stems: Annotated[bool, typer.Option("--stems", help="Write each group as a file of its own too.")] = False,
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
    json: Annotated[bool, typer.Option("--json", help="Print what was written as JSON.")] = False,
) -> None:
    """Write new songs as MIDI files, one track an instrument group; beside each its plan and what it met of it.

    Example: popgen generate runs/mine -o songs/ --form "verse:8 chorus:8" --chords "C G Am F" --key C --seed 7
    """
    from popgen_core import api

    heat, heats = heat_of(temperature)
    asked: dict[str, Any] = {
        "count": count,
        "seconds": seconds,
        "bars": bars,
        "seed": seed,
        "form": form,
        "chords": chords,
        "key": key,
        "energy": energy,
        "plan": text_of(plan),
        "tempo": tempo,
        "meter": meter_of(meter),
        "groups": groups_of(groups),
        "programs": programs_of(program),
        "keep": groups_of(keep) or (),
        "bars_at": stretch_of(bars_at),
        "temperature": heat,
        "temperatures": heats,
        "top_p": top_p,
        "touch": touch,
        "chord_strength": chord_strength_of(strict_chords, chord_strength),
        "key_strength": key_strength,
        "recalls": not no_recalls,
        "against_loops": against_loops,
        "free": groups_of(free) or (),
        "best_of": best_of,
        "best_by": best_by,
    }
    with progress("writing") as show:
        written = api.generate(
            checkpoint,
            out,
            prompt=prompt,
            source=source,
            stems=stems,
            force=force,
            styles=styles_of(style),
            progress=show,
            **asked,
        )
    for remark in written[0].remarks:
        complain(remark)
    if json:
        shown_json({"songs": [song.table() for song in written]})
        return
    for song in written:
        typer.echo(
            f"{song.path}: {song.seconds:.1f} s, {song.notes} notes, {song.notes_per_second:.1f} a second "
            f"(corpus {song.corpus_notes_per_second:.1f})"
        )
        for line in song.adherence.lines():
            typer.echo(f"  {line}")

"""popgen render: a song as sound."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from popgen_cli.doors import complain, door

__all__ = ["render"]


@door
def render(
    song: Annotated[Path, typer.Argument(help="A MIDI file.")],
    out: Annotated[
        Path,
        typer.Option("-o", "--out", help="File to write: .wav, .mp3, .ogg or .flac; an existing one is replaced."),
    ],
    soundfont: Annotated[
        Path | None, typer.Option(help="SoundFont to play with; else $POPGEN_SOUNDFONT, else one that Debian installs.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, max=86_400, help="Only so much from the first tone on, its end faded out.")
    ] = None,
    loudness: Annotated[float, typer.Option(min=-60.0, max=-5.0, help="Integrated loudness, LUFS (BS.1770).")] = -23.0,
) -> None:
    """Play a song with a General MIDI soundfont, at one loudness for all songs.

    Needs popgen-core[audio] and FluidSynth.

    Example: popgen render songs/song-001.mid -o song.wav
    """
    from popgen_core.audio.render import render_file
    from popgen_core.audio.soundfont import find_soundfont

    made = render_file(song, out, soundfont=find_soundfont(soundfont), seconds=seconds, target=loudness)
    typer.echo(f"{made.path}: {made.seconds:.1f} s at {made.loudness:.1f} LUFS")
    if not made.on_target:
        complain(f"its peaks allow no more than {made.loudness:.1f} LUFS, {loudness:g} were asked for")

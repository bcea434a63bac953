"""popgen listen: blind listening tests with friends, from one folder of files."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import typer

from popgen_cli.doors import complain, door, shown_json
from popgen_cli.places import refuse_places, write_file
from popgen_cli.progress import progress

__all__ = ["listen"]

EXAMPLE = 0.65  # a preference that tests with friends look for

listen = typer.Typer(help="Blind listening tests of two systems or more.", no_args_is_help=True, rich_markup_mode=None)


@listen.command("make")
@door
def make(
    folders: Annotated[
        list[str], typer.Argument(help="Folders of MIDI files, one a system; name=FOLDER gives it another name.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the test; must be new or empty.")],
    key: Annotated[Path | None, typer.Option(help="File for the key; else OUT-key.json beside the folder.")] = None,
    audio: Annotated[bool, typer.Option("--audio", help="The folders hold WAV, MP3, OGG or FLAC files.")] = False,
    trials: Annotated[int, typer.Option(min=1, help="Pairs for each listener, controls not counted.")] = 16,
    listeners: Annotated[int, typer.Option(min=1, help="Listeners to plan for.")] = 36,
    seconds: Annotated[float, typer.Option(min=0.5, max=600.0, help="Length of every clip.")] = 30.0,
    items: Annotated[int | None, typer.Option(min=1, help="Songs of a system; else 20, or as many as trials.")] = None,
    ours: Annotated[str | None, typer.Option(help="System that the anchors spoil; else the first.")] = None,
    identical: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of trials with one clip twice.")] = 0.10,
    anchors: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of trials with a spoiled copy.")] = 0.10,
    repeats: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of trials heard again, sides swapped.")
    ] = 0.05,
    seed: Annotated[int, typer.Option(min=0, help="The same seed and files give the same test.")] = 0,
    soundfont: Annotated[
        Path | None, typer.Option(help="SoundFont to play with; else $POPGEN_SOUNDFONT, else one that Debian installs.")
    ] = None,
    loudness: Annotated[float, typer.Option(min=-60.0, max=-5.0, help="Of every clip, LUFS (BS.1770).")] = -23.0,
    wav: Annotated[bool, typer.Option("--wav", help="Clips as WAV files, ten times larger, instead of MP3.")] = False,
) -> None:
    """Make a blind test: a page to give away, with its clips, and a key to keep.

    Example: popgen listen make real/ mine/ -o test/ --trials 16 --listeners 12
    """
    from popgen_core.audio.soundfont import find_soundfont
    from popgen_eval.listening.design import Design
    from popgen_eval.listening.make import make_test

    design = Design(trials, listeners, identical, anchors, repeats, seed=seed)
    with progress("making the test") as show:
        made = make_test(
            *(folders, out),
            design=design,
            audio=audio,
            soundfont=None if audio else find_soundfont(soundfont),
            seconds=seconds,
            target=loudness,
            items=items,
            ours=ours,
            ending=".wav" if wav else _ending(),
            key_file=key,
            progress=show,
        )
    for line in _made_lines(made, design, asked=(seconds, loudness)):
        typer.echo(line)


@listen.command("serve")
@door
def serve(
    folder: Annotated[Path, typer.Argument(help="Folder that `popgen listen make` has made.")],
    answers: Annotated[Path | None, typer.Option(help="Folder for the answers; else FOLDER-answers beside it.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; the default is this machine alone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
) -> None:
    """Serve a test's page and collect the answers, one CSV file a listener, until Ctrl-C. Never serves the key.

    Example: popgen listen serve test/
    """
    from popgen_eval.listening.serve import LOOPBACK, ListeningServer, answers_path

    kept = answers or answers_path(folder.absolute())
    with ListeningServer(folder, kept, host=host, port=port) as server:
        typer.echo(f"{server.address} (answers go to {kept}; Ctrl-C ends)")
        if host not in LOOPBACK:
            complain("everyone who reaches this machine can open the page and send answers, and nothing is encrypted")
        server.serve_forever()


@listen.command("analyse")
@door
def analyse(
    answers: Annotated[list[Path], typer.Argument(help="CSV files of answers, or folders of them.")],
    key: Annotated[Path, typer.Option("--key", help="The -key.json file that `popgen listen make` wrote.")],
    json: Annotated[bool, typer.Option("--json", help="Print all as JSON.")] = False,
    joined: Annotated[Path | None, typer.Option(help="Write all answers with the key joined to this CSV file.")] = None,
) -> None:
    """Join answers with their key and tell what was found: preference, ratings, controls, who was left out and why.

    Example: popgen listen analyse test-answers/ --key test-key.json
    """
    from popgen_eval.listening import analyse, read_answers, read_key
    from popgen_eval.listening.answers import answer_files
    from popgen_eval.listening.joined import joined as joined_answers
    from popgen_eval.listening.joined import joined_csv
    from popgen_eval.listening.told import sentences

    refuse_places(joined, read=(*answers, key), endings=(".csv",))
    opened = read_key(key)
    given = [answer for path in answer_files(answers) for answer in read_answers(path)]
    found = analyse(given, opened)
    if joined:
        write_file(joined, joined_csv(joined_answers(given, opened), opened))
    if json:
        shown_json(found.to_json())
    else:
        typer.echo("\n".join(sentences(found)))


def _ending() -> str:
    """MP3 where it can be written, which every browser plays; else WAV."""
    try:
        import soundfile  # noqa: F401
    except (ImportError, OSError):
        return ".wav"
    return ".mp3"


def _made_lines(made: Any, design: Any, asked: tuple[float, float]) -> list[str]:
    """What was made, where the key is, and what such a test can find."""
    key, how = made.key, "by name" if made.by_name else "by chance"
    seconds, loudness = asked
    shorter = f" ({seconds:g} were asked for: the shortest song has no more)" if key.seconds < seconds - 0.01 else ""
    missed = made.loudness < loudness - 0.05  # as far as is shown
    softer = f" ({loudness:g} were asked for: the peaks of a clip allow no more)" if missed else ""
    counts = ", ".join(f"{number} {kind}" for kind, number in design.counts.items())
    return [
        f"{made.folder / 'index.html'}: {len(key.items)} items of {', '.join(key.systems)}, files joined {how}",
        f"clips of {key.seconds:g} s{shorter} at {made.loudness:.1f} LUFS{softer}",
        f"{design.all_trials} trials for each of {design.listeners} listeners: {counts}",
        _anchor_line(design),
        _power_line(design, len(key.items), len(key.systems)),
        f"keep the key to yourself: {made.key_file}",
    ]


def _anchor_line(design: Any) -> str:
    """What missing a spoiled copy does."""
    from popgen_eval.listening.exclusions import Rules

    rules, count = Rules(), design.counts["anchor"]
    if count < rules.least_anchors:
        return f"nobody is left out for missing a spoiled copy: that rule counts from {rules.least_anchors} of them on"
    return f"who catches fewer than {rules.anchors:.0%} of the {count} spoiled copies (anchor) is left out"


def _power_line(design: Any, items: int, systems: int) -> str:
    """What a test of this size can find, or what it would take."""
    from popgen_eval.listening.size import by_chance, least_listeners, listeners_needed, share_found

    pairs = systems * (systems - 1) // 2
    share = share_found(design.listeners, design.trials, items=items, pairs=pairs)
    if share < 1:
        found = f"such a test finds a preference of {math.ceil(100 * share)}% or more four times in five"
        return f"{found} (listeners alike by .1{', each pair of systems' if pairs > 1 else ''})"
    needed = listeners_needed(EXAMPLE, design.trials, items=items, pairs=pairs)
    enough = f"{needed} listeners could find {EXAMPLE:.0%}" if needed else "nor could more listeners: add songs"
    fewer, least = min(design.listeners, items), least_listeners(pairs)
    if fewer >= least:
        return f"no preference, however strong, could be found with so few answers; {enough}"
    unit = "listener" if design.listeners <= items else "song"
    alike = f" ({fewer}, all of one mind: p = {f'{by_chance(fewer):.3g}'.lstrip('0')})" if fewer > 1 else ""
    return f"nothing can be promised of fewer than {least} {unit}s{alike}; {enough}"

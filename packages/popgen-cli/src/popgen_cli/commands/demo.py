"""popgen demo: the whole road on songs of our own making, from nothing to a song that a fresh model wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from popgen_cli.doors import complain, door
from popgen_cli.progress import progress

__all__ = ["demo"]

SONGS = 300
SONGS_SCORED = 10
SECONDS, TEMPO = 60.0, 120.0  # 30 bars of 4/4


@door
def demo(
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for everything that the demo makes.")] = Path("demo"),
    seed: Annotated[int, typer.Option(min=0, help="Seed of the song that the model writes.")] = 1,
) -> None:
    """Write a corpus, train a small model on it for at most three minutes, and let it write a song.

    Example: popgen demo -o demo/
    """
    from popgen_core import api
    from popgen_core.errors import need
    from popgen_core.files import check_new

    need("popgen_encoders", "popgen_eval", "matplotlib")  # the encoders bring torch
    check_new(out)
    typer.echo(f"1/5  the songwriter writes {SONGS} songs to learn from")
    with progress("writing") as show:
        api.write_songs(out / "corpus", count=SONGS, seed=1, progress=show)
    typer.echo("2/5  the songs become a dataset")
    with progress("preparing") as show:
        api.prepare(out / "corpus", out / "dataset", progress=show)
    typer.echo("3/5  a small model is trained, at most three minutes")
    report = _train(out)
    typer.echo(f"     loss {report.first_loss:.2f} -> {report.loss:.3f} in {report.steps} steps ({report.stopped})")
    typer.echo("4/5  the model writes a song of 60 seconds")
    song = _song(out, seed)
    typer.echo("5/5  picture and scores")
    api.show(song.path, out / "song.png")
    _scores(song.path, out)
    _where(out, song)
    if silent := [group for group, notes in song.groups.items() if not notes]:
        complain(f"the demo failed: {', '.join(silent)} stayed silent (try another --seed)")
        raise typer.Exit(1)


def _train(out: Path) -> Any:
    from popgen_core import api
    from popgen_core.pages.run import write_report

    with progress("training") as show:

        def shown(place: Any, total: int, step: Any, speed: float) -> None:
            show(place.steps, total, f"loss {step.loss:.3f}")

        report = api.train(out / "dataset", out / "run", "demo", progress=shown)
    if report.interrupted:
        raise KeyboardInterrupt
    write_report(report.run)
    return report


def _song(out: Path, seed: int) -> Any:
    """One song at temperature 1, which keeps the density of the corpus."""
    from popgen_core import api

    with progress("writing") as show:
        written = api.generate(
            out / "run",
            out / "songs",
            seconds=SECONDS,
            tempo=TEMPO,
            meter=(4, 4),
            temperature=1.0,
            seed=seed,
            progress=show,
        )
    song = written[0]
    typer.echo("     " + ", ".join(f"{group} {notes}" for group, notes in song.groups.items()) + " notes")
    typer.echo(f"     {song.notes_per_second:.1f} notes a second, its corpus has {song.corpus_notes_per_second:.1f}")
    return song


def _scores(song: Path, out: Path) -> None:
    """The song's scores beside those of some of the songs that it learned from."""
    from popgen_eval import api as judge

    mine = judge.evaluate(song).to_json()["summary"]
    corpus = judge.evaluate(sorted((out / "corpus").glob("*.mid"))[:SONGS_SCORED]).to_json()["summary"]
    typer.echo(f"     {'figure':22} {'song':>6} {'corpus':>7}")
    for name, row in mine.items():
        typer.echo(f"     {name:22} {_number(row['mean']):>6} {_number(corpus[name]['mean']):>7}")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _where(out: Path, song: Any) -> None:
    typer.echo("done:")
    for what, place in (
        ("the song, for any DAW or player", song.path),
        ("its picture", out / "song.png"),
        ("the songs it learned from", out / "corpus"),
        ("the model, its recipe and its log", out / "run"),
    ):
        typer.echo(f"  {what:36} {place}")

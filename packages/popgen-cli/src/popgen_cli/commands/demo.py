"""popgen demo: a song by the starter at once, or the whole road from no song at all to one by a fresh model."""

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
FORM = "intro:4 verse:8 chorus:8 verse:4 chorus:4 outro:2"  # as many
ENERGY = "intro=0.3,verse=0.5,chorus=0.8,outro=0.3"
DRAWN = 4  # songs of the starter, of which the one with the best figures is kept


@door
def demo(
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for everything that the demo makes.")] = Path("demo"),
    seed: Annotated[int, typer.Option(min=0, help="Seed of the song that the model writes.")] = 1,
    train: Annotated[
        bool, typer.Option("--train", help="Train a small model first, as is done where no starter is installed.")
    ] = False,
) -> None:
    """Let the installed starter write a song, with its picture and figures; without one train a small model first.

    Example: popgen demo -o demo/
    """
    from popgen_core.errors import need
    from popgen_core.files import check_new
    from popgen_core.groupers import GROUPS

    need("popgen_encoders", "popgen_eval", "matplotlib")  # the encoders bring torch
    check_new(out)
    starter = _starter()
    if not (train or starter):
        typer.echo("the starter (popgen-starter) is not installed: a small model is trained instead")
    song = _by_a_new_model(out, seed) if train or not starter else _by_the_starter(out, seed)
    if silent := [group for group in GROUPS if not song.groups.get(group)]:
        complain(f"the demo failed: {', '.join(silent)} stayed silent (try another --seed)")
        raise typer.Exit(1)


def _starter() -> str:
    """The name of the installed starter, or ""."""
    from popgen_core.plugins import catalogue
    from popgen_core.shipped import STARTER, newest

    return newest(STARTER, catalogue())


def _by_the_starter(out: Path, seed: int) -> Any:
    """A song of a form that is asked for, its picture, and its figures beside those of songs by rules."""
    from popgen_core import api
    from popgen_core.groupers import GROUPS

    typer.echo(f"1/3  the starter writes a song of 60 seconds: {FORM}")
    song = _song(None, out, seed, form=FORM, energy=ENERGY, groups=GROUPS, best_of=DRAWN, best_by="overall")
    typer.echo(f"     the best of {DRAWN} by its figures; how much of its plan it meets:")
    for line in song.adherence.lines():
        typer.echo(f"       {line}")
    typer.echo("2/3  its picture")
    api.show(song.path, out / "song.png")
    typer.echo(f"3/3  its figures, beside those of {SONGS_SCORED} songs that the songwriter made by rules")
    api.write_songs(out / "by-rules", count=SONGS_SCORED, seed=1)
    _scores(song.path, out / "by-rules", "by rules")
    _where(
        ("the song, for any DAW or player", song.path),
        ("its plan, to be edited and given back", song.path.with_suffix(".toml")),
        ("its picture", out / "song.png"),
        ("the songs by rules", out / "by-rules"),
    )
    return song


def _by_a_new_model(out: Path, seed: int) -> Any:
    """Songs by rules, a dataset of them, a small model that learns from them, and a song of its own."""
    from popgen_core import api

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
    song = _song(out / "run", out, seed, seconds=SECONDS, temperature=1.0)  # which keeps the density of the corpus
    typer.echo("5/5  picture and scores")
    api.show(song.path, out / "song.png")
    _scores(song.path, out / "corpus", "corpus")
    _where(
        ("the song, for any DAW or player", song.path),
        ("its picture", out / "song.png"),
        ("the songs it learned from", out / "corpus"),
        ("the model, its recipe and its log", out / "run"),
    )
    return song


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


def _song(checkpoint: Path | None, out: Path, seed: int, **asked: Any) -> Any:
    """One song by a checkpoint, None being the starter, with what it holds."""
    from popgen_core import api

    with progress("writing") as show:
        written = api.generate(checkpoint, out / "songs", tempo=TEMPO, meter=(4, 4), seed=seed, progress=show, **asked)
    song = written[0]
    typer.echo("     " + ", ".join(f"{group} {notes}" for group, notes in song.groups.items()) + " notes")
    typer.echo(f"     {song.notes_per_second:.1f} notes a second, its corpus has {song.corpus_notes_per_second:.1f}")
    return song


def _scores(song: Path, others: Path, what: str) -> None:
    """The song's scores beside the means of some other songs'."""
    from popgen_eval import api as judge

    mine = judge.evaluate(song).to_json()["summary"]
    beside = judge.evaluate(sorted(others.glob("*.mid"))[:SONGS_SCORED]).to_json()["summary"]
    typer.echo(f"     {'figure':22} {'song':>6} {what:>8}")
    for name, row in mine.items():
        typer.echo(f"     {name:22} {_number(row['mean']):>6} {_number(beside[name]['mean']):>8}")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _where(*places: tuple[str, Path]) -> None:
    typer.echo("done:")
    for what, place in places:
        typer.echo(f"  {what:38} {place}")

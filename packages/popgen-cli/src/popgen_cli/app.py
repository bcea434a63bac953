"""The command `popgen`: its verbs, and nothing that takes long to import."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from popgen_cli import __version__
from popgen_cli.commands.baseline import baseline
from popgen_cli.commands.compare import compare
from popgen_cli.commands.crossval import crossval
from popgen_cli.commands.demo import demo
from popgen_cli.commands.doctor import doctor
from popgen_cli.commands.evaluate import evaluate
from popgen_cli.commands.explain import explain
from popgen_cli.commands.generate import generate
from popgen_cli.commands.listen import listen
from popgen_cli.commands.plugins import plugins
from popgen_cli.commands.prepare import prepare
from popgen_cli.commands.recipe import recipe
from popgen_cli.commands.render import render
from popgen_cli.commands.report import report
from popgen_cli.commands.reproduce import reproduce
from popgen_cli.commands.score import score
from popgen_cli.commands.show import show
from popgen_cli.commands.songwriter import songwriter
from popgen_cli.commands.train import train
from popgen_cli.commands.validate import eval_validate
from popgen_cli.doors import end_like_ctrl_c

__all__ = ["app", "main"]

app = typer.Typer(
    name="popgen",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Multi-track pop music in MIDI: prepare songs, train a model, write new ones, judge them.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"popgen {__version__}")
        raise typer.Exit


@app.callback()
def _popgen(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks instead of one-line errors.")] = False,
) -> None:
    if debug:
        os.environ["POPGEN_DEBUG"] = "1"


app.command("doctor")(doctor)
app.command("prepare")(prepare)
app.add_typer(songwriter, name="songwriter")
app.command("train")(train)
app.command("report")(report)
app.command("score")(score)
app.command("crossval")(crossval)
app.command("generate")(generate)
app.command("reproduce")(reproduce)
app.command("show")(show)
app.command("explain")(explain)
app.command("render")(render)
app.command("eval")(evaluate)
app.command("eval-validate")(eval_validate)
app.command("baseline")(baseline)
app.command("compare")(compare)
app.add_typer(listen, name="listen")
app.add_typer(plugins, name="plugins")
app.add_typer(recipe, name="recipe")
app.command("demo")(demo)


def main() -> None:
    """Run the command line. Threads that wait for each other sleep instead of spinning: the machine may be shared."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    end_like_ctrl_c()
    app()

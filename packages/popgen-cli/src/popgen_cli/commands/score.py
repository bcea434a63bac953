"""popgen score: how many bits a trained model needs to tell songs that it has not heard."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from popgen_cli.asking import styles_of
from popgen_cli.doors import door, shown_json
from popgen_cli.progress import progress

__all__ = ["score"]


@door
def score(
    run: Annotated[
        Path, typer.Argument(help="The folder of a run, a checkpoint file, or the name of an installed one.")
    ],
    dataset: Annotated[
        Path,
        typer.Argument(help="Dataset of other songs; of the run's own dataset only the test part is scored."),
    ],
    best: Annotated[
        bool, typer.Option("--best", help="Take the run's best checkpoint by validation loss, not its last.")
    ] = False,
    told: Annotated[
        bool, typer.Option("--told", help="Tell the model its controls too (key, chords, form...), found in each song.")
    ] = False,
    training: Annotated[
        Path | None,
        typer.Option(help="Dataset that the run was trained on, for the baselines; default: what run.json names."),
    ] = None,
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
    json: Annotated[bool, typer.Option("--json", help="Print the score as JSON, a row for every song.")] = False,
) -> None:
    """Measure a model by the bits it needs to tell the onsets of songs, beside predictors that only count.

    Example: popgen score runs/mine held-out/ --best
    """
    from popgen_core import api

    with progress("scoring") as show:
        found = api.score(
            run,
            dataset,
            best=best,
            told=told,
            training=training,
            force=force,
            styles=styles_of(style),
            progress=show,
        )
    from popgen_cli.scorecard import intervals, show_score, verdict

    over_songs = intervals(found)
    if json:
        shown_json({**found.to_plain(), "over_songs": _plain(over_songs), "verdict": verdict(found, over_songs)})
    else:
        show_score(found, over_songs)


def _plain(over_songs: dict[str, Any]) -> dict[str, Any]:
    """Summaries as plain values, null for what is undefined."""

    def plain(value: Any) -> Any:
        if isinstance(value, int):
            return value
        return {name: None if number != number else number for name, number in vars(value).items()}

    return {name: {what: plain(value) for what, value in row.items()} for name, row in over_songs.items()}

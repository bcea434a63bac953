"""What `popgen score` says: bits beside the baselines', over songs with intervals, and a verdict in plain words."""

from __future__ import annotations

from typing import Any

import typer

from popgen_core.score.report import MODEL, Score

__all__ = ["intervals", "show_score", "verdict"]

RIVAL = "markov"  # the strongest of the baselines


def intervals(score: Score) -> dict[str, Any]:
    """By predictor, over songs: mean of bits a beat, of the paired difference to Markov, and songs told with fewer.

    The unit is the song: 95 % bootstrap intervals of means. There is no difference without baselines.
    """
    from popgen_eval.statistics import summarise

    a_beat = {
        name: [song.likelihood(name).bits_per_beat for song in score.songs if song.beats] for name in score.predictors
    }
    found: dict[str, Any] = {name: {"bits_per_beat": summarise(values)} for name, values in a_beat.items()}
    if RIVAL not in a_beat:
        return found
    for name in [name for name in a_beat if name != RIVAL]:
        differences = [mine - its for mine, its in zip(a_beat[name], a_beat[RIVAL], strict=True)]
        cheaper = sum(difference < 0 for difference in differences)
        found[name] |= {"to_markov": summarise(differences), "cheaper_songs": cheaper}
    return found


def verdict(score: Score, found: dict[str, Any]) -> str:
    """One sentence: whether the model tells these songs with fewer bits than Markov, and how sure that is."""
    if RIVAL not in score.predictors:
        return "without baselines the figure says nothing yet: tell by --training what the run was trained on"
    of = found[MODEL]["to_markov"]
    share = 1 - score.pooled(MODEL).bits / score.pooled(RIVAL).bits
    if of.n < 2:
        return f"{_share(share)} than Markov in one song, which says nothing about others"
    paired = f"a song costs {of.mean:+.2f} bits a beat [{of.low:.2f}, {of.high:.2f}], mean of {of.n} songs"
    if of.high < 0:
        at_least = "" if score.exact else "at least "
        return f"the model tells these songs with {at_least}{_share(share)} than Markov: {paired}"
    if of.low > 0 and score.exact:
        return f"the model does not beat Markov, it needs {_share(share)}: {paired}"
    bound = "" if score.exact else ", its bits being an upper bound"
    return f"the model is not shown to beat Markov{bound} ({_share(share)} in all): {paired}"


def show_score(score: Score, found: dict[str, Any]) -> None:
    """The score on the screen."""
    bound = "" if score.exact else "; the model's are an UPPER BOUND"
    typer.echo(f"{score.yardstick}: {score.recipe} ({score.checkpoint}), {len(score.songs)} songs of {score.dataset}")
    typer.echo(f"bits to tell their onsets, given {', '.join(score.controls)}, tempo and meter; 95 % intervals{bound}")
    _table(*_onset_rows(score, found))
    _table(*_group_rows(score))
    _table(*_apart_rows(score))
    for remark in score.remarks:
        typer.echo(f"- {remark}")
    typer.echo(verdict(score, found))


def _onset_rows(score: Score, found: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    heading = ["onsets", "a beat", "a note", "a beat, songs", "less Markov's", "cheaper"]
    rows = []
    for name in score.predictors:
        told, of = score.pooled(name), found[name]
        row = [_name(score, name), f"{told.bits_per_beat:.2f}", f"{told.bits_per_note:.2f}", _of(of["bits_per_beat"])]
        if "to_markov" in of:
            row += [_of(of["to_markov"]), f"{of['cheaper_songs']} of {of['to_markov'].n}"]
        rows.append(row)
    return heading, rows


def _group_rows(score: Score) -> tuple[list[str], list[list[str]]]:
    """Bits a beat of each group, the model's beside Markov's: where it loses."""
    names = [name for name in (RIVAL, MODEL) if name in score.predictors]
    rows = []
    for group in score.groups:
        told = [score.of_group(name, group) for name in names]
        row = [group, f"{told[0].notes:,}", *(f"{one.bits_per_beat:.2f}" for one in told)]
        if len(told) > 1:
            row.append(f"{100 * (told[1].bits / told[0].bits - 1):+.0f} %" if told[0].bits else "")
        rows.append(row)
    return ["group", "notes", *(_name(score, name) for name in names), *(["to Markov"] if len(names) > 1 else [])], rows


def _apart_rows(score: Score) -> tuple[list[str], list[list[str]]]:
    rows = []
    for what in ("lengths", "velocities"):
        for name, told in score.apart(what).items():
            own = name == MODEL and what == "lengths" and not score.exact
            shown = "the training's table" if name != MODEL else "model, in its own frames" if own else MODEL
            rows.append([what, shown, f"{told.bits_per_note:.2f}"])
    return ["apart, the onsets known", "told by", "bits a note"], rows


def _name(score: Score, predictor: str) -> str:
    return f"{predictor} (≤)" if predictor == MODEL and not score.exact else predictor


def _of(summary: Any) -> str:
    if summary.n < 2:
        return f"{summary.mean:.1f}"
    return f"{summary.mean:.1f} [{summary.low:.1f}, {summary.high:.1f}]"


def _share(share: float) -> str:
    return f"{100 * abs(share):.1f} % {'fewer' if share > 0 else 'more'} bits"


def _table(heading: list[str], rows: list[list[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for number, column in enumerate(heading):
        table.add_column(column, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    Console().print(table)

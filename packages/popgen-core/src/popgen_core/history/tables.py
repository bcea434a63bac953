"""A run as tables of words: Table 1 beside the paper's, phases, parts, groups, epochs, songs; for screen and page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from popgen_core.corpus.licences import origins_told, permissive
from popgen_core.corpus.telling import hours
from popgen_core.history.epochs import Epoch
from popgen_core.history.lines import number
from popgen_core.history.story import RunStory
from popgen_core.history.table import Row
from popgen_core.history.telling import figure

__all__ = [
    "Table",
    "epoch_table",
    "group_table",
    "licence_table",
    "paper_table",
    "part_table",
    "phase_table",
    "session_table",
    "text_of",
]

GAP = "  "
OF_START = " (of the start)"  # behind the licence of songs that the checkpoint had learnt that a run went on from


@dataclass(frozen=True)
class Table:
    """Headings and rows of words; all columns but the first `left` ones hold numbers. Without rows it says nothing."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: int = 1


def text_of(table: Table) -> str:
    """A table as lines of text, numbers to the right."""
    rows = [table.headings, *table.rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.headings))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(_line(row, widths, table.left) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int], left: int) -> str:
    cells = [
        cell.ljust(width) if at < left else cell.rjust(width)
        for at, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return GAP.join(cells).rstrip()


def paper_table(story: RunStory) -> Table:
    """Table 1: the paper's rows, and this run over the same epochs as far as it got."""
    headings = ("phase", "epochs", "paper: loss", "mean", "this run: epochs", "loss", "mean")
    rows = []
    for of in story.table:
        run = (_epochs(of.run), _from_to(of.run), figure(of.run.mean)) if of.run else ("not reached", "", "")
        paper = (_epochs(of.paper), f"{of.paper.loss_from:.2f} - {of.paper.loss_to:.2f}", f"{of.paper.mean:.2f}")
        rows.append((of.paper.phase, *paper, *run))
    return Table(headings, tuple(rows))


def phase_table(story: RunStory) -> Table:
    """Table 1 once more, over the phases that were found in the curve."""
    changes = [f"{phase.change:+.1%}".replace("%", " %") for phase in story.phases.found]
    rows = [
        (row.phase, _epochs(row), _from_to(row), figure(row.mean), change)
        for row, change in zip(story.phase_rows, changes, strict=True)
    ]
    return Table(("phase", "epochs", "loss", "mean", "an epoch"), tuple(rows))


def part_table(story: RunStory) -> Table:
    """Each part of the loss in the first and in the last whole epoch, and on other songs after the last."""
    first, last = _ends(story)
    if first is None or last is None:
        return Table((), ())
    rows = [
        (
            part,
            figure(first.parts[part]),
            figure(last.parts.get(part, math.nan)),
            *_heard(last, last.valid_parts.get(part)),
        )
        for part in first.parts
    ]
    rows.append(("together", figure(first.loss), figure(last.loss), *_heard(last, last.valid_loss)))
    return Table(("part", f"epoch {first.number}", f"epoch {last.number}", *_heard_heading(last)), tuple(rows))


def group_table(story: RunStory) -> Table:
    """Each instrument group's share of the loss in the first and in the last whole epoch, the latter also by part."""
    first, last = _ends(story)
    if first is None or last is None or not first.groups or not last.groups:
        return Table((), ())
    names = group_names(story, len(next(iter(last.groups.values()))))
    parts = [part for part in last.groups if part in first.groups]
    heard = bool(last.valid_groups)
    rows = [
        (
            name,
            figure(_together(first.groups, group)),
            figure(_together(last.groups, group)),
            *(figure(last.groups[part][group]) for part in parts),
            *([figure(_together(last.valid_groups, group))] if heard else []),
        )
        for group, name in enumerate(names)
    ]
    shown = [f"of which {part}" for part in parts]
    validation = ["validation"] * heard
    return Table(("group", f"epoch {first.number}", f"epoch {last.number}", *shown, *validation), tuple(rows))


def epoch_table(story: RunStory) -> Table:
    """A row an epoch."""
    heard = story.validation is not None
    parts = list(story.curve.parts)
    rows = [
        (
            f"{epoch.number}" if epoch.whole else f"{epoch.number} (unfinished)",
            f"{epoch.steps:,}",
            figure(epoch.loss),
            *([figure(epoch.valid_loss)] if heard else []),
            *(figure(epoch.parts.get(part, math.nan)) for part in parts),
        )
        for epoch in story.epochs
    ]
    return Table(("epoch", "steps", "loss", *(["validation"] * heard), *parts), tuple(rows))


def session_table(story: RunStory) -> Table:
    """A row a session: when it began and ended, over which steps, how fast, with what, and why it ended."""
    last = story.sessions[-1] if story.sessions else None
    rows = [
        (
            of.begun or "-",
            of.stopped or ("at work" if of is last and story.at_work else "killed"),
            of.device or "-",
            str(of.threads or "-"),
            f"{of.first_step:,}-{'?' if of.last_step is None else format(of.last_step, ',')}",
            "-" if math.isnan(of.seconds) else hours(of.seconds),
            figure(of.frames_per_second),
        )
        for of in story.sessions
    ]
    headings = ("begun", "ended by", "device", "threads", "steps", "length", "frames a second")
    return Table(headings, tuple(rows), left=3)


def licence_table(story: RunStory) -> Table:
    """The data passport: songs and hours by licence, and where they come from."""
    named = [*_licences(story.facts.corpus), *_of_starts(story.facts.corpus)]
    if not named:
        return Table((), ())
    rows = []
    for name, under in named:
        told = under if isinstance(under, Mapping) else {}
        seconds, origins = number(told.get("seconds")), told.get("origins")
        shown = origins_told(origins) if isinstance(origins, Mapping) else ""
        length = "-" if math.isnan(seconds) else hours(seconds)
        free = permissive(name.removesuffix(OF_START))
        rows.append((name, "yes" if free else "no", shown, str(told.get("songs", "-")), length))
    return Table(("licence", "free to give away", "from", "songs", "length"), tuple(rows), left=3)


def _licences(corpus: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The licences of a corpus by name, and what its passport says of each."""
    passport = corpus.get("passport")
    licences = passport.get("licences") if isinstance(passport, Mapping) else None
    return [(str(name), under) for name, under in licences.items()] if isinstance(licences, Mapping) else []


def _of_starts(corpus: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The same of the checkpoints that a run went on from, one after another."""
    start = corpus.get("start")
    if not isinstance(start, Mapping):
        return []
    return [*((f"{name}{OF_START}", under) for name, under in _licences(start)), *_of_starts(start)]


def group_names(story: RunStory, count: int) -> tuple[str, ...]:
    """The names of the groups of a log's rows; numbers where the run does not tell them."""
    names = story.facts.groups
    return names if len(names) == count else tuple(f"group {number}" for number in range(1, count + 1))


def _ends(story: RunStory) -> tuple[Epoch | None, Epoch | None]:
    """The first and the last whole epoch of which the steps are told."""
    told = [epoch for epoch in story.ended if epoch.parts]
    return (told[0], told[-1]) if told else (None, None)


def _together(groups: Mapping[str, Sequence[float]], group: int) -> float:
    return math.fsum(row[group] for row in groups.values() if group < len(row))


def _heard(epoch: Epoch, value: float | None) -> Iterable[str]:
    return [] if math.isnan(epoch.valid_loss) else [figure(math.nan if value is None else value)]


def _heard_heading(epoch: Epoch) -> Iterable[str]:
    return [] if math.isnan(epoch.valid_loss) else ["validation"]


def _epochs(row: Row) -> str:
    return f"{row.first}-{row.last}" if row.last > row.first else f"{row.first}"


def _from_to(row: Row) -> str:
    return f"{figure(row.loss_from)} - {figure(row.loss_to)}"

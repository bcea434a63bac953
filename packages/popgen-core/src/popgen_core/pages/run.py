"""The page of a training run: the answers first, then its losses beside the paper's, its pictures and its songs."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from popgen_core.corpus.telling import counted, hours
from popgen_core.errors import OutputError, from_wheels
from popgen_core.files import write_atomically
from popgen_core.history.lines import number
from popgen_core.history.story import RunStory, read_story
from popgen_core.history.tables import (
    Table,
    epoch_table,
    group_table,
    licence_table,
    paper_table,
    part_table,
    phase_table,
    session_table,
)
from popgen_core.history.telling import PAPER_SCALE, answers, headline, paper_line, phase_line, start_lines
from popgen_core.pages.page import Cell, Column, Page
from popgen_core.pages.run_plots import group_picture, loss_picture, run_pictures

__all__ = ["NO_PICTURES", "PAGE", "PICTURE", "can_draw", "run_page", "write_page", "write_report"]

PAGE = "report.html"
PICTURE = "loss.png"
NO_PICTURES = f"no pictures: they need matplotlib, which is not installed ({from_wheels('popgen-core[plot]')})"
LAW = (
    "Found by fitting one to three straight lines to the logarithm of the loss over the epochs, as many as Schwarz's "
    "criterion allows; they describe the curve and explain nothing."
)


def write_report(run: Path, story: RunStory | None = None) -> list[Path]:
    """Write a run's page and the picture of its loss into its folder, anew -> the files that were written.

    Without matplotlib the page has no pictures, and loss.png is left as it is. Raises CheckpointError for a folder
    that is no run's, OutputError where nothing can be written.
    """
    story = story or read_story(run)
    written = [write_page(run / PAGE, story)]
    if can_draw() and story.steps:
        written.append(_write(run / PICTURE, loss_picture(story)))
    return written


def write_page(path: Path, story: RunStory) -> Path:
    """Write a run's page to a file -> that file. Raises OutputError where it cannot be written."""
    return _write(path, run_page(story).encode("utf-8", "backslashreplace"))


def can_draw() -> bool:
    """Whether there is a matplotlib to draw with."""
    return find_spec("matplotlib") is not None


def run_page(story: RunStory) -> str:
    """The page of a run, with pictures where matplotlib is installed."""
    page = Page(f"popgen report: {story.run}", headline(story))
    for answer in answers(story):
        page.text(answer)
    if not can_draw():
        page.text(f"{NO_PICTURES}.", quiet=True)
    if story.steps:
        _picture(page, story, loss_picture, "the loss of every step, of every epoch and of validation")
        _losses(page, story)
        _table(page, "All epochs", epoch_table(story), sorts=True)
    _table(page, "Sessions", session_table(story))
    _songs(page, story)
    _recipe(page, story)
    return page.html()


def _losses(page: Page, story: RunStory) -> None:
    """Table 1 beside the paper's, phases, start, parts and groups, and what else the log can draw."""
    _table(page, "Table 1, the paper's and this run's", paper_table(story), paper_line(story), PAPER_SCALE)
    _table(page, "Phases", phase_table(story), phase_line(story))
    if story.phases.found:
        page.text(LAW, quiet=True)
    if lines := start_lines(story):
        page.section("Where it started")
        for line in lines:
            page.text(line)
    _table(page, "The parts of the loss", part_table(story))
    _table(page, "The groups", group_table(story))
    if story.curve.groups:
        _picture(page, story, group_picture, "each part of the loss by group")
    page.section("Step by step")
    if can_draw():
        page.pictures(run_pictures(story))


def _picture(page: Page, story: RunStory, draw: Callable[[RunStory], bytes], words: str) -> None:
    if can_draw():
        page.pictures([(draw(story), words)])


def _table(page: Page, title: str, table: Table, *lines: str, sorts: bool = False) -> None:
    """A section of some lines and a table; nothing where there is neither."""
    if not table.rows and not lines:
        return
    page.section(title)
    for line in lines:
        page.text(line)
    if table.rows:
        columns = [Column(heading, number=at >= table.left) for at, heading in enumerate(table.headings)]
        page.table(columns, [[_cell(word) for word in row] for row in table.rows], sorts=sorts)


def _cell(word: str) -> Cell:
    """A word of a table, sorted by its number where it is one."""
    try:
        return word, float(word.replace(",", ""))
    except ValueError:
        return word


def _songs(page: Page, story: RunStory) -> None:
    """How many songs were used for what, and under which licences they stand."""
    counts, corpus = story.facts.songs, story.facts.corpus
    uses = {"trained": "trained on", "validated": "heard for validation", "left": "left for the test"}
    said = [f"{counted(counts[name], 'song')} {use}" for name, use in uses.items() if name in counts]
    seconds = number(corpus.get("seconds"))
    length = f" The songs trained on last {hours(seconds)}." if seconds == seconds else ""
    lines = [f"{', '.join(said)}.{length}"] if said else [length.strip()] if length else []
    _table(page, "Songs and licences", licence_table(story), *lines)


def _recipe(page: Page, story: RunStory) -> None:
    """Every setting that the recipe's file tells."""
    recipe = story.facts.recipe
    tables = {name: table for name, table in recipe.items() if isinstance(table, dict)}
    above = {name: value for name, value in recipe.items() if name not in tables}
    if not recipe:
        return
    page.section("Recipe")
    page.pairs((name, [_settings(table)]) for name, table in {"recipe": above, **tables}.items() if table)


def _settings(table: dict[str, object]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in table.items())


def _write(path: Path, content: bytes) -> Path:
    try:
        write_atomically(path, content)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}", hint="choose another place") from error
    return path

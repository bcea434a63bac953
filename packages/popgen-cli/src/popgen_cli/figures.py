"""What `popgen eval` shows on a screen: figures by family in 80 columns, what is better, what is undefined."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from popgen_cli.clinic import screen
from popgen_eval.report import Report
from popgen_eval.telling import (
    SECTIONS,
    beside_lines,
    interval,
    lead,
    number,
    sections,
    undefined_lines,
    warning,
)

__all__ = ["show_figures"]

FIGURE = 24  # columns for a figure's name; longer ones are folded
MOST_REASONS = 3  # that are named for a figure


def show_figures(report: Report) -> None:
    """A report for a screen or a pipe."""
    with screen() as console:
        _print(console, lead(report), "bold")
        if len(report.errors) == len(report.files):
            return
        for family, names in sections(report.names):
            _print(console, f"\n{SECTIONS[family]}", "bold")
            console.print(_table(report, names))
        _show_warnings(console, report)
        _show_sets(console, report)
        _show_beside(console, report)
        _show_undefined(console, report)


def _table(report: Report, names: list[str]) -> Table:
    """A row a figure: its mean, interval, calibrated value, in how many files it is defined, the reference's mean."""
    calibrated = {name: report.calibrated(name) for name in report.names}
    known = any(value == value for value in calibrated.values())
    headings = ["figure", "mean", "95 % interval", *(["calibrated"] if known else []), "n"]
    headings += ["reference"] if report.reference else []
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left", no_wrap=place > 0, overflow="fold")
    table.columns[0].width = FIGURE
    for name in names:
        of = report.summary[name]
        cells = [name + ("*" if warning(name) else ""), number(of.mean), interval(of.low, of.high) or "-"]
        cells += [number(calibrated[name])] if known else []
        cells += [f"{of.n} of {len(report.files)}" if of.n < len(report.files) else str(of.n)]
        cells += [number(report.reference.summary[name].mean)] if report.reference else []
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _show_warnings(console: Console, report: Report) -> None:
    found: dict[str, list[str]] = {}
    for name in report.names:
        if words := warning(name):
            found.setdefault(words, []).append(name)
    for words, names in found.items():
        _print(console, f"* {words}: {', '.join(names)}")
    if any(report.calibrated(name) == report.calibrated(name) for name in report.names):
        _print(console, "calibrated: 0 is corrupted music, 1 the median real song")


def _show_sets(console: Console, report: Report) -> None:
    if not report.sets:
        return
    _print(console, "\nAll songs together, against the reference", "bold")
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in ("figure", "value", "beside"):
        table.add_column(heading, justify="right" if heading == "value" else "left", overflow="fold")
    for name, score in report.sets.items():
        value = f"{score.value:.3g}" if score.value == score.value else "-"
        table.add_row(*(Text(cell) for cell in (name, value, score.note or score.reason)))
    console.print(table)


def _show_beside(console: Console, report: Report) -> None:
    for heading, lines in beside_lines(report):
        _print(console, f"\n{heading}", "bold")
        for line in lines:
            _print(console, f"- {line}")


def _show_undefined(console: Console, report: Report) -> None:
    """A line for all figures that some songs lack for one cause."""
    lines = undefined_lines(report, most=MOST_REASONS)
    if lines:
        _print(console, "\nUndefined, and so in no mean", "bold")
    for names, words in lines:
        few = ", ".join(names) if len(names) <= MOST_REASONS else f"{names[0]} and {len(names) - 1:,} others"
        _print(console, f"- {few}: {words}")


def _print(console: Console, words: str, style: str = "") -> None:
    console.print(Text(words, style=style, overflow="fold"))

"""What `popgen eval` shows on a screen of 80 columns: verdicts in sentences, then figures by family."""

from __future__ import annotations

import textwrap

from rich.console import Console
from rich.table import Table
from rich.text import Text

from popgen_cli.clinic import screen
from popgen_eval.report import Report
from popgen_eval.telling.copies import copying_lines, most_copied
from popgen_eval.telling.reasons import undefined_lines
from popgen_eval.telling.set_rows import SetRow, set_rows
from popgen_eval.telling.words import (
    SECTIONS,
    beside_lines,
    counted,
    figures_of,
    interval,
    intervals_lead,
    lead,
    number,
    real_song,
    sections,
    spread,
    unanchored,
)

__all__ = ["show_figures"]

WIDEST = 29  # columns for a figure's name; longer ones are folded after an underline
MOST_NAMES = 3  # figures named for a cause
MOST_CAUSES = 12
SET_SIGNS = (
    "real songs: as many of the reference against others of it, and (in brackets) what 95 % of such draws keep; "
    "farther: beyond that"
)


def show_figures(report: Report) -> None:
    """A report for a screen or a pipe."""
    with screen() as console:
        _print(console, lead(report), "bold")
        if len(report.errors) == len(report.files):
            return
        _show_beside(console, report)
        _show_copying(console, report)
        for family, names in sections(figures_of(report)):
            _print(console, f"\n{SECTIONS[family]}", "bold")
            console.print(_table(report, names))
        _show_signs(console, report)
        _show_sets(console, report)
        _show_undefined(console, report)


def _show_beside(console: Console, report: Report) -> None:
    found = beside_lines(report)
    for heading, lines in found:
        _show_points(console, heading, lines)
    if any("(" in line for _, lines in found for line in lines):
        _print(console, intervals_lead(report))


def _show_copying(console: Console, report: Report) -> None:
    if lines := copying_lines(report):
        _show_points(console, "Copies of the training set", [*lines, *most_copied(report)])


def _table(report: Report, names: list[str]) -> Table:
    """A row a figure: its mean, interval, calibrated value, in how many files it is defined, the reference's mean."""
    calibrated = {name: report.calibrated(name) for name in report.names}
    known = any(value == value for value in calibrated.values())
    headings = ["figure", "mean", "95 % interval", *(["calib."] if known else []), "n"]
    table = _empty_table([*headings, *(["ref."] if report.reference else [])])
    for name in names:
        of = report.summary[name]
        cells = [_folded(name, _signs(report, name)), number(of.mean), spread(of) or "-"]
        cells += [number(calibrated[name])] if known else []
        cells += [str(of.n)]
        cells += [number(report.reference.summary[name].mean)] if report.reference else []
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _empty_table(headings: list[str]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left", no_wrap=True)
    return table


def _folded(name: str, signs: str = "") -> str:
    """A name with its signs, where it is too long in lines that end between its words."""
    if len(name + signs) <= WIDEST:
        return name + signs
    lines = textwrap.wrap(name.replace("_", "_ "), WIDEST - 2)
    return "\n".join(line.replace("_ ", "_") for line in lines) + signs


def _signs(report: Report, name: str) -> str:
    lower = name in report.measures and report.measures[name].better == "lower"
    return ("<" if lower else "") + ("*" if report.scale.warning(name) else "")


def _show_signs(console: Console, report: Report) -> None:
    """What the signs and short headings of the tables mean, each once and only if there."""
    names = figures_of(report)
    if any("<" in _signs(report, name) for name in names):
        _print(console, "< less is better")
    for words in dict.fromkeys(report.scale.warning(name) for name in names):
        if words:
            _print(console, f"* {words}")
    if any(report.calibrated(name) == report.calibrated(name) for name in names):
        _print(console, f"calib.: calibrated, 0 is corrupted music, 1 {real_song(report.scale)}")
    if why := unanchored(report):
        _print(console, why)
    judged = len(report.files) - len(report.errors)
    beside = "; ref.: the mean of the reference" if report.reference else ""
    _print(console, f"n: in how many of {counted(judged, 'song')} it is defined{beside}")


def _show_sets(console: Console, report: Report) -> None:
    rows = set_rows(report)
    if not rows:
        return
    _print(console, "\nAll songs together, against the reference", "bold")
    table = _empty_table(["figure", "value (95 % interval)", "real songs", "farther"])
    for row in rows:
        table.add_row(*(Text(cell) for cell in _set_cells(row)))
    console.print(table)
    if any(row.farther for row in rows):
        _print(console, SET_SIGNS)


def _set_cells(row: SetRow) -> list[str]:
    within = f" ({interval(row.low, row.high)})" if interval(row.low, row.high) else ""
    real = f"{row.floor:.3g}" if row.floor == row.floor else ""
    real += f" ({row.edge:.3g})" if row.edge == row.edge else ""
    said = ", ".join(word for word in (row.farther, row.note) if word)
    return [_folded(row.name), f"{row.value:.3g}{within}", real, said]


def _show_undefined(console: Console, report: Report) -> None:
    """A line for each cause, those that concern most songs first."""
    lines = undefined_lines(report)
    said = []
    for names, words in lines[:MOST_CAUSES]:
        few = ", ".join(names) if len(names) <= MOST_NAMES else f"{names[0]} and {len(names) - 1:,} others"
        said.append(f"{words}: {few}")
    if len(lines) > MOST_CAUSES:
        said.append(f"{len(lines) - MOST_CAUSES} more causes; --html names them")
    if said:
        _show_points(console, "Undefined, and so in no mean", said)


def _show_points(console: Console, heading: str, lines: list[str]) -> None:
    _print(console, f"\n{heading}", "bold")
    for line in lines:
        _print(console, f"- {line}")


def _print(console: Console, words: str, style: str = "") -> None:
    console.print(Text(words, style=style, overflow="fold"))

"""Text on the screen that keeps to its width: paragraphs, and rows of a name and what is said of it."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable

import typer

__all__ = ["paragraphs", "row", "rows", "said"]

WIDEST = 100  # columns; longer lines are hard to read
NAMES = 24  # columns that the names of rows take at most


def said(text: str, indent: str = "", then: str | None = None) -> None:
    """One paragraph, its first line behind `indent`, all others behind `then` (or `indent`)."""
    width = min(shutil.get_terminal_size((80, 24)).columns, WIDEST)
    shown = textwrap.fill(
        " ".join(text.split()),
        max(width, 40),
        initial_indent=indent,
        subsequent_indent=indent if then is None else then,
        break_long_words=False,  # a path is one word
        break_on_hyphens=False,
    )
    shown = "".join(letter if letter.isprintable() or letter == "\n" else ascii(letter)[1:-1] for letter in shown)
    encoding = sys.stdout.encoding or "utf-8"
    typer.echo(shown.encode(encoding, "backslashreplace").decode(encoding))


def paragraphs(text: str, indent: str = "") -> None:
    """A docstring: its paragraphs, filled; lines that begin a list stay lines."""
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            typer.echo()
        for item in _items(paragraph):
            said(item, indent, f"{indent}  " if item.startswith("- ") else indent)


def rows(of: Iterable[tuple[str, str]], indent: str = "  ") -> None:
    """Names and what is said of each, the names in a column."""
    told = list(of)
    width = min(max((len(name) for name, _ in told), default=0), NAMES)
    for name, text in told:
        row(name, text, width, indent)


def row(name: str, text: str, width: int, indent: str = "  ") -> None:
    """A name and what is said of it; a long name has a line of its own."""
    behind = indent + " " * (width + 2)
    if len(name) > width:
        said(name, indent, f"{indent}    ")
        said(text, behind)
    elif text:
        said(text, f"{indent}{name:{width}}  ", behind)
    else:
        typer.echo(f"{indent}{name}")


def _items(paragraph: str) -> list[str]:
    """A paragraph, or the items of a list."""
    items: list[str] = []
    for line in paragraph.splitlines():
        if line.startswith("- ") or not items:
            items.append(line)
        else:
            items[-1] += f" {line}"
    return items

"""Writes docs/commands.md: the help of every command, as the commands themselves print it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer.main import get_command
from typer.testing import CliRunner

from popgen_cli.app import app

PAGE = Path(__file__).with_name("commands.md")


def names(command: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The words of every command, the whole program first."""
    return [
        path,
        *(
            deeper
            for name in getattr(command, "commands", {})
            for deeper in names(command.commands[name], (*path, name))
        ),
    ]


def page() -> str:
    """The page as it should be."""
    parts = ["# The commands\n\nWritten by `make docs` from the commands' own help; a test compares them.\n"]
    for words in names(get_command(app)):
        shown = CliRunner().invoke(
            app, [*words, "--help"], prog_name="popgen", env={"COLUMNS": "100", "TERMINAL_WIDTH": "100"}
        )
        parts.append(f"## {' '.join(('popgen', *words))}\n\n```text\n{shown.stdout.strip()}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

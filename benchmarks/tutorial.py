"""How long "Your first encoder" takes from nothing: every command of the page, in a fresh clone, as a reader types it.

Prints the seconds of each command, what they end with, their sum (goal: under ten minutes), and which files of the
clone they touched beside those that they made. Usage: python benchmarks/tutorial.py
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = Path("docs") / "tutorials" / "first-encoder.md"
EDITED = Path("my-idea") / "src" / "my_idea" / "encoder.py"
LAST = "popgen generate my-idea-run -o my-more-songs"  # asks for what was taken away: it must be refused
REFUSED = 4
GOAL_MINUTES = 10


def steps(page: str) -> list[tuple[str, str]]:
    """(language, text) of each block of a page: commands to type, code to put into the file."""
    return re.findall(r"^```(bash|python)\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)


def commands(block: str) -> list[str]:
    """The commands of a block, lines that go on joined."""
    return block.replace("\\\n", " ").strip().splitlines()


def typed(command: str, folder: Path) -> float:
    """Run one command in the reader's folder -> seconds; ends the program when it does not end as the page says."""
    path = f"{folder / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    begun = time.perf_counter()
    done = subprocess.run(["bash", "-c", command], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True)
    seconds = time.perf_counter() - begun
    last = (done.stdout.decode() + done.stderr.decode()).strip().splitlines()[-1:]
    print(
        f"{seconds:7.1f} s  exit {done.returncode}  {' '.join(command.split())}\n{'':20}{' '.join(last)[:160]}",
        flush=True,
    )
    if done.returncode != (REFUSED if command == LAST else 0):
        sys.exit(f"the page does not say that this ends with {done.returncode}")
    return seconds


def main() -> None:
    """Go through the page."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "popgen"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
        total = 0.0
        for language, text in steps((folder / PAGE).read_text(encoding="utf-8")):
            if language == "python":
                (folder / EDITED).write_text(text, encoding="utf-8")
            else:
                total += sum(typed(command, folder) for command in commands(text) if not command.startswith("export"))
        changed = subprocess.run(["git", "status", "--porcelain"], cwd=folder, capture_output=True, check=True)
        touched = [line for line in changed.stdout.decode().splitlines() if not line.startswith("??")]
    print(f"{total / 60:.1f} minutes, goal {GOAL_MINUTES}; files of the checkout touched: {touched or 'none'}")


if __name__ == "__main__":
    main()

"""A fresh process with the same search path: what a component does there, and what declaring it imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from popgen_core.testing.verdict import Failed

__all__ = ["SECONDS", "answer_of"]

SECONDS = 60  # after which a process counts as hanging
MARK = "popgen-testing:"  # before the answer, which may stand behind whatever else is printed


def answer_of(code: str, given: Sequence[Any] = ()) -> tuple[Any, str]:
    """Run code in a fresh process, with the list `given` -> its list `answer`, and what else it printed.

    Both pass as JSON. Raises Failed when the process ends badly or takes longer than a minute.
    """
    whole = f"import json, sys\ngiven = json.loads(sys.argv[1])\n{code}\nprint('\\n{MARK}' + json.dumps(answer))"
    path = os.pathsep.join([place for place in sys.path if place])
    try:
        ended = subprocess.run(
            [sys.executable, "-c", whole, json.dumps(list(given))],
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"a fresh process did not end within {SECONDS} seconds") from None
    printed, found, answer = ended.stdout.rpartition(f"\n{MARK}")
    if ended.returncode or not found:
        raise Failed(f"a fresh process ended with exit code {ended.returncode}: {_last_line(ended.stderr)}")
    return json.loads(answer), printed + ended.stderr


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1]

"""Thousands of damaged files: none crashes the reader, hangs it, eats the memory, or raises what nobody expects."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FUZZ = Path(__file__).parents[1] / "support" / "fuzz.py"


def fuzzed(count: int, seed: int) -> dict[str, Any]:
    """The child's report; the test fails with its last words if it dies."""
    made = subprocess.run([sys.executable, str(FUZZ), str(count), str(seed)], capture_output=True, text=True)
    assert made.returncode == 0, f"ended with {made.returncode} at file {made.stderr[-2000:]}"
    return dict(json.loads(made.stdout))


def check(report: dict[str, Any], count: int) -> None:
    outcomes = report["outcomes"]
    assert sum(outcomes.values()) == count
    assert outcomes["repaired"] > count / 10  # else the fuzz tries nothing but refusals
    assert outcomes["accepted"] > 0
    assert report["slowest"] < 2
    assert report["megabytes"] < 1024


def test_300_damaged_files_do_no_harm() -> None:
    check(fuzzed(300, seed=1), 300)


@pytest.mark.slow
def test_20_000_damaged_files_do_no_harm() -> None:
    check(fuzzed(20_000, seed=2), 20_000)

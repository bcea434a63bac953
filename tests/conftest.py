"""What all tests share: the corpus when there is one, and small songs made by hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real MIDI; tests that need it are skipped where it is not."""
    folder = os.environ.get("POPGEN_CORPUS", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("POPGEN_CORPUS is unset or no folder: it names the folder of real MIDI files")
    return Path(folder).resolve()

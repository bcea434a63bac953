"""What all tests share: the corpus when there is one, and small songs made by hand."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

# Sums are bit-equal at an equal number of threads, and the workers of a test run share the cores; torch reads this
# when it is first imported, and so do processes that tests start.
os.environ["OMP_NUM_THREADS"] = "1"

# Whoever runs in the background of a shell ignores Ctrl-C, and so would the processes that tests start and stop.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real MIDI; tests that need it are skipped where it is not."""
    folder = os.environ.get("POPGEN_CORPUS", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("POPGEN_CORPUS is unset or no folder: it names the folder of real MIDI files")
    return Path(folder).resolve()

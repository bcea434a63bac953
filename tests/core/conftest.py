"""A hundred songs of the songwriter, written once for all tests that read them."""

import pytest

from popgen_core.music import Song
from popgen_core.songwriter import write_songs


@pytest.fixture(scope="session")
def songs() -> list[Song]:
    return list(write_songs(100, 1))

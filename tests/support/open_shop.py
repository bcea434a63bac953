"""The fixture `shop`: sample distributions on this process's path, forgotten afterwards."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from plugin_shop import Shop

from popgen_core.plugins import catalogue


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    folder = tmp_path / "shop"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    for name in ("POPGEN_PLUGINS", "POPGEN_STRICT"):
        monkeypatch.delenv(name, raising=False)
    catalogue.cache_clear()
    made = Shop(folder)
    yield made
    catalogue.cache_clear()
    for module in made.modules:
        sys.modules.pop(module, None)

"""A real run with a stranger's encoder and another stranger's loss, and a her_shop to change what is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from wave_shop import ONE_STEP, RIPPLES, WaveShop

from popgen_core import api

pytest_plugins = ("tiny_run",)


@pytest.fixture
def her_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WaveShop]:
    """my-idea 0.3.0 with the encoder waves.v1 and her-loss 1.0 with the loss ripples.v1."""
    (tmp_path / "shop").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path / "shop"))
    for name in ("POPGEN_PLUGINS", "POPGEN_STRICT"):
        monkeypatch.delenv(name, raising=False)
    made = WaveShop(tmp_path / "shop")
    stocked(made)
    yield made
    made.close()


def stocked(her_shop: WaveShop) -> None:
    her_shop.install("my-idea", "0.3.0")
    her_shop.install("her-loss", "1.0", RIPPLES, "loss", "ripples.v1")


@pytest.fixture(scope="session")
def wave_run(short_dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of one step."""
    folder = tmp_path_factory.mktemp("waves")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        her_shop = WaveShop(folder)
        stocked(her_shop)
        changes = [*ONE_STEP, "encoder.name=waves.v1", "loss.name=ripples.v1"]
        api.train(short_dataset, folder / "run", "paper", changes=changes)
        her_shop.close()
    return folder / "run"

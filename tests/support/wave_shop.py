"""Distributions of strangers, written into a folder on sys.path: an encoder that trains, a loss, a checkpoint."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path

from tiny_recipe import TINY

from popgen_core.plugins import Catalogue, catalogue

ONE_STEP = (*(change for change in TINY if not change.startswith("encoder.")), "train.minutes=1e-6")
HOOK = """
from popgen_core.contracts.card import Card
from popgen_core.plugins import hookimpl

@hookimpl
def popgen_components():
    return [Card({kind!r}, {name!r}, "{module}_parts:Part", "a stranger's")]
"""
WAVES = """
from dataclasses import dataclass
from popgen_encoders.linear import FrameLinear

class Part(FrameLinear):
    @dataclass(frozen=True)
    class Config:
        pass
"""
RIPPLES = """
from popgen_core.losses.paper import PaperLoss

class Part(PaperLoss):
    pass
"""
WHERE = """
from pathlib import Path

def Part():
    return Path(__file__).parent / "{file}"
"""


class WaveShop:
    """A folder that strangers' distributions are installed into and removed from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(
        self,
        distribution: str,
        version: str,
        code: str = WAVES,
        kind: str = "encoder",
        name: str = "waves.v1",
        hook: str = HOOK,
    ) -> None:
        """A distribution of one component, instead of what it was before."""
        self.remove(distribution)
        module = distribution.replace("-", "_")
        (self.folder / f"{module}.py").write_text(hook.format(kind=kind, name=name, module=module))
        (self.folder / f"{module}_parts.py").write_text(code)
        about = self.folder / f"{module}-{version}.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        (about / "entry_points.txt").write_text(f"[popgen]\n{distribution} = {module}\n")

    def remove(self, distribution: str) -> None:
        """Take a distribution away, and its modules out of this process."""
        module = distribution.replace("-", "_")
        for about in self.folder.glob(f"{module}-*.dist-info"):
            shutil.rmtree(about)
        for part in (module, f"{module}_parts"):
            (self.folder / f"{part}.py").unlink(missing_ok=True)
            sys.modules.pop(part, None)
        shutil.rmtree(self.folder / "__pycache__", ignore_errors=True)
        self.forget()

    def close(self) -> None:
        """Take all distributions away."""
        for file in list(self.folder.glob("*.dist-info")):
            self.remove(file.name.partition("-")[0].replace("_", "-"))

    def forget(self) -> None:
        """Let this process look anew for what is installed."""
        importlib.invalidate_caches()
        catalogue.cache_clear()

    def found(self) -> Catalogue:
        """What is installed now."""
        self.forget()
        return catalogue()

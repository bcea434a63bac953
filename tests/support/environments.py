"""Fresh environments made from the wheels of `make wheels`: what somebody has who installed only this or that.

The wheels of others are fetched once a test run and shared, so that making an environment needs no network.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[2]
CONSTRAINTS = ROOT / "constraints.txt"
EXTRAS = {"popgen-core": "[torch,plot,dask,tensorboard,audio]", "popgen-cli": "[all]"}
BESIDE = ("pytest",)  # what tests of plug-ins need, installed into their environments
TOO_LONG = 300  # seconds for one command
MEGABYTE = 1e6


@dataclass(frozen=True)
class Wheelhouse:
    """A folder of wheels, popgen's and all others that an environment may need; nothing is fetched from elsewhere."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> Wheelhouse:
        """The wheelhouse in this folder, filled by whichever process comes first."""
        folder.mkdir(parents=True, exist_ok=True)
        done = folder / "complete"
        with FileLock(folder / "lock"):
            if not done.exists():
                house = cls(folder)
                house._build_ours()
                house._fetch_others()
                done.touch()
        return cls(folder)

    def build(self, source: Path) -> None:
        """Add the wheel of one more distribution, from the folder of its pyproject.toml."""
        _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", self.folder, source)

    def _build_ours(self) -> None:
        """`make wheels`, with this interpreter's tools; the checkout's own .venv is left alone."""
        tools, ours = Path(sys.executable).parent, self.folder / "ours"
        _run("make", "-s", "-C", ROOT, "-o", ".venv/.ready", "wheels", f"BIN={tools}", f"WHEELS={ours}")
        for wheel in ours.glob("*.whl"):
            shutil.copy(wheel, self.folder)

    def _fetch_others(self) -> None:
        """Others' wheels; popgen's own versions are held to those just built, never to a stranger's of that name."""
        ours = {_name(wheel): wheel for wheel in self.folder.glob("*.whl")}
        asked = [f"{name}{extras} @ {ours[name].as_uri()}" for name in ours for extras in ("", EXTRAS.get(name, ""))]
        _run(*_pip(), "wheel", "--quiet", "-c", CONSTRAINTS, "-w", self.folder, *asked, *BESIDE)


class Environment:
    """A virtual environment of its own; nothing of the checkout can be seen from it."""

    def __init__(self, folder: Path, wheelhouse: Wheelhouse) -> None:
        self.folder, self.wheelhouse = folder, wheelhouse
        _run(sys.executable, "-m", "venv", "--without-pip", folder)

    @property
    def python(self) -> Path:
        """The interpreter."""
        return self.folder / "bin" / "python"

    def install(self, *requirements: str | Path) -> None:
        """Install distributions by name, extra and all, from the wheelhouse alone."""
        source = ("--no-index", "--find-links", self.wheelhouse.folder)
        _run(*_pip(), "--python", self.python, "install", "--quiet", "--no-compile", *source, *requirements)

    def run(self, *words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """A command of this environment (`popgen`, `python`) with its words, whatever it ends with."""
        return subprocess.run(self.command(*words), **self.surroundings(cwd), timeout=TOO_LONG)

    def command(self, *words: object) -> list[str]:
        """The words with the first one found in this environment."""
        return [str(self.folder / "bin" / str(words[0])), *map(str, words[1:])]

    def surroundings(self, cwd: Path | None = None) -> dict[str, object]:
        """How its commands are started: their words caught, and no path or setting of ours in sight."""
        hidden = ("PYTHON", "POPGEN_", "PIP_", "COV_", "VIRTUAL_ENV")
        seen = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        return {"cwd": cwd or self.folder, "env": {**seen, "COLUMNS": "100"}, "text": True, **CAUGHT}

    def packages(self) -> dict[str, str]:
        """The installed distributions and their versions."""
        words = (*_pip(), "--python", self.python, "list", "--format", "freeze")
        return dict(line.split("==") for line in _run(*words).splitlines())

    def megabytes(self) -> float:
        """What the installed files take, in millions of bytes, without what Python compiles of them."""
        [site] = self.folder.glob("lib/python*/site-packages")
        files = (path for path in site.rglob("*") if path.is_file() and path.suffix != ".pyc")
        return sum(path.stat().st_size for path in files) / MEGABYTE

    def remove(self) -> None:
        """Take it away: some hold a gigabyte."""
        shutil.rmtree(self.folder, ignore_errors=True)


CAUGHT = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}


@pytest.fixture(scope="session")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Wheelhouse:
    """The wheels of this test run, made once, whoever of its processes asks first."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return Wheelhouse.made(shared / "wheelhouse")


def _pip() -> tuple[str, ...]:
    return (sys.executable, "-m", "pip", "--disable-pip-version-check")


def _name(wheel: Path) -> str:
    """The distribution of a wheel's file."""
    return re.sub(r"[-_.]+", "-", wheel.name.split("-")[0]).lower()


def _run(*words: object) -> str:
    """A command that must succeed -> what it printed; what it complained of goes into the error."""
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, timeout=TOO_LONG, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout

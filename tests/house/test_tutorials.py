"""What the tutorials let a reader make works as they say: a new package, edited as on the page, passes its tests."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

TUTORIALS = Path(__file__).parents[2] / "docs" / "tutorials"


def new(kind: str, name: str, folder: Path) -> Path:
    """A package as `popgen plugins new` makes it; that refuses a name which is installed here."""
    if find_spec(name.replace("-", "_")):
        pytest.skip(f"{name} is installed here: somebody went through the tutorial")
    command = [sys.executable, "-m", "popgen_cli", "plugins", "new", kind, name, "-o", str(folder / name)]
    subprocess.run(command, check=True, capture_output=True)
    return folder / name


def code_of(page: str) -> list[str]:
    """The Python that a tutorial shows, block by block."""
    return re.findall(r"```python\n(.*?)```", (TUTORIALS / page).read_text(encoding="utf-8"), flags=re.DOTALL)


def replace(path: Path, text: str) -> None:
    """Put a text in place of a file that is there."""
    assert path.is_file()
    path.write_text(text, encoding="utf-8")


def said_by(package: Path) -> str:
    """What pytest says at the end when a reader types `python -m pytest PACKAGE`."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(package)]
    return subprocess.run(command, capture_output=True, text=True, cwd=package.parent).stdout.splitlines()[-1]


@pytest.mark.slow
def test_the_encoder_of_the_tutorial_passes_the_tests_of_its_package(tmp_path: Path) -> None:
    package = new("encoder", "my-idea", tmp_path)
    [encoder] = code_of("first-encoder.md")
    replace(package / "src" / "my_idea" / "encoder.py", encoder)
    assert re.fullmatch(r"\d\d passed(, \d+ skipped)? in .*", said_by(package))


@pytest.mark.slow
def test_the_metric_of_the_tutorial_passes_the_tests_of_its_package(tmp_path: Path) -> None:
    package = new("evaluator", "my-metric", tmp_path)
    evaluator, law = code_of("first-metric.md")
    replace(package / "src" / "my_metric" / "evaluator.py", evaluator)
    tests = package / "tests" / "test_my_metric.py"
    replace(tests, tests.read_text(encoding="utf-8").rpartition("\n\n\ndef test_")[0] + f"\n\n\n{law}")
    assert re.fullmatch(r"\d\d passed(, \d+ skipped)? in .*", said_by(package))

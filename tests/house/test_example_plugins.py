"""The example plug-ins are small, sound distributions that keep their contracts."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
BROUGHT = {
    "popgen-pitch-conv": "encoder",
    "popgen-rests": "evaluator",
    "popgen-jazz-combo": "grouper",
    "popgen-gru": "backbone",
}
MOST_LINES = 100

WITH_TORCH = ("encoder", "backbone")  # the kit takes some seconds for these

each_example = pytest.mark.parametrize("name", BROUGHT)
tried_example = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (kind in WITH_TORCH)) for name, kind in BROUGHT.items()]
)


def module_of(name: str) -> str:
    return name.replace("-", "_")


def test_these_are_all_examples_and_the_list_names_them() -> None:
    assert {path.parent.name for path in EXAMPLES.glob("*/pyproject.toml")} == set(BROUGHT)
    listed = (EXAMPLES / "README.md").read_text()
    assert all(f"- `{name}`: the {kind} `" in listed for name, kind in BROUGHT.items())


@each_example
def test_its_code_is_a_card_and_one_file_of_under_100_lines_together(name: str) -> None:
    files = sorted((EXAMPLES / name / "src" / module_of(name)).rglob("*.py"))
    assert [path.name for path in files] == ["__init__.py", f"{BROUGHT[name]}.py"]
    assert sum(len(path.read_text().splitlines()) for path in files) < MOST_LINES


@each_example
def test_it_is_a_distribution_with_the_one_entry_point_line(name: str) -> None:
    about = tomllib.loads((EXAMPLES / name / "pyproject.toml").read_text())
    assert about["build-system"]["build-backend"] == "hatchling.build"
    assert about["project"]["name"] == name
    assert about["project"]["entry-points"] == {"popgen": {name: module_of(name)}}
    [needed] = about["project"]["dependencies"]
    torch = "[torch]" if BROUGHT[name] in WITH_TORCH else ""
    assert needed == f"popgen-core{torch}>=0.1,<0.2"


@each_example
def test_its_readme_says_how_it_is_installed_seen_and_tested(name: str) -> None:
    readme = (EXAMPLES / name / "README.md").read_text()
    assert readme.startswith(f"# {name}\n")
    for command in ("pip install .", "popgen plugins list", "python -m pytest"):
        assert command in readme


@tried_example
def test_its_own_tests_with_the_conformance_kit_pass_before_it_is_installed(name: str) -> None:
    folder = EXAMPLES / name
    assert (
        "@parametrize_with_checks(popgen_components)" in (folder / "tests" / f"test_{module_of(name)}.py").read_text()
    )
    path = os.pathsep.join(place for place in sys.path if place)
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-1000:]

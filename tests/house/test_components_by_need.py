"""What somebody gets who installs one part of popgen only: it works, or says in a line what to install."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from components import ALL, CLI, PYTHON, Found, found_in
from environments import Wheelhouse, wheelhouse  # noqa: F401 - a fixture

from popgen_core.errors import PARTS

ROOT = Path(__file__).parents[2]
NUMBERS = re.compile(r"\| (\d+) \| (\d+) \|")
WITHIN = 0.25
NO_TORCH = ("popgen-core", "popgen-eval", CLI)
MODULES = {"tomli-w": "tomli_w", "pyfluidsynth": "fluidsynth"}  # distributions whose module has another name


@pytest.fixture(scope="module")
def found(wheelhouse: Wheelhouse, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Found]:  # noqa: F811
    return found_in(tmp_path_factory.mktemp("by-need"), wheelhouse)


@pytest.mark.slow
def test_each_part_is_small_works_or_says_what_to_install_and_the_page_says_the_same(
    found: Mapping[str, Found],
) -> None:
    torch_free(found)
    everything_works_with_all(found)
    whatever_is_missing_is_one_line(found)
    whoever_follows_the_advice_arrives(found)
    the_list_of_components_says_what_they_lack(found)
    the_page_is_true(found)


def torch_free(found: Mapping[str, Found]) -> None:
    for name in NO_TORCH:
        assert {"torch", "safetensors"} & set(found[name].packages) == set(), name
    assert "popgen-eval" in found["popgen-eval"].packages
    assert found["popgen-eval"].calls["evaluate"].works


def everything_works_with_all(found: Mapping[str, Found]) -> None:
    others = {"prepare --dask", "report --tensorboard", "render"}  # what extras of their own bring
    assert {verb for verb, answer in found[ALL].verbs.items() if not answer.works} == others
    made_with = found["popgen-core[torch] + popgen-encoders"].calls
    assert {call for call, answer in made_with.items() if not answer.works} == {"api.show", "evaluate"}


def whatever_is_missing_is_one_line(found: Mapping[str, Found]) -> None:
    parts = {*PARTS.values()}
    for verb, answer in [*found[CLI].verbs.items(), *found[ALL].verbs.items()]:
        if not answer.works:
            assert (answer.code, answer.said.count("\n")) == (1, 1), (verb, answer)
            assert answer.said.startswith("popgen: "), (verb, answer)
            assert set(answer.advice.split(" and ")) <= parts, (verb, answer)
            assert "from popgen's wheels" in answer.said, (verb, answer)
    for name in PYTHON:
        for call, answer in found[name].calls.items():
            last = ["", *answer.said.strip().splitlines()][-1]
            if call == "evaluate" and name != "popgen-eval":
                assert last == "ModuleNotFoundError: No module named 'popgen_eval'"
            elif not answer.works:
                assert re.match(r"popgen_core\.errors\.(NotInstalled|Refused): ", last), (name, call, answer)
                assert answer.advice in parts, (name, call, answer)


def whoever_follows_the_advice_arrives(found: Mapping[str, Found]) -> None:
    for verb, (steps, answer) in found[CLI].followed.items():
        assert len(set(steps)) == len(steps), (verb, steps)
        if verb == "render":  # past what is missing, to the soundfont of the test, or to the system's own library
            assert "cannot load the soundfont" in answer.said or "FluidSynth from your system" in answer.said, answer
        else:
            assert answer.works, (verb, steps, answer)


def the_list_of_components_says_what_they_lack(found: Mapping[str, Found]) -> None:
    lines = found[CLI].listed.splitlines()
    lacks = {tuple(line.split()[:2]) for line in lines if line.endswith("(needs popgen-core[torch])")}
    assert {kind for kind, _ in lacks} == {"backbone", "decoder", "loss"}
    assert [line for line in lines if line.startswith("grouper") and "needs" in line] == []
    assert "(needs " not in found[ALL].listed


def the_page_is_true(found: Mapping[str, Found]) -> None:
    written = (ROOT / "docs" / "installing.md").read_text(encoding="utf-8")
    made = page_writer().page(found)
    assert NUMBERS.sub("", made) == NUMBERS.sub("", written), "run `python docs/write_installing.py`"
    rows = zip(found.items(), NUMBERS.findall(made), NUMBERS.findall(written), strict=True)
    for (name, each), now, then in rows:
        if each.packages.get("torch", "+cpu").endswith("+cpu"):
            assert [int(number) for number in now] == pytest.approx([int(number) for number in then], rel=WITHIN), name


def page_writer():
    spec = importlib.util.spec_from_file_location("write_installing", ROOT / "docs" / "write_installing.py")
    writer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(writer)
    return writer


def test_every_package_that_a_part_asks_for_is_known_to_come_with_that_part() -> None:
    for folder in sorted((ROOT / "packages").glob("popgen-*")):
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        groups = {"": project["dependencies"], **project.get("optional-dependencies", {})}
        for extra, asked in groups.items():
            for distribution in {re.match(r"[\w-]+", line)[0] for line in asked if not line.startswith("popgen-")}:
                if folder.name == "popgen-eval" and distribution == "numpy":
                    continue  # popgen-core brings it already
                part = f"{folder.name}[{extra}]" if extra else folder.name
                assert PARTS[MODULES.get(distribution, distribution)] == part, distribution

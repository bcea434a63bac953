"""Eleven broken plug-ins at once, in real processes: help is as ever, the list says whose each fault is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from faults import FAULTS, LISTED, SAID, popgen, shop_of_faults

OWN = {"popgen-core", "popgen-encoders", "popgen-eval", "popgen-starter"}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop of faults."""
    return shop_of_faults(tmp_path_factory.mktemp("shop")).folder


@pytest.fixture(scope="module")
def listed(broken: Path) -> dict[str, Any]:
    """What `popgen plugins list --json` says."""
    done = popgen(broken, "plugins", "list", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.mark.parametrize("words", ["--help", "plugins list --help"])
def test_help_is_as_if_they_were_not_there(broken: Path, tmp_path: Path, words: str) -> None:
    beside, alone = popgen(broken, *words.split()), popgen(tmp_path, *words.split())
    assert (beside.returncode, beside.stdout, beside.stderr) == (0, alone.stdout, "")


@pytest.mark.parametrize("name", SAID)
def test_each_fault_is_one_line_that_names_distribution_version_and_hook(listed: dict[str, Any], name: str) -> None:
    [problem] = [each for each in listed["problems"] if each["distribution"] == name]
    assert problem["version"] == "2.5"
    assert problem["message"].startswith(SAID[name])
    assert "\n" not in problem["message"]


def test_nobody_else_is_blamed_and_no_sound_component_is_missing(listed: dict[str, Any]) -> None:
    assert {each["distribution"] for each in listed["problems"]} == set(SAID)
    rows = [(row["kind"], row["name"], row["distribution"]) for row in listed["components"]]
    assert {row for row in rows if row[2] not in OWN} == LISTED
    assert [name for kind, name, owner in rows if (kind, owner) == ("encoder", "popgen-encoders")] == [
        "cnn.v1",
        "cnn.v2",
        "linear.v1",
    ]


def test_a_problem_says_whether_its_components_are_there_all_the_same(listed: dict[str, Any]) -> None:
    there = {each["distribution"] for each in listed["problems"] if each["loaded"]}
    assert there == {owner for _, _, owner in LISTED} - {"good-two"}  # which has no problem


def test_the_list_for_people_ends_with_the_same_lines(broken: Path, listed: dict[str, Any]) -> None:
    done = popgen(broken, "plugins", "list")
    assert (done.returncode, done.stderr) == (0, "")
    last = [line.split(": ")[0] for line in done.stdout.splitlines()[-len(SAID) :]]
    assert last == [f"problem     {each['distribution']} 2.5" for each in listed["problems"]]
    assert f"problem     raises 2.5: {SAID['raises']}\n" in done.stdout
    assert not [line for line in done.stdout.splitlines() if line.startswith(("{", "}"))]  # loud's


@pytest.mark.parametrize("name", sorted(set(FAULTS) - {"rival", "sleepy"}))  # one needs another, one takes long
def test_each_of_them_alone_is_as_harmless(broken: Path, name: str) -> None:
    done = popgen(broken, "plugins", "list", "--json", POPGEN_PLUGINS=name)
    assert (done.returncode, done.stderr) == (0, "")
    [problem] = json.loads(done.stdout)["problems"]
    assert (problem["distribution"], problem["version"]) == (name, "2.5")


def test_popgen_plugins_off_keeps_all_out(broken: Path) -> None:
    found = json.loads(popgen(broken, "plugins", "list", "--json", POPGEN_PLUGINS="off").stdout)
    assert found["problems"] == []
    assert {row["distribution"] for row in found["components"]} | {"popgen-starter"} == OWN

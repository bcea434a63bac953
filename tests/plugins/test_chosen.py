"""A stranger's component that is chosen and fails is one line that says whose it is; an evaluator stops no report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from faults import EVALUATOR, popgen
from plugin_shop import GOOD, Shop

from popgen_core import api
from popgen_core.errors import PluginError
from popgen_core.songwriter import write_song
from popgen_eval.api import evaluate_songs
from popgen_eval.comparison.directions import directions_of

pytest_plugins = ("open_shop",)

CARDS = GOOD.replace('"encoder"', '"evaluator"')


def changed(old: str, new: str) -> str:
    """The sound evaluator with one thing otherwise."""
    assert old in EVALUATOR
    return EVALUATOR.replace(old, new)


FAILING = {
    "import wavelib_of_nobody": "cannot be imported: No module named 'wavelib_of_nobody' (reinstall odd-one with",
    "import sys; sys.exit(3)": "cannot be loaded: SystemExit: 3 (this is a defect of odd-one 2.5)",
    "def f(:": "cannot be loaded: SyntaxError: invalid syntax",
    "class Tides: ...": "cannot be loaded: AttributeError: module 'odd_one_parts' has no attribute 'Waves'",
    "def Waves(config): ...": "cannot be used: odd_one_parts:Waves is of type function, not a class (this is a defect",
    "class Waves: ...": "cannot be made: AttributeError: type object 'Waves' has no attribute 'Config'",
    changed("            pass", "            raise SystemExit(3)"): "cannot be made: SystemExit: 3 (this is a defect",
    changed("measures = (", "measures = ('waves', "): "cannot be made: TypeError: its measures must be a tuple of Meas",
    changed("measures = ", "figures = "): "cannot be made: AttributeError: 'Waves' object has no attribute 'measures'",
    changed("def score", "def judge"): "cannot be made: TypeError: it judges scope 'piece' and has no method score",
}


@pytest.mark.parametrize("component", FAILING, ids=list(FAILING.values()))
def test_a_component_that_fails_when_chosen_names_its_distribution_and_version(shop: Shop, component: str) -> None:
    shop.install("odd-one", CARDS, component)
    with pytest.raises(PluginError) as refused:
        evaluate_songs([write_song(1)], evaluators=["waves.v1"])
    assert str(refused.value).startswith(f"evaluator 'waves.v1' of odd-one 2.5 {FAILING[component]}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("return {'waves': 1.0}", "TypeError: it must return a Score for 'waves', got 1.0"),
        ("return {'waves': Score('high')}", "TypeError: it must return a Score for 'waves', got Score(value='high'"),
        ("return 7", "TypeError: 'int' object is not iterable"),
    ],
)
def test_an_evaluator_that_fails_leaves_its_figure_undefined_and_says_whose_it_is(
    shop: Shop, answer: str, said: str
) -> None:
    shop.install("odd-one", CARDS, changed('return {"waves": Score(1.0)}', answer))
    [row] = evaluate_songs([write_song(1)], evaluators=["note_coherence.v1"], also=["waves.v1"]).files
    assert row.reasons["waves"].startswith(f"Waves of odd-one 2.5 failed: {said}")
    assert row.scores["note_coherence"] > 0


def test_one_that_cannot_learn_says_whose_it_is(shop: Shop) -> None:
    learning = changed('"piece"', '"training"').replace("def score(self, piece)", "def learn(self, training)")
    shop.install("odd-one", CARDS, learning.replace("return {", "raise SystemExit(3); return {"))
    song = write_song(1)
    [row] = evaluate_songs([song], evaluators=["waves.v1"], training=[song]).files
    assert row.reasons["waves"] == "Waves of odd-one 2.5 cannot learn the training set: SystemExit: 3"


def test_a_broken_evaluator_keeps_nobody_from_knowing_which_way_is_better(shop: Shop) -> None:
    shop.install("odd-one", CARDS, changed("measures = (", "measures = ('waves', "))
    assert directions_of(["note_coherence", "waves"]) == {"note_coherence": "higher", "waves": "none"}


def test_json_on_the_screen_stays_json_when_a_chosen_component_prints(tmp_path: Path) -> None:
    noise = "import os, sys\nprint('{', flush=True)\nos.write(1, b'}')\n"
    Shop(tmp_path).install("loud", CARDS, noise + EVALUATOR.replace("\n    ", "\n"))
    api.write_songs(tmp_path / "songs")
    done = popgen(tmp_path, "eval", tmp_path / "songs", "--also", "waves.v1", "--json", "-")
    assert done.returncode == 0
    assert json.loads(done.stdout)["files"][0]["scores"]["waves"] == 1.0
    assert sorted(done.stderr.split()) == ["{", "}"]

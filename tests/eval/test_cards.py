import subprocess
import sys
from importlib import import_module

import pytest

from popgen_core.contracts.card import Card
from popgen_eval.cards import CURRENT, popgen_components
from popgen_eval.judging.song import HEADLINE_EVALUATORS, evaluator_named


def imported(module: str) -> set[str]:
    code = f"import sys, {module}; print(' '.join(sys.modules))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("card", popgen_components(), ids=lambda card: card.name)
def test_a_card_names_an_evaluator_and_its_figures_are_named_once(card: Card) -> None:
    module, name = card.target.split(":")
    made = getattr(import_module(module), name)
    assert card.kind == "evaluator"
    assert type(evaluator_named(card.name)) is made
    assert len({measure.name for measure in made().measures}) == len(made().measures)


def test_no_two_evaluators_make_a_figure_of_one_name() -> None:
    made = [evaluator_named(card.name) for card in CURRENT]
    names = [measure.name for evaluator in made for measure in evaluator.measures]
    assert sorted(names) == sorted(set(names))


def test_the_headline_evaluators_come_first() -> None:
    cards = [card.name for card in CURRENT]
    assert tuple(cards[:5]) == HEADLINE_EVALUATORS


def test_handing_in_cards_imports_neither_numpy_nor_scipy() -> None:
    assert not {"numpy", "scipy", "torch", "popgen_eval.api"} & imported("popgen_eval.cards")


def test_evaluation_needs_no_torch() -> None:
    assert "torch" not in imported("popgen_eval.api")
    assert "torch" not in imported("popgen_eval.validation")


def test_judging_does_not_wait_for_scipy() -> None:
    assert "scipy" not in imported("popgen_eval.api")
    assert "scipy" not in imported("popgen_eval.statistics")

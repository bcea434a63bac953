import subprocess
import sys
from importlib import import_module

from popgen_eval.cards import popgen_components
from popgen_eval.run import HEADLINE_EVALUATORS, evaluator_named


def imported(module: str) -> set[str]:
    code = f"import sys, {module}; print(' '.join(sys.modules))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_the_cards_name_the_headline_evaluators() -> None:
    made = []
    for card in popgen_components():
        module, name = card.target.split(":")
        made.append(getattr(import_module(module), name))
        assert card.kind == "evaluator"
        assert card.name == made[-1]().measures[0].name + ".v1"
    assert made == [type(evaluator) for evaluator in map(evaluator_named, HEADLINE_EVALUATORS)]


def test_handing_in_cards_imports_neither_numpy_nor_scipy() -> None:
    assert not {"numpy", "scipy", "torch", "popgen_eval.api"} & imported("popgen_eval.cards")


def test_evaluation_needs_no_torch() -> None:
    assert "torch" not in imported("popgen_eval.api")
    assert "torch" not in imported("popgen_eval.validation")

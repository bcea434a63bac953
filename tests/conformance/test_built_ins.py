"""Every built-in component keeps its kind's contract, within ten seconds."""

from __future__ import annotations

import os
import time

import pytest

from popgen_core.plugins import builtin
from popgen_core.testing import Check, Maker, makers_of, parametrize_with_checks, run_checks
from popgen_encoders import cards as encoders
from popgen_eval import cards as evaluators


@parametrize_with_checks(builtin.popgen_components)
def test_the_parts_of_core_keep_their_contracts(check: Check, make: Maker) -> None:
    check(make)


@parametrize_with_checks(encoders.popgen_components)
def test_the_encoders_keep_their_contract(check: Check, make: Maker) -> None:
    check(make)


@parametrize_with_checks(evaluators.popgen_components)
def test_the_evaluators_keep_their_contract(check: Check, make: Maker) -> None:
    check(make)


@pytest.mark.slow
@pytest.mark.parametrize("make", makers_of(builtin.popgen_components), ids=lambda make: make.card.name)
def test_all_checks_of_a_component_take_less_than_ten_seconds(make: Maker) -> None:
    tries = (_seconds(make) for _ in range(2))  # a busy machine may be slow once
    assert any(seconds < 10 for seconds in tries)


def _seconds(make: Maker) -> float:
    """What the checks took: by the clock, or of the processor (children too) where others kept it from them."""
    begun, clock = sum(os.times()[:4]), time.perf_counter()
    run_checks(make)
    return min(sum(os.times()[:4]) - begun, time.perf_counter() - clock)

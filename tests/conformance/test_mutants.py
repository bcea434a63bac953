"""The kit sees what it says that it sees: for each check there is a component that breaks its claim, and fails it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from popgen_core.contracts.card import KINDS
from popgen_core.testing import Check, Maker, checks_of, run_checks
from popgen_core.testing.component import BUILT, DECLARED

COMMON = [*DECLARED, *BUILT]
CHECKS: dict[str, list[Check]] = {
    "component": COMMON,
    **{kind: [check for check in checks_of(kind) if check not in COMMON] for kind in KINDS},
}
SAMPLES = {kind: importlib.import_module(f"mutants.{kind}") for kind in CHECKS}


def cases() -> Iterator[Any]:
    for kind, checks in CHECKS.items():
        for check in checks:
            for make in SAMPLES[kind].MUTANTS.get(check.__name__, ()):
                yield pytest.param(check, make, id=f"{kind}-{check.__name__}-{make.card.target.rpartition(':')[2]}")


@pytest.mark.parametrize("kind", CHECKS)
def test_every_check_has_a_mutant_and_every_mutant_a_check(kind: str) -> None:
    mutants = SAMPLES[kind].MUTANTS
    assert sorted(check.__name__ for check in CHECKS[kind]) == sorted(name for name in mutants if mutants[name])


@pytest.mark.parametrize("kind", CHECKS)
def test_a_sound_component_passes_every_check(kind: str) -> None:
    rows = run_checks(SAMPLES[kind].GOOD, CHECKS[kind])
    assert [row for row in rows if row.verdict != "pass"] == []


@pytest.mark.parametrize(("check", "make"), list(cases()))
def test_a_check_lets_no_mutant_live(check: Check, make: Maker) -> None:
    [row] = run_checks(make, [check])
    assert row.verdict == "FAIL"

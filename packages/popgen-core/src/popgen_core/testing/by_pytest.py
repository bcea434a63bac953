"""The kit in pytest: one test a component and check, with what is known to fail marked and held to it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from popgen_core.testing.kinds import checks_of
from popgen_core.testing.maker import Cards, Maker, makers_of
from popgen_core.testing.verdict import Check, Failed, NotApplicable

__all__ = ["parametrize_with_checks"]


def parametrize_with_checks(
    cards: Cards,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    expected_failures: Mapping[str, str | Mapping[str, str]] | None = None,
) -> Callable[[Callable[..., Any]], Any]:
    """A decorator that calls a test with (check, make) for every check of every component of a hook.

    `settings` by component name are laid over its defaults; `expected_failures` gives a reason for each check that is
    known to fail, by its name: it must fail then, so that whoever mends it is told. Of a hook with several components
    it gives them by component, {"name.v1": {"check_it_pickles": why}}; what is given without one holds for all. Raises
    ValueError for the name of a check or component that is not there.

        @parametrize_with_checks(popgen_components)
        def test_the_contract_is_kept(check, make):
            check(make)
    """
    import pytest  # only whoever runs tests needs it

    makers, expected = makers_of(cards, settings), dict(expected_failures or {})
    pairs = [(check, make) for make in makers for check in checks_of(make.card.kind)]
    _refuse_unknown(expected, pairs)
    return pytest.mark.parametrize(("check", "make"), [_case(check, make, expected) for check, make in pairs])


def _case(check: Check, make: Maker, expected: Mapping[str, str | Mapping[str, str]]) -> Any:
    import pytest

    own, of_all = expected.get(make.card.name), expected.get(check.__name__)
    reason = own.get(check.__name__) if isinstance(own, Mapping) else None
    if reason is None and isinstance(of_all, str):
        reason = of_all
    marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason is not None else []
    return pytest.param(_skipping(check), make, id=f"{make.card.name}-{check.__name__}", marks=marks)


def _skipping(check: Check) -> Check:
    """The check with what does not apply as a skipped test, and what fails as one line without the kit's own frames."""
    import pytest

    @functools.wraps(check)
    def checked(make: Maker) -> None:
        try:
            check(make)
        except NotApplicable as reason:
            pytest.skip(str(reason))
        except Failed as reason:
            pytest.fail(str(reason), pytrace=False)

    return checked


def _refuse_unknown(expected: Mapping[str, str | Mapping[str, str]], pairs: list[tuple[Check, Maker]]) -> None:
    for name, reason in expected.items():
        if isinstance(reason, Mapping):
            _refuse_other(name, {make.card.name for _, make in pairs}, "component")
            for check in reason:
                _refuse_other(
                    check, {each.__name__ for each, make in pairs if make.card.name == name}, f"check of {name}"
                )
        else:
            _refuse_other(name, {check.__name__ for check, _ in pairs}, "check of these components")


def _refuse_other(name: str, known: set[str], what: str) -> None:
    if name not in known:
        close = get_close_matches(name, sorted(known), n=1)
        advice = f"did you mean {close[0]}?" if close else f"there are: {', '.join(sorted(known))}"
        raise ValueError(f"no {what} is named {name}; {advice}")

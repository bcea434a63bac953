"""The conformance kit: what each kind of plug-in promises, as checks that anybody can run on their own component.

A check is a plain function `check_<claim>(make)` that raises Failed with one line when the claim does not hold.
"""

from popgen_core.testing.by_pytest import parametrize_with_checks
from popgen_core.testing.kinds import checks_of
from popgen_core.testing.maker import Maker, makers_of
from popgen_core.testing.running import Row, run_checks
from popgen_core.testing.verdict import Check, Failed, NotApplicable, claim

__all__ = [
    "Check",
    "Failed",
    "Maker",
    "NotApplicable",
    "Row",
    "checks_of",
    "claim",
    "makers_of",
    "parametrize_with_checks",
    "run_checks",
]

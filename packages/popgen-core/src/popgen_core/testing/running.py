"""Running the checks of one component, each by itself: a failure, of whatever kind, is a row with its reason."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from popgen_core.testing.kinds import checks_of
from popgen_core.testing.maker import Maker
from popgen_core.testing.verdict import Check, Failed, NotApplicable

__all__ = ["Row", "run_checks"]


@dataclass(frozen=True)
class Row:
    """What became of one check. `reason` says why it failed or does not apply; `seconds` it took."""

    check: str
    verdict: Literal["pass", "FAIL", "skip"]
    reason: str
    seconds: float


def run_checks(make: Maker, checks: Iterable[Check] | None = None) -> list[Row]:
    """Every check of the component's kind, or those given -> a row each. Nothing but Ctrl-C ends it early."""
    return [_row(check, make) for check in (checks_of(make.card.kind) if checks is None else checks)]


def _row(check: Check, make: Maker) -> Row:
    begun = time.perf_counter()
    verdict, reason = _verdict(check, make)
    return Row(check.__name__, verdict, " ".join(reason.split()), time.perf_counter() - begun)


def _verdict(check: Check, make: Maker) -> tuple[Literal["pass", "FAIL", "skip"], str]:
    try:
        check(make)
    except NotApplicable as reason:
        return "skip", str(reason)
    except Failed as reason:
        return "FAIL", str(reason)
    except (Exception, SystemExit) as error:  # a stranger's component may raise anything
        return "FAIL", f"{type(error).__name__}: {error} ({_place(error)})"
    return "pass", ""


def _place(error: BaseException) -> str:
    """The line of the component, or of what it called, that raised."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"in {last.name}, {Path(last.filename).name} line {last.lineno}"

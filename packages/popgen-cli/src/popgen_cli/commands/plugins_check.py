"""popgen plugins check: whether an installed distribution keeps the promises of its plug-ins."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from popgen_cli.doors import door, shown_json
from popgen_cli.progress import progress
from popgen_cli.wrapped import said

if TYPE_CHECKING:
    from popgen_core.testing.distribution import Examination, Finding

__all__ = ["check_distribution"]


@door
def check_distribution(
    distribution: Annotated[str, typer.Argument(help="An installed distribution that has plug-ins.")],
    kind: Annotated[str | None, typer.Option(help="Check the components of this kind alone.")] = None,
    name: Annotated[str | None, typer.Option(help="Check the component of this name alone.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print every check as JSON.")] = False,
) -> None:
    """Run the loader's rules and the conformance kit on every component of a distribution; exit code 1 when one fails.

    Example: popgen plugins check popgen-encoders --name linear.v1
    """
    from popgen_core.plugins import catalogue
    from popgen_core.plugins.kinds import kind_named
    from popgen_core.testing.distribution import examine

    wanted = kind_named(kind) if kind else ""
    with progress("checking") as tell:
        found = examine(distribution, catalogue(), kind=wanted, only=name or "", tell=tell)
    if json:
        shown_json(_table(found))
    else:
        _show(found)
    if found.count("FAIL"):
        raise typer.Exit(1)


def _table(found: Examination) -> dict[str, Any]:
    return {
        "distribution": found.distribution,
        "version": found.version,
        "summary": {verdict: found.count(verdict) for verdict in ("pass", "FAIL", "skip")},
        "checks": [asdict(finding) for finding in found.findings],
    }


def _show(found: Examination) -> None:
    """A paragraph for each component, a row for each check."""
    for (kind, name), findings in groupby(found.findings, key=lambda finding: (finding.kind, finding.name)):
        rows = list(findings)
        seconds = sum(finding.seconds for finding in rows)
        typer.echo(f"{kind} {name}, {seconds:.1f} s" if kind else f"{found.distribution} {found.version}")
        for finding in rows:
            _row(finding)
        typer.echo()
    typer.echo(f"{found.distribution} {found.version}: {_counted(found)}")


def _row(finding: Finding) -> None:
    claim = finding.check.removeprefix("check_").replace("_", " ")
    typer.echo(f"  {finding.verdict}  {claim}")
    if finding.reason:
        said(finding.reason, "        ")


def _counted(found: Examination) -> str:
    counts = {verdict: found.count(verdict) for verdict in ("FAIL", "skip")}
    told = [f"{found.count('pass')} of {len(found.findings)} checks pass"]
    return ", ".join([*told, *(f"{count} {verdict}" for verdict, count in counts.items() if count)])

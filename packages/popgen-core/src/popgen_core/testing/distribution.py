"""A whole distribution checked: the loader's rules on its entry points, then the kit on each component it hands in."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.metadata import Distribution, EntryPoint, PackageNotFoundError, distribution, distributions
from typing import Literal

from popgen_core.contracts.card import Card
from popgen_core.errors import PluginError, need
from popgen_core.plugins import Catalogue
from popgen_core.plugins.hooks import PROJECT
from popgen_core.plugins.loader import BUILTIN, Offer, offers_of
from popgen_core.testing.kinds import checks_of
from popgen_core.testing.maker import MODEL_KINDS, Maker
from popgen_core.testing.running import Row, run_checks

__all__ = ["Examination", "Finding", "examine"]

Tell = Callable[[int, int, str], None]
WITH_TORCH = (*MODEL_KINDS, "checkpoint")  # kinds whose checks need it


@dataclass(frozen=True)
class Finding:
    """What became of one check; `kind` and `name` of the component are empty where it is of the entry point."""

    kind: str
    name: str
    check: str
    verdict: Literal["pass", "FAIL", "skip"]
    reason: str
    seconds: float


@dataclass(frozen=True)
class Examination:
    """All findings of one distribution, in the order in which its author should mend."""

    distribution: str
    version: str
    findings: tuple[Finding, ...]

    def count(self, verdict: str) -> int:
        """How many checks ended so."""
        return sum(finding.verdict == verdict for finding in self.findings)


def examine(
    name: str, catalogue: Catalogue, *, kind: str = "", only: str = "", tell: Tell | None = None
) -> Examination:
    """Check every component of an installed distribution, or those of a kind or name alone.

    `catalogue` says whose names it would clash with; `tell` hears how many components are done. Whatever a plug-in
    raises is a finding. Raises PluginError where no such distribution has plug-ins, or no such component is in it, and
    NotInstalled where the checks of a part of a model would need torch.
    """
    found = _installed(name)
    owner, version = _name(found), found.version
    entries, findings = _entries(found)
    handed: list[tuple[EntryPoint, Offer]] = []
    for entry in entries:
        offers, rows = _loaded(entry)
        handed += [(entry, offer) for offer in offers]
        findings += rows
    chosen = [each for each in handed if _is_chosen(each[1].card, kind, only)]
    if (kind or only) and not chosen:
        raise PluginError(f"{owner} hands in no {kind or 'component'} {only}".rstrip(), hint=_handed_in(handed))
    if any(offer.card.kind in WITH_TORCH for _, offer in chosen):
        need("torch")
    for number, (entry, offer) in enumerate(chosen):
        if tell:
            tell(number, len(chosen), f"{offer.card.kind} {offer.card.name}")
        findings += _of_component(entry, offer, catalogue)
    return Examination(owner, version, tuple(findings))


def _installed(name: str) -> Distribution:
    """The distribution of that name. Raises PluginError where none is installed or it has nothing for popgen."""
    having = sorted({_name(each) for each in distributions() if _has_plugins(each)} - {""})
    close = get_close_matches(name.lower(), having, n=1)
    advice = f"did you mean {close[0]}?" if close else f"with plug-ins are installed: {', '.join(having) or 'none'}"
    try:
        found = distribution(name)
    except (PackageNotFoundError, ValueError):  # ValueError: an empty name
        raise PluginError(f"no distribution named {name!r} is installed", hint=advice) from None
    if not _has_plugins(found):
        raise PluginError(f"{name} has no entry point of the group {PROJECT}", hint=advice)
    return found


def _name(found: Distribution) -> str:
    """What a distribution calls itself, "" where its metadata are lost."""
    try:
        return found.metadata["Name"] or ""
    except (OSError, KeyError):  # another reader of metadata, once loaded, raises
        return ""


def _has_plugins(found: Distribution) -> bool:
    """Whether it has an entry point for popgen, or a list of them that cannot be read but speaks of popgen."""
    try:
        return bool(found.entry_points.select(group=PROJECT))
    except Exception:  # whatever reading a stranger's file raises
        return f"[{PROJECT}]" in (found.read_text("entry_points.txt") or "")


def _entries(found: Distribution) -> tuple[list[EntryPoint], list[Finding]]:
    try:
        return list(found.entry_points.select(group=PROJECT)), []
    except Exception as error:
        reason = f"its entry_points.txt cannot be read: {error}"
        return [], [Finding("", "", "check_entry_point_loads", "FAIL", " ".join(reason.split()), 0.0)]


def _loaded(entry: EntryPoint) -> tuple[list[Offer], list[Finding]]:
    """What an entry point hands in, and a finding for each thing that the loader has to say of it."""
    begun = time.perf_counter()
    with contextlib.redirect_stdout(sys.stderr):
        offers, problems = offers_of(entry)
    seconds = time.perf_counter() - begun
    reasons = [problem.message for problem in problems]
    if not offers and not problems:
        reasons.append(f"{entry.value} hands in no name card")
    rows = [Finding("", "", "check_entry_point_loads", "FAIL", reason, seconds) for reason in reasons]
    return offers, rows or [Finding("", "", "check_entry_point_loads", "pass", "", seconds)]


def _is_chosen(card: Card, kind: str, only: str) -> bool:
    return kind in ("", card.kind) and only in ("", card.name)


def _handed_in(handed: list[tuple[EntryPoint, Offer]]) -> str:
    names = [f"{offer.card.kind} {offer.card.name}" for _, offer in handed]
    return f"it hands in: {', '.join(names) or 'nothing'}"


def _of_component(entry: EntryPoint, offer: Offer, catalogue: Catalogue) -> Iterator[Finding]:
    """Its name, whether it can be imported at all, and, if so, what the kit says of it."""
    card = offer.card
    rows = [_name_row(offer, catalogue), _import_row(offer)]
    if rows[-1].verdict == "pass":
        declared = "" if entry.attr else entry.module
        with contextlib.redirect_stdout(sys.stderr):
            rows += _kit_rows(Maker(card, declared))
    for row in rows:
        yield Finding(card.kind, card.name, row.check, row.verdict, row.reason, row.seconds)


def _kit_rows(make: Maker) -> list[Row]:
    return run_checks(make, checks_of(make.card.kind))


def _name_row(offer: Offer, catalogue: Catalogue) -> Row:
    """A name is its distribution's own; popgen's names are popgen's whoever else claims them."""
    card = offer.card
    owners = [
        each.distribution for each in catalogue.offers if (each.card.kind, each.card.name) == (card.kind, card.name)
    ]
    others = sorted({owner for owner in owners if owner != offer.distribution})
    reason = ""
    if owners.count(offer.distribution) > 1:
        reason = f"{offer.distribution} hands in {card.kind} {card.name!r} {owners.count(offer.distribution)} times"
    elif others and offer.distribution not in BUILTIN:
        reason = f"{card.kind} {card.name!r} is also in {', '.join(others)}; choose another name"
    return Row("check_name_is_its_own", "FAIL" if reason else "pass", reason, 0.0)


def _import_row(offer: Offer) -> Row:
    begun = time.perf_counter()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            Catalogue((offer,), ()).load(offer.card.kind, offer.card.name)
    except PluginError as error:
        return Row("check_component_imports", "FAIL", str(error), time.perf_counter() - begun)
    return Row("check_component_imports", "pass", "", time.perf_counter() - begun)

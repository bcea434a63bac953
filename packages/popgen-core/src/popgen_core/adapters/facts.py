"""Facts of several corpora as those of one: a few songs beside the many of a checkpoint, or styles mixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from popgen_core.plan.book import PlanBook
from popgen_core.plan.mixed import mixed_book

__all__ = ["KNOWN_SONGS", "OF_SONGS", "Weighed", "facts_beside", "mixed_facts"]

KNOWN_SONGS = 10  # songs as which the plans of a start count at most beside those of new songs
OF_MIXED = 20  # songs as which mixed plan books count together
OF_SONGS = (
    *("notes_per_second", "thickness", "tempo", "tempi", "meter", "drums"),
    *("programs", "bands", "ranges", "polyphony", "plans"),
)
NUMBERS = ("notes_per_second", "thickness")


@dataclass(frozen=True)
class Weighed:
    """The facts of a corpus and its share of a mixture, 0 or more."""

    corpus: Mapping[str, Any]
    share: float


def facts_beside(new: Mapping[str, Any], start: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a few new songs, and what they are too few to tell from those of the start.

    Density, tempo and meter are the new songs'; sounds and thickness of groups that they lack are the start's. Plans:
    both books' counts, the start's scaled as if it had been ten songs, so that five songs move the plans and fifty
    rule them.
    """
    made = dict(new)
    for name in ("programs", "thickness"):
        made[name] = {**start.get(name, {}), **new.get(name, {})}
    made["drums"] = sorted({*start.get("drums", ()), *new.get("drums", ())})
    if "plans" in start and "plans" not in new:
        made["plans"] = start["plans"]
    elif "plans" in start:
        book, known = (PlanBook.from_plain(corpus["plans"]) for corpus in (new, start))
        made["plans"] = mixed_book([(book, book.songs), (known, min(known.songs, KNOWN_SONGS))]).to_plain()
    return made


def mixed_facts(weighed: Sequence[Weighed]) -> dict[str, Any]:
    """What songs are compared with, by shares: numbers are means, plan books mixtures, and all else is that of the
    largest share, the first of equals. One that has all of it is taken as it is."""
    present = [one for one in weighed if one.share > 0]
    heaviest = max(present, key=lambda one: one.share)
    made = {name: heaviest.corpus[name] for name in OF_SONGS if name in heaviest.corpus}
    if len(present) == 1:
        return made
    total = sum(one.share for one in present)
    for name in NUMBERS:
        made[name] = _means(name, present)
    if "tempo" in made:
        made["tempo"] = round(sum(one.share / total * one.corpus.get("tempo", made["tempo"]) for one in present))
    if all("tempi" in one.corpus for one in present):
        tempi, shares = [one.corpus["tempi"] for one in present], [one.share for one in present]
        made["tempi"] = np.average(tempi, axis=0, weights=shares).round(1).tolist()
    if books := [
        (PlanBook.from_plain(one.corpus["plans"]), OF_MIXED * one.share / total)
        for one in present
        if "plans" in one.corpus
    ]:
        made["plans"] = mixed_book(books).to_plain()
    return made


def _means(name: str, weighed: Sequence[Weighed]) -> dict[str, float]:
    """The means of numbers by group, over those that know the group."""
    groups = dict.fromkeys(group for one in weighed for group in one.corpus.get(name, {}))
    found = {}
    for group in groups:
        known = [(one.corpus[name][group], one.share) for one in weighed if group in one.corpus.get(name, {})]
        found[group] = round(sum(value * share for value, share in known) / sum(share for _, share in known), 3)
    return found

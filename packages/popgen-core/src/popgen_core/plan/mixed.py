"""Plan books mixed: counts of several corpora in one book, each counting as so many songs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from popgen_core.plan.book import PlanBook
from popgen_core.plan.learned.tables import Table

__all__ = ["mixed_book"]

FIGURES = frozenset({"mean", "sd", "n"})
MEANS = {("levels", name) for name in ("density", "dynamics", "density_names", "dynamics_names")}
MEANS |= {("recalls", "likeness")}
OF_FIRST = {("band", "order")}
Weighed = Sequence[tuple[Any, float]]


def mixed_book(books: Sequence[tuple[PlanBook, float]]) -> PlanBook:
    """Books, each with the number of songs as which it counts -> one book.

    Counts are scaled and added; of each table no more pairs are kept than the largest had, the commonest ones. Means,
    deviations and lines are means by songs; the order of the groups is that of the book that counts most.
    """
    if len(books) == 1:
        return books[0][0]
    ranked = sorted(books, key=lambda one: -one[1])
    made = {}
    for part in fields(PlanBook):
        if part.name == "songs":
            continue
        tables = {
            table.name: _table((part.name, table.name), ranked) for table in fields(getattr(ranked[0][0], part.name))
        }
        made[part.name] = type(getattr(ranked[0][0], part.name))(**tables)
    return PlanBook(songs=max(round(sum(songs for _, songs in books)), 1), **made)


def _table(where: tuple[str, str], books: Sequence[tuple[PlanBook, float]]) -> Table:
    part, name = where
    tables = [(getattr(getattr(book, part), name), songs, songs / book.songs) for book, songs in books]
    known = [(table, songs, scale) for table, songs, scale in tables if table]
    if not known or where in OF_FIRST:
        return known[0][0] if known else {}
    contexts = sorted({context for table, _, _ in known for context in table})
    rows = {
        context: [(table[context], songs, scale) for table, songs, scale in known if context in table]
        for context in contexts
    }
    if where in MEANS:
        return {context: _means([(row, songs) for row, songs, _ in rows[context]]) for context in contexts}
    if all(set(row) == FIGURES for of_one in rows.values() for row, _, _ in of_one):
        return {context: _figures(rows[context]) for context in contexts}
    most = max(sum(len(row) for row in table.values()) for table, _, _ in known)
    return _commonest({context: _sums(rows[context]) for context in contexts}, most)


def _sums(rows: Sequence[tuple[Mapping[str, float], float, float]]) -> dict[str, float]:
    """Counts of one context, scaled and added."""
    outcomes = sorted({outcome for row, _, _ in rows for outcome in row})
    return {outcome: round(sum(row.get(outcome, 0.0) * scale for row, _, scale in rows), 3) for outcome in outcomes}


def _commonest(table: Table, most: int) -> Table:
    pairs = sorted(
        ((context, outcome, count) for context, row in table.items() for outcome, count in row.items()),
        key=lambda pair: (-pair[2], pair[0], pair[1]),
    )[:most]
    made: dict[str, dict[str, float]] = {}
    for context, outcome, count in sorted(pairs):
        made.setdefault(context, {})[outcome] = count
    return made


def _means(rows: Sequence[tuple[Mapping[str, float], float]]) -> dict[str, float]:
    """The mean of each value over the rows that have it, by songs."""
    found = {}
    for name in dict.fromkeys(name for row, _ in rows for name in row):
        known = [(row[name], songs) for row, songs in rows if name in row]
        found[name] = round(sum(value * songs for value, songs in known) / sum(songs for _, songs in known), 3)
    return found


def _figures(rows: Sequence[tuple[Mapping[str, float], float, float]]) -> dict[str, float]:
    """Mean, deviation and number of values of which several means, deviations and numbers are known."""
    counts = [row["n"] * scale for row, _, scale in rows]
    total = sum(counts)
    mean = sum(row["mean"] * count for (row, _, _), count in zip(rows, counts, strict=True)) / total
    square = sum(
        (row["sd"] ** 2 + (row["mean"] - mean) ** 2) * count for (row, _, _), count in zip(rows, counts, strict=True)
    )
    return {"mean": round(mean, 3), "sd": round(float((square / total) ** 0.5), 3), "n": round(total, 3)}

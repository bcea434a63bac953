"""What the folds of a cross-validation tell: a table, means, and differences with the corrected resampled t."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from popgen_eval.statistics import ResampledT, corrected_resampled_t

__all__ = ["lines_of", "show_table", "told_by_folds"]

LABELS = {
    "valid_loss": "loss at the end",
    "best_loss": "lowest loss",
    "bits_per_beat": "bits a beat",
    "markov_bits_per_beat": "Markov, bits a beat",
}
MODEL, MARKOV = "bits_per_beat", "markov_bits_per_beat"  # both told of the same songs
NOT_SHOWN = ("loss",)  # the training loss says nothing of songs that were not heard
STATISTICS = {"mean": "mean", "sd": "sd", "95 % from": "low", "95 % to": "high"}
TEST = ("t", "df", "p")
Values = Mapping[str, Sequence[float]]  # a figure's value on each fold


def told_by_folds(done: Any) -> dict[str, Any]:
    """A Crossvalidation -> plain values: its folds, each figure's mean, sd and interval, and the differences.

    A figure that some fold lacks is left out there, and so is everything while folds are still to be trained.
    """
    first, second = _values(done.folds, done.count), _values(done.against, done.count)
    pairs = [("recipe - against", name, first, second, name) for name in done.comparable]
    pairs += [("recipe - Markov", MODEL, first, first, MARKOV)]
    return {
        "folder": str(done.folder),
        "count": done.count,
        "runs": done.count * (2 if done.comparable else 1),
        "left": done.left,
        "stopped": done.stopped,
        "folds": [asdict(record) for record in done.folds],
        "against": [asdict(record) for record in done.against],
        "summary": _summary(first, done.count),
        "against_summary": _summary(second, done.count),
        "differences": [
            {"of": of, "figure": name, **_plain(_test(_minus(one[name], other[from_it]), done.count))}
            for of, name, one, other, from_it in pairs
            if name in one and from_it in other
        ],
        "notes": list(done.notes),
    }


def show_table(told: Mapping[str, Any]) -> None:
    """A table for each recipe on the screen: its folds, then mean, sd and the interval of the mean."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    for title, rows, summary in (
        ("", told["folds"], told["summary"]),
        ("against", told["against"], told["against_summary"]),
    ):
        names = _names(rows)
        table = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left")
        for heading in ("fold", "trained", "heard", *(LABELS.get(name, name) for name in names)):
            table.add_column(heading, justify="left" if heading == "fold" else "right")
        for row in rows:
            songs = (str(row["songs"]["trained"]), str(row["songs"]["validated"]))
            table.add_row(row["name"], *songs, *(_cell(row["figures"].get(name)) for name in names))
        for label, name_of in STATISTICS.items():
            if summary:
                table.add_row(label, "", "", *(_cell(summary.get(name, {}).get(name_of)) for name in names))
        if rows:
            Console().print(table)


def lines_of(told: Mapping[str, Any]) -> list[str]:
    """What the table means, and the differences, in plain words."""
    missing = told["runs"] - len(told["folds"]) - len(told["against"])
    lines = [f"{missing} of {told['runs']} runs are still to be trained"] if missing else []
    for row in told["differences"]:
        test = f"t({row['df']}) = {row['t']:.2f}, p = {row['p']:.3g}" if row["p"] is not None else "nothing to test"
        lines.append(
            f"{row['of']}, {LABELS.get(row['figure'], row['figure'])}: {row['mean']:+.4f} "
            f"(95 % {row['low']:+.4f} to {row['high']:+.4f}; sd {row['sd']:.4f}; {test}); below 0 the recipe is better"
        )
    if told["summary"]:
        lines.append(
            "95 %: where the mean on other songs like these would lie, after training on as many; intervals and p are "
            "those of the resampled t corrected for songs that folds share in training (Nadeau and Bengio 2003)"
        )
    lines.append(
        "lower is better; the lowest loss is chosen on the very songs that it is told of, and so flatters; "
        f"{told['left']} songs of the test part were not touched"
    )
    return lines


def _values(records: Sequence[Any], count: int) -> dict[str, list[float]]:
    """The figures that every fold has, once all folds are there."""
    if len(records) < count:
        return {}
    names = [name for name in records[0].figures if name not in NOT_SHOWN]
    found = {name: [record.figures.get(name) for record in records] for name in names}
    return {name: values for name, values in found.items() if None not in values}


def _summary(values: Values, count: int) -> dict[str, dict[str, float | None]]:
    """Mean, sd and interval of each figure; a test against zero would say nothing here."""
    tests = {name: _plain(_test(of_folds, count)) for name, of_folds in values.items()}
    return {name: {key: value for key, value in test.items() if key not in TEST} for name, test in tests.items()}


def _test(values: Sequence[float], count: int) -> ResampledT:
    return corrected_resampled_t(values, 1 / count)


def _minus(one: Sequence[float], other: Sequence[float]) -> list[float]:
    return [here - there for here, there in zip(one, other, strict=True)]


def _plain(test: ResampledT) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in asdict(test).items()}


def _names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The figures to show, in their order."""
    return [name for name in dict.fromkeys(n for row in rows for n in row["figures"]) if name not in NOT_SHOWN]


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"

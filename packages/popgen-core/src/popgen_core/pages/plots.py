"""The pictures of the doctor's page: how the songs of a folder are spread. Needs matplotlib (the extra [plot])."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from popgen_core.corpus.diagnosis import Diagnosis
from popgen_core.corpus.report import VERDICTS, CorpusReport, FileRow
from popgen_core.corpus.telling import percent
from popgen_core.pages.drawing import BLUE, GREEN, GREY, PALE, RED, SIZE, YELLOW, one_panel, plain, png

__all__ = ["doctor_pictures"]

VERDICT_COLOURS = {"accepted": GREEN, "repaired": YELLOW, "skipped": PALE, "refused": RED}
KEYS = (21, 109)  # MIDI pitches of the 88 keys


def doctor_pictures(report: CorpusReport, diagnosis: Diagnosis) -> list[tuple[bytes, str]]:
    """(PNG, what it shows in words) of each picture; those of songs are left out where there are none."""
    kept = [row for row in report.rows if row.kept]
    made = [(_verdicts(report.summary), "files by verdict")]
    if not kept:
        return made
    made.append((_groups(diagnosis), "songs in which each instrument group plays"))
    rates = [row.notes / row.seconds for row in kept if row.seconds > 0]
    histograms: list[tuple[str, str, list[float], dict[str, Any]]] = [
        ("Length", "minutes", [row.seconds / 60 for row in kept], {"start": 0.0}),
        ("Tempo", "beats a minute", [row.tempo for row in kept if row.tempo > 0], {}),
        ("Density", "notes a second", rates, {"start": 0.0}),
        (
            "Loudness: share of notes equally loud (1 = machine)",
            "share of the notes of a part",
            [row.flatness for row in kept],
            {"start": 0.0, "end": 1.0},
        ),
    ]
    made += [(_histogram(title, unit, values, **bounds), title) for title, unit, values, bounds in histograms]
    made.append((_pitch_range(kept), "lowest and highest pitch of each song"))
    return made


def _pitch_range(kept: Sequence[FileRow]) -> bytes:
    """Songs by their lowest and their highest pitch, drums left out; beyond the shade lie keys that no roll has."""
    figure, axes = one_panel("Pitch range")
    pitched = [row for row in kept if row.highest]
    for name, values, colour in (
        ("lowest note", [row.lowest for row in pitched], BLUE),
        ("highest note", [row.highest for row in pitched], YELLOW),
    ):
        axes.hist(values, bins=range(0, 129, 4), color=colour, alpha=0.75, label=name)
    axes.axvspan(*KEYS, color=GREY, alpha=0.08, label="the 88 keys")
    axes.set(xlim=(0, 128), xticks=range(0, 128, 12), xticklabels=[f"C{octave}" for octave in range(-1, 10)])
    axes.set(ylabel="songs", ylim=(0, axes.get_ylim()[1] * 1.35))
    axes.legend(fontsize=8, frameon=False, loc="upper center", ncols=3)
    axes.yaxis.get_major_locator().set_params(integer=True)
    return png(figure)


def _verdicts(summary: dict[str, int]) -> bytes:
    """A bar a verdict."""
    colours = [VERDICT_COLOURS[verdict] for verdict in VERDICTS]
    counts = [summary[verdict] for verdict in VERDICTS]
    return _bars("Files", "files", VERDICTS, counts, sum(counts), colours)


def _groups(diagnosis: Diagnosis) -> bytes:
    """A bar a group."""
    groups = [plain(share.group) for share in diagnosis.groups]
    counts = [share.songs for share in diagnosis.groups]
    return _bars("Instrument groups", "songs in which the group plays", groups, counts, diagnosis.songs, BLUE)


def _bars(
    title: str, unit: str, names: Sequence[str], counts: Sequence[int], whole: int, colour: str | Sequence[str]
) -> bytes:
    """Bars from top to bottom, each with its count and its share of the whole beside it."""
    figure, axes = one_panel(title, height=max(SIZE[1], 0.34 * len(names) + 0.9))
    places = np.arange(len(names))[::-1]
    axes.barh(places, counts, color=colour)
    for place, count in zip(places, counts, strict=True):
        axes.text(count, place, f" {count:,} ({percent(count / max(whole, 1))})", va="center", fontsize=8, color=GREY)
    axes.set_yticks(places, names)
    axes.set(xlim=(0, max(*counts, 1) * 1.25), xlabel=unit)
    axes.xaxis.get_major_locator().set_params(integer=True)
    return png(figure)


def _histogram(
    title: str, unit: str, values: Sequence[float], start: float | None = None, end: float | None = None
) -> bytes:
    """Songs by a measure; of a long tail the last hundredth is counted in the last bar, and the label says so."""
    figure, axes = one_panel(title)
    axes.set_ylabel("songs")
    if not values:
        axes.text(0.5, 0.5, "none", ha="center", va="center", transform=axes.transAxes, color=GREY)
        axes.set(xticks=[], yticks=[], xlabel=unit)
        return png(figure)
    found = np.array(values, dtype=np.float64)
    low = float(found.min()) if start is None else start
    high = float(found.max()) if end is None else end
    if end is None and (bulk := float(np.quantile(found, 0.99))) < 0.75 * high:
        unit, high = f"{unit} (the last bar holds all over {bulk:.3g})", bulk
    axes.hist(np.minimum(found, high), bins=30, range=(low, high), color=BLUE)
    axes.axvline(min(float(np.median(found)), high), color=RED, linewidth=1.2)
    axes.text(
        0.99,
        0.96,
        f"middle {np.median(found):.3g}",
        color=RED,
        fontsize=9,
        ha="right",
        va="top",
        transform=axes.transAxes,
    )
    axes.set(xlabel=unit, ylim=(0, axes.get_ylim()[1] * 1.15))
    axes.yaxis.get_major_locator().set_params(integer=True)
    return png(figure)

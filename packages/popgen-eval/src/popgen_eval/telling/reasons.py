"""What is undefined, and why: a line for each cause, with the songs it concerns and the figures that lack them."""

from __future__ import annotations

import math
import re

from popgen_eval.report import Report
from popgen_eval.telling.copies import is_copying

__all__ = ["undefined_lines"]

NEEDED = re.compile(r"\d+(?P<of>\D*), needed: (?P<least>\d+)$")
SHORT = re.compile(r"^bars of one meter: fewer than (\d+)$")


def undefined_lines(report: Report) -> list[tuple[list[str], str]]:
    """(figures, why and in how many songs), what leaves out most first; figures of copying are told elsewhere."""
    found: dict[str, tuple[list[str], set[int]]] = {}
    for place, row in enumerate(report.files):
        for figure, reason in row.reasons.items():
            if figure in report.names and not is_copying(report, figure):
                figures, songs = found.setdefault(_cause(reason), ([], set()))
                figures.extend([figure] * (figure not in figures))
                songs.add(place)
    ordered = sorted(found.items(), key=lambda pair: (-len(pair[1][0]) * len(pair[1][1]), pair[0]))
    lines = [(figures, f"{cause} ({_songs(len(songs))})") for cause, (figures, songs) in ordered]
    return lines + _sets(report)


def _cause(reason: str) -> str:
    """A reason without what differs from song to song: how few there were, and which figures of `overall` lack."""
    if reason.endswith(" undefined"):
        return "a headline figure is undefined"
    plain = NEEDED.sub(lambda match: f"fewer than {match['least']}{match['of']}", reason)
    return SHORT.sub(r"too short: fewer than \1 bars of one meter", plain)


def _songs(count: int) -> str:
    return f"{count:,} song{'' if count == 1 else 's'}"


def _sets(report: Report) -> list[tuple[list[str], str]]:
    """The figures of all songs together that are undefined, those of one reason together."""
    alike: dict[str, list[str]] = {}
    for name, score in report.sets.items():
        if math.isnan(score.value):
            alike.setdefault(score.reason, []).append(name)
    return [(names, reason) for reason, names in alike.items()]

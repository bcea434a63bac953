"""What a comparison says in plain words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from popgen_eval.comparison.contrast import Contrast
from popgen_eval.comparison.figure import LEVEL, FigureTest
from popgen_eval.comparison.numbers import effect_text, number_text, p_text, relation, size_text
from popgen_eval.comparison.songs import Songs, file_name
from popgen_eval.report import Report
from popgen_eval.statistics import MARGIN

__all__ = ["about_pairs", "about_songs", "sentences"]

FEW = 8  # figures that a sentence names
MANY = 0.1  # share of songs in which a figure is undefined that is worth a sentence
HINTS = "exploratory"
NAMES = {
    "headline": "headline figures",
    "overall": "overall",
    "named": "named figures",
    HINTS: "exploratory figures, hints only",
}
METHODS = {"headline": "Holm", "named": "Holm", HINTS: "Benjamini-Hochberg"}


def about_songs(songs: Songs, label: str) -> list[str]:
    """What was made of a report's files before any test."""
    lines = []
    if songs.files > len(songs.names):
        lines.append(f"{label}: {songs.files} files of {len(songs.names)} names; files of one name count as one song")
    if songs.unread:
        lines.append(f"{label}: {len(songs.unread)} of {len(songs.names)} songs could not be judged: left out")
    return lines


def about_pairs(a: Report, b: Report, labels: tuple[str, str]) -> list[str]:
    """What file names suggest of songs that are compared without pairs."""
    names = [[file_name(file) for file in report.files] for report in (a, b)]
    lines = [
        f"{label}: some files bear the same name, and each counts as a song; "
        "versions of one song (seeds) must count once: --by-name takes their mean"
        for label, one in zip(labels, names, strict=True)
        if len(set(one)) < len(one)
    ]
    if set(names[0]) == set(names[1]):
        lines.append(
            "both have the same file names: if two files of one name were made from one prompt, --paired is the test"
        )
    return lines


def sentences(contrast: Contrast) -> list[str]:
    """One comparison: how it was made, what is shown family by family, and what is not known."""
    lines = [_made(contrast)]
    for family in NAMES:
        tested = [test for test in contrast.family(family) if not test.reason]
        if tested:
            lines.append(_found(contrast, family, tested))
        lines += [_detail(contrast, test) for test in tested if test.disagree or (test.differs and family != HINTS)]
    tested = [test for test in contrast.figures if not test.reason and test.family != HINTS]
    lines += _needed(contrast, [test for test in tested if test.family != "named"])
    return lines + _as_good(contrast, tested) + _undefined(contrast)


def _made(contrast: Contrast) -> str:
    who = f"{contrast.a} against {contrast.b}"
    if contrast.paired:
        return f"{who}: {_songs(contrast.songs_a, 'pair')} of songs; paired t, checked by Wilcoxon's signed ranks"
    count = f"{_songs(contrast.songs_a)} and {contrast.songs_b}"
    return f"{who}: {count}, not paired; Welch's t, checked by Mann-Whitney"


def _found(contrast: Contrast, family: str, tests: Sequence[FigureTest]) -> str:
    """One sentence on a family: which figures differ and how, which do not."""
    on, parts = _on if family != "overall" else lambda names: "", []
    for way in ("better", "worse", "higher", "lower"):
        names = [test.figure for test in tests if test.differs and relation(test) == way]
        if names:
            parts.append(f"{contrast.a} is {way}{on(names)}")
    if names := [test.figure for test in tests if test.identical]:
        parts.append(f"both are identical{on(names)}")
    left = [test.figure for test in tests if not test.differs and not test.identical]
    if left:
        reach = _reach(contrast, [test for test in tests if test.figure in left])
        parts.append(f"no difference is shown{on(left)}{reach}")
    tested = f" ({len(tests)} tested, {METHODS[family]})" if len(tests) > 1 else ""
    return f"{NAMES[family]}{tested}: {'; '.join(parts)}"


def _on(names: Sequence[str]) -> str:
    """The figures meant, or a number of them where they are many."""
    return f" on {_listed(names)}" if len(names) <= FEW else f" on {len(names)} figures"


def _detail(contrast: Contrast, test: FigureTest) -> str:
    """One figure that differs, or of which the tests disagree."""
    means = f"{number_text(test.mean_a)} against {number_text(test.mean_b)}"
    direction = "" if test.better == "none" else f" ({test.better} is better)"
    start = f"{test.figure}: {means}{direction}, {test.effect.name} {effect_text(test)}"
    if not test.disagree:
        p = f"p {p_text(test.p_rank)} by ranks" if math.isnan(test.p_t) else f"p {p_text(test.p_t)}"
        return f"{start}, {p}"
    by_t, by_rank = f"t test (p {p_text(test.p_t)})", f"rank test (p {p_text(test.p_rank)})"
    if test.differs and test.p_t < LEVEL:
        told = f"{by_t} and {by_rank} point opposite ways"
    else:
        says, denies = (by_rank, by_t) if test.differs else (by_t, by_rank)
        told = f"the {says} shows a difference, the {denies} does not"
    if test.rank.least >= test.alpha:
        told += ", as no rank test of so few songs could"
    trusted = f"{contrast.a} is {relation(test)}" if test.differs else "no difference is shown"
    return f"{start}: {told}; the rank test is trusted: {trusted}"


def _reach(contrast: Contrast, tests: Sequence[FigureTest]) -> str:
    """What so many songs would have shown in all likelihood."""
    least = [test.detectable for test in tests if not math.isnan(test.detectable)]
    if not least:
        return ""
    ends = " to ".join(dict.fromkeys(f"{end:.2f}" for end in (min(least), max(least))))
    size = f"of dz {ends}" if contrast.paired else f"of {ends} sd"
    return f", where one {size} would be found in 80 of 100 cases"


def _needed(contrast: Contrast, tests: Sequence[FigureTest]) -> list[str]:
    """How many songs the differences seen would take, of the figures that lead."""
    open_still = [test for test in tests if not test.differs and not test.identical]
    if not open_still:
        return []
    needed = ", ".join(f"{test.figure} {size_text(test.needed)}" for test in open_still)
    unit = "pairs" if contrast.paired else "songs a side"
    return [f"not shown does not mean equal: to find a difference as large as seen takes, in {unit}, {needed}"]


def _as_good(contrast: Contrast, tests: Sequence[FigureTest]) -> list[str]:
    """What is shown to be as good as the other, and what it takes to show it."""
    lines = []
    spread = f"{MARGIN:g} sd of {contrast.b if contrast.to_reference else 'songs'}"
    for good, said in ((True, "as good as"), (False, "as high as")):
        names = [test.figure for test in tests if test.good_as and (test.better != "none") == good]
        if names:
            lines.append(f"{contrast.a} is shown to be {said} {contrast.b}, within {spread},{_on(names)} (TOST)")
    left = [test for test in tests if not test.good_as and not test.identical]
    sizes = [test.needed_same for test in left if test.needed_same is not None]
    if left and contrast.to_reference:
        ends = " to ".join(dict.fromkeys(size_text(end) for end in (min(sizes), max(sizes)))) if sizes else ""
        takes = f"; where there is no difference at all it takes {ends} songs a side to show it" if sizes else ""
        names = [test.figure for test in left]
        lines.append(f"not shown to be as good as {contrast.b}, within {spread},{_on(names)}{takes}")
    return lines


def _undefined(contrast: Contrast) -> list[str]:
    """The figures that could not be tested, and those that are undefined for many songs."""
    reasons: dict[str, list[str]] = {}
    for test in contrast.figures:
        if test.reason:
            reasons.setdefault(test.reason, []).append(test.figure)
    lines = [f"not tested: {_listed(names)}, {reason}" for reason, names in reasons.items()]
    often = [test for test in contrast.figures if not test.reason and _often_undefined(contrast, test)]
    hints = [test.figure for test in often if test.family == HINTS]
    lines += [_left_out(contrast, test) for test in often if test.family != HINTS]
    return lines + ([f"undefined in more than a tenth of the songs: {_listed(hints)}"] if hints else [])


def _often_undefined(contrast: Contrast, test: FigureTest) -> bool:
    return test.undefined_a > MANY * contrast.songs_a or test.undefined_b > MANY * contrast.songs_b


def _left_out(contrast: Contrast, test: FigureTest) -> str:
    pairs = f", so that {test.left_out} of {_songs(contrast.songs_a, 'pair')} are left out" if test.paired else ""
    return (
        f"{test.figure} is undefined in {test.undefined_a} of {_songs(contrast.songs_a)} of {contrast.a} and "
        f"{test.undefined_b} of {contrast.songs_b} of {contrast.b}{pairs}: it speaks of the others only"
    )


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _songs(count: int, word: str = "song") -> str:
    return f"{count} {word}" + ("s" if count != 1 else "")

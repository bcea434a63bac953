"""What a comparison says in plain words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from popgen_eval.calibration import built_in
from popgen_eval.comparison.contrast import HINTS, Contrast
from popgen_eval.comparison.figure import CATEGORICAL, LEAST_SONGS, FigureTest
from popgen_eval.comparison.listing import clipped, gathered
from popgen_eval.comparison.numbers import effect_text, number_text, p_text, relation, size_text
from popgen_eval.comparison.songs import Songs, file_name, shortened
from popgen_eval.report import Report
from popgen_eval.statistics import MARGIN

__all__ = ["about_alone", "about_pairs", "about_songs", "sentences"]

ROOM, LITTLE = 90, 40  # letters of names in a sentence, in one that says much else
MANY = 0.1  # share of songs in which a figure is undefined that is worth a sentence
NAMES = {
    "headline": "headline figures",
    "overall": "overall",
    "named": "named figures",
    "exploratory": "exploratory figures, hints only",
    "training": "figures against a training set, hints only",
}


def about_songs(songs: Songs, label: str) -> list[str]:
    """What was made of a report's files before any test."""
    lines = []
    if songs.files > len(songs.names):
        lines.append(f"{label}: {songs.files} files of {len(songs.names)} names; files of one name count as one song")
    if songs.unread:
        lines.append(f"{label}: {len(songs.unread)} of {len(songs.names)} songs could not be judged: left out")
    return lines


def about_alone(names: Sequence[str], label: str) -> list[str]:
    """The songs of one side that have no partner and are left out."""
    if not names:
        return []
    return [
        f"left out, since only {label} has {'it' if len(names) == 1 else 'them'}: "
        f"{_songs(len(names))}, {shortened(names)}"
    ]


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
        lines += _found(contrast, family, tested)
        lines += [_detail(test) for test in tested if test.differs and family not in HINTS]
    lines += _won_by_silly(contrast)
    tested = [test for test in contrast.figures if not test.reason and test.family not in HINTS]
    lines += _needed(contrast, [test for test in tested if test.family != "named"])
    return lines + _as_good(contrast, tested) + _undefined(contrast)


def _made(contrast: Contrast) -> str:
    who = f"{contrast.a} against {contrast.b}"
    if contrast.paired:
        return f"{who}: {_songs(contrast.songs_a, 'pair')} of songs; paired t, checked by Wilcoxon's signed ranks"
    count = f"{_songs(contrast.songs_a)} and {contrast.songs_b}"
    return f"{who}: {count}, not paired; Welch's t, checked by Mann-Whitney"


def _found(contrast: Contrast, family: str, tests: Sequence[FigureTest]) -> list[str]:
    """Sentences on a family: which figures differ and how, which do not; the first says how many were tested."""
    parts = []
    for way in ("better", "worse", "higher", "lower"):
        if names := [test.figure for test in tests if test.differs and relation(test) == way]:
            parts.append(f"{contrast.a} is {way}{_on(family, names)}")
    if names := [test.figure for test in tests if test.identical]:
        parts.append(f"both are identical{_on(family, names)}")
    if left := [test for test in tests if not test.differs and not test.identical]:
        names = [test.figure for test in left]
        parts.append(f"no difference is shown{_on(family, names, LITTLE)}{_reach(contrast, left)}")
    method = "Benjamini-Hochberg" if family in HINTS else "Holm"
    tested = f" ({len(tests)} tested, {method})" if len(tests) > 1 else ""
    heads = [f"{NAMES[family]}{tested}", *[NAMES[family]] * len(parts)]
    return [f"{head}: {part}" for head, part in zip(heads, parts, strict=False)]


def _on(family: str, names: Sequence[str], room: int = ROOM) -> str:
    """The figures meant, as many as there is room for; nothing of `overall`, which is its family's name."""
    return "" if family == "overall" else f" on {clipped(gathered(names), room)}"


def _detail(test: FigureTest) -> str:
    """One figure that differs."""
    means = f"{number_text(test.mean_a)} against {number_text(test.mean_b)}"
    direction = "" if test.better == "none" else f" ({test.better} is better)"
    ranks = test.check if test.check in CATEGORICAL else "ranks"
    by_ranks = test.disagree or math.isnan(test.p_t) or test.check in CATEGORICAL
    p = f"p {p_text(test.p_rank)} by {ranks}" if by_ranks else f"p {p_text(test.p_t)}"
    return f"{test.figure}: {means}{direction}, {test.effect.name} {effect_text(test)}, {p}"


def _won_by_silly(contrast: Contrast) -> list[str]:
    """The figures on which one of the two is better (real songs aside) that silly music would win."""
    found: dict[str, list[str]] = {}
    scale = contrast.scale or built_in()
    for test in contrast.figures:
        ways = ("better",) if contrast.to_reference else ("better", "worse")
        if test.differs and relation(test) in ways and (silly := scale.warning(test.figure)):
            found.setdefault(silly, []).append(test.figure)
    return [f"beware of {clipped(names, ROOM)}: {silly}" for silly, names in found.items()]


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
    sizes = sorted((math.inf if test.needed is None else test.needed, test.figure) for test in open_still)
    ends = [f"{size_text(None if math.isinf(size) else int(size))} ({name})" for size, name in (sizes[0], sizes[-1])]
    unit = "pairs" if contrast.paired else "songs a side"
    takes = " to ".join(dict.fromkeys(ends))
    return [f"not shown does not mean equal: to find differences as large as seen takes, in {unit}, {takes}"]


def _as_good(contrast: Contrast, tests: Sequence[FigureTest]) -> list[str]:
    """What is shown to be as good as the other, and what it takes to show it."""
    lines = []
    spread = f"{MARGIN:g} sd of {contrast.b if contrast.to_reference else 'songs'}"
    for good, said in ((True, "as good as"), (False, "as high as")):
        names = [test.figure for test in tests if test.good_as and (test.better != "none") == good]
        if names:
            on = clipped(names, LITTLE)
            lines.append(f"{contrast.a} is shown to be {said} {contrast.b}, within {spread}, on {on} (TOST)")
    left = [test for test in tests if not test.good_as and not test.identical]
    sizes = [test.needed_same for test in left if test.needed_same is not None]
    if left and contrast.to_reference:
        ends = " to ".join(dict.fromkeys(size_text(end) for end in (min(sizes), max(sizes)))) if sizes else ""
        takes = f"; where there is no difference it takes {ends} songs a side to show it" if sizes else ""
        on = clipped([test.figure for test in left], LITTLE)
        lines.append(f"not shown to be as good as {contrast.b}, within {spread}, on {on}{takes}")
    return lines


def _undefined(contrast: Contrast) -> list[str]:
    """The figures that could not be tested, and those that are undefined for many songs, a sentence a reason."""
    lines = []
    if few := [test.figure for test in contrast.figures if test.reason]:
        what = "pairs with the figure defined" if contrast.paired else "songs of each with it defined"
        needs = f"{LEAST_SONGS} {what} are"
        lines.append(f"not tested, since {needs} needed: {clipped(gathered(few), ROOM)}")
    often = [test for test in contrast.figures if not test.reason and _often_undefined(contrast, test)]
    often = [test for family in NAMES for test in often if test.family == family]
    often.sort(key=lambda test: (test.family in HINTS, -test.left_out))
    if often:
        of = f"undefined in many of {contrast.songs_a} songs of {contrast.a} and {contrast.songs_b} of {contrast.b}"
        rest = "; their pairs are left out" if contrast.paired else ""
        each = [f"{test.figure} ({test.undefined_a}, {test.undefined_b})" for test in often]
        lines.append(f"{of}, and said of the others only{rest}: {clipped(each, ROOM)}")
    return lines


def _often_undefined(contrast: Contrast, test: FigureTest) -> bool:
    return test.undefined_a > MANY * contrast.songs_a or test.undefined_b > MANY * contrast.songs_b


def _songs(count: int, word: str = "song") -> str:
    return f"{count} {word}" + ("s" if count != 1 else "")

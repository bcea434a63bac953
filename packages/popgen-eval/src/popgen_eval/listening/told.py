"""What a listening test found, in plain sentences."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from textwrap import wrap

from popgen_eval.listening.agreement import Agreement
from popgen_eval.listening.analysis import Analysis, Panel
from popgen_eval.listening.answers import SCALES
from popgen_eval.listening.controls import Sides
from popgen_eval.listening.preference import FEWEST, Preference
from popgen_eval.listening.ratings import RatingGap
from popgen_eval.listening.size import listeners_needed
from popgen_eval.statistics import EXACT_BELOW, TTest
from popgen_eval.telling.words import counted

__all__ = ["sentences"]

ALPHA = 0.05
LEAST_SHARE = 0.55  # below which a preference is too small to plan a test for
HARD = "\u00a0"  # a space where no line is broken
WIDTH = 118  # letters of a line


def sentences(found: Analysis) -> list[str]:
    """The whole result, line by line; an empty line parts what belongs apart."""
    lines = [
        *_too_few(found),
        f"test {found.test}: {', '.join(found.systems)}; clips of {found.clip_seconds:g} s",
        f"{found.everyone.listeners} of {counted(found.planned, 'planned listener')} answered, "
        f"{found.complete} of them all trials",
        "",
        *_excluded(found),
        "",
        *_panel(found.kept, "after the exclusions" if found.excluded else "all listeners"),
    ]
    if found.excluded:
        lines += ["", *_everyone(found.everyone)]
    return [line for long in lines for line in _wrapped(long)]


def _wrapped(line: str) -> list[str]:
    """A line in lines of at most 118 letters, all but the first a little further in; no "p = .03" is torn."""
    further = " " * (len(line) - len(line.lstrip()) + 4)
    held = re.sub(r" ([=<]) ", f"{HARD}\\1{HARD}", line)
    parts = wrap(held, WIDTH, subsequent_indent=further, break_long_words=False, break_on_hyphens=False)
    return [part.replace(HARD, " ") for part in parts] or [""]


def _too_few(found: Analysis) -> Iterator[str]:
    if found.everyone.few:
        yield f"too few listeners to test anything: {FEWEST} are needed, what follows only describes"
    elif found.kept.few:
        yield (
            f"warning: the exclusions leave {counted(found.kept.listeners, 'listener')}, too few to test anything: "
            f"{FEWEST} are needed"
        )


def _excluded(found: Analysis) -> Iterator[str]:
    rules = found.rules
    yield f"left out, by rules fixed beforehand: {len(found.excluded)} of {_listeners(found.everyone)}"
    yield (
        f"  rules: spoiled copies caught under {rules.anchors:.0%}, judged from {rules.least_anchors} of them on; "
        f"repeats alike under {rules.repeats:.0%}, judged from {rules.least_repeats} on; median trial shorter than a "
        "clip; attention trial failed"
    )
    for listener, why in sorted(found.excluded.items()):
        yield f"  listener {listener}: {'; '.join(why)}"


def _listeners(panel: Panel) -> str:
    return counted(panel.listeners, "listener")


def _panel(panel: Panel, name: str) -> Iterator[str]:
    yield f"{name}: {_listeners(panel)}, {counted(panel.judgments, 'judgment')}"
    for one in panel.preferences:
        yield from _preference(one, panel)
    yield from _controls(panel)
    yield from _ratings(panel)


def _everyone(panel: Panel) -> Iterator[str]:
    """What would be without the exclusions: preferences, and the scales that differ."""
    yield f"without any exclusion, for comparison: {_listeners(panel)}, {counted(panel.judgments, 'judgment')}"
    for one in panel.preferences:
        yield from _preference(one, panel)
    for scale, means in panel.means.items():
        yield f"  {_means(scale, means)}{_verdicts(panel, scale)}"


def _preference(one: Preference, panel: Panel) -> Iterator[str]:
    if not one.decided:
        yield f"  {one.first} or {one.second}: no choice with a preference, {one.ties} without"
        return
    yield (
        f"  {one.first} or {one.second}: {one.first_wins} for {one.first}, {one.second_wins} for {one.second}, "
        f"{one.ties} without preference"
    )
    if math.isnan(one.p):
        yield from () if panel.few else ("    too few listeners or items to test anything",)
        return
    yield (
        f"    {one.first} was preferred in {one.clustered.share:.1%} of the choices; 95 % interval "
        f"{_interval(one.by_listener)} over listeners, {_interval(one.by_item)} over items"
    )
    corrected = f", after Holm {_p(one.p)}" if len(panel.preferences) > 1 else ""
    yield f"    test that knows whose choices they are, and on which item: {_p(one.clustered.p)}{corrected}"
    yield f"    {_verdict(one, panel)}"
    yield f"    were all choices independent: {_independent(one)}"


def _independent(one: Preference) -> str:
    """The classical tests, which take every choice for independent."""
    exact = "" if math.isnan(one.exact_p) else f"; exact binomial (under {EXACT_BELOW} choices) {_p(one.exact_p)}"
    halves = f"; no preference split in halves {one.half_chi_square:.2f}, {_p(one.half_p)}" if one.ties else ""
    return f"chi-square {one.chi_square:.2f}, {_p(one.chi_p)}{halves}{exact}"


def _verdict(one: Preference, panel: Panel) -> str:
    share = one.clustered.share
    better, worse = (one.first, one.second) if share > 0.5 else (one.second, one.first)
    if one.p < ALPHA:
        return f"so {better} is preferred over {worse}"
    listeners = max(panel.listeners, 1)
    heard = max(round((one.decided + one.ties) / listeners), 1)
    words = "so no preference is shown, which does not say that there is none"
    if abs(share - 0.5) < LEAST_SHARE - 0.5:
        return words
    alpha, decided = ALPHA / len(panel.preferences), one.decided / listeners  # ties are no choices, and show nothing
    needed = listeners_needed(max(share, 1 - share), decided, items=one.items, alpha=alpha)
    if needed is None:
        return f"{words}; with {counted(one.items, 'item')} no number of listeners would show it"
    return f"{words}; if the share is what it seems, about {needed} listeners of {heard} such pairs would show it"


def _controls(panel: Panel) -> Iterator[str]:
    told = panel.controls
    yield f"  control, the same clip twice: {_sides(told.identical)}"
    yield f"  control, sides of all pairs: {_sides(told.pairs)}"
    shares = (("spoiled copies caught", told.anchors), ("repeats answered alike", told.repeats))
    for name, (right, count) in (*shares, ("attention trials as told", told.attention)):
        yield f"  control, {name}: " + (f"{right} of {count} ({right / count:.0%})" if count else "none answered")


def _sides(sides: Sides) -> str:
    words = f"A {sides.left}, B {sides.right}, no preference {sides.neither}"
    if math.isnan(sides.p):
        return words
    leaning = "a leaning to one side: the test is flawed" if sides.p < ALPHA else "no leaning to a side seen"
    return f"{words}; {_p(sides.p)}, {leaning}"


def _ratings(panel: Panel) -> Iterator[str]:
    for scale, means in panel.means.items():
        gaps = [gap for gap in panel.gaps if gap.scale == scale and not math.isnan(gap.p)]
        untested = "" if gaps or panel.few else "; nothing to test: the ratings are too few or too much alike"
        yield f"  {_means(scale, means)}{untested}"
        yield from (f"    {line}" for gap in gaps for line in _gap(gap))
        yield from (f"    {_agreement(one)}" for one in _agreed(panel) if one.scale == scale)
    if _agreed(panel):
        yield "  (agreement of listeners on a clip: 1 full, 0 by chance)"


def _agreed(panel: Panel) -> list[Agreement]:
    """The scales on which something is known of agreement; none where listeners are too few to speak of it."""
    return [one for one in panel.agreement if not panel.few and not (math.isnan(one.icc) and math.isnan(one.alpha))]


def _means(scale: str, means: dict[str, float]) -> str:
    shown = ", ".join(f"{system} {mean:.2f}" for system, mean in means.items() if not math.isnan(mean))
    return f"{SCALES[scale]} (1 to 5): {shown or 'no ratings'}"


def _verdicts(panel: Panel, scale: str) -> str:
    """Which two systems differ on this scale, to follow its means; nothing where none do."""
    differ = [f"{gap.first} and {gap.second}" for gap in panel.gaps if gap.scale == scale and gap.p < ALPHA]
    return f"; a difference between {', '.join(differ)}" if differ else ""


def _gap(gap: RatingGap) -> Iterator[str]:
    pair = f"{gap.first} less {gap.second}"
    verdict = "a difference" if gap.p < ALPHA else "no difference shown"
    yield f"{pair}: {verdict}; both tests must hold, after Holm {_p(gap.p)}"
    yield f"  over listeners {_t(gap.over_listeners, gap.dz[0])}; over items {_t(gap.over_items, gap.dz[1])}"


def _agreement(one: Agreement) -> str:
    icc, alpha = ("not known" if math.isnan(value) else f"{value:.2f}" for value in (one.icc, one.alpha))
    return f"agreement: ICC(2,k) {icc} for the mean of {one.raters:.1f} ratings, Krippendorff's alpha {alpha}"


def _t(test: TTest, dz: float) -> str:
    if math.isnan(test.t):
        return "too few to test"
    return f"{test.difference:+.2f}, t({test.df:g}) = {test.t:.2f}, {_p(test.p)}, dz {dz:.2f}"


def _interval(ends: tuple[float, float]) -> str:
    return "not known" if math.isnan(ends[0]) else f"{ends[0]:.1%} to {ends[1]:.1%}"


def _p(p: float) -> str:
    if math.isnan(p):
        return "p not known"
    return "p < .001" if p < 0.001 else f"p = {p:.3f}".replace("0.", ".", 1)

"""What a listening test found, in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator

from popgen_eval.listening.agreement import Agreement
from popgen_eval.listening.analysis import Analysis, Panel
from popgen_eval.listening.answers import SCALES
from popgen_eval.listening.controls import Sides
from popgen_eval.listening.preference import Preference
from popgen_eval.listening.ratings import RatingGap
from popgen_eval.listening.size import listeners_needed
from popgen_eval.statistics import EXACT_BELOW, TTest

__all__ = ["sentences"]

ALPHA = 0.05
LEAST_SHARE = 0.55  # below which a preference is too small to plan a test for


def sentences(found: Analysis) -> list[str]:
    """The whole result, line by line; an empty line parts what belongs apart."""
    lines = [
        f"test {found.test}: {', '.join(found.systems)}; clips of {found.clip_seconds:g} s",
        f"{found.everyone.listeners} of {found.planned} listeners planned have answered, {found.complete} all trials",
        "",
        *_excluded(found),
        "",
        *_panel(found.kept, "after the exclusions" if found.excluded else "all listeners"),
    ]
    if found.excluded:
        lines += ["", *_panel(found.everyone, "without any exclusion, for comparison")]
    return lines


def _excluded(found: Analysis) -> Iterator[str]:
    rules = found.rules
    yield (
        f"left out, by rules fixed beforehand: {len(found.excluded)} of {found.everyone.listeners} listeners "
        f"(spoiled copies caught under {rules.anchors:.0%}; repeats alike under {rules.repeats:.0%}, judged from "
        f"{rules.least_repeats} repeats on; median trial shorter than a clip; attention trial failed)"
    )
    for listener, why in sorted(found.excluded.items()):
        yield f"  listener {listener}: {'; '.join(why)}"


def _panel(panel: Panel, name: str) -> Iterator[str]:
    yield f"{name}: {panel.listeners} listeners, {panel.judgments} judgments"
    for one in panel.preferences:
        yield from _preference(one, panel)
    yield from _controls(panel)
    yield from _ratings(panel)


def _preference(one: Preference, panel: Panel) -> Iterator[str]:
    if not one.decided:
        yield f"  {one.first} or {one.second}: no choice with a preference, {one.ties} without"
        return
    yield (
        f"  {one.first} or {one.second}: {one.first_wins} for {one.first}, {one.second_wins} for {one.second}, "
        f"{one.ties} without preference"
    )
    yield (
        f"    {one.first} was preferred in {one.clustered.share:.1%} of the choices; 95 % interval "
        f"{_interval(one.by_listener)} over listeners, {_interval(one.by_item)} over items"
    )
    corrected = f", after Holm {_p(one.p)}" if len(panel.preferences) > 1 else ""
    yield f"    test that knows whose choices they are, and on which item: {_p(one.clustered.p)}{corrected}"
    exact = "" if math.isnan(one.exact_p) else f"; exact binomial (under {EXACT_BELOW} choices) {_p(one.exact_p)}"
    yield (
        f"    chi-square, which takes every choice for independent: {one.chi_square:.2f}, {_p(one.chi_p)}; no "
        f"preference split in halves: {one.half_chi_square:.2f}, {_p(one.half_p)}{exact}"
    )
    yield f"    {_verdict(one, panel)}"


def _verdict(one: Preference, panel: Panel) -> str:
    share = one.clustered.share
    better, worse = (one.first, one.second) if share > 0.5 else (one.second, one.first)
    if math.isnan(one.p):
        return "that is too few listeners or items to test anything"
    if one.p < ALPHA:
        return f"so {better} is preferred over {worse}"
    trials = max(round((one.decided + one.ties) / max(panel.listeners, 1)), 1)
    words = "so no preference is shown, which does not say that there is none"
    if abs(share - 0.5) < LEAST_SHARE - 0.5:
        return words
    needed = listeners_needed(max(share, 1 - share), trials)
    return f"{words}; if the share is what it seems, about {needed} listeners of {trials} such pairs would show it"


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
        shown = ", ".join(f"{system} {mean:.2f}" for system, mean in means.items() if not math.isnan(mean))
        yield f"  {SCALES[scale]} (1 to 5): {shown or 'no ratings'}"
        yield from (f"    {_gap(gap)}" for gap in panel.gaps if gap.scale == scale)
        yield from (f"    {_agreement(one)}" for one in panel.agreement if one.scale == scale and one.raters > 0)


def _gap(gap: RatingGap) -> str:
    verdict = "undecided" if math.isnan(gap.p) else "a difference" if gap.p < ALPHA else "no difference shown"
    return (
        f"{gap.first} less {gap.second}: over listeners {_t(gap.over_listeners, gap.dz[0])}; "
        f"over items {_t(gap.over_items, gap.dz[1])}; "
        f"both must hold, after Holm {_p(gap.p)}: {verdict}"
    )


def _agreement(one: Agreement) -> str:
    icc, alpha = ("not known" if math.isnan(value) else f"{value:.2f}" for value in (one.icc, one.alpha))
    return (
        f"agreement of listeners on a clip: ICC(2,k) {icc} for the mean of {one.raters:.1f} ratings, "
        f"Krippendorff's alpha {alpha} for single ones (1 full, 0 by chance)"
    )


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

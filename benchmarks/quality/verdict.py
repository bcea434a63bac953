"""The targets of one system, all judged: the list that a model card shows."""

from __future__ import annotations

from benchmarks.quality.by_position import FOLLOWED
from benchmarks.quality.figures import COPIED, WIDTH
from benchmarks.quality.found import REAL, Found
from benchmarks.quality.targets import (
    FIGURE_SHARE,
    OVERALL_SHARE,
    Target,
    copies_no_more,
    fewer_bits,
    inside_and_level,
    nearer_than,
    not_by_looping,
    quick_and_small,
    reaches,
    wide_enough,
)

from popgen_core.score.report import MODEL
from popgen_eval.metrics.overall import HEADLINE, OVERALL

__all__ = ["RIVAL_SYSTEM", "targets_of"]

RIVAL_SYSTEM = "paper.warm"  # trained equally long on the same songs
RIVAL = "markov"
CORES = "2"


def targets_of(found: Found, name: str) -> list[Target]:
    """Every target of a system, in the order of the issue; one that nothing was measured for is not judged."""
    return [
        *_figures(found, name),
        *_distances(found, name),
        *_bits(found, name),
        copies_no_more(found.judged[name].sample(COPIED), found.judged[REAL].sample(COPIED)),
        *_velocities(found, name),
        *_long_songs(found, name),
        quick_and_small(found.minutes[name][CORES]),
    ]


def _figures(found: Found, name: str) -> list[Target]:
    made, real, loop = (found.judged[of] for of in (name, REAL, "one-bar"))
    figures = (OVERALL.name, *HEADLINE)
    shares = {OVERALL.name: OVERALL_SHARE}
    return [
        *(reaches(of, made.sample(of), real.sample(of), shares.get(of, FIGURE_SHARE)) for of in figures),
        *(not_by_looping(of, made.sample(of), real.sample(of), loop.sample(of)) for of in figures),
    ]


def _distances(found: Found, name: str) -> list[Target]:
    mine, nan = found.judged[name].sets, float("nan")
    made = []
    for rival in (RIVAL, RIVAL_SYSTEM):
        if rival not in found.judged:
            made.append(_without(f"Fréchet distance to real at most 0.5 of {rival}'s", rival))
        elif rival != name:
            theirs = found.judged[rival].sets
            songs = min(mine.get("compared_songs", nan), theirs.get("compared_songs", nan))
            floor = mine.get("frechet_floor", nan)
            made.append(
                nearer_than(rival, mine.get("frechet_distance", nan), theirs.get("frechet_distance", nan), floor, songs)
            )
    return made


def _bits(found: Found, name: str) -> list[Target]:
    asked = "held-out bits a beat at least 15% under {}'s"
    mine = found.bits.get(name, {})
    if MODEL not in mine:
        return [Target(asked.format(RIVAL), "not judged", "no held-out songs were named")]
    made = []
    if RIVAL in mine:
        made.append(fewer_bits(RIVAL, mine[MODEL], mine[RIVAL]))
    else:
        made.append(_without(asked.format(RIVAL), RIVAL))
    if name != RIVAL_SYSTEM:
        theirs = found.bits.get(RIVAL_SYSTEM, {}).get(MODEL)
        rival = RIVAL_SYSTEM
        made.append(fewer_bits(rival, mine[MODEL], theirs) if theirs else _without(asked.format(rival), rival))
    return made


def _velocities(found: Found, name: str) -> list[Target]:
    made, real = found.judged[name], found.judged[REAL]
    songs = min(made.sample(WIDTH).n, real.sample(WIDTH).n)
    return [
        wide_enough("all notes together", made.pooled_width, real.pooled_width, songs),
        wide_enough("song by song", made.sample(WIDTH).mean, real.sample(WIDTH).mean, songs),
    ]


def _long_songs(found: Found, name: str) -> list[Target]:
    if name not in found.positions:
        return [Target("long songs stable", "not judged", "no long songs were asked for")]
    mine, real = found.positions[name], found.positions[REAL]
    return [inside_and_level(figure, mine[figure], real[figure]) for figure in FOLLOWED]


def _without(asked: str, rival: str) -> Target:
    return Target(asked, "not judged", f"no {rival} was measured")

"""A request completed: of each song where its bars lie, its plan, and what of a user's song stands in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from popgen_core.generate.around import Around
from popgen_core.generate.planning import bars_of, check_controls, plans_of, settled, usual_meter, usual_tempo
from popgen_core.generate.request import Request, RequestError, check_request
from popgen_core.generate.surrounding import wanted_around
from popgen_core.generate.task import Wanted
from popgen_core.music.song import METER, TEMPO, Song, rows
from popgen_core.plan import Plan
from popgen_core.plan.words.asked import AskedPlan, asked_from

__all__ = ["Wanted", "completed"]

TICKS = 480


def completed(
    request: Request,
    known: Sequence[str],
    corpus: Mapping[str, Any],
    controls: Sequence[str] = (),
    around: Around | None = None,
) -> tuple[Wanted, ...]:
    """Check a request and fill in what it leaves open, from the corpus's facts -> all songs that are drawn, of each as
    many in a row as --best-of chooses from.

    `known` groups and `controls` are the model's. Raises RequestError or PlanError, one line each, for what cannot be.
    """
    check_request(request, known)
    check_controls(request, controls)
    if around is None:
        songs = _alone(request, known, corpus, controls)
    else:
        songs = wanted_around(request, known, corpus, around)
    _check_groups(request, songs[0])
    return tuple(song for song in songs for _ in range(request.draws))


def _alone(
    request: Request, known: Sequence[str], corpus: Mapping[str, Any], controls: Sequence[str]
) -> tuple[Wanted, ...]:
    """Songs of their own, from their first bar on, each at its tempo; alike ones are one."""
    asked = asked_from(
        form=request.form,
        chords=request.chords,
        key=request.key,
        energy=request.energy,
        tempo=request.tempo,
        meter=request.meter,
    )
    tempi = [request.tempo or usual_tempo(corpus, request.seed, song) for song in range(request.count)]
    partials = {tempo: _partial(request, asked, tempo, corpus, (known, controls)) for tempo in tempi}
    groups = tuple(group for group in known if request.groups is None or group in request.groups)
    plans = plans_of(request, [partials[tempo] for tempo in tempi], corpus)
    songs = {id(plan): _song(plan, groups) for plan in plans}
    return tuple(songs[id(plan)] for plan in plans)


def _partial(
    request: Request,
    asked: AskedPlan,
    tempo: float,
    corpus: Mapping[str, Any],
    model: tuple[Sequence[str], Sequence[str]],
) -> Plan:
    """What is settled of a song's plan, with its tempo, `tempo` where nobody says another, and its meter; `model`: its
    groups and its controls."""
    meter = request.meter or usual_meter(corpus)
    plan = settled(request, asked, bars_of(request, tempo, meter), *model)
    return replace(plan, tempo=request.tempo or plan.tempo or tempo, meter=request.meter or plan.meter or meter)


def _song(plan: Plan, groups: tuple[str, ...]) -> Wanted:
    """A song that has nothing but its plan, of which tempo and meter are settled."""
    assert plan.tempo is not None
    assert plan.meter is not None
    (top, bottom), maps = plan.meter, rows(TEMPO, [(0, round(60e6 / plan.tempo))])
    template = Song(TICKS, (), maps, rows(METER, [(0, top, bottom)]))
    return Wanted(template, plan.bars, plan.bars * TICKS * 4 * top // bottom, plan, groups, 0, plan.bars)


def _check_groups(request: Request, wanted: Wanted) -> None:
    """Temperatures and sounds are those of groups that are written; a track that stays keeps its sound."""
    for name, asked in (("--temperature", request.temperatures), ("--program", request.programs)):
        if others := [group for group in asked if group not in wanted.groups]:
            hint = f"written are {', '.join(wanted.groups)}"
            raise RequestError(f"{name}: {', '.join(others)} is not written", hint=hint)
    around = wanted.around
    own = set(around.groups) - set(around.left_out) if around else set()
    if sounding := [group for group in request.programs if group in own]:
        raise RequestError(f"--program: the song's own {sounding[0]} keeps its sound", hint="leave it out")

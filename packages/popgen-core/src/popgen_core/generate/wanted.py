"""A request completed: where the song's bars lie, its plan, and what of a user's song stands in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from popgen_core.generate.around import Around
from popgen_core.generate.planning import check_controls, plans_of, settled, usual_meter, usual_tempo
from popgen_core.generate.request import Request, RequestError, check_request
from popgen_core.generate.surrounding import wanted_around
from popgen_core.generate.task import Wanted
from popgen_core.music.song import METER, TEMPO, Song, rows
from popgen_core.plan.words.asked import asked_from

__all__ = ["Wanted", "completed"]

TICKS = 480


def completed(
    request: Request,
    known: Sequence[str],
    corpus: Mapping[str, Any],
    controls: Sequence[str] = (),
    around: Around | None = None,
) -> Wanted:
    """Check a request and fill in what it leaves open, from the corpus's facts; `known` groups and `controls` are the
    model's. Raises RequestError or PlanError, one line each, for what cannot be."""
    check_request(request, known)
    check_controls(request, controls)
    if around is None:
        wanted = _alone(request, known, corpus, controls)
    else:
        wanted = wanted_around(request, known, corpus, around)
    _check_groups(request, wanted)
    return wanted


def _alone(request: Request, known: Sequence[str], corpus: Mapping[str, Any], controls: Sequence[str]) -> Wanted:
    """A song of its own, from its first bar on."""
    asked = asked_from(
        form=request.form,
        chords=request.chords,
        key=request.key,
        energy=request.energy,
        tempo=request.tempo,
        meter=request.meter,
    )
    partial = settled(request, asked, corpus, known, controls)
    tempo = request.tempo or partial.tempo or usual_tempo(corpus, request.seed)
    meter = request.meter or partial.meter or usual_meter(corpus)
    partial = replace(partial, tempo=tempo, meter=meter)
    template = Song(TICKS, (), rows(TEMPO, [(0, round(60e6 / tempo))]), rows(METER, [(0, *meter)]))
    groups = tuple(group for group in known if request.groups is None or group in request.groups)
    end = partial.bars * TICKS * 4 * meter[0] // meter[1]
    return Wanted(template, partial.bars, end, plans_of(request, partial, corpus), groups, 0, partial.bars)


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

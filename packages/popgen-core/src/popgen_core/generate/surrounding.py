"""What is to be written behind the notes of a user's song, beside them, or in place of some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.generate.around import Around
from popgen_core.generate.planning import bars_of, overlaid, plans_of, restated
from popgen_core.generate.request import Request, RequestError
from popgen_core.generate.task import Wanted
from popgen_core.music.bars import bar_lines, bar_ticks
from popgen_core.music.ending import end_of
from popgen_core.music.grid import frames_nearest
from popgen_core.music.song import Song
from popgen_core.plan import NO_CHORD, Plan, Section, plan_of
from popgen_core.plan.words.asked import asked_from, partial_plan

__all__ = ["wanted_around"]

FOLLOWING_BARS = 4  # after bars that are written anew: what they must lead to
ITS_OWN = {  # what a song has and so cannot be said beside it
    "prompt": ("tempo", "meter", "plan"),
    "keep": ("form", "tempo", "meter", "plan", "bars", "seconds"),
    "bars": ("form", "tempo", "meter", "plan", "bars", "seconds"),
}


def wanted_around(
    request: Request, known: Sequence[str], corpus: Mapping[str, Any], around: Around
) -> tuple[Wanted, ...]:
    """The songs of a request about a user's song, completed. Raises RequestError or PlanError for what cannot be."""
    if not around.grouped.note_count:
        raise RequestError("the song that is given has no notes that a group plays", hint="give one with notes")
    said = [name for name in ITS_OWN[request.around] if getattr(request, name) is not None]
    if said:
        raise RequestError(f"--{said[0]} cannot be said beside a song: it has its own", hint="leave it out")
    ways = {"prompt": _continued, "keep": _beside, "bars": _anew}
    return ways[request.around](request, known, corpus, around)


def _continued(request: Request, known: Sequence[str], corpus: Mapping[str, Any], around: Around) -> tuple[Wanted, ...]:
    """A song goes on: a form, `bars` or `seconds` of new music behind the bar in which its last note begins."""
    song, before = around.song, plan_of(around.grouped)
    (_, top, bottom), tempo = song.meters[-1].tolist(), float(song.tempo_bpm(song.end_tick))
    bars = request.bars
    if bars is None and (request.form is None or request.seconds is not None):
        bars = bars_of(request, tempo, (top, bottom))
    asked = asked_from(form=request.form, chords=request.chords, key=request.key, energy=request.energy)
    partial = _followed(before, partial_plan(asked, bars))
    lines = _lines(song, partial.bars)
    kept = _nothing_kept(around, lines)
    kept[: _frame(around, lines[before.bars])] = True
    return _each(
        plans_of(request, (partial,) * request.count, corpus),
        template=_maps(song),
        bars=partial.bars,
        end_tick=max(lines[-1], song.end_tick),
        groups=tuple(group for group in known if request.groups is None or group in request.groups),
        start=before.bars,
        stop=partial.bars,
        around=replace(around, kept=kept, continued=True),
    )


def _beside(request: Request, known: Sequence[str], corpus: Mapping[str, Any], around: Around) -> tuple[Wanted, ...]:
    """Some groups of a song stay, others are written around them."""
    playing = [group for group in known if group in around.groups]
    if missing := [group for group in request.keep if group not in playing]:
        raise RequestError(f"--keep: the song has no {', '.join(missing)}", hint=f"it has {', '.join(playing)}")
    groups = tuple(g for g in known if g not in request.keep and (request.groups is None or g in request.groups))
    if not groups:
        raise RequestError("nothing is left to write: every group is kept", hint="keep fewer, or name --groups")
    found = plan_of(around.grouped)
    sections = tuple(
        replace(
            section,
            energy=None,
            groups=None,
            density={group: value for group, value in section.density.items() if group in request.keep},
            dynamics={group: value for group, value in section.dynamics.items() if group in request.keep},
        )
        for section in found.sections
    )
    chords = tuple(None if chord == NO_CHORD else chord for chord in found.chords)
    asked = asked_from(chords=request.chords, key=request.key, energy=request.energy)
    partial = overlaid(replace(found, sections=sections, chords=chords), asked)
    lines = _lines(around.song, partial.bars)
    kept = _nothing_kept(around, lines)
    kept[:, [known.index(group) for group in request.keep]] = True
    request = replace(request, groups=(*request.keep, *groups))
    return _each(
        plans_of(request, (partial,) * request.count, corpus),
        template=_maps(around.song),
        bars=partial.bars,
        end_tick=max(lines[-1], end_of(around.song)),
        groups=groups,
        start=0,
        stop=partial.bars,
        around=replace(around, kept=kept, left_out=tuple(group for group in known if group not in request.keep)),
    )


def _anew(request: Request, known: Sequence[str], corpus: Mapping[str, Any], around: Around) -> tuple[Wanted, ...]:
    """Some bars of some groups are written anew; all else stays."""
    found = plan_of(around.grouped)
    first, last = request.bars_at or (0, 0)
    if not 1 <= first <= last <= found.bars:
        raise RequestError(f"--bars-at {first}-{last}: the song has bars 1 to {found.bars}", hint="such as 9-12")
    if request.groups is None:
        raise RequestError("--bars-at: which groups are to be written anew?", hint="name them with --groups")
    plan = _reopened(found, first - 1, last, request)
    lines = _lines(around.song, found.bars)
    kept = ~_nothing_kept(around, lines)
    stretch = slice(_frame(around, lines[first - 1]), _frame(around, lines[last]))
    kept[stretch, [known.index(group) for group in request.groups]] = False
    return _each(
        (plan,) * request.count,
        template=_maps(around.song),
        bars=min(last + FOLLOWING_BARS, found.bars),
        end_tick=max(lines[-1], end_of(around.song)),
        groups=tuple(request.groups),
        start=first - 1,
        stop=last,
        around=replace(around, kept=kept),
    )


def _each(plans: Sequence[Plan], **shared: Any) -> tuple[Wanted, ...]:
    """A song of each plan, alike in all else; songs of one plan are one."""
    songs = {id(plan): Wanted(plan=plan, **shared) for plan in plans}
    return tuple(songs[id(plan)] for plan in plans)


def _followed(before: Plan, after: Plan) -> Plan:
    """A plan and another one behind it; the tempo and meter are those of the first."""
    sections = (*before.sections, *after.sections)
    chords, recalls = (*before.chords, *after.chords), (*before.recalls, *after.recalls)
    return Plan(sections, chords, recalls, before.tempo, before.meter)


def _reopened(plan: Plan, start: int, stop: int, request: Request) -> Plan:
    """A song's plan in which the groups of a request may play, recalling nothing in bars start..stop-1, with what the
    request says of these: chords from the first of them on, key and energy of the sections that they touch."""
    asked = asked_from(chords=request.chords, key=request.key, energy=request.energy)
    halves, touched = slice(2 * start, 2 * stop), plan.section_of()[[start, stop - 1]]
    chords, recalls, sections = list(plan.chords), list(plan.recalls), list(plan.sections)
    chords[halves] = [None if chord == NO_CHORD else chord for chord in chords[halves]]
    recalls[start:stop] = [None] * (stop - start)
    if asked.chords is not None:
        chords[halves] = asked.chords.over((Section("", stop - start),))
    among = slice(touched[0], touched[1] + 1)
    sections[among] = restated(sections[among], asked)
    opened = tuple(_opened(section, request.groups or ()) for section in sections)
    return replace(plan, sections=opened, chords=tuple(chords), recalls=tuple(recalls))


def _opened(section: Section, groups: Sequence[str]) -> Section:
    """A section in which these groups may play, however much they did."""
    playing = None if section.groups is None else tuple(dict.fromkeys((*section.groups, *groups)))
    return replace(
        section,
        groups=playing,
        density={group: value for group, value in section.density.items() if group not in groups},
        dynamics={group: value for group, value in section.dynamics.items() if group not in groups},
    )


def _lines(song: Song, bars: int) -> list[int]:
    """Ticks of bar lines 0..bars, the meter going on behind the song's end."""
    last = song.end_tick + bars * bar_ticks(song).max()
    return [round(float(line)) for line in bar_lines(song, int(last))[: bars + 1]]


def _maps(song: Song) -> Song:
    """The song's maps and marks without its notes."""
    return replace(song, tracks=(), provenance="")


def _frame(around: Around, tick: int) -> int:
    """The frame in which a note on a bar line is heard."""
    return int(frames_nearest(around.roll.grid.positions(around.song, np.array([tick])))[0])


def _nothing_kept(around: Around, lines: Sequence[int]) -> NDArray[np.bool_]:
    """(frame, group) room up to the last bar line to say where nothing is written; one frame at least."""
    return np.zeros((max(_frame(around, lines[-1]), 1), len(around.roll.spec.groups)), dtype=np.bool_)

"""A request completed: where the song's bars lie, its plan, and what of a user's song stands in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from popgen_core.generate.around import Around
from popgen_core.generate.request import USUAL_SECONDS, Request, RequestError, check_request
from popgen_core.music.bars import bar_lines, bar_ticks
from popgen_core.music.grid import Grid
from popgen_core.music.song import METER, TEMPO, Song, rows
from popgen_core.plan import NO_CHORD, Plan, Section, plan_of
from popgen_core.plan.book import PlanBook
from popgen_core.plan.words.asked import AskedPlan, asked_from, partial_plan
from popgen_core.plan.words.toml import plan_from_toml
from popgen_core.plan.writer import Wish, written

__all__ = ["Wanted", "completed"]

TICKS = 480
FOLLOWING_BARS = 4  # after bars that are written anew: what they must lead to
NEEDS = {"form": "section", "chords": "chord", "key": "key", "energy": "energy"}
MASKED = {"chords": "chord_strength", "key": "key_strength"}  # what can be held to without the control


@dataclass(frozen=True)
class Wanted:
    """What is to be written.

    `template`: an empty song with the tempo, meter and key maps; `bars` and `end_tick` its length; `plans` one for each
    song that is drawn; `groups` that are written. `around`: a user's song with what of it is kept, of which bars
    `start`..`stop`-1 are written; without one those are all bars.
    """

    template: Song
    bars: int
    end_tick: int
    plans: tuple[Plan, ...]
    groups: tuple[str, ...]
    start: int
    stop: int
    around: Around | None = None

    @property
    def tempo(self) -> float:
        """Quarter notes a minute at the song's start."""
        return float(self.template.tempo_bpm(0))


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
    _check_controls(request, controls)
    if around is not None:
        return _around(request, known, corpus, around)
    asked = asked_from(
        form=request.form,
        chords=request.chords,
        key=request.key,
        energy=request.energy,
        tempo=request.tempo,
        meter=request.meter,
    )
    partial = _partial(request, asked, corpus)
    tempo = request.tempo or partial.tempo or float(corpus.get("tempo", 120))
    meter = request.meter or partial.meter or _meter(corpus)
    partial = replace(partial, tempo=tempo, meter=meter)
    template = Song(TICKS, (), rows(TEMPO, [(0, round(60e6 / tempo))]), rows(METER, [(0, *meter)]))
    groups = tuple(group for group in known if request.groups is None or group in request.groups)
    end = partial.bars * TICKS * 4 * meter[0] // meter[1]
    return Wanted(template, partial.bars, end, _plans(request, partial, corpus), groups, 0, partial.bars)


def _meter(corpus: Mapping[str, Any]) -> tuple[int, int]:
    top, bottom = corpus.get("meter", (4, 4))
    return int(top), int(bottom)


def _check_controls(request: Request, controls: Sequence[str]) -> None:
    """Nothing that is asked for is ignored."""
    for name, control in NEEDS.items():
        if getattr(request, name) is None or control in controls:
            continue
        if name in MASKED and getattr(request, MASKED[name]) > 0:
            continue
        way = f"; --{name[:5].rstrip('s')}-strength 1 holds it to them all the same" if name in MASKED else ""
        raise RequestError(f"--{name}: the checkpoint was trained without the control {control}{way}")


def _partial(request: Request, asked: AskedPlan, corpus: Mapping[str, Any]) -> Plan:
    """What the user settled: their plan file with what they said beside it, or a plan of the asked length."""
    if request.plan is not None:
        if request.form is not None:
            raise RequestError("--form and --plan both say the form", hint="leave one out, or edit the plan")
        plan = plan_from_toml(request.plan)
        if request.bars is not None and request.bars != plan.bars:
            raise RequestError(f"--plan has {plan.bars} bars, --bars {request.bars}", hint="leave --bars out")
        return _overlaid(plan, asked)
    bars = request.bars
    if bars is None and (request.form is None or request.seconds is not None):
        bars = _bars(request, asked, corpus)
    return partial_plan(asked, bars)


def _bars(request: Request, asked: AskedPlan, corpus: Mapping[str, Any]) -> int:
    """The whole number of bars that is nearest to the seconds asked for."""
    tempo, (top, bottom) = asked.tempo or float(corpus.get("tempo", 120)), asked.meter or _meter(corpus)
    seconds = USUAL_SECONDS if request.seconds is None else request.seconds
    return max(round(seconds * tempo / 60 / (4 * top / bottom)), 1)


def _overlaid(plan: Plan, asked: AskedPlan) -> Plan:
    """A plan in which what was said beside it takes the place of what it says."""
    sections = plan.sections
    if asked.key is not None:
        sections = tuple(replace(section, key=asked.key) for section in sections)
    if asked.energy is not None:
        pairs = zip(sections, asked.energy.over(sections), strict=True)
        sections = tuple(replace(section, energy=energy) for section, energy in pairs)
    chords = asked.chords.over(sections) if asked.chords is not None else plan.chords
    return replace(plan, sections=sections, chords=chords)


def _plans(request: Request, partial: Plan, corpus: Mapping[str, Any]) -> tuple[Plan, ...]:
    """One plan for each song that is drawn, what is open filled in as the corpus would have it; best-of songs share."""
    if "plans" not in corpus:
        return (partial,) * (request.count * request.draws)
    book = PlanBook.from_plain(corpus["plans"])
    wish = Wish(groups=request.groups, recalls=request.recalls)
    seeds = [int(np.random.SeedSequence([request.seed, song]).generate_state(1)[0]) for song in range(request.count)]
    return tuple(written(partial, book, seed, wish) for seed in seeds for _ in range(request.draws))


def _around(request: Request, known: Sequence[str], corpus: Mapping[str, Any], around: Around) -> Wanted:
    """What is to be written before, behind or beside the notes of a user's song."""
    ways = {"prompt": _continued, "keep": _beside, "bars": _anew}
    if not around.song.note_count:
        raise RequestError("the song that is given has no notes", hint="give one with notes")
    said = [name for name in ("form", "tempo", "meter", "plan") if getattr(request, name) is not None]
    if said:
        raise RequestError(f"--{said[0]} cannot be said beside a song: it has its own", hint="leave it out")
    return ways[request.around](request, known, corpus, around)


def _lines(song: Song, bars: int) -> list[int]:
    """Ticks of bar lines 0..bars, the meter going on behind the song's end."""
    last = song.end_tick + bars * bar_ticks(song).max()
    return [round(float(line)) for line in bar_lines(song, int(last))[: bars + 1]]


def _maps(song: Song) -> Song:
    """The song's maps and marks without its notes."""
    return replace(song, tracks=(), provenance="")


def _kept(around: Around, grid: Grid, lines: list[int]) -> tuple[Around, list[int]]:
    """Room to say what stays, frame by frame up to the last line, and the frame of each bar line."""
    frames = [round(float(grid.positions(around.song, line))) for line in lines]
    empty = np.zeros((frames[-1], len(around.roll.spec.groups)), dtype=np.bool_)
    return around.holding(empty), frames


def _continued(request: Request, known: Sequence[str], corpus: Mapping[str, Any], around: Around) -> Wanted:
    """A song goes on: `bars`, or `seconds`, of new music behind the bar in which it ends."""
    before = plan_of(around.grouped)
    tempo, meter = float(around.song.tempo_bpm(around.song.end_tick)), tuple(around.song.meters[-1])[1:]
    length = AskedPlan(tempo=tempo, meter=(int(meter[0]), int(meter[1])))
    bars = request.bars or _bars(request, length, corpus)
    asked = asked_from(chords=request.chords, key=request.key, energy=request.energy)
    after = partial_plan(asked, bars)
    partial = Plan(
        (*before.sections, *after.sections),
        (*before.chords, *after.chords),
        (*before.recalls, *after.recalls),
        before.tempo,
        before.meter,
    )
    lines = _lines(around.song, partial.bars)
    room, frames = _kept(around, around.roll.grid, lines)
    room.kept[: frames[before.bars]] = True
    groups = tuple(group for group in known if request.groups is None or group in request.groups)
    plans = _plans(request, partial, corpus)
    return Wanted(_maps(around.song), partial.bars, lines[-1], plans, groups, before.bars, partial.bars, room)


def _beside(request: Request, known: Sequence[str], corpus: Mapping[str, Any], around: Around) -> Wanted:
    """Some groups of a song stay, others are written around them."""
    playing = {group for group in around.groups if group is not None}
    if missing := [group for group in request.keep if group not in playing]:
        raise RequestError(
            f"--keep: the song has no {', '.join(missing)}",
            hint=f"it has {', '.join(g for g in known if g in playing)}",
        )
    groups = tuple(g for g in known if g not in request.keep and (request.groups is None or g in request.groups))
    if not groups:
        raise RequestError("nothing is left to write: every group is kept", hint="keep fewer, or name --groups")
    stays = dict.fromkeys(request.keep, True)
    found = plan_of(around.grouped)
    sections = tuple(
        replace(
            section,
            energy=None,
            groups=None,
            density={g: value for g, value in section.density.items() if g in stays},
            dynamics={g: value for g, value in section.dynamics.items() if g in stays},
        )
        for section in found.sections
    )
    chords = tuple(None if chord == NO_CHORD else chord for chord in found.chords)
    asked = asked_from(chords=request.chords, key=request.key, energy=request.energy)
    partial = _overlaid(replace(found, sections=sections, chords=chords), asked)
    lines = _lines(around.song, partial.bars)
    room, _ = _kept(around, around.roll.grid, lines)
    room.kept[:, [known.index(group) for group in request.keep]] = True
    wished = replace(request, groups=(*request.keep, *groups))
    plans = _plans(wished, partial, corpus)
    return Wanted(_maps(around.song), partial.bars, lines[-1], plans, groups, 0, partial.bars, room)


def _anew(request: Request, known: Sequence[str], corpus: Mapping[str, Any], around: Around) -> Wanted:
    """Some bars of some groups are written anew; all else stays."""
    found = plan_of(around.grouped)
    first, last = request.bars_at or (0, 0)
    if not 1 <= first <= last <= found.bars:
        raise RequestError(f"--bars-at {first}-{last}: the song has bars 1 to {found.bars}", hint="such as 9-12")
    if request.groups is None:
        raise RequestError("--bars-at: which groups are to be written anew?", hint="name them with --groups")
    asked = asked_from(chords=request.chords, key=request.key, energy=request.energy)
    recalls = tuple(None if first <= bar + 1 <= last else recall for bar, recall in enumerate(found.recalls))
    sections = tuple(_opened(section, request.groups) for section in found.sections)
    plan = _overlaid(replace(found, recalls=recalls, sections=sections), asked)
    end = min(last + FOLLOWING_BARS, found.bars)
    lines = _lines(around.song, found.bars)
    room, frames = _kept(around, around.roll.grid, lines)
    room.kept[:] = True
    room.kept[frames[first - 1] : frames[last], [known.index(group) for group in request.groups]] = False
    plans = (plan,) * (request.count * request.draws)
    return Wanted(_maps(around.song), end, lines[-1], plans, tuple(request.groups), first - 1, last, room)


def _opened(section: Section, groups: Sequence[str]) -> Section:
    """A section in which these groups may play, however much they did."""
    playing = None if section.groups is None else tuple(dict.fromkeys((*section.groups, *groups)))
    return replace(
        section,
        groups=playing,
        density={group: value for group, value in section.density.items() if group not in groups},
        dynamics={group: value for group, value in section.dynamics.items() if group not in groups},
    )

"""What a user asks a model to write: how many songs, how long, how fast, in which meter, for which groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from popgen_core.errors import PopgenError
from popgen_core.music.song import METER, TEMPO, Song, rows

__all__ = ["Request", "RequestError", "Wanted", "completed"]

TICKS = 480
SLOWEST, FASTEST = 20.0, 400.0
LONGEST_SECONDS = 3600.0
MOST_SONGS = 100  # drawn in one batch: at the paper's sizes a song's cache takes 6 MB


class RequestError(PopgenError):
    """Something asked for that cannot be: a tempo out of range, a group that the model does not know."""

    exit_code = 2


@dataclass(frozen=True)
class Request:
    """What was asked. `tempo` in quarter notes a minute and `meter` fall back on the corpus's most usual ones."""

    count: int = 1
    seconds: float = 60.0
    temperature: float = 0.8
    seed: int = 0
    tempo: float | None = None
    meter: tuple[int, int] | None = None
    groups: Sequence[str] | None = None


@dataclass(frozen=True)
class Wanted:
    """A request completed: an empty song with its tempo and meter, its length in whole bars, its groups."""

    template: Song
    bars: int
    end_tick: int
    groups: tuple[str, ...]
    tempo: float
    meter: tuple[int, int]


def completed(request: Request, known: Sequence[str], corpus: dict[str, Any]) -> Wanted:
    """Check a request and fill in what it leaves open; the length is the nearest whole number of bars.

    Raises RequestError, one line each, for anything out of range.
    """
    tempo = request.tempo if request.tempo is not None else float(corpus.get("tempo", 120))
    top, bottom = request.meter or tuple(corpus.get("meter", (4, 4)))
    groups = tuple(known) if request.groups is None else tuple(request.groups)
    for wrong, line in (
        (not 1 <= request.count <= MOST_SONGS, f"--count {request.count} is not between 1 and {MOST_SONGS}"),
        (not groups, f"--groups names no group; the model has {', '.join(known)}"),
        (not 0 < request.seconds <= LONGEST_SECONDS, f"--seconds {request.seconds:g} is not over 0 and at most 3600"),
        (not 0.05 <= request.temperature <= 5, f"--temperature {request.temperature:g} is not between 0.05 and 5"),
        (not 0 <= request.seed < 2**63, f"--seed {request.seed} is not between 0 and 2^63"),
        (not SLOWEST <= tempo <= FASTEST, f"--tempo {tempo:g} is not between 20 and 400 quarter notes a minute"),
        (
            not (1 <= top <= 32 and bottom in (1, 2, 4, 8, 16, 32)),
            f"--meter {top}/{bottom} is no meter such as 4/4 or 6/8",
        ),
    ):
        if wrong:
            raise RequestError(line)
    if unknown := [group for group in groups if group not in known]:
        raise RequestError(
            f"--groups: no group is named {', '.join(unknown)}", hint=f"the model has {', '.join(known)}"
        )
    template = Song(TICKS, (), rows(TEMPO, [(0, round(60e6 / tempo))]), rows(METER, [(0, top, bottom)]))
    bar_ticks = TICKS * 4 * top // bottom
    bars = max(round(float(template.ticks(request.seconds)) / bar_ticks), 1)
    return Wanted(template, bars, bars * bar_ticks, tuple(g for g in known if g in groups), tempo, (top, bottom))

"""What a user asks a model to write, as it was said; enough, with the files that it names, to ask it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from popgen_core.errors import PopgenError

__all__ = [
    "COLDEST",
    "FASTEST",
    "HOTTEST",
    "SLOWEST",
    "USUAL_CHORD_STRENGTH",
    "USUAL_TEMPERATURE",
    "USUAL_TOUCH",
    "Request",
    "RequestError",
    "check_request",
    "check_touch",
]

SLOWEST, FASTEST = 20.0, 400.0  # quarter notes a minute
COLDEST, HOTTEST = 0.05, 5.0  # temperatures
USUAL_CHORD_STRENGTH = 0.25  # of models that were trained with chords
USUAL_TEMPERATURE, USUAL_TOUCH = 0.7, 0.7  # density, pitches and timing of the starter's songs are nearest to real ones
LONGEST_SECONDS = 3600.0
MOST_BARS = 2000
MOST_SONGS = 100  # drawn in one batch: at the paper's sizes a song's cache takes 6 MB
USUAL_SECONDS = 60.0
RULES = (
    "ranges",
    "polyphony",
    "sections",
    "silence",
    "resolve",
    "steady",
    "recall",
)  # that hold unless they are switched off
LONGEST_NUMBER = 20  # digits of a number that are told
TRIES = 8  # drawings of bars that are written anew


class RequestError(PopgenError):
    """Something asked for that cannot be: a tempo out of range, a group that the model does not know."""

    exit_code = 2


@dataclass(frozen=True)
class Request:
    """What was asked; None leaves a thing to popgen.

    Length: `bars`, or `seconds` to the nearest bar; a form or plan has its own. `tempo` in quarter notes a minute and
    `meter` fall back on the corpus's most usual ones. `form`, `chords`, `key`, `energy` and `plan` (TOML) as written by
    the user. `temperatures` and `programs` by group; `touch` is the temperature of how notes are played. `recalls`:
    whether bars come back. `chord_strength` (None: 0.25 of models trained with chords, else 0) and `key_strength`
    0 (free) .. 1 (strict); `free` names the rules that are switched off. `against_loops` 0 (off) ..: how hard loops are
    leant against. `best_of` songs are drawn for each that is kept, the best by `best_by`; 0: one, and eight where bars
    are written anew, since they must lead to what follows.
    `around` says what the user's song is for: "prompt" continues it, "keep" writes the groups beside those of `keep`,
    "bars" writes `bars_at` (first and last, counted from 1) of `groups` anew; "" without one. `source` is its sha256.
    """

    count: int = 1
    seconds: float | None = None
    bars: int | None = None
    seed: int = 0
    temperature: float = USUAL_TEMPERATURE
    temperatures: Mapping[str, float] = field(default_factory=dict)
    top_p: float = 1.0
    touch: float = USUAL_TOUCH
    tempo: float | None = None
    meter: tuple[int, int] | None = None
    groups: tuple[str, ...] | None = None
    form: str | None = None
    chords: str | None = None
    key: str | None = None
    energy: str | None = None
    plan: str | None = None
    recalls: bool = True
    chord_strength: float | None = None
    key_strength: float = 0.0
    free: tuple[str, ...] = ()
    against_loops: float = 0.0
    programs: Mapping[str, int] = field(default_factory=dict)
    best_of: int = 0
    best_by: str = "likelihood"
    around: str = ""
    keep: tuple[str, ...] = ()
    bars_at: tuple[int, int] | None = None
    source: str = ""

    @property
    def draws(self) -> int:
        """Songs drawn for each that is kept."""
        return self.best_of or (TRIES if self.around == "bars" else 1)

    def to_plain(self) -> dict[str, Any]:
        """The request as plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Request:
        """What `to_plain` wrote; raises TypeError for keys that are none."""
        pairs = {name: tuple(value) for name, value in plain.items() if isinstance(value, list)}
        return cls(**{**plain, **pairs})


def check_request(request: Request, known: Sequence[str]) -> None:
    """Raise RequestError, one line, for anything out of range or a group that the model does not have."""
    meter = request.meter or (4, 4)
    strengths = {"--chord-strength": request.chord_strength, "--key-strength": request.key_strength}
    heats = {"--temperature": request.temperature} | {f"--temperature {g}": t for g, t in request.temperatures.items()}
    ranges = [
        ("--count", request.count, 1, MOST_SONGS, ""),
        ("--best-of", request.best_of, 0, MOST_SONGS, ""),
        ("--seed", request.seed, 0, 2**63 - 1, ""),
        ("--seconds", request.seconds, 0.1, LONGEST_SECONDS, ""),
        ("--bars", request.bars, 1, MOST_BARS, ""),
        ("--tempo", request.tempo, SLOWEST, FASTEST, "quarter notes a minute"),
        ("--top-p", request.top_p, 0.01, 1, ""),
        ("--touch", request.touch, COLDEST, HOTTEST, ""),
        ("--against-loops", request.against_loops, 0, 10, ""),
        *((name, value, COLDEST, HOTTEST, "") for name, value in heats.items()),
        *((name, value, 0, 1, "") for name, value in strengths.items()),
    ]
    for name, value, least, most, what in ranges:
        if value is not None and not least <= value <= most:
            said = f"{value:g}" if isinstance(value, float) else str(value)
            said = said if len(said) <= LONGEST_NUMBER else f"{said[:LONGEST_NUMBER]}..."
            raise RequestError(f"{name} {said} is not between {least:g} and {most:g} {what}".strip())
    if (drawn := request.count * request.draws) > MOST_SONGS:
        raise RequestError(
            f"--count {request.count}, each drawn {request.draws} times, are {drawn} songs at once",
            hint=f"{MOST_SONGS} are the most; --best-of says how often each is drawn",
        )
    if request.best_by != "likelihood" and request.draws == 1:
        raise RequestError(f"--best-by {request.best_by}: of one song each is the best", hint="say --best-of 8 too")
    if not (1 <= meter[0] <= 32 and meter[1] in (1, 2, 4, 8, 16, 32)):
        raise RequestError(f"--meter {meter[0]}/{meter[1]} is no meter such as 4/4 or 6/8")
    if unknown := [rule for rule in request.free if rule not in RULES]:
        raise RequestError(f"--free: no rule is named {', '.join(unknown)}", hint=f"there are {', '.join(RULES)}")
    if request.groups is not None and not request.groups:
        raise RequestError("--groups names no group", hint=f"the model has {', '.join(known)}")
    named = {
        "--groups": request.groups or (),
        "--keep": request.keep,
        "--temperature": request.temperatures,
        "--program": request.programs,
    }
    for name, groups in named.items():
        if unknown := [group for group in groups if group not in known]:
            raise RequestError(
                f"{name}: no group is named {', '.join(unknown)}", hint=f"the model has {', '.join(known)}"
            )


def check_touch(touch: float, form: str) -> None:
    """Raise RequestError for a touch that was asked for of a decoder of a `form` that draws nothing of how notes are
    played."""
    if form != "events" and touch != USUAL_TOUCH:
        raise RequestError("--touch: the checkpoint's decoder does not draw how notes are played", hint="leave it out")

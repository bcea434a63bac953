"""What an evaluator promises: scores that say what they mean, come of the music alone, and never stop a report."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

from popgen_core.contracts.evaluator import Measure
from popgen_core.groupers.seven import Seven
from popgen_core.music.song import Song
from popgen_core.testing.changed import other_groups
from popgen_core.testing.child import answer_of
from popgen_core.testing.evaluator_laws import LAWS
from popgen_core.testing.judged import SCOPES, Scores, judged, sides_for
from popgen_core.testing.maker import Maker
from popgen_core.testing.songs import hostile_songs
from popgen_core.testing.sound_scores import refuse_unnamed, refuse_unsound, wants
from popgen_core.testing.verdict import Check, Failed, claim

__all__ = ["CHECKS", "behaviour"]

SECONDS = 2.0  # a song
SILENT = Song(480, ())
RUN = """
from popgen_core.testing.behaviour import behaviour_of
behaviour_of(*given)
answer = [sorted(name for name in sys.modules if name.partition(".")[0] == "torch")]
"""


def behaviour(make: Maker) -> list[float]:
    """The scores of a band, by `measures`."""
    evaluator = make()
    scores = judged(evaluator, *sides_for(evaluator))
    return [scores[measure.name].value for measure in evaluator.measures if measure.name in scores]


def check_scope_is_declared(make: Maker) -> None:
    """Its scope is "piece" or "set" and it has `score`, or "training" and it has `learn`."""
    evaluator = make()
    scope = getattr(evaluator, "scope", None)
    claim(scope in SCOPES, f"its scope is {scope!r}; scopes are {', '.join(SCOPES)}")
    needed = "learn" if scope == "training" else "score"
    claim(callable(getattr(evaluator, needed, None)), f"its scope is {scope!r}, but it has no method {needed}")


def check_measures_say_what_they_mean(make: Maker) -> None:
    """Each measure has a name of one word, a unit, a range, a direction, and its law in a line; no name comes twice."""
    measures = getattr(make(), "measures", None)
    if not isinstance(measures, tuple):
        raise Failed(f"its measures are a {type(measures).__name__}, not a tuple of Measure")
    claim(all(isinstance(one, Measure) for one in measures), f"its measures hold other things than Measure: {measures}")
    claim(measures, "it has no measures")
    for measure in measures:
        for wanting in wants(measure):
            raise Failed(f"measure {measure.name!r} {wanting}")
    names = [measure.name for measure in measures]
    twice = sorted({name for name in names if names.count(name) > 1})
    claim(not twice, f"several measures are named {', '.join(twice)}")


def check_needs_no_torch(make: Maker) -> None:
    """A fresh process that imports it and judges songs with it has not loaded torch."""
    [loaded], _ = answer_of(RUN, (make.card.kind, make.card.target, dict(make.settings)))
    claim(not loaded, f"judging with it loads {', '.join(loaded[:1])}; evaluators go without torch")


def check_scores_are_its_measures(make: Maker) -> None:
    """Every score is one of its measures, and every measure is scored, whatever the songs."""
    evaluator = make()
    songs, others = (side[:3] for side in sides_for(evaluator))
    for of, given in (("a band", songs), ("a song without notes", [SILENT] * len(songs))):
        refuse_unnamed(of, judged(evaluator, given, others), evaluator.measures)


def check_values_are_in_range_or_undefined_with_a_reason(make: Maker) -> None:
    """Each score of a band is a number of its measure's range, or NaN with a reason."""
    evaluator = make()
    _survived("a band", evaluator, *sides_for(evaluator))


def check_a_song_without_notes_is_undefined(make: Maker) -> None:
    """Where there is no note to judge, every score is NaN with a reason, never 0."""
    evaluator = make()
    songs, others = sides_for(evaluator)
    scores = _survived("a song without notes", evaluator, [SILENT] * len(songs), others)
    for name, score in scores.items():
        claim(math.isnan(score.value), f"of a song without notes {name} is {score.value:.6g}; it must be NaN")


def check_drums_alone_are_judged(make: Maker) -> None:
    """Songs of drums alone end in sound scores, on either side, never in an exception."""
    evaluator = make()
    songs, others = sides_for(evaluator)
    drums = hostile_songs()["drums only"]
    _survived("drums alone", evaluator, [drums] * len(songs), others)
    if others:
        _survived("a band held against drums alone", evaluator, songs, [drums] * len(others))


def check_hostile_songs_are_judged(make: Maker) -> None:
    """Odd songs (7/8, one note, extreme pitches, huge gaps) end in sound scores, never in an exception."""
    evaluator = make()
    songs, others = sides_for(evaluator)
    odd = {name: Seven().group(song).song for name, song in hostile_songs().items()}
    odd["groups of another grouper"] = other_groups()
    if evaluator.scope == "set":
        _survived("hostile songs", evaluator, list(odd.values()), others)
    else:
        for name, song in odd.items():
            _survived(f"a song ({name})", evaluator, [song], others[:1])
    if others:
        _survived("a band held against hostile songs", evaluator, songs, list(odd.values()))


def check_it_is_quick(make: Maker) -> None:
    """A song of 24 bars takes no more than two seconds, one of 12 in a set and its references."""
    evaluator = make()
    sides = sides_for(evaluator)
    limit = SECONDS * len([song for side in sides for song in side])
    took = (_seconds(evaluator, sides) for _ in range(2))  # a second time where the first loads what it needs
    claim(any(seconds <= limit for seconds in took), f"it takes more than {SECONDS:g} seconds a song")


def _survived(of: str, evaluator: Any, songs: Sequence[Song], others: Sequence[Song]) -> Scores:
    """The scores, all sound. Raises Failed for an exception, and for a score that is not."""
    try:
        scores = judged(evaluator, songs, others)
    except Exception as error:  # of a stranger's code
        raise Failed(f"of {of} it gives no scores but {type(error).__name__}: {error}") from error
    refuse_unnamed(of, scores, evaluator.measures)
    refuse_unsound(of, scores, evaluator.measures)
    return scores


def _seconds(evaluator: Any, sides: tuple[list[Song], list[Song]]) -> float:
    """Seconds of processor, or by the clock where that is less."""
    begun, clock = time.process_time(), time.perf_counter()
    judged(evaluator, *sides)
    return min(time.process_time() - begun, time.perf_counter() - clock)


CHECKS: tuple[Check, ...] = (
    check_scope_is_declared,
    check_measures_say_what_they_mean,
    check_needs_no_torch,
    check_scores_are_its_measures,
    check_values_are_in_range_or_undefined_with_a_reason,
    check_a_song_without_notes_is_undefined,
    check_drums_alone_are_judged,
    check_hostile_songs_are_judged,
    *LAWS,
    check_it_is_quick,
)

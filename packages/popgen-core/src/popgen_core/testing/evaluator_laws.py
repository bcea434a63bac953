"""What an evaluator's scores may depend on: the music that it judges, and what it judges it by; nothing else."""

from __future__ import annotations

import math
import pickle
from collections.abc import Sequence
from functools import cached_property

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Measure
from popgen_core.testing.changed import busier, other_order, sparser
from popgen_core.testing.judged import Scores, alike, answered, differences, handed, judged, only_for, sides_for
from popgen_core.testing.maker import Maker
from popgen_core.testing.songs import band_song
from popgen_core.testing.verdict import Check, NotApplicable, claim
from popgen_core.testing.world import leaves_no_trace

__all__ = ["LAWS"]

DRAWN = 0.25  # of what other songs change: what another draw of the same songs may change
MANY, SHORT = 80, 4  # songs of a large set, and the bars of each
FOUND = [name for name, value in vars(Piece).items() if isinstance(value, cached_property)]


def check_the_same_songs_score_the_same(make: Maker) -> None:
    """Asked again, after it went to another process and back, it scores the same songs the same, a set of 80 too."""
    evaluator = make()
    sides = sides_for(evaluator)
    first = judged(evaluator, *sides)
    again = judged(pickle.loads(pickle.dumps(evaluator)), *sides)
    _refuse_differences("asked again, pickled in between, it scores the same songs otherwise", first, again)
    if evaluator.scope == "set":
        many = [band_song(number, SHORT) for number in range(MANY)]
        once, twice = (judged(evaluator, many[: MANY - 10], many) for _ in range(2))
        _refuse_differences(f"asked again, it scores the same {MANY} songs otherwise", once, twice)


def check_judging_leaves_no_trace(make: Maker) -> None:
    """Judging prints and writes nothing, moves no global chance, and changes no setting of the process."""
    evaluator = make()
    sides = sides_for(evaluator)
    leaves_no_trace(lambda: judged(evaluator, *sides), "judging")


def check_order_of_tracks_changes_nothing(make: Maker) -> None:
    """Songs whose tracks come in another order score the same."""
    evaluator = make()
    sides = sides_for(evaluator)
    turned = [[other_order(song) for song in side] for side in sides]
    _refuse_differences(
        "another order of tracks changes its scores", judged(evaluator, *sides), judged(evaluator, *turned)
    )


def check_order_of_songs_changes_nothing(make: Maker) -> None:
    """A set and its references, or a training set, in another order give the same scores.

    Of one that declares `draws_songs` those with a direction may move by a quarter of what other songs move them.
    """
    evaluator = make()
    only_for(evaluator, "set", "training")
    songs, others = sides_for(evaluator)
    first, turned = judged(evaluator, songs, others), judged(evaluator, songs[::-1], others[::-1])
    if evaluator.scope == "training":
        turned = judged(evaluator, songs, others[::-1])
    if getattr(evaluator, "draws_songs", False):
        other_songs = judged(evaluator, [sparser(song) for song in songs], others)
        turned = _but_for_draws(evaluator.measures, first, turned, other_songs)
    _refuse_differences("another order of songs changes its scores", first, turned)


def check_its_songs_stay_as_they_were(make: Maker) -> None:
    """Judging changes nothing of its pieces, nor of their songs: other evaluators judge them next."""
    evaluator = make()
    given = handed(evaluator, *sides_for(evaluator))
    pieces = [*given.pieces, *(piece for _, piece in given.others)]
    before = [_state_of(piece) for piece in pieces]
    answered(evaluator, given)
    for piece, was in zip(pieces, before, strict=True):
        changed = [what for what, state in _state_of(piece).items() if state != was[what]]
        claim(not changed, f"judging changes {', '.join(changed)} of a piece that it was handed")


def check_what_it_judges_by_matters(make: Maker) -> None:
    """Some score of a set changes with its references, some score of a song when the training set holds that song."""
    evaluator = make()
    only_for(evaluator, "set", "training")
    songs, others = sides_for(evaluator)
    strange = [sparser(song) for song in others]
    known, new = judged(evaluator, songs, others), judged(evaluator, songs, strange)
    if all(math.isnan(score.value) for score in (*known.values(), *new.values())):
        raise NotApplicable(f"all its scores of {len(songs)} songs by {len(others)} are undefined")
    by = "other references change" if evaluator.scope == "set" else "another training set changes"
    claim(differences(known, new), f'{by} none of its scores; an evaluator that needs none has scope "piece"')


def check_nothing_is_more_like_references_than_themselves(make: Maker) -> None:
    """Where references matter to a score that has a direction, no other songs score better by them than they do."""
    evaluator = make()
    only_for(evaluator, "set")
    references = sides_for(evaluator)[1]
    thin, thick = [sparser(song) for song in references], [busier(song) for song in references]
    ideal, by_others = judged(evaluator, references, references), judged(evaluator, references, thin)
    compared = [of for of in evaluator.measures if of.better != "none" and _compares(of.name, ideal, by_others)]
    if not compared:
        raise NotApplicable("none of its scores with a direction compares a set with references")
    for other in (judged(evaluator, thin, references), judged(evaluator, thick, references)):
        for of in compared:
            best, found = ideal[of.name].value, other[of.name].value
            better = found > best if of.better == "higher" else found < best
            told = f"{of.name} ({of.better} is better) is {best:.6g} of references by themselves, {found:.6g} of others"
            claim(alike(best, found) or not better, told)


def _refuse_differences(what: str, one: Scores, other: Scores) -> None:
    found = differences(one, other)
    claim(not found, f"{what}: {'; '.join(found[:3])}")


def _but_for_draws(measures: Sequence[Measure], first: Scores, turned: Scores, others: Scores) -> Scores:
    """Scores with those put back that describe, or that moved far less than other songs move them."""

    def is_drawn(of: Measure) -> bool:
        moved, moves = (abs(scores[of.name].value - first[of.name].value) for scores in (turned, others))
        return of.better == "none" or moved <= DRAWN * moves

    return {of.name: (first if is_drawn(of) else turned)[of.name] for of in measures}


def _compares(name: str, by_one: Scores, by_other: Scores) -> bool:
    one, other = by_one[name].value, by_other[name].value
    return not math.isnan(one) and not math.isnan(other) and not alike(one, other)


def _state_of(piece: Piece) -> dict[str, bytes]:
    """All that is known of a piece, with what figures find in it and share, each as bytes."""
    song = piece.song
    state = {name: getattr(piece, name) for name in ("window", "bars", "steps", "bar_beats", "tempo_bpm", *FOUND)}
    maps = {"tempos": song.tempos, "meters": song.meters, "keys": song.keys}
    tracks = {"tracks": [(track.name, track.program, track.is_drum, track.notes) for track in song.tracks]}
    return {name: pickle.dumps(value) for name, value in (state | maps | tracks).items()}


LAWS: tuple[Check, ...] = (
    check_the_same_songs_score_the_same,
    check_order_of_tracks_changes_nothing,
    check_order_of_songs_changes_nothing,
    check_its_songs_stay_as_they_were,
    check_judging_leaves_no_trace,
    check_what_it_judges_by_matters,
    check_nothing_is_more_like_references_than_themselves,
)

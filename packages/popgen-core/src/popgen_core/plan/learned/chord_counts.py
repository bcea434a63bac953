"""The chords of songs as tables: what follows what, how long chords are held, what stands where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from popgen_core.plan.learned.degrees import degree_of, own_tonic, plainer, uncoloured
from popgen_core.plan.learned.tables import Table, counted
from popgen_core.plan.plan import MODES, Plan

__all__ = ["LONGEST_HOLD", "OPENING", "PHRASE", "ChordBook", "chord_book", "places_of"]

OPENING = "^"  # stands where a section begins, between its first chord and the last of the section before
PHRASE = 8  # half bars
CLOSE = 4  # half bars at a section's end that are told apart
LONGEST_HOLD = 16  # half bars
VOCABULARY = 40  # chords of each mode; rarer ones are told more plainly, or left out
MOST_MOVES = 1200  # of two and three chords that are kept, most of them seen more than once
GAP = 3  # half bars without a clear chord that the chord before is held over

Degrees = list[str | None]


@dataclass(frozen=True)
class ChordBook:
    """Chords, counted from the tonic, major and minor apart. `moves` the next chord after none, one or two ("minor",
    "minor 0:min", "minor 8:maj 0:min"), where "^" opens a section; `places` chords by the half bar of the phrase in
    which they begin, and by half bars left in the section, but for its first chord; `holds` half bars, by half bar of
    the phrase and the hold before."""

    moves: Table
    places: Table
    holds: Table


def chord_book(plans: Sequence[Plan]) -> ChordBook:
    """The chords of some plans as tables; sections without a key are not counted, nor half bars without a chord."""
    songs = [list(_sections(plan)) for plan in plans]
    words = _vocabulary(songs)
    songs = [[(name, mode, _held(_spelt(row, words[mode]))) for name, mode, row in song] for song in songs]
    parts = [(mode, row) for song in songs for _, mode, row in song]
    return ChordBook(
        moves=counted((pair for song in songs for pair in _moves(song)), MOST_MOVES),
        places=counted((pair for mode, row in parts for pair in _places(mode, row)), 400),
        holds=counted((pair for _, row in parts for pair in _holds(row)), 200),
    )


def places_of(half: int, halves: int) -> str:
    """What is told of where a chord begins: half bars left if few, else the half bar of the phrase."""
    left = halves - half
    return f"left {left}" if left <= CLOSE and halves > CLOSE else f"at {half % PHRASE}"


def _sections(plan: Plan) -> Iterator[tuple[str, str, Degrees]]:
    """Name, mode and chords of each section that tells its key."""
    start = 0
    for section in plan.sections:
        halves = plan.chords[2 * start : 2 * (start + section.bars)]
        start += section.bars
        if section.key is not None and halves:
            key = section.key
            degrees = [degree_of(chord, key) if chord and chord.root >= 0 else None for chord in halves]
            yield section.name, key.mode, [degree and own_tonic(degree, key.mode) for degree in degrees]


def _vocabulary(songs: Sequence[Sequence[tuple[str, str, Degrees]]]) -> dict[str, set[str]]:
    """The chords of each mode that most songs have; a chord counts as what it is, and as what it is more plainly."""
    counts = {mode: Counter[str]() for mode in MODES}
    for song in songs:
        for mode in MODES:
            found = {degree for _, of, row in song for degree in row if of == mode and degree}
            plain = {plainer(degree) for degree in found}
            counts[mode].update(found | plain | {plainer(degree) for degree in plain})
    ranked = {mode: sorted(count, key=lambda degree: (-count[degree], degree)) for mode, count in counts.items()}
    return {mode: set(degrees[:VOCABULARY]) for mode, degrees in ranked.items()}


def _spelt(row: Degrees, words: set[str]) -> Degrees:
    """Each chord as one that is known: told more plainly where it must be, None where that is unknown too."""
    spelt: Degrees = []
    for degree in row:
        for _ in range(2):
            if degree is not None and degree not in words:
                degree = plainer(degree)
        spelt.append(degree if degree in words else None)
    return spelt


def _held(row: Degrees) -> Degrees:
    """Short gaps filled with the chord before them; a chord that is only coloured, or put on another bass, goes on."""
    held, unclear = list(row), 0
    for half in range(1, len(row)):
        degree, before = held[half], held[half - 1]
        unclear = 0 if degree is not None else unclear + 1
        if before is not None and (unclear <= GAP if degree is None else uncoloured(degree) == uncoloured(before)):
            held[half] = before
    return held


def _runs(row: Degrees) -> list[tuple[int, str | None, int]]:
    """First half bar, chord and half bars of each chord that is held; the longest are cut."""
    runs, half = list[tuple[int, str | None, int]](), 0
    for degree, same in groupby(row):
        left = len(list(same))
        while left:
            held = min(left, LONGEST_HOLD)
            runs.append((half, degree, held))
            half, left = half + held, left - held
    return runs


def _moves(song: Sequence[tuple[str, str, Degrees]]) -> Iterator[tuple[str, str]]:
    """What follows nothing, one and two chords; the chord before a section counts where its mode is the same."""
    last: str | None = None
    mode_before = ""
    for _, mode, row in song:
        trail: list[str | None] = [last if mode == mode_before else None, OPENING]
        for _, degree, _ in _runs(row):
            if degree is not None:
                yield mode, degree
                if trail[-1] is not None:
                    yield f"{mode} {trail[-1]}", degree
                    if trail[-2] is not None:
                        yield f"{mode} {trail[-2]} {trail[-1]}", degree
            trail.append(degree)
        last, mode_before = row[-1], mode


def _places(mode: str, row: Degrees) -> Iterator[tuple[str, str]]:
    for half, degree, _ in _runs(row):
        if half and degree is not None:
            yield f"{mode} {places_of(half, len(row))}", degree
    if row[-1] is not None:
        yield f"{mode} last", row[-1]


def _holds(row: Degrees) -> Iterator[tuple[str, str]]:
    before = ""
    for half, degree, held in _runs(row):
        if degree is None:
            before = ""
            continue
        yield f"{half % PHRASE}", str(held)
        if before:
            yield f"{half % PHRASE} {before}", str(held)
        before = str(held)

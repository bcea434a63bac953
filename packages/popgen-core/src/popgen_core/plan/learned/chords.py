"""The chords of a whole song, written around those that were told: sections by walks, what comes back by ties."""

from __future__ import annotations

from collections.abc import Sequence

from numpy.random import Generator

from popgen_core.plan.learned.chord_counts import OPENING, PHRASE, ChordBook
from popgen_core.plan.learned.chord_walk import Trail, Walk
from popgen_core.plan.learned.degrees import chord_at, degree_of, tonic_of
from popgen_core.plan.learned.recalls import starts_of
from popgen_core.plan.learned.ties import Tie
from popgen_core.plan.plan import Chord, Key, Section

__all__ = ["draw_chords"]

AHEAD = 8  # half bars behind a phrase that are looked at for chords to arrive at

Chords = list[Chord | None]


def draw_chords(
    book: ChordBook,
    sections: Sequence[Section],
    keys: Sequence[Key | None],
    told: Sequence[Chord | None],
    ties: Sequence[Tie | None],
    random: Generator,
) -> Chords:
    """A chord for each half bar; those told stay, and are taken over wherever their bars come back, earlier too.

    Half bars stay open where the section has no key. The last bar has the tonic, unless it was told or tied.
    """
    chords = _lent(told, ties)
    starts = starts_of(sections)
    walks = _walks(book, keys, told)
    if ties and ties[-1] is None and keys[-1] is not None:
        end = chord_at(tonic_of(keys[-1].mode), keys[-1])
        chords[-2:] = [chord or end for chord in chords[-2:]]
    for section, start, key in zip(sections, starts, keys, strict=True):
        for first in range(2 * start, 2 * (start + section.bars), PHRASE):
            _take(chords, ties, range(first // 2, start + section.bars))
            if key is not None and key.mode in walks:
                _fill(chords, walks[key.mode], key, (2 * start, 2 * (start + section.bars)), first, random)
    return chords


def _walks(book: ChordBook, keys: Sequence[Key | None], told: Sequence[Chord | None]) -> dict[str, Walk]:
    """A walk for each mode that the corpus has chords in; it knows the chords that were told, too."""
    spoken = sorted({chord for chord in told if chord is not None}, key=str)
    there = [key for key in dict.fromkeys(keys) if key is not None and key.mode in book.moves]
    modes = sorted({key.mode for key in there})
    extra = {mode: {degree_of(chord, key) for key in there if key.mode == mode for chord in spoken} for mode in modes}
    return {mode: Walk(book, mode, sorted(extra[mode])) for mode in modes}


def _lent(told: Sequence[Chord | None], ties: Sequence[Tie | None]) -> Chords:
    """Told chords, also on the bars that their bars come back to, where nothing was told."""
    chords = list(told)
    for bar, tie in reversed([(bar, tie) for bar, tie in enumerate(ties) if tie]):
        for half in range(2):
            chord, source = chords[2 * bar + half], 2 * tie.bar + half
            if chord is not None and told[source] is None:
                chords[source] = _moved(chord, -tie.up)
    return chords


def _take(chords: Chords, ties: Sequence[Tie | None], bars: range) -> None:
    """Chords that are known, on those of some bars that come back to them."""
    for bar, tie in [(bar, tie) for bar in bars if (tie := ties[bar])]:
        for half in range(2):
            source = chords[2 * tie.bar + half]
            if chords[2 * bar + half] is None and source is not None:
                chords[2 * bar + half] = _moved(source, tie.up)


def _moved(chord: Chord, up: int) -> Chord:
    if chord.root < 0:
        return chord
    return Chord((chord.root + up) % 12, chord.kind, None if chord.bass is None else (chord.bass + up) % 12)


def _fill(chords: Chords, walk: Walk, key: Key, span: tuple[int, int], first: int, random: Generator) -> None:
    """Chords on the open half bars of the phrase that begins at half bar `first` of the section from span[0] on."""
    end, reach = min(first + PHRASE, span[1]), min(first + PHRASE + AHEAD, span[1])
    if all(chord is not None for chord in chords[first:end]):
        return
    given = [_degree(chord, key, walk) for chord in chords[first:reach]]
    after = _degree(chords[span[1]], key, walk) if span[1] < len(chords) else None
    at = (first - span[0], span[1] - span[0])
    found = walk.draw(given, _trail(chords, walk, key, span[0], first), at, after, random)
    for half in range(first, end):
        chords[half] = chord_at(found[half - first], key)


def _degree(chord: Chord | None, key: Key, walk: Walk) -> str | None:
    """A chord as the walk knows it; None where nothing is known, or it is a chord that this mode does not have."""
    degree = None if chord is None else degree_of(chord, key)
    return degree if degree in walk.words else None


def _trail(chords: Chords, walk: Walk, key: Key, start: int, first: int) -> Trail:
    """The last two different chords before half bar `first`, with "^" where the section begins."""
    words: list[str | None] = [_degree(chords[start - 1], key, walk) if start else None, OPENING]
    for chord in chords[start:first]:
        word = _degree(chord, key, walk)
        if word != words[-1]:
            words.append(word)
    return words[-2], words[-1]

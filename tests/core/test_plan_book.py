from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from plans_by_hand import song_in

from popgen_core.errors import CheckpointError, DatasetError
from popgen_core.plan import Chord, Plan, Section
from popgen_core.plan.book import PlanBook, book_of

SONGS = [song_in(tonic) for tonic in (0, 0, 7, 9)]


def test_a_book_counts_the_names_that_follow_each_other() -> None:
    names = book_of(SONGS).form.names
    assert names["<"] == {"intro": 4}
    assert names["verse"] == {"chorus": 8}
    assert names["chorus"] == {"verse": 4, "outro": 4}
    assert names["outro"] == {">": 4}


def test_songs_of_all_keys_are_counted_together_as_if_they_had_one_tonic() -> None:
    moves = book_of(SONGS).chords.moves
    assert moves["major 9:min"] == {"5:maj": 16}  # vi IV: two verses of two phrases in each of four songs
    assert not any("minor" in context for context in moves)


def test_keys_are_counted_by_song() -> None:
    assert book_of(SONGS).keys.homes == {"": {"0 major": 2, "7 major": 1, "9 major": 1}}


def test_chords_that_are_held_count_by_half_bars_and_a_new_section_strikes_its_chord_anew() -> None:
    holds = book_of([song_in(0)]).chords.holds
    # where phrases begin: 4 bars of the intro, 1 bar in 4 phrases of the verse and 4 of the chorus, 2 of the outro
    assert holds["0"] == {"2": 8, "4": 1, "8": 1}


def test_a_major_third_that_is_heard_over_a_minor_tonic_is_not_learnt() -> None:
    power = Plan((Section("verse", 2, key=song_in(9).sections[0].key),), (Chord(9, "min"),) * 4, (None, None))
    assert set(book_of([power]).chords.moves["major"]) == {"0:maj"}


def test_recalls_of_a_section_of_the_same_name_are_counted_as_such() -> None:
    phrases = book_of([song_in(0)]).recalls.phrases
    assert phrases["again"] == {"section": 4}
    assert set(phrases["first"]) == {"new"}


def test_a_book_survives_json_whatever_the_order_of_its_keys() -> None:
    book = book_of(SONGS)
    assert PlanBook.from_plain(json.loads(json.dumps(book.to_plain(), sort_keys=True))) == book


@pytest.mark.parametrize("version", [2, "1", None, True])
def test_a_book_of_another_version_is_refused(version: object) -> None:
    with pytest.raises(CheckpointError, match=r"version .*reads version 1"):
        PlanBook.from_plain({**book_of(SONGS).to_plain(), "version": version})


def test_a_damaged_book_is_refused_by_the_name_of_what_is_wrong() -> None:
    plain = book_of(SONGS).to_plain()
    with pytest.raises(CheckpointError, match="no version"):
        PlanBook.from_plain({})
    with pytest.raises(CheckpointError, match="'chords' needs the tables holds"):
        PlanBook.from_plain({**plain, "chords": {"moves": {}}})
    with pytest.raises(CheckpointError, match="'keys' needs the tables away, homes"):
        PlanBook.from_plain({**plain, "keys": {**plain["keys"], "modes": {}}})
    with pytest.raises(CheckpointError, match="how many songs"):
        PlanBook.from_plain({**plain, "songs": 0})
    for row in ({"x": "many"}, {"x": float("nan")}, {"x": True}, 3):
        with pytest.raises(CheckpointError, match=r"keys\.homes"):
            PlanBook.from_plain({**plain, "keys": {**plain["keys"], "homes": {"": row}}})


def test_nothing_cannot_be_learnt_from() -> None:
    with pytest.raises(DatasetError, match="no plan with sections"):
        book_of([Plan((), (), ())])


def test_the_order_in_which_songs_are_read_does_not_matter() -> None:
    assert book_of(SONGS) == book_of(SONGS[::-1])


def test_what_no_song_tells_the_book_does_not_know() -> None:
    book = book_of([Plan((Section("verse", 4),), (None,) * 8, (None,) * 4)])
    assert (book.energy.songs, book.band.bands, book.keys.homes, book.chords.moves) == ({}, {}, {}, {})
    assert book.form.lengths["verse"] == {"4": 1}


@pytest.mark.corpus
def test_the_book_of_a_corpus_is_small() -> None:
    if not os.environ.get("POPGEN_CORPUS"):
        pytest.skip("POPGEN_CORPUS is not set")
    found = pytest.importorskip("popgen_core.plan.found", reason="plans are not found in songs here")
    from popgen_core.corpus.songs import named_songs

    folder = Path(os.environ["POPGEN_CORPUS"]) / "permissive" / "valid"
    book = book_of(found.plan_of(song) for _, song in named_songs(folder, unread=[]))
    assert len(json.dumps(book.to_plain(), separators=(",", ":"))) < 60_000

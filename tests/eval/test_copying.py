import math
from dataclasses import replace

import numpy as np
import pytest

from popgen_core.analysis.piece import Piece, pieces_of
from popgen_core.errors import PopgenError
from popgen_core.music.song import METER, Song, Track, notes_from, rows
from popgen_core.songwriter import write_songs
from popgen_eval.copying import Copying, beside_real, shares_by_song
from popgen_eval.copying.library import whole

BAR = 1920
Notes = list[tuple[int, int]]  # (sixteenth of the bar, pitch)


def line(name: str, bars: list[Notes]) -> Track:
    notes = [(BAR * bar + 120 * step, 120, pitch, 90) for bar, some in enumerate(bars) for step, pitch in some]
    return Track(name, 0, name == "drums", notes_from(notes))


def song(bars: list[Notes], name: str = "lead") -> Song:
    return Song(480, (line(name, bars),))


def made(seed: int, bars: int) -> list[Notes]:
    """Bars of five notes each, unlike any of another seed."""
    random = np.random.default_rng(seed)
    return [
        [(int(step), int(random.integers(50, 80))) for step in np.sort(random.permutation(16)[:5])] for _ in range(bars)
    ]


def moved(bars: list[Notes], by: int) -> list[Notes]:
    return [[(step, pitch + by) for step, pitch in bar] for bar in bars]


def judge(*training: Song):
    return Copying().learn((f"song {n}", piece) for n, each in enumerate(training) for piece in pieces_of(each))


def scores(judge, song: Song, bars: int = 32) -> dict[str, float]:
    return {name: score.value for name, score in judge(Piece(song, 0, bars)).items()}


def test_a_training_song_is_all_known_and_another_not_at_all() -> None:
    known = judge(song(made(1, 16)), song(made(2, 16)))
    found = scores(known, song(made(2, 16)))
    assert (found["copied_share"], found["copied_run"]) == (1, 16)
    assert (found["copied_share_lead"], found["copied_run_lead"]) == (1, 16)
    assert math.isnan(found["copied_share_bass"])
    new = scores(known, song(made(3, 16)))
    assert (new["copied_share"], new["copied_run"]) == (0, 0)


@pytest.mark.parametrize("by", [-14, 3, 11])
def test_a_copy_in_another_key_and_by_another_group_is_known(by: int) -> None:
    found = scores(judge(song(made(1, 16))), song(moved(made(1, 16), by), "guitar"))
    assert (found["copied_share_guitar"], found["copied_run_guitar"]) == (1, 16)


def test_eight_bars_inside_another_song_are_eight_bars_of_it_and_their_song_is_named() -> None:
    known = judge(song(made(1, 24)), song(made(2, 24)))
    mixed = song([*made(7, 4), *moved(made(2, 24)[10:18], 5), *made(8, 6)])
    found = known(Piece(mixed))
    assert found["copied_run"].value == 8
    assert found["copied_run"].note == "in song 1"
    assert found["copied_share"].value == pytest.approx(7 / 17)  # pairs of bars: 7 of 17
    assert found["copied_share"].note == "most in song 1: 41%"


def test_two_keys_are_two_runs() -> None:
    found = scores(judge(song(made(1, 12))), song([*made(1, 12)[:6], *moved(made(1, 12)[6:], 2)]))
    assert found["copied_run"] == 6
    assert found["copied_share"] == pytest.approx(10 / 11)


# two bars of nine notes; one note more, and the same with one of the nine gone
NINE = [[(0, 60), (2, 62), (4, 64), (6, 65), (8, 67)], [(0, 69), (4, 67), (8, 65), (12, 64)]]


@pytest.mark.parametrize(
    ("bars", "share"),
    [
        ([[*NINE[0], (10, 72)], NINE[1]], 1),  # 9 of 10 in common
        ([NINE[0], NINE[1][:-1]], 1),  # 8 of 9
        ([[*NINE[0], (10, 72)], NINE[1][:-1]], 1),  # 8 of 10 is just enough
        ([[*NINE[0][:-1], (8, 68)], [*NINE[1][:-1]]], 0),  # 7 of 10
        ([[*NINE[0], (10, 72), (12, 70)], NINE[1][:-1]], 0),  # 8 of 11
    ],
)
def test_two_bars_are_known_when_four_fifths_of_all_notes_are_shared(bars: list[Notes], share: float) -> None:
    found = scores(judge(song(NINE)), song(bars))
    assert found["copied_share"] == share
    assert found["copied_run"] == 0  # nothing stands there note for note


NOTHING_TOLD = {
    "too few notes": [[(0, 60)], [(0, 62), (4, 64), (8, 65), (12, 67)]],
    "one pitch": [[(0, 60), (2, 60), (4, 60), (6, 62)], [(0, 60), (3, 62), (6, 60)]],
    "two chords": [[(0, 60), (0, 64), (0, 67)], [(8, 62), (8, 65), (8, 69)]],
    "one bar twice": made(1, 1) * 2,
}


@pytest.mark.parametrize("bars", NOTHING_TOLD.values(), ids=NOTHING_TOLD)
def test_bars_that_tell_nothing_do_not_count(bars: list[Notes]) -> None:
    found = judge(song(bars))(Piece(song(bars)))
    assert found["copied_share"].reason == "no two bars have enough different notes to tell"
    assert math.isnan(found["copied_run"].value)


def test_silence_and_held_notes_inside_a_run_do_not_break_it_but_do_not_end_it() -> None:
    bars = [*made(1, 3), [], [], [(0, 60)], *made(2, 3), [], [(0, 60)]]
    assert scores(judge(song(bars)), song([*bars, *made(5, 2)]))["copied_run"] == 9


def test_runs_do_not_go_on_from_one_song_to_the_next_nor_from_one_group_to_another() -> None:
    one, two = made(1, 6), made(2, 6)
    assert scores(judge(song(one), song(two)), song([*one, *two]))["copied_run"] == 6
    both = Song(480, (line("lead", one), line("guitar", two)))
    assert scores(judge(both), song([*one, *two]))["copied_run"] == 6


def test_a_run_is_named_after_the_song_that_has_it() -> None:
    one, two = made(1, 4), made(2, 9)
    found = judge(song(one), song(two))(Piece(song([*one, *two])))
    assert (found["copied_run"].value, found["copied_run"].note) == (9, "in song 1")


def test_drums_are_known_by_which_drums_they_are() -> None:
    beat = [[(0, 36), (2, 42), (4, 38), (6, 42), (10, 36)], [(0, 36), (4, 38), (7, 36), (8, 42), (12, 38)]]
    known = judge(song(beat, "drums"))
    assert scores(known, song(beat, "drums"))["copied_share_drums"] == 1
    assert scores(known, song(moved(beat, 1), "drums"))["copied_share_drums"] == 0
    assert scores(known, song(beat))["copied_share_lead"] == 0


def test_bars_of_another_meter_are_not_compared() -> None:
    common = song([made(1, 1)[0], [(0, 60), (4, 63)]])  # all before the seventh beat: the same two bars in 3/4
    waltz = replace(common, meters=rows(METER, [(0, 3, 4)]))
    assert scores(judge(waltz), waltz)["copied_share"] == 1
    assert scores(judge(common), waltz)["copied_share"] == 0


def test_a_training_song_in_pieces_is_known_across_their_borders() -> None:
    long = song(made(1, 80))
    pieces = pieces_of(long)
    assert len(pieces) == 3
    ((name, joined),) = whole(("long", piece) for piece in pieces)
    assert (name, joined.bars) == ("long", 80)
    known = Copying().learn(("long", piece) for piece in pieces)
    assert known(Piece(long, 20, 32))["copied_run"].value == 32


def test_an_empty_training_set_has_nothing_and_a_song_without_notes_is_undefined() -> None:
    assert scores(judge(), song(made(1, 12)))["copied_share"] == 0
    silent = judge(song(made(1, 12)))(Piece(Song(480, ())))
    assert silent["copied_share"].reason == "no notes"


def test_beside_real_songs_stands_how_often_chance_shares_so_much_more() -> None:
    """One of four songs shares something: a quarter of all draws of one song take it."""
    found = beside_real([0.4, math.nan], [0.0, 0.0, math.nan, 0.0])
    assert (found.mean, found.songs, found.less) == (0.0, 3, False)
    assert found.p == pytest.approx(0.25, abs=0.02)
    assert beside_real([0.0], [0.0, 0.0, 0.4]).p == 1
    assert beside_real([0.1] * 3, [0.1] * 7).p == 1  # equal but for rounding
    assert beside_real([0.3] * 5, [0.0] * 15).less


@pytest.mark.parametrize("songs", [5, 10, 40])
def test_songs_of_the_same_kind_are_called_copied_once_in_twenty_at_most(songs: int) -> None:
    """Three songs of four share nothing, as real ones do; 5 % of 300 sets are 15, and more than 27 come once in 500."""
    random = np.random.default_rng(6)
    shares = random.exponential(0.1, (300, 2, songs)) * (random.random((300, 2, songs)) < 0.25)
    wrong = sum(beside_real(here, there).less for here, there in shares)
    assert wrong <= 27
    assert wrong >= (3 if songs == 40 else 0)


@pytest.mark.parametrize(("shares", "real"), [([0.1], [math.nan]), ([], [0.1])])
def test_nothing_on_one_side_is_refused(shares: list[float], real: list[float]) -> None:
    with pytest.raises(PopgenError, match="a defined share on either side"):
        beside_real(shares, real)


def test_songs_are_measured_whole_one_value_each() -> None:
    half = song([*made(1, 32), *made(3, 32)])
    assert shares_by_song(judge(song(made(1, 32))), [half, song(made(4, 12))]) == [31 / 63, 0]
    assert shares_by_song(judge(song(made(1, 32))), [half], "copied_run") == [32]


def test_the_songwriter_does_not_copy_itself() -> None:
    songs = list(write_songs(12, 3))
    known = judge(*songs[:10])
    own = shares_by_song(known, songs[4:5])
    others = shares_by_song(known, songs[10:])
    assert own == [1.0]
    assert max(others) < 0.5

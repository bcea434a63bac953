import math

import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import Song
from popgen_eval.metrics.sync import CrossTrackSync, Meeting, meeting, together
from popgen_eval.metrics.sync_v1 import CrossTrackSync as FirstSync

BEATS = [(480 * beat, 480, 36) for beat in range(4)]
COVERED = 4 * 2 * (1.5 / 16) / 4  # by four onsets a bar


def pair(*tracks) -> tuple[float, int]:
    """How two groups meet, above chance, and how often they could."""
    piece = Piece(Song(480, tracks))
    found = meeting(piece, *piece.parts)
    return together([found]).value, found.onsets


def scores(*tracks) -> dict:
    return CrossTrackSync().score(Piece(Song(480, tracks)))


def test_groups_on_the_same_beats_meet_and_off_beats_do_not(track) -> None:
    bass = track("bass", *BEATS)
    assert pair(bass, track("lead", (0, 480, 60), (960, 480, 64)))[0] == 1.0
    assert pair(bass, track("lead", (240, 480, 60), (720, 480, 64)))[0] == 0.0


def test_half_the_onsets_met_is_less_than_half_above_chance(track) -> None:
    value, onsets = pair(track("bass", *BEATS), track("lead", (0, 480, 60), (720, 480, 64)))
    assert value == pytest.approx((0.5 - COVERED) / (1 - COVERED))
    assert onsets == 24


def test_onsets_meet_within_a_sixteenth_and_a_half_of_a_beat(track) -> None:
    bass = track("bass", *BEATS)
    assert pair(bass, track("lead", (480 + 45, 240, 60)))[0] == 1.0
    assert pair(bass, track("lead", (480 + 46, 240, 60)))[0] == 0.0
    assert pair(bass, track("lead", (480 - 45, 240, 60)))[0] == 1.0


def test_pairs_count_by_the_root_of_their_onsets_and_by_the_room_that_chance_leaves() -> None:
    # 10 x (.6 - .2) + 20 x (.9 - .5) over 10 x .8 + 20 x .5
    assert together([Meeting(0.6, 0.2, 100), Meeting(0.9, 0.5, 400)]).value == pytest.approx(12 / 18)


def test_a_pair_below_chance_pulls_the_others_down_and_all_of_them_stop_at_0() -> None:
    below = Meeting(0.1, 0.5, 100)
    assert together([Meeting(1.0, 0.5, 100), below]).value == pytest.approx(0.1)
    assert together([below]).value == 0.0
    assert together([Meeting(math.nan, math.nan, 0)]).reason == "no two groups of 16 notes (drums 32) play in one bar"


def test_a_chord_is_one_onset(track) -> None:
    bass = track("bass", *BEATS)
    chord = track("chords", (0, 240, 60), (0, 240, 64), (0, 240, 67), (720, 240, 60))
    assert pair(bass, chord) == pytest.approx(((0.5 - COVERED) / (1 - COVERED), 24))


def test_onsets_of_the_dense_group_that_crowd_cover_their_time_once(track) -> None:
    crowd = track("bass", *((30 * place, 30, 36) for place in range(16)))  # 16 in the first beat, 1/16 beat apart
    covered = (15 / 16 + 2 * 1.5 / 16) / 4
    value, _ = pair(crowd, track("lead", (0, 240, 60), (960, 240, 60)))
    # between bars the gap is wider than two tolerances, so that each bar covers as much
    assert value == pytest.approx((0.5 - covered) / (1 - covered))


def test_only_bars_where_both_play_count(track) -> None:
    bass = track("bass", *BEATS, bars=12)
    lead = track("lead", (0, 480, 60), bars=20)
    assert pair(bass, lead) == (1.0, 12)
    half = track("lead", (0, 480, 60), (720, 480, 64), bars=20)
    assert pair(bass, half)[0] == pytest.approx((0.5 - COVERED) / (1 - COVERED))
    assert pair(bass, track("lead", bars=0), track("others", (1920 * 14, 9, 60), bars=1))[1] == 0


def test_sync_is_the_root_of_time_and_harmony(track) -> None:
    chords = track("chords", (0, 1920, 60), (0, 1920, 64), (0, 1920, 67))
    found = scores(track("bass", *BEATS), chords)
    assert found["onset_sync"].value == pytest.approx(1.0)
    assert found["cross_track_sync"].value == pytest.approx(1.0)
    off = track("bass", (0, 960, 36), (720, 960, 38))  # half in time, half on a chord tone
    partly = scores(off, chords, track("others", *BEATS))
    harmony = np.mean(list(Piece(Song(480, (off, chords, track("others", *BEATS)))).agreement.values()))
    assert 0 < harmony < 1
    assert 0 < partly["onset_sync"].value < 1
    assert partly["cross_track_sync"].value == pytest.approx(math.sqrt(partly["onset_sync"].value * harmony))


def test_drums_count_in_time_but_have_no_harmony(track) -> None:
    drums = track("drums", *((onset, 60, 36) for onset, _, _ in BEATS))
    found = scores(drums, track("bass", *BEATS))
    assert found["onset_sync"].value == pytest.approx(1.0)
    assert found["cross_track_sync"].reason == "no two pitched groups of 16 notes sound together"
    assert math.isnan(found["cross_track_sync"].value)


def test_one_group_alone_is_in_sync_with_nothing(track) -> None:
    found = scores(track("bass", *BEATS))
    assert {name: math.isnan(score.value) for name, score in found.items()} == {
        "cross_track_sync": True,
        "onset_sync": True,
    }


def test_the_first_version_takes_a_pair_below_chance_for_one_at_chance(track) -> None:
    # bass and lead always meet; the chords meet neither, below their chance: first 0, now less than 0
    tracks = (
        track("bass", *BEATS),
        track("lead", *((at, length, pitch + 36) for at, length, pitch in BEATS)),
        track("chords", *((240 + 480 * beat, 120, 60) for beat in range(4))),
    )
    piece = Piece(Song(480, tracks))
    assert FirstSync().score(piece)["onset_sync"].value == pytest.approx(1 / 3)
    chance = COVERED / (1 - COVERED)
    assert CrossTrackSync().score(piece)["onset_sync"].value == pytest.approx((1 - 2 * chance) / 3)

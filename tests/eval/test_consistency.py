import math

import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import METER, Song, Track, notes_from, rows
from popgen_eval.metrics.consistency import BassRhythmConsistency, DrumBeatConsistency

KICK, SNARE, HAT = 36, 38, 42


def song(name: str, bars: list[list[tuple[int, int]]], bar: int = 1920) -> Song:
    """(sixteenth, pitch) notes of each bar."""
    notes = [(bar * n + 120 * step, 120, pitch, 90) for n, hits in enumerate(bars) for step, pitch in hits]
    meters = rows(METER, [(0, bar // 480, 4)])
    return Song(480, (Track(name, 0, name == "drums", notes_from(notes)),), meters=meters)


def bass_rhythm(made: Song) -> object:
    return BassRhythmConsistency().score(Piece(made))["bass_rhythm_consistency"]


def drum_beat(made: Song) -> object:
    return DrumBeatConsistency().score(Piece(made))["drum_beat_consistency"]


def test_a_rhythm_that_comes_back_every_second_bar_is_wholly_consistent() -> None:
    assert bass_rhythm(song("bass", [[(0, 36), (8, 36)], [(2, 40), (6, 41)]] * 6)).value == 1.0


def test_half_a_rhythm_kept_by_hand() -> None:
    bars = [[(0, 36), (1 + number, 36)] for number in range(12)]  # the first sixteenth, and one that never comes back
    # of 16: 14 agree, 1/64 + 49/64 by chance
    assert bass_rhythm(song("bass", bars)).value == pytest.approx((14 / 16 - 50 / 64) / (14 / 64))


def test_in_three_four_bars_have_twelve_sixteenths() -> None:
    bars = [[(0, 36), (1 + number % 11, 36)] for number in range(11)] * 2
    # of 12: 10 agree, 1/36 + 25/36 by chance
    assert bass_rhythm(song("bass", bars, bar=1440)).value == pytest.approx((10 / 12 - 26 / 36) / (10 / 36))


def test_the_beat_of_drums_is_that_of_three_voices() -> None:
    bars = [[(0, KICK), (4, SNARE), (1 + number, HAT)] for number in range(12)]
    # of 48: 3 and 3, 2 of them together
    assert drum_beat(song("drums", bars)).value == pytest.approx((2 / 48 - 1 / 256) / (1 / 16 - 1 / 256))


def test_voices_that_change_places_are_another_beat() -> None:
    kit = (KICK, SNARE, HAT)
    bars = [[(step, kit[number % 3]) for step in (0, 6, 10)] for number in range(12)]  # back after 3, 6, 9 bars only
    assert drum_beat(song("drums", bars)).value == 0.0


def test_what_is_missing_is_said() -> None:
    few = bass_rhythm(song("bass", [[(0, 36)]] * 12))
    assert math.isnan(few.value)
    assert few.reason == "no bass of 16 notes"
    assert drum_beat(song("drums", [[(0, KICK), (8, KICK)]] * 12)).reason == "no drums of 32 hits"
    assert bass_rhythm(Song(480, ())).reason == drum_beat(Song(480, ())).reason == "no notes"
    once = [[(step, 36) for step in range(16)]] + [[]] * 10 + [[(0, 36)]]  # only bars 11 apart
    assert bass_rhythm(song("bass", once)).reason == "no two bars with notes are 1, 2 or 4 bars apart"

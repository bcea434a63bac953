import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Score
from popgen_core.music.song import METER, Song, rows
from popgen_eval.metrics.complexity import RhythmicComplexity, levels, metrical_weights, syncopation

FOUR = np.array([0, -4, -3, -4, -2, -4, -3, -4, -1, -4, -3, -4, -2, -4, -3, -4])


def in_bars(steps: list[int], bars: int = 4, bar: int = 16) -> np.ndarray:
    return np.array([bar * number + step for number in range(bars) for step in steps])


def judged(*tracks, meter: tuple[int, int] = (4, 4)) -> dict[str, Score]:
    return dict(RhythmicComplexity().score(Piece(Song(480, tracks, meters=rows(METER, [(0, *meter)])))))


def test_places_of_a_bar_weigh_by_the_level_they_first_belong_to() -> None:
    assert metrical_weights((4, 4)) == tuple(FOUR)
    assert metrical_weights((3, 4)) == (0, -3, -2, -3, -1, -3, -2, -3, -1, -3, -2, -3)
    assert metrical_weights((6, 8)) == (0, -3, -2, -3, -2, -3, -1, -3, -2, -3, -2, -3)


def test_meters_divide_into_twos_and_threes() -> None:
    assert levels(2, 4) == [2, 2, 2]
    assert levels(2, 2) == [2, 2, 2, 2]
    assert levels(12, 8) == [2, 2, 3, 2]
    assert levels(9, 8) == [3, 3, 2]
    assert levels(3, 8) == [3, 2]
    assert levels(6, 4) == [2, 3, 2, 2]
    assert levels(5, 4) is levels(7, 8) is levels(15, 32) is levels(12, 32) is None


def test_every_strong_place_played_is_no_syncopation() -> None:
    assert syncopation(in_bars([0, 4, 8, 12]), FOUR) == 0.0
    assert syncopation(in_bars(list(range(16))), FOUR) == 0.0
    assert syncopation(in_bars([0, 3, 4, 8]), FOUR) == 0.0


def test_the_clave_is_four_and_a_bass_off_the_beat_seven() -> None:
    assert syncopation(in_bars([0, 3, 6, 10, 12]), FOUR) == 2 + 2
    off = 1 + 2 + 1 + 3
    assert syncopation(in_bars([2, 6, 10, 14]), FOUR) == off - 3 / 4  # the last of the song has no bar line after it
    assert syncopation(in_bars(list(range(1, 16, 2))), FOUR) == 15 - 4 / 4


def test_a_bar_anticipated_by_an_eighth_is_three() -> None:
    # beat two held over the middle; the off-beat over the bar line, but for the last
    assert syncopation(in_bars([4, 14]), FOUR) == 1 + 3 - 3 / 4


def test_a_rest_counts_for_a_bar_at_most_and_bars_of_rest_not_at_all() -> None:
    assert syncopation(np.array([14]), FOUR) == 0.0
    assert syncopation(np.array([14, 16 * 5]), FOUR) == 3 / 2  # two bars in which a note begins
    assert syncopation(np.array([8, 64]), FOUR) == 1 / 2
    assert syncopation(np.array([0, 64]), FOUR) == 0.0


def test_in_three_four_the_second_eighth_gives_way_to_the_second_beat() -> None:
    three = np.array(metrical_weights((3, 4)))
    assert syncopation(in_bars([0, 2], bar=12), three) == 1 - 1 / 4
    six = np.array(metrical_weights((6, 8)))
    assert syncopation(in_bars([0, 4], bar=12), six) == 1 - 1 / 4
    assert syncopation(in_bars([0, 4], bar=12), three) == 0.0


def test_groups_are_judged_alone_and_pooled_by_the_root_of_their_notes(track) -> None:
    off = track("bass", *((240 + 480 * beat, 120, 40) for beat in range(4)))
    on = track("lead", *((120 * place, 60, 60) for place in range(16)))
    found = judged(off, on)
    assert found["rhythmic_complexity_bass"].value == 7 - 3 / 12
    assert found["rhythmic_complexity_lead"].value == 0.0
    assert found["rhythmic_complexity"].value == pytest.approx((7 - 3 / 12) / 3)
    assert found["rhythmic_complexity_guitar"].reason == "guitar: fewer than 16 notes"


def test_of_drums_kick_and_snare_are_heard(track) -> None:
    beats = [(480 * beat, 60, 36 + 2 * (beat % 2)) for beat in range(4)]
    hats = [(240 + 480 * beat, 60, 42) for beat in range(4)]
    assert judged(track("drums", *beats, *hats))["rhythmic_complexity_drums"].value == 0.0
    assert judged(track("drums", *hats))["rhythmic_complexity_drums"].reason
    moved = [(onset + 240, length, pitch) for onset, length, pitch in beats]
    assert judged(track("drums", *moved, *hats))["rhythmic_complexity_drums"].value == 7 - 3 / 12


def test_a_meter_without_one_order_of_strong_beats_is_undefined(track) -> None:
    lead = track("lead", *((480 * beat, 240, 60) for beat in range(4)), bars=20)
    assert judged(lead, meter=(5, 4))["rhythmic_complexity"].reason == "5/4 has no one order of strong beats"
    assert judged(lead, meter=(6, 8))["rhythmic_complexity_lead"].value >= 0.0

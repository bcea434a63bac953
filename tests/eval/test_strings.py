import math

import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Score
from popgen_core.music.song import Song, Track, notes_from
from popgen_eval.metrics.strings import StringDensity, follows_form, sounding_voices, spread, support

FORM = [0, 0, 0, 0, 1, 1, 1, 1] * 2


def by_bar(name: str, notes_of: list[list[tuple[int, int, int]]]) -> Track:
    """(onset, length, pitch) notes of each bar."""
    rows = [
        (1920 * bar + onset, length, pitch, 90) for bar, notes in enumerate(notes_of) for onset, length, pitch in notes
    ]
    return Track(name, 0, False, notes_from(rows))


LEAD = by_bar("lead", [[(0, 480, 72)] if part == 0 else [(0, 240, 65), (480, 240, 67)] for part in FORM])
WHOLE = [(0, 1920, 60), (0, 1920, 64), (0, 1920, 67)]


def judged(*tracks: Track) -> dict[str, Score]:
    return dict(StringDensity().score(Piece(Song(480, tracks))))


def pairs(bars: int, **values: float) -> np.ndarray:
    """pairs(4, b02=1): a matrix of 0 but for the bars named."""
    alike = np.zeros((bars, bars))
    for name, value in values.items():
        one, two = int(name[1]), int(name[2])
        alike[one, two] = alike[two, one] = value
    return alike


def test_density_is_how_many_notes_sound_on_average() -> None:
    strings = by_bar("strings", [[(0, 3840, 60), (960, 960, 64)], [], [(0, 480, 60), (0, 480, 67)]])
    part = Piece(Song(480, (strings,))).parts[0]
    assert sounding_voices(part, 4, 4.0).tolist() == [1.5, 1.0, 0.5, 0.0]


def test_strings_that_change_with_the_form_follow_it() -> None:
    found = judged(by_bar("strings", [WHOLE[: 1 + 2 * part] for part in FORM]), LEAD)
    assert found["string_density"].value == pytest.approx(1.0)
    assert found["string_support"].value == pytest.approx(1.0)
    assert found["string_spread"].value == pytest.approx(2 / 3)


def test_each_bar_is_compared_with_the_bar_most_alike_two_or_more_away() -> None:
    density = np.array([0.0, 0.0, 1.0, 3.0])  # apart by 1 (bars 0 2), 3 (0 3) and 3 (1 3)
    found = follows_form(density, pairs(4, b02=1, b13=1, b01=1, b23=1))
    assert found == pytest.approx((7 / 3 - (1 + 3 + 1 + 3) / 4) / (7 / 3))


def test_of_equally_alike_bars_the_mean_counts() -> None:
    found = follows_form(np.array([0.0, 0.0, 1.0, 3.0]), pairs(4, b02=1, b13=1, b03=1))
    assert found == pytest.approx((7 / 3 - ((1 + 3) / 2 + 3 + 1 + 3) / 4) / (7 / 3))


def test_a_carpet_follows_nothing_and_a_tenth_of_a_voice_hardly() -> None:
    found = judged(by_bar("strings", [WHOLE] * 16), LEAD)
    assert found["string_density"].value == 0.0
    assert found["string_spread"].value == 0.0
    assert found["string_support"].reason == "strings or other groups are the same in every bar"
    nearly = follows_form(np.array([0.0, 0.0, 0.0, 0.01]), pairs(4, b02=1, b13=1))
    assert nearly == pytest.approx((0.02 / 3 - 0.02 / 4) / 0.1)


def test_strings_against_the_form_score_below_chance() -> None:
    against = [1, 1, 1, 1, 3, 3, 3, 3, 3, 3, 3, 3, 1, 1, 1, 1]
    found = judged(by_bar("strings", [WHOLE[:voices] for voices in against]), LEAD)
    assert found["string_density"].value < 0.0


def test_support_is_a_rank_correlation() -> None:
    assert support(np.array([1.0, 2, 3]), np.array([10.0, 30, 20])) == pytest.approx(0.5)
    assert support(np.array([1.0, 1, 2]), np.array([1.0, 2, 3])) == pytest.approx(1.5 / math.sqrt(1.5 * 2))
    assert support(np.array([1.0, 2, 3]), np.array([3.0, 2, -9])) == pytest.approx(-1.0)
    assert math.isnan(support(np.ones(3), np.array([1.0, 2, 3])))


def test_spread_is_by_the_tenth_and_ninetieth_percentile() -> None:
    assert spread(np.arange(11.0)) == pytest.approx((9 - 1) / 9)
    assert spread(np.ones(5)) == 0.0
    assert math.isnan(spread(np.zeros(5)))


def test_what_is_undefined_says_why() -> None:
    assert {score.reason for score in judged(LEAD).values()} == {"strings: fewer than 16 notes"}
    alone = judged(by_bar("strings", [WHOLE] * 16))
    assert alone["string_density"].reason == alone["string_support"].reason == "no group beside the strings"
    assert alone["string_spread"].value == 0.0

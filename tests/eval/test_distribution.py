import math

import numpy as np
import pytest

from popgen_core.analysis.piece import Piece, pieces_of
from popgen_core.errors import RecipeError
from popgen_core.music.song import Song
from popgen_core.songwriter import write_songs
from popgen_eval.corruptions import excerpt
from popgen_eval.corruptions.mix import noise, shufbar
from popgen_eval.distribution import Distribution
from popgen_eval.distribution.draws import Draws, drawn, interval, songs_compared
from popgen_eval.distribution.figures import FIGURES, figure_evaluators
from popgen_eval.distribution.vectors import Vectors, by_song, scale_of, spread_out

QUICK = Distribution.Config(draws=4, judges=2, replicates=20, permutations=99)


def pieces(songs: list[Song]) -> list[Piece]:
    return [piece for song in songs for piece in pieces_of(song)]


@pytest.fixture(scope="module")
def songs() -> list[Song]:
    return [excerpt(song, 16) for song in write_songs(36, 5)]


@pytest.fixture(scope="module")
def references(songs: list[Song]) -> list[Piece]:
    return pieces(songs[12:])


def values(songs: list[Song], references: list[Piece], config: Distribution.Config = QUICK) -> dict[str, float]:
    return {name: score.value for name, score in Distribution(config).score(pieces(songs), references).items()}


@pytest.fixture(scope="module")
def like(songs: list[Song], references: list[Piece]) -> dict[str, float]:
    return values(songs[:12], references)


def test_songs_of_one_writer_are_at_the_floor(like: dict[str, float]) -> None:
    assert set(like) == {measure.name for measure in Distribution.measures}
    assert like["compared_songs"] == 12
    assert like["frechet_low"] < like["frechet_distance"] < like["frechet_high"]
    assert like["frechet_distance"] < 1.5 * like["frechet_floor"]
    assert like["mmd_p"] > 0.05
    assert like["mmd"] == pytest.approx(like["mmd_floor"], abs=0.05)


def test_noise_is_far_from_the_floor_by_every_measure(songs: list[Song], references: list[Piece]) -> None:
    far = values([noise(song, np.random.default_rng(1)) for song in songs[:12]], references)
    assert far["frechet_low"] > 5 * far["frechet_floor"]
    assert far["figure_low"] > 5 * far["figure_floor"]
    assert far["mmd"] > far["mmd_floor"] + 0.3
    assert far["mmd_p"] == 0.01
    assert far["c2st_auc"] > 0.99 > 0.8 > far["c2st_floor"]
    assert far["overlap_area"] < far["overlap_floor"] - 0.2
    assert far["kld"] > 5 * far["kld_floor"]


def test_only_the_figures_of_whole_pieces_see_shuffled_bars(
    songs: list[Song], references: list[Piece], like: dict[str, float]
) -> None:
    shuffled = values([shufbar(song, np.random.default_rng(2)) for song in songs[:12]], references)
    assert shuffled["figure_distance"] > 2 * like["figure_distance"]
    assert shuffled["frechet_distance"] < 1.5 * like["frechet_distance"]


def test_the_same_seed_gives_the_same_figures_and_another_seed_others(
    songs: list[Song], references: list[Piece], like: dict[str, float]
) -> None:
    assert values(songs[:12], references) == like
    assert values(songs[:12], references, Distribution.Config(4, 2, 20, 99, seed=1)) != like


def test_too_few_songs_are_undefined_and_say_how_many_are_needed(songs: list[Song], references: list[Piece]) -> None:
    found = Distribution(QUICK).score(pieces(songs[:9]), references)
    assert all(math.isnan(score.value) for score in found.values())
    assert found["mmd"].reason == ("songs with 8 bars or more: 9 against 24 of the reference; needed: 10 against 20")
    assert "0 against 0" in Distribution(QUICK).score([], [])["kld"].reason


def test_pieces_of_one_song_are_one_song(songs: list[Song], references: list[Piece]) -> None:
    halves = [Piece(song, first, 8) for song in songs[:5] for first in (0, 8)]
    assert "5 against 24" in Distribution(QUICK).score(halves, references)["mmd"].reason
    assert [len(song) for song in by_song(halves)] == [2] * 5


def test_songs_too_short_for_figures_still_have_stretches(songs: list[Song], references: list[Piece]) -> None:
    found = Distribution(QUICK).score([Piece(song, 0, 8) for song in songs[:12]], references)
    assert found["figure_distance"].reason.startswith("songs with 12 bars or more: 0 against 24")
    assert found["frechet_distance"].value > 0


def test_a_setting_out_of_range_is_refused() -> None:
    with pytest.raises(RecipeError, match="draws is 1"):
        Distribution(Distribution.Config(draws=1))


def test_the_figures_are_headline_and_named_ones_of_whole_pieces() -> None:
    assert FIGURES[:5] == tuple(name.removesuffix(".v1") for name in FIGURES[:5])
    assert "micro_timing" not in FIGURES
    assert {"structure_coherence", "onset_sync"} <= {m.name for e in figure_evaluators() for m in e.measures}
    assert {evaluator.scope for evaluator in figure_evaluators()} == {"piece"}


def test_undefined_entries_are_the_references_mean_and_far_ones_are_cut() -> None:
    nan = math.nan
    song = np.arange(4)
    reference = Vectors(np.array([[0.0, 1, nan, 7], [2, 3, nan, 7], [nan, 2, nan, 7], [1, 2, nan, 7]]), song)
    scale = scale_of(reference)  # means 1, 2, none, 7; sd sqrt(2/3), sqrt(1/2), not scaled
    found = scale(Vectors(np.array([[nan, 2 + math.sqrt(0.5), 4, 8], [99, -99, nan, nan]]), song[:2])).rows
    assert found == pytest.approx(np.array([[0, 1, 0, 1], [5, -5, 0, 0]]))


def test_songs_are_taken_whole_and_numbered_anew() -> None:
    vectors = Vectors(np.arange(5.0)[:, None], np.array([0, 0, 1, 2, 2]))
    taken = vectors.taken(np.array([2, 0, 2]))
    assert taken.rows[:, 0].tolist() == [3, 4, 0, 1, 3, 4]
    assert taken.song.tolist() == [0, 0, 1, 1, 2, 2]
    assert vectors.means()[:, 0].tolist() == [0.5, 2, 3.5]
    assert spread_out([0, 1, 2, 3, 4, 5, 6], 3) == [0, 3, 6]


def test_both_sides_have_equally_many_songs_and_halves_share_none() -> None:
    assert (songs_compared(30, 100), songs_compared(80, 100)) == (30, 50)
    draws = Draws(songs=30, references=100, size=30, times=5, seed=0)
    for one, two in draws.halves():
        assert len(set(one) | set(two)) == 60
    for one, two in draws.across():
        assert len(set(one)) == len(set(two)) == 30
    assert {len(side) for pair in draws.resampled(5) for side in pair} == {30}
    of_100 = [next(iter(Draws(100, 100, 30, 1, seed).across()))[0].tolist() for seed in (0, 0, 1)]
    assert of_100[0] == of_100[1] != of_100[2]
    found = drawn(draws, lambda a, b: 3.0, lambda a, b: float(len(a)))
    assert (found.value, found.floor, found.floor_high) == (3, 30, 30)


def test_an_interval_has_the_replicates_spread_about_the_value() -> None:
    assert interval(10.0, np.array([19.0, 21.0])) == pytest.approx((10 - 1.96 * 2**0.5, 10 + 1.96 * 2**0.5), abs=1e-4)
    assert interval(1.0, np.array([0.0, 4.0]))[0] == 0

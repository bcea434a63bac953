"""Figures that Markov or the songwriter win are marked so: the law by hand, and their songs."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from popgen_core.music.midi import song_to_midi
from popgen_core.songwriter import write_songs
from popgen_eval.calibration import anchors, built_in
from popgen_eval.validation import silly
from popgen_eval.validation.freeze import frozen, won_lines
from popgen_eval.validation.silly import StandIn, beats, chance_to_beat, judged_stand_ins
from popgen_eval.validation.validate import Validation, validate


def values(*numbers: float) -> np.ndarray:
    return np.array(numbers, dtype=np.float64)


def test_the_chance_to_beat_a_real_song_by_hand() -> None:
    """Eight songs of 2 against four of 1, two of 2 and two of 3: 32 of 64 pairs won, 16 even: .625."""
    real = values(1, 1, 1, 1, 2, 2, 3, 3)
    chance, low, high = chance_to_beat(real, np.full(8, 2.0), "higher")
    assert chance == 0.625
    assert low < 0.625 < high
    assert chance_to_beat(real, np.full(8, 2.0), "lower")[0] == 0.375


def test_the_interval_draws_both_sides_anew_and_without_pairs() -> None:
    """Of uniform values, n a side, the AUC has the standard error ((2n + 1) / 12n^2)^.5: .0409 for 100, paired or not.

    Had the songs of either side been drawn in pairs, the interval of two equal sides would be one point.
    """
    one = np.linspace(0, 1, 100)
    chance, low, high = chance_to_beat(one, one.copy(), "higher")
    assert chance == 0.5
    assert high - low == pytest.approx(2 * 1.96 * 0.0409, rel=0.1)


def test_a_figure_is_won_where_the_interval_lies_above_a_half() -> None:
    real, better, hardly = values(*range(20)), values(*range(10, 30)), values(*(x + 1.5 for x in range(20)))
    assert beats(real, better, "higher")
    assert not beats(better, real, "higher")
    assert beats(better, real, "lower")
    assert not beats(real, better, "none")
    assert chance_to_beat(real, hardly, "higher")[0] > 0.5
    assert not beats(real, hardly, "higher")


def test_undefined_songs_do_not_count_and_seven_are_too_few() -> None:
    eight, nothing = np.full(8, 1.0), values(math.nan, math.nan)
    assert beats(np.concatenate([eight, nothing]), np.concatenate([nothing, eight + 1]), "higher")
    assert not beats(eight[:7], eight + 1, "higher")
    assert not beats(eight, (eight + 1)[:7], "higher")
    assert not beats(eight, nothing, "higher")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Validation:
    """Nine songs by the songwriter as real ones, by one figure with and one without a direction."""
    place = tmp_path_factory.mktemp("songs")
    for number, song in enumerate(write_songs(9, 5)):
        (place / f"{number}.mid").write_bytes(song_to_midi(song))
    return validate(place, figures=["rhythm_accuracy", "density"])


@pytest.fixture(scope="module")
def judged(found: Validation) -> tuple[StandIn, ...]:
    return judged_stand_ins(found)


def test_there_are_as_many_songs_as_real_ones_and_what_is_unfit_is_counted(
    found: Validation, judged: tuple[StandIn, ...]
) -> None:
    markov, writer = judged
    assert (markov.name, writer.name) == ("a Markov chain", "the songwriter")
    for one in judged:
        assert one.songs + sum(one.unfit.values()) == len(found.material.songs)
        assert {len(scores) for scores in one.values.values()} == {one.songs}
        assert set(one.values) == {"rhythm_accuracy", "density"}
    assert markov.songs == len(found.material.songs)
    meters = [tuple(song.meters[0])[1:] for song in write_songs(len(found.material.songs), found.seed)]
    assert writer.unfit == {"not in 4/4 in the first 32 bars": sum(meter != (4, 4) for meter in meters)}
    assert not np.isnan(markov.values["rhythm_accuracy"]).all()


def test_the_same_validation_makes_the_same_songs(found: Validation, judged: tuple[StandIn, ...]) -> None:
    for one, again in zip(judged, judged_stand_ins(found), strict=True):
        assert {name: list(x) for name, x in one.values.items()} == {name: list(x) for name, x in again.values.items()}


def test_no_more_songs_than_the_bound(found: Validation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silly, "MOST_SONGS", 2)
    heard = []
    few = judged_stand_ins(found, lambda done, total, what: heard.append((done, total)))
    assert [one.songs + sum(one.unfit.values()) for one in few] == [2, 2]
    assert heard == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_marks_and_songs_stand_in_the_file_of_anchors(found: Validation) -> None:
    real = found.real["rhythm_accuracy"]
    many = np.concatenate([real, real])
    winner = StandIn("a Markov chain", 9, {"no bass": 1}, {"rhythm_accuracy": many + 1, "density": many + 1})
    loser = StandIn("the songwriter", 9, {}, {"rhythm_accuracy": many - 1, "density": many + 1})
    made = frozen(found, [winner, loser])
    table = json.loads(made)
    assert "a Markov chain" in table["figures"]["rhythm_accuracy"]["won_by"]
    assert "the songwriter" not in table["figures"]["rhythm_accuracy"]["won_by"]
    assert table["figures"]["density"]["won_by"] == []
    assert table["baselines"] == {
        "a Markov chain": {"songs": 9, "unfit": {"no bass": 1}},
        "the songwriter": {"songs": 9, "unfit": {}},
    }
    assert "better than real songs, a Markov chain: rhythm_accuracy" in won_lines(made)


def test_a_folder_without_the_seven_groups_teaches_no_markov(found: Validation, tmp_path: Path) -> None:
    songs = tuple(
        replace(song, tracks=tuple(replace(t, name="x") if t.name == "lead" else t for t in song.tracks))
        for song in found.material.songs
    )
    strange = replace(found, material=replace(found.material, songs=songs))
    markov, writer = judged_stand_ins(strange)
    assert (markov.songs, markov.unfit) == (0, {})
    assert writer.songs
    assert json.loads(frozen(strange, [markov, writer]))["baselines"]["a Markov chain"]["songs"] == 0


def test_the_release_knows_all_four_baselines() -> None:
    marks = {name: anchor.won_by for name, anchor in anchors().items()}
    assert marks["overall"] == marks["structure_coherence"] == ()
    assert marks["harmonic_consistency"] == ("one bar repeated", "the songwriter")
    assert marks["drum_in_pattern_rate"] == ("a Markov chain",)
    assert built_in().warning("harmonic_consistency") == (
        "one bar repeated and the songwriter score better: never quote alone"
    )

import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Score
from popgen_core.music.song import Song, Track, notes_from
from popgen_eval.metrics.overall import overall
from popgen_eval.metrics.pooling import undefined
from popgen_eval.metrics.structure import StructureCoherence

FIVE = ("note_coherence", "rhythm_accuracy", "cross_track_sync", "harmonic_consistency", "structure_coherence")


def structure(song: Song) -> float:
    return StructureCoherence().score(Piece(song))["structure_coherence"].value


def melody(bars: list[int]) -> Song:
    """A bar of its own pitch and rhythm for each number."""
    notes = [(1920 * place + 120 * kind, 120, 60 + kind, 90) for place, kind in enumerate(bars)]
    return Song(480, (Track("lead", 0, False, notes_from(notes)),))


def test_one_bar_repeated_has_no_structure(track) -> None:
    assert structure(Song(480, (track("lead", (0, 480, 60), (960, 480, 64), bars=32),))) == pytest.approx(0, abs=1e-12)


def test_phrases_that_come_back_have_structure_and_shuffled_bars_little() -> None:
    form = [0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3]
    shuffled = np.random.default_rng(1).permutation(form).tolist()
    assert structure(melody(form)) > 0.4
    assert structure(melody(shuffled)) < 0.1


def test_bars_that_never_come_back_have_no_structure() -> None:
    assert structure(melody(list(range(12)))) == 0.0


def test_drum_voices_and_not_drum_notes_are_compared() -> None:
    def drums(kick: int, snare: int) -> Song:
        pitches = [kick, snare, kick, kick] * 4 + [snare, kick, snare, snare] * 4
        return Song(480, (Track("drums", 0, True, notes_from((960 * n, 60, p, 90) for n, p in enumerate(pitches))),))

    assert structure(drums(36, 38)) == structure(drums(35, 40))
    assert structure(drums(36, 38)) != structure(drums(42, 46))


def test_overall_is_the_geometric_mean_and_one_figure_near_nothing_sinks_it() -> None:
    assert overall({name: Score(0.5) for name in FIVE}).value == pytest.approx(0.5)
    assert overall({**{name: Score(1.0) for name in FIVE}, "structure_coherence": Score(0.0)}).value == pytest.approx(
        0.01**0.2
    )
    mixed = dict(zip(FIVE, map(Score, (0.2, 0.4, 0.6, 0.8, 1.0)), strict=True))
    assert overall(mixed).value == pytest.approx((0.2 * 0.4 * 0.6 * 0.8) ** 0.2)


def test_overall_is_undefined_where_one_of_the_five_is() -> None:
    found = overall({name: Score(0.5) for name in FIVE} | {"rhythm_accuracy": undefined("no notes")})
    assert np.isnan(found.value)
    assert found.reason == "rhythm_accuracy undefined"

"""The paper's other figures stay as they are when a song is moved in pitch, tempo or time."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from changed_songs import changed

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Score
from popgen_core.music.song import METER, TEMPO, Song, Track, notes_from, rows
from popgen_eval.cards.parts import PARTS
from popgen_eval.judging.song import evaluator_named

BAR = 1920
LOOP = ((60, 64, 67), (55, 59, 62), (57, 60, 64), (53, 57, 60, 64))


@pytest.fixture(scope="module")
def band() -> Song:
    """Thirty-two bars of drums, bass, lead, chords and strings, regular and not; pitches 36 to 89."""
    random = np.random.default_rng(8)
    notes: dict[str, list] = {name: [] for name in ("drums", "bass", "lead", "chords", "strings")}
    for bar in range(32):
        chord, at = LOOP[(bar + bar // 16) % 4], BAR * bar
        off = random.integers(0, 40, 12).tolist()
        for beat in range(4):
            kit = 36 if (beat + (random.random() < 0.2)) % 2 == 0 else 38
            notes["drums"] += [(at + 480 * beat + off[beat], 60, kit, 90), (at + 480 * beat + 240, 60, 42, 90)]
        for step in (0, 6, 8, 14)[: 2 + bar % 3]:
            notes["bass"].append((at + 120 * step + off[5], 240, chord[0] - 24 + 12 * (step == 8), 90))
        for number, step in enumerate((0, 4, 6, 10, 12)[bar % 3 :]):
            pitch = chord[random.integers(3)] + 12 + (2 if random.random() < 0.3 else 0) + bar % 4
            notes["lead"].append((at + 120 * step + off[number], 200, pitch, 90))
        turned = [pitch + 12 * (random.random() < 0.3) for pitch in chord]
        notes["chords"] += [(at + off[6], 900, pitch, 90) for pitch in turned]
        notes["strings"] += [(at, 1920, chord[0], 70), (at, 1920, chord[1], 70)]
    return Song(480, tuple(Track(n, 0, n == "drums", notes_from(found)) for n, found in notes.items()))


def scores(song: Song) -> dict[str, float]:
    """All figures; where one is undefined, as text, so that two such are equal."""
    found: Mapping[str, Score] = {
        name: score for card in PARTS for name, score in evaluator_named(card.name).score(Piece(song)).items()
    }
    return {name: score.reason if math.isnan(score.value) else score.value for name, score in found.items()}


def test_all_figures_are_defined_and_neither_none_nor_all(band: Song) -> None:
    found = scores(band)
    assert len(found) == 13
    assert all(isinstance(value, float) and 0.02 < value < 0.98 for value in found.values()), found


@pytest.mark.parametrize("by", range(1, 13))
def test_transposition_changes_nothing_at_all(band: Song, by: int) -> None:
    assert scores(changed(band, pitch=by)) == scores(band)


def test_tempo_order_of_tracks_and_velocity_change_nothing_at_all(band: Song) -> None:
    for microseconds in (1_000_000, 250_000):
        assert scores(replace(band, tempos=rows(TEMPO, [(0, microseconds)]))) == scores(band)
    assert scores(replace(band, tracks=band.tracks[::-1])) == scores(band)
    assert scores(changed(band, velocity=5)) == scores(band)


def test_bars_of_silence_before_a_song_change_nothing(band: Song) -> None:
    later = changed(band, start_tick=BAR * 7)
    found = {
        name: score.value
        for card in PARTS
        for name, score in evaluator_named(card.name).score(Piece(later, first_bar=7)).items()
    }
    assert found == pytest.approx(scores(band))


@pytest.mark.parametrize("meter", [(3, 4), (6, 8), (7, 8), (5, 16)])
def test_in_other_meters_figures_are_numbers_in_range_or_reasons(band: Song, meter: tuple[int, int]) -> None:
    found = scores(replace(band, meters=rows(METER, [(0, *meter)])))
    assert all(isinstance(value, str) or 0 <= value <= 1 for value in found.values())
    assert sum(isinstance(value, float) for value in found.values()) >= 12, found


def test_a_meter_without_bars_is_a_reason(band: Song) -> None:
    found = scores(replace(band, meters=rows(METER, [(0, 1, 4)])))
    assert set(found.values()) == {"the meter map says 1/4: such bars cannot be compared"}


@pytest.mark.parametrize("silent", ["drums", "bass", "lead", "chords"])
def test_without_a_group_its_figures_are_reasons_and_never_0(band: Song, silent: str) -> None:
    found = scores(replace(band, tracks=tuple(track for track in band.tracks if track.name != silent)))
    missing = {name for name, value in found.items() if isinstance(value, str)}
    together = {"bass_drum_correlation", "bass_kick_lock"}
    assert missing == {
        "drums": together | {"drum_beat_consistency"},
        "bass": together | {"bass_rhythm_consistency"},
        "lead": {"lead_pitch_accuracy", "lead_contour"},
        "chords": {"chord_voice_leading", "parallel_fifths"},
    }[silent]  # fmt: skip


def test_every_measure_says_its_law_and_direction(band: Song) -> None:
    undirected = {"parallel_fifths", "SI_2_4", "SI_5_8", "SI_9_16"}
    for card in PARTS:
        evaluator = evaluator_named(card.name)
        assert list(evaluator.score(Piece(band))) == [measure.name for measure in evaluator.measures]
        for measure in evaluator.measures:
            assert measure.law
            assert measure.better == ("none" if measure.name in undirected else "higher")
            assert f"`{measure.name}`" in (type(evaluator).__doc__ or "")

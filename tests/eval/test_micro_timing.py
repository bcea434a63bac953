import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Score
from popgen_core.music.song import TEMPO, Song, rows
from popgen_eval.metrics.micro_timing import MicroTiming

OFF = 24  # ticks: a twentieth of a beat, 25 ms at 120 BPM
LOOSE = ((OFF, 120, 40), (480 - OFF, 120, 40), (960 + OFF, 120, 40), (1440 - OFF, 120, 40))


def judged(*tracks, bpm: float = 120) -> dict[str, Score]:
    return dict(MicroTiming().score(Piece(Song(480, tracks, rows(TEMPO, [(0, round(60e6 / bpm))])))))


def test_early_and_late_by_25_milliseconds_deviate_by_as_much(track) -> None:
    found = judged(track("bass", *LOOSE))
    assert found["micro_timing_bass"].value == pytest.approx(25.0)
    assert found["micro_timing"].value == pytest.approx(25.0)


def test_the_same_ticks_at_half_the_tempo_are_twice_the_time(track) -> None:
    assert judged(track("bass", *LOOSE), bpm=60)["micro_timing"].value == pytest.approx(50.0)


def test_a_machine_deviates_by_nothing_on_sixteenths_or_on_triplets(track) -> None:
    straight = track("lead", (0, 60, 60), (360, 60, 60), (600, 60, 60))
    swung = track("bass", (0, 60, 40), (320, 60, 40), (480, 60, 40), (800, 60, 40))
    found = judged(straight, swung)
    assert found["micro_timing_lead"].value == pytest.approx(0.0, abs=1e-9)
    assert found["micro_timing_bass"].value == pytest.approx(0.0, abs=1e-9)


def test_one_who_is_always_late_deviates_by_nothing(track) -> None:
    late = track("lead", (OFF, 60, 60), (480 + OFF, 60, 60))
    assert judged(late)["micro_timing"].value == pytest.approx(0.0, abs=1e-9)


def test_groups_weigh_by_the_root_of_their_notes(track) -> None:
    sixteenths = track("lead", *((120 * place, 60, 60) for place in range(16)))
    assert judged(track("bass", *LOOSE), sixteenths)["micro_timing"].value == pytest.approx(25 / 3)


def test_a_group_without_enough_notes_is_undefined(track) -> None:
    found = judged(track("bass", *LOOSE), track("drums", (0, 60, 36), (480, 60, 38)))
    assert found["micro_timing_drums"].reason == "drums: fewer than 32 notes"
    assert found["micro_timing_lead"].reason == "lead: fewer than 16 notes"
    assert judged(track("bass", (0, 60, 40)))["micro_timing"].reason == "no group has 16 notes (drums 32)"

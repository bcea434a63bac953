import math

import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.contracts.evaluator import Score
from popgen_core.music.song import Song
from popgen_eval.metrics.arpeggiation import GuitarArpeggiation

TRIAD = ((0, 1920, 48), (0, 1920, 52), (0, 1920, 55))  # C major
CHANCE = 3 / 12  # of a random pitch to be one of three tones


def judged(*tracks) -> Score:
    return GuitarArpeggiation().score(Piece(Song(480, tracks)))["guitar_arpeggiation"]


@pytest.fixture
def over_c(track):
    """A guitar with a note each eighth from the start of each bar, over C major."""

    def value(*pitches: int, apart: int = 240) -> float:
        notes = [(apart * place, 120, pitch) for place, pitch in enumerate(pitches)]
        return judged(track("guitar", *notes), track("chords", *TRIAD)).value

    return value


def test_a_broken_chord_counts_but_for_the_first_note_after_a_rest(over_c) -> None:
    assert over_c(60, 64, 67, 72) == pytest.approx(3 / 4)


def test_tones_of_the_chord_count_above_chance(over_c) -> None:
    assert over_c(60, 61, 64, 65) == pytest.approx(3 / 4 * (1 / 3 - CHANCE) / (1 - CHANCE))
    assert over_c(60, 61, 63, 66) == 0.0


def test_the_chord_is_what_the_others_play_and_not_the_guitar(track) -> None:
    d_major = [(240 * place, 1680, pitch) for place, pitch in enumerate((62, 66, 69, 74))]
    brief = [(half, 120, pitch) for half in (0, 960) for _, _, pitch in TRIAD]
    assert judged(track("guitar", *d_major), track("chords", *brief)).value == 0.0


def test_a_note_repeated_is_no_arpeggio(over_c) -> None:
    assert over_c(60, 60, 60, 60) == 0.0
    assert over_c(60, 64, 64, 67) == pytest.approx(2 / 4)


def test_a_strummed_guitar_is_none(track) -> None:
    strummed = [(480 * beat, 240, pitch) for beat in range(4) for pitch in (60, 64, 67)]
    assert judged(track("guitar", *strummed), track("chords", *TRIAD)).value == 0.0
    half = [*strummed, (240, 120, 60), (720, 120, 64)]  # two lone notes a beat apart
    assert judged(track("guitar", *half), track("chords", *TRIAD)).value == pytest.approx(1 / 6)


def test_a_note_more_than_a_beat_after_the_last_begins_anew(over_c) -> None:
    assert over_c(60, 64, 67, apart=480) == pytest.approx(2 / 3)
    assert over_c(60, 64, 67, apart=600) == 0.0


def test_where_no_other_sounds_the_guitar_is_judged_by_the_whole(track) -> None:
    late = [(960 + 240 * place, 120, pitch) for place, pitch in enumerate((60, 64, 67, 72))]
    early = tuple((onset, 480, pitch) for onset, _, pitch in TRIAD)
    assert judged(track("guitar", *late), track("chords", *early)).value == pytest.approx(3 / 4)


def test_without_a_guitar_of_sixteen_notes_it_is_undefined(track) -> None:
    for few in (track("chords", *TRIAD), track("guitar", (0, 240, 60))):
        score = judged(few)
        assert math.isnan(score.value)
        assert score.reason == "guitar: fewer than 16 notes"

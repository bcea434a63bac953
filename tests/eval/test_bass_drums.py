import math

import numpy as np
import pytest

from popgen_core.analysis.piece import Piece
from popgen_core.music.song import Song, Track, notes_from
from popgen_eval.metrics.bass_drums import BassDrumCorrelation

KICK, SNARE, HAT, TOM = 36, 38, 42, 45
BEATS = (0, 4, 8, 12)


def played(name: str, *hits: tuple[int, int], bars: range = range(12)) -> Track:
    """(sixteenth, pitch) in each of these bars."""
    notes = [(1920 * bar + 120 * step, 120, pitch, 90) for bar in bars for step, pitch in hits]
    return Track(name, 0, name == "drums", notes_from(notes))


def bass(*steps: int, bars: range = range(12)) -> Track:
    return played("bass", *((step, 36) for step in steps), bars=bars)


def drums(*hits: tuple[int, int], bars: range = range(12)) -> Track:
    return played("drums", *hits, bars=bars)


def values(*tracks: Track) -> tuple[float, float]:
    found = BassDrumCorrelation().score(Piece(Song(480, tracks)))
    return found["bass_drum_correlation"].value, found["bass_kick_lock"].value


def reasons(*tracks: Track) -> list[str]:
    found = BassDrumCorrelation().score(Piece(Song(480, tracks)))
    assert all(math.isnan(score.value) for score in found.values() if score.reason)
    return [score.reason for score in found.values()]


def test_a_bass_on_every_kick_and_nowhere_else_is_wholly_together() -> None:
    assert values(bass(*BEATS), drums(*((beat, KICK) for beat in BEATS))) == pytest.approx((1.0, 1.0))


def test_half_met_by_hand() -> None:
    # of 16: 2 and 2, 1 together: r = (1/16 - 1/64) / (1/8 x 7/8), lock = (1/2 - 1/8) / (7/8)
    kicks = drums((0, KICK), (8, KICK), (0, KICK))  # a doubled kick is one
    assert values(bass(0, 6), kicks) == pytest.approx((3 / 7, 3 / 7))


def test_a_bass_on_some_of_the_kicks_is_locked_but_not_wholly_correlated() -> None:
    # 2 and 4 of 16, 2 together
    expected = (2 / 16 - 2 / 16 * 4 / 16) / math.sqrt(2 / 16 * 14 / 16 * 4 / 16 * 12 / 16)
    assert values(bass(0, 8), drums(*((beat, KICK) for beat in BEATS))) == pytest.approx((expected, 1.0))


@pytest.mark.parametrize("voice", [SNARE, HAT, 51, TOM])
def test_the_best_voice_counts_for_correlation_and_the_kick_alone_for_the_lock(voice: int) -> None:
    others = [pitch for pitch in (KICK, SNARE, HAT, TOM) if pitch != {51: HAT}.get(voice, voice)]
    kit = drums((4, voice), (12, voice), *((0, pitch) for pitch in others), *((8, pitch) for pitch in others))
    assert values(bass(4, 12), kit) == pytest.approx((1.0, 0.0))


def test_a_bass_on_kick_and_snare_together_is_correlated() -> None:
    kit = drums((0, KICK), (8, KICK), (4, SNARE), (12, SNARE), (2, HAT), (7, TOM), (10, HAT))
    assert values(bass(*BEATS), kit)[0] == pytest.approx(1.0)


def test_a_bass_on_all_hits_together_is_correlated() -> None:
    kit = drums((0, KICK), (3, SNARE), (6, HAT), (11, TOM))
    assert values(bass(0, 3, 6, 11), kit)[0] == pytest.approx(1.0)


def test_a_bass_between_all_hits_is_not_below_0() -> None:
    assert values(bass(2, 10), drums(*((beat, KICK) for beat in BEATS))) == (0.0, 0.0)


def test_only_bars_where_both_play_count() -> None:
    kit = drums((0, KICK), (8, KICK), (4, KICK), bars=range(12))
    assert values(bass(0, 4, 8, bars=range(20)), kit) == pytest.approx((1.0, 1.0))
    with_snare = drums((0, KICK), (8, KICK), (8, SNARE), bars=range(12))
    more = drums((0, SNARE), (8, SNARE), bars=range(12, 20))
    both = Track("drums", 0, True, notes_from([tuple(n) for t in (with_snare, more) for n in t.notes.tolist()]))
    assert values(bass(0, 8, bars=range(20)), both)[1] == pytest.approx(1.0)  # bars without a kick are left out


def test_the_lock_looks_at_bars_with_a_kick_only() -> None:
    kit = drums((0, KICK), (8, KICK), bars=range(12)), drums(*((beat, SNARE) for beat in BEATS), bars=range(12, 20))
    low = bass(0, 6, bars=range(12)), bass(*BEATS, bars=range(12, 20))
    joined = [Track(a.name, 0, a.is_drum, np.concatenate([a.notes, b.notes])) for a, b in (kit, low)]
    assert values(*joined)[1] == pytest.approx(3 / 7)


@pytest.mark.filterwarnings("error")
def test_what_is_missing_is_said() -> None:
    kit = drums(*((beat, KICK) for beat in BEATS))
    assert reasons(kit) == ["no bass of 16 notes and drums of 32 hits"] * 2
    assert reasons(bass(0), kit) == ["no bass of 16 notes and drums of 32 hits"] * 2  # 12 notes
    assert reasons(bass(0, 8, bars=range(12, 24)), kit)[0] == "bass and drums share no bar"
    snares = drums((0, SNARE), (4, SNARE), (8, SNARE), (12, KICK))
    assert reasons(bass(0, 8), snares) == ["", "sixteenths with a kick in bars with bass: 12, needed: 16"]
    busy = "bass or kick play on more than three of four sixteenths"
    assert reasons(bass(*range(16)), kit) == ["bass or drums play on every sixteenth", busy]
    assert reasons(bass(*range(13)), kit) == ["", busy]
    assert reasons(bass(*range(12)), kit) == ["", ""]
    assert reasons() == ["no notes"] * 2

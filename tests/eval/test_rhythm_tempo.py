"""The tolerance of rhythm accuracy depends on tempo, as its law says."""

from __future__ import annotations

import pytest

from popgen_eval.metrics.rhythm import RhythmAccuracy, tolerance


@pytest.mark.parametrize(
    ("tempo", "beats"), [(60, 1 / 16), (125, 1 / 16), (150, 0.075), (180, 0.09), (187.5, 3 / 32), (250, 3 / 32)]
)
def test_a_sixteenth_of_a_beat_then_thirty_milliseconds_then_three_thirty_seconds(tempo: float, beats: float) -> None:
    assert tolerance(tempo) == pytest.approx(beats)


def test_the_law_says_where_tempo_counts() -> None:
    law = " ".join((RhythmAccuracy.__doc__ or "").split())
    assert "1/16 beat up to 125 BPM, then 30 ms" in law
    assert "from 187.5 BPM on 3/32 beat" in law

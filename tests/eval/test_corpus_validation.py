"""The figures on real music: near the values of the prototype, and far from those of spoiled copies."""

from pathlib import Path

import pytest

from popgen_core.groupers.seven import Seven
from popgen_core.music.midi import song_from_midi
from popgen_core.music.song import Song
from popgen_eval.api import midi_files
from popgen_eval.corruptions import excerpt
from popgen_eval.validation import Separation, separations

pytestmark = pytest.mark.corpus

# means over 63 real excerpts, of which ours are relatives and not the same
REAL = {
    "note_coherence": 0.80,
    "rhythm_accuracy": 0.79,
    "cross_track_sync": 0.74,
    "onset_sync": 0.77,
    "harmonic_consistency": 0.72,
    "structure_coherence": 0.43,
    "overall": 0.65,
}
TOLD_APART = [
    ("note_coherence", "pitchrand"),
    ("note_coherence", "pitchperm"),
    ("note_coherence", "stepperm"),
    ("rhythm_accuracy", "jitter"),
    ("rhythm_accuracy", "stepperm"),
    ("cross_track_sync", "swap"),
    ("cross_track_sync", "shiftfrac"),
    ("onset_sync", "shiftfrac"),
    ("harmonic_consistency", "pitchrand"),
    ("harmonic_consistency", "swap"),
    ("harmonic_consistency", "leadsemi"),
    ("structure_coherence", "shufbar"),
    ("structure_coherence", "onebar"),
    ("structure_coherence", "noise"),
    ("overall", "noise"),
    ("overall", "onebar"),
    ("overall", "shufbar"),
    ("overall", "swap"),
    ("overall", "jitter"),
]


def band(song: Song) -> bool:
    """Whether a grouped song has drums, bass and two pitched groups more, in 4/4 throughout."""
    names = {track.name for track in song.tracks}
    whole = len(song.meters) == 1 and tuple(song.meters[0])[1:] == (4, 4)
    return whole and {"drums", "bass"} <= names and len(names) >= 4


@pytest.fixture(scope="module")
def found(corpus: Path) -> dict[tuple[str, str], Separation]:
    files = midi_files([corpus / "permissive" / "valid", corpus / "permissive" / "test"])
    songs = [Seven().group(song_from_midi(path.read_bytes())).song for path in files]
    excerpts = [excerpt(song) for song in songs if band(song)]
    return {(row.figure, row.corruption): row for row in separations(excerpts)}


@pytest.mark.parametrize("figure", list(REAL))
def test_real_music_scores_near_the_prototypes_mean(found: dict[tuple[str, str], Separation], figure: str) -> None:
    row = found[figure, "noise"]
    assert row.n >= 30
    assert row.real_mean == pytest.approx(REAL[figure], abs=0.1)


@pytest.mark.parametrize(("figure", "corruption"), TOLD_APART)
def test_a_figure_tells_real_from_spoiled(
    found: dict[tuple[str, str], Separation], figure: str, corruption: str
) -> None:
    row = found[figure, corruption]
    assert row.auc > 0.9
    assert row.paired > 0.85


def test_one_bar_repeated_raises_the_figures_that_must_not_be_quoted_alone(
    found: dict[tuple[str, str], Separation],
) -> None:
    assert found["note_coherence", "onebar"].auc < 0.4
    assert found["rhythm_accuracy", "onebar"].auc < 0.4

"""The figures of craft on real music: far from those of copies spoiled on purpose."""

from pathlib import Path

import numpy as np
import pytest

from popgen_core.groupers.seven import Seven
from popgen_core.music.midi import song_from_midi
from popgen_core.music.song import Song
from popgen_eval.api import evaluate_songs, midi_files
from popgen_eval.corruptions import excerpt
from popgen_eval.corruptions.craft import CRAFT
from popgen_eval.statistics import auc
from popgen_eval.validation.targets_craft import CRAFT_TARGETS

pytestmark = pytest.mark.corpus

TARGETS = [(figure, name, least) for figure, targets in CRAFT_TARGETS.items() for name, least in targets.items()]


def band(song: Song) -> bool:
    """Whether a grouped song has drums, bass and two pitched groups more, in 4/4 throughout."""
    names = {track.name for track in song.tracks}
    whole = len(song.meters) == 1 and tuple(song.meters[0])[1:] == (4, 4)
    return whole and {"drums", "bass"} <= names and len(names) >= 4


@pytest.fixture(scope="module")
def songs(corpus: Path) -> list[Song]:
    found = [Seven().group(song_from_midi(path.read_bytes())).song for path in midi_files([corpus / "permissive"])]
    return [excerpt(song) for song in found if band(song)]


def judged(songs: list[Song], figure: str) -> np.ndarray:
    """The figure of each song."""
    found = evaluate_songs(songs, evaluators=[f"{figure}.v1"], window="first")
    return np.array([file.scores[figure] for file in found.files])


def told(songs: list[Song], name: str, figure: str) -> tuple[float, int]:
    """AUC of a figure against a corruption, and songs where both are defined."""
    copies = [CRAFT[name](song, np.random.default_rng([0, number])) for number, song in enumerate(songs)]
    real, spoiled = judged(songs, figure), judged(copies, figure)
    both = ~np.isnan(real + spoiled)
    return auc(real[both], spoiled[both]), int(both.sum())


@pytest.mark.parametrize(("figure", "corruption", "least"), TARGETS)
def test_a_figure_tells_real_from_spoiled(songs: list[Song], figure: str, corruption: str, least: float) -> None:
    found, songs_judged = told(songs, corruption, figure)
    assert songs_judged >= 80
    assert found > least


def test_complementary_motion_stays_a_description(songs: list[Song]) -> None:
    """A bass in random order parts from the lead more than a real one: no direction could be right."""
    assert told(songs, "bassbars", "complementary_motion")[0] < 0.5


def test_real_rhythm_lies_between_the_straight_and_the_off_beat(songs: list[Song]) -> None:
    assert told(songs, "straight", "rhythmic_complexity")[0] > 0.8
    assert told(songs, "offbeat", "rhythmic_complexity")[0] < 0.2

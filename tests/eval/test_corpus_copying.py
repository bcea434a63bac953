"""Copying on real music: two versions of one song that a split put on both sides are found, other songs are not."""

from pathlib import Path

import pytest

from popgen_core.analysis.piece import whole_song
from popgen_core.groupers.seven import Seven
from popgen_core.music.guard import read_song
from popgen_core.music.song import Song
from popgen_eval.copying import Copying, shares_by_song

pytestmark = pytest.mark.corpus


def songs(folder: Path) -> dict[str, Song]:
    return {file.stem: Seven().group(read_song(file).song).song for file in sorted(folder.rglob("*.mid"))}


@pytest.fixture(scope="module")
def held_out(corpus: Path) -> dict[str, Song]:
    return songs(corpus / "permissive" / "test")


@pytest.fixture(scope="module")
def judge(corpus: Path):
    return Copying().learn(
        (name, piece) for name, song in songs(corpus / "permissive" / "train").items() for piece in whole_song(song)
    )


def test_the_song_of_which_train_has_another_version_is_found_and_that_version_named(judge, held_out) -> None:
    scores = judge(*whole_song(held_out["freedoom_history__a5cd73990e_d_map22"]))
    assert scores["copied_share"].value > 0.8
    assert scores["copied_run"].value > 16
    assert "d_map20" in scores["copied_share"].note
    assert "d_map20" in scores["copied_run"].note


def test_most_real_songs_have_nothing_in_common_with_others(judge, held_out) -> None:
    shares = shares_by_song(judge, held_out.values())
    assert sum(share < 0.02 for share in shares) >= 30
    assert sum(share > 0.3 for share in shares) == 1  # d_map22

"""Copying on real music: two versions of one song that a split put on both sides are found, other songs are not."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from popgen_core.analysis.piece import Piece, pieces_of
from popgen_core.contracts.evaluator import Score
from popgen_core.groupers.seven import Seven
from popgen_core.music.guard import read_song
from popgen_eval.copying import Copying, copying_band, shares_by_song

pytestmark = pytest.mark.corpus


def pieces(folder: Path) -> dict[str, list[Piece]]:
    return {file.stem: pieces_of(Seven().group(read_song(file).song).song) for file in sorted(folder.rglob("*.mid"))}


@pytest.fixture(scope="module")
def held_out(corpus: Path) -> dict[str, list[Piece]]:
    return pieces(corpus / "permissive" / "test")


@pytest.fixture(scope="module")
def judge(corpus: Path):
    return Copying().learn(
        (name, piece) for name, some in pieces(corpus / "permissive" / "train").items() for piece in some
    )


def found(judge, pieces: list[Piece]) -> Mapping[str, Score]:
    return max(map(judge, pieces), key=lambda scores: scores["copied_run"].value)


def test_the_song_of_which_train_has_another_version_is_found_and_that_version_named(judge, held_out) -> None:
    scores = found(judge, held_out["freedoom_history__a5cd73990e_d_map22"])
    assert scores["copied_share"].value > 0.8
    assert scores["copied_run"].value > 16
    assert "d_map20" in scores["copied_share"].note
    assert "d_map20" in scores["copied_run"].note


def test_most_real_songs_have_nothing_in_common_with_others(judge, held_out) -> None:
    shares = shares_by_song(judge, [piece for some in held_out.values() for piece in some])
    assert sum(share < 0.02 for share in shares) >= 30
    assert copying_band([share for share in shares if share < 0.5], 42).bound < 0.05

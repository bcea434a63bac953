"""A recipe of ordered.v1 or v2 and likelihood.v1 trains, resumes, foretells and writes like any other."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from popgen_core import api
from popgen_core.checkpoint import read_checkpoint
from popgen_core.errors import RecipeError
from popgen_core.music.guard import read_song

pytest_plugins = ("tiny_run",)

ORDERED = (
    "decoder.rank=8",
    "decoder.bias=zero",
    "decoder.form=events",
    "loss.name=likelihood.v1",
    "train.epochs=8",
)


@pytest.fixture(scope="module", params=["ordered.v1", "ordered.v2"])
def changes(request: pytest.FixtureRequest, tiny_changes: tuple[str, ...]) -> tuple[str, ...]:
    return (*tiny_changes, f"decoder.name={request.param}", *ORDERED)


@pytest.fixture(scope="module")
def run(tiny_dataset: Path, changes: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("ordered") / "run"
    api.train(tiny_dataset, run, "paper", changes=changes)
    return run


def test_its_loss_falls_in_all_three_parts(run: Path) -> None:
    curve = api.report(run).curve
    for name in ("onset", "active", "rhythm"):
        first, last = (curve.parts[name][epoch].mean() for epoch in (slice(4), slice(-4, None)))  # four steps each
        assert last < first


def test_resumed_it_comes_to_the_same_weights(
    run: Path, tiny_dataset: Path, changes: tuple[str, ...], tmp_path: Path
) -> None:
    api.train(tiny_dataset, tmp_path / "again", "paper", changes=(*changes, "train.epochs=4"))
    api.train(tiny_dataset, tmp_path / "again", changes=["train.epochs=8"], resume=True, force=True)
    whole, parted = (read_checkpoint(place / "last.safetensors")[1] for place in (run, tmp_path / "again"))
    assert all((whole[name] == parted[name]).all() for name in whole)


def test_its_velocities_are_told_in_bits_without_a_spread(run: Path, short_dataset: Path, tiny_dataset: Path) -> None:
    score = api.score(run / "last.safetensors", short_dataset, training=tiny_dataset)
    notes = sum(sum(song.notes) for song in score.songs)
    assert 0 < score.apart("velocities")["model"].bits / notes < 14  # even chances cost log2 127 = 6.99
    assert not any("spread" in remark for remark in score.remarks)


def test_it_writes_songs_whose_notes_have_classes_for_values(run: Path, tmp_path: Path) -> None:
    [made] = api.generate(run, tmp_path, count=1, seconds=4, seed=3)
    again = api.generate(run, tmp_path / "again", count=1, seconds=4, seed=3)[0]
    assert made.path.read_bytes() == again.path.read_bytes()
    song = read_song(made.path).song
    velocities = {int(velocity) for track in song.tracks for velocity in track.notes["velocity"]}
    assert len(velocities) > 1


def test_a_loss_that_takes_other_values_than_the_decoder_makes_is_refused(
    tiny_dataset: Path, tiny_changes: tuple[str, ...], tmp_path: Path
) -> None:
    wrong = (*tiny_changes, "decoder.name=ordered.v1", "loss.name=likelihood.v1")
    with pytest.raises(RecipeError, match=r"'ordered.v1' makes dense rhythm values, loss 'likelihood.v1' takes events"):
        api.train(tiny_dataset, tmp_path / "run", "paper", changes=wrong)


def test_the_papers_loss_trains_it_unchanged(tiny_dataset: Path, tiny_changes: tuple[str, ...], tmp_path: Path) -> None:
    api.train(tiny_dataset, tmp_path / "run", "paper", changes=(*tiny_changes, "decoder.name=ordered.v1"))
    weights = read_checkpoint(tmp_path / "run/last.safetensors")[1]
    assert abs(torch.from_numpy(weights["decoder.pairs"])).max() > 0


def test_a_decoder_that_remembers_the_true_song_hears_no_other(
    tiny_dataset: Path, tiny_changes: tuple[str, ...], tmp_path: Path
) -> None:
    changes = (*tiny_changes, "decoder.name=ordered.v2", *ORDERED, "train.true_inputs=0.5")
    with pytest.raises(RecipeError, match=r"'ordered\.v2' remembers what was played, train\.true_inputs=0\.5 would"):
        api.train(tiny_dataset, tmp_path / "run", "paper", changes=changes)

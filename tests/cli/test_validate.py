"""popgen eval-validate and popgen baseline as one types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Popgen = Callable[..., Any]


@pytest.fixture(scope="module")
def songs(popgen: Popgen, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six songs of the songwriter: some in 4/4, and no two alike."""
    out = tmp_path_factory.mktemp("validate") / "songs"
    assert popgen("songwriter", "write", "-o", out, "--count", 6, "--seed", 3).exit_code == 0
    return out


def test_validation_writes_its_table_its_page_and_its_anchors(popgen: Popgen, songs: Path, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("v.json", "v.md", "anchors.json")]
    done = popgen(
        "eval-validate", songs, "--workers", 1, "--json", files[0], "--markdown", files[1], "--freeze", files[2]
    )
    assert done.exit_code == 0, done.stderr
    table = json.loads(files[0].read_text())
    assert table["corpus"]["songs"]
    assert {"auc", "low", "high", "paired", "d", "n", "target", "reached"} <= set(table["separations"][0])
    assert files[1].read_text().startswith("# Do the figures notice?")
    assert json.loads(files[2].read_text())["corpus"]["sha256"] == table["corpus"]["sha256"]
    songs_fit, rows = len(table["corpus"]["songs"]), [row for row in table["separations"] if row["target"]]
    assert done.stdout.splitlines()[-1] == (
        f"{songs_fit} songs; 0 of {len(rows)} targets reached, 0 missed, {len(rows)} with too few songs (under 30)"
    )
    assert all(row["too_few"] and row["reached"] is None for row in rows)
    assert f"only {songs_fit} fit songs: 30 are needed" in done.stderr


def test_figures_are_chosen_by_name(popgen: Popgen, songs: Path, tmp_path: Path) -> None:
    done = popgen(
        "eval-validate", songs, "--workers", 1, "--figures", "onset_sync", "--json", tmp_path / "v.json", "--all"
    )
    assert done.exit_code == 0, done.stderr
    rows = json.loads((tmp_path / "v.json").read_text())["separations"]
    assert {row["figure"] for row in rows} == {"onset_sync"}
    assert "shufbar" in done.stdout
    wrong = popgen("eval-validate", songs, "--figures", "beauty")
    assert (wrong.exit_code, wrong.stderr.count("\n")) == (2, 1)


def test_a_place_that_cannot_be_written_is_refused_before_any_work(popgen: Popgen, songs: Path, tmp_path: Path) -> None:
    done = popgen("eval-validate", songs, "--json", tmp_path / "no" / "v.json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "does not exist" in done.stderr


def test_a_baseline_is_written_and_judged(popgen: Popgen, songs: Path, tmp_path: Path) -> None:
    done = popgen("baseline", "one-bar", songs, "-o", tmp_path / "silly", "--count", 2, "--bars", 16)
    assert done.exit_code == 0, done.stderr
    written = {path.name for path in (tmp_path / "silly").iterdir()}
    assert len(written) == 2
    assert written < {path.name for path in songs.iterdir()}
    again = popgen("baseline", "one-bar", songs, "-o", tmp_path / "silly", "--count", 2)
    assert (again.exit_code, again.stderr.count("\n")) == (2, 1)
    assert "--force" in again.stderr
    assert popgen("baseline", "one-bar", songs, "-o", tmp_path / "silly", "--count", 2, "--force").exit_code == 0


def test_a_baseline_without_a_source_or_a_folder_says_what_it_lacks(
    popgen: Popgen, songs: Path, tmp_path: Path
) -> None:
    assert "name a dataset" in popgen("baseline", "markov", "-o", tmp_path / "out").stderr
    assert "-o" in popgen("baseline", "markov", songs).stderr
    assert popgen("baseline", "songwriter", "-o", tmp_path / "rules", "--count", 1).exit_code == 0


def test_the_screen_takes_json_or_a_table_with_a_legend(popgen: Popgen, songs: Path) -> None:
    words = ("eval-validate", songs, "--workers", 1, "--figures", "onset_sync")
    plain = json.loads(popgen(*words, "--json", "-").stdout)
    assert {row["figure"] for row in plain["separations"]} == {"onset_sync"}
    done = popgen(*words, "--legend", "--strict")
    assert done.exit_code == 0  # too few songs are no miss
    assert "All tracks but the first later, each by its own 0.1 to 3.9 beats." in done.stdout
    assert "Takes each track but the first" in done.stdout
    assert "The bars in random order." not in done.stdout  # no target of this figure
    assert done.stderr.count("songs left out: ") <= 1


def test_baselines_of_one_source_pair_with_each_other_and_with_it(popgen: Popgen, songs: Path, tmp_path: Path) -> None:
    for name in ("one-bar", "shuffled-bars"):
        done = popgen("baseline", name, songs, "-o", tmp_path / name)
        assert done.exit_code == 0, done.stderr  # fewer than 20 fit songs: all of them
    one, shuffled = tmp_path / "one-bar", tmp_path / "shuffled-bars"
    assert {path.name for path in one.iterdir()} == {path.name for path in songs.iterdir()}
    for other in (shuffled, songs):
        done = popgen("compare", one, other, "--paired")
        assert "6 pairs of songs" in done.stdout, done.stderr


def test_an_unknown_baseline_is_the_first_thing_said(popgen: Popgen) -> None:
    done = popgen("baseline", "beauty")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "no baseline is called 'beauty'" in done.stderr

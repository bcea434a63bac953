"""Anchors of one's own from end to end: frozen from a folder, used by `popgen eval`, refused where they do not fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Popgen = Callable[..., Any]
FIGURES = "note_coherence,rhythm_accuracy,tempo_stability"


@pytest.fixture(scope="module")
def songs(popgen: Popgen, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine songs of the songwriter, most of them in 4/4."""
    out = tmp_path_factory.mktemp("anchors") / "mine"
    assert popgen("songwriter", "write", "-o", out, "--count", 9, "--seed", 5).exit_code == 0
    return out


@pytest.fixture(scope="module")
def anchors(popgen: Popgen, songs: Path) -> Path:
    out = songs.parent / "anchors.json"
    done = popgen("eval-validate", songs, "--workers", 1, "--figures", FIGURES, "--bars", 16, "--freeze", out)
    assert done.exit_code == 0, done.stderr
    return out


def test_anchors_are_frozen_from_a_folder_and_used(popgen: Popgen, songs: Path, anchors: Path, tmp_path: Path) -> None:
    frozen = json.loads(anchors.read_text())
    assert set(frozen["figures"]) == set(FIGURES.split(","))
    assert set(frozen["baselines"]) == {"a Markov chain", "the songwriter"}
    page, scores = tmp_path / "page.html", tmp_path / "scores.json"
    given = ("eval", songs, "--bars", 16, "--anchors", anchors, "--html", page, "--json", scores)
    done = popgen(*given, "--workers", 1)
    assert done.exit_code == 0, done.stderr
    assert "1 the median song of mine" in " ".join(done.stdout.split())
    assert "anchors hold" not in done.stdout
    assert "songs of mine" in page.read_text()
    assert "songs of permissive" not in page.read_text()
    report = json.loads(scores.read_text())
    assert report["settings"]["anchors"] == f"mine {frozen['version']}"
    assert [name for name, row in report["summary"].items() if "calibrated" in row] == [
        name for name in report["summary"] if frozen["figures"].get(name, {}).get("corrupted_mean") is not None
    ]
    compared = popgen("compare", scores, scores)
    assert compared.exit_code == 0, compared.stderr


def test_without_them_windows_of_another_length_are_held_against_nothing(
    popgen: Popgen, songs: Path, tmp_path: Path
) -> None:
    done = popgen("eval", songs, "--bars", 16, "--workers", 1, "--json", tmp_path / "scores.json")
    said = " ".join(done.stdout.split())
    assert "anchors hold for windows of 32 bars, these are of 16." in said
    assert "median song" not in said
    assert "never quote alone" not in said
    assert "anchors" not in json.loads((tmp_path / "scores.json").read_text())["settings"]


def test_anchors_that_do_not_fit_are_refused_before_any_work(
    popgen: Popgen, songs: Path, anchors: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged.json"
    damaged.write_text(anchors.read_text().replace('"seed": 0', '"seed": 1'))
    for words, code, said in (
        (("--anchors", anchors), 2, "hold for windows of 16 bars, these are of 32"),
        (("--anchors", damaged, "--bars", 16), 1, "changed by hand"),
        (("--anchors", songs), 1, "cannot be read"),
        (("--anchors", tmp_path / "no.json"), 1, "cannot be read"),
        (("--anchors", songs / "song-001.mid"), 1, "anchors"),
    ):
        done = popgen("eval", songs, *words)
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (code, "", 1), done.stderr
        assert said in done.stderr

"""Anchors that could not be frozen in the end are refused before real songs are spoiled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from popgen_eval.validation import validate as validating

Popgen = Callable[..., Any]


def test_windows_longer_than_any_song_of_a_baseline_are_refused_before_the_work(
    popgen: Popgen, corpus_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validating, "validate", lambda *_, **__: pytest.fail("the work was begun"))
    done = popgen("eval-validate", corpus_dir, "--bars", 1001, "--freeze", tmp_path / "anchors.json")
    assert done.exit_code == 2
    assert done.stderr == (
        "popgen: anchors of windows of 1,001 bars cannot be frozen: songs of baselines have 1,000 at most "
        "(--bars 1000 or fewer, or no --freeze)\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("--bars", 1001), ("--bars", 1000, "--freeze", "a.json")])
def test_no_other_windows_are_refused(
    popgen: Popgen, corpus_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[object, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    begun: list[int] = []

    def begin(*_: object, bars: int, **__: object) -> None:
        begun.append(bars)
        raise KeyboardInterrupt

    monkeypatch.setattr(validating, "validate", begin)
    popgen("eval-validate", corpus_dir, *words)
    assert begun == [words[1]]

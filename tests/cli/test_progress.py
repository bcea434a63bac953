"""Progress without a terminal: a line now and then, and never one that looks as if the job had stopped."""

import pytest

from popgen_cli import progress as shown
from popgen_cli.progress import progress


def test_the_last_line_is_the_total(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    monkeypatch.setattr(shown.time, "monotonic", lambda: now)
    with progress("judging") as show:
        for done in range(1, 6):
            now += 10
            show(done, 5, "songs")
    assert capsys.readouterr().err.splitlines() == [f"judging: {done} of 5 songs" for done in (2, 4, 5)]


def test_a_short_job_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("judging") as show:
        show(5, 5, "songs")
    assert capsys.readouterr().err == ""

"""The page of a run: answers first, pictures with words, whatever a run's files hold shown and never run."""

from __future__ import annotations

import re
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_run import GROUPS, log_of, made_run, step_line, write_lines

from popgen_core.errors import OutputError
from popgen_core.groupers.colours import COLOURS
from popgen_core.history import read_story
from popgen_core.pages import run_plots
from popgen_core.pages.run import run_page, write_page, write_report

HOSTILE = "<script>alert(1)</script>$x^2$"
ALTS = re.compile(r'alt="([^"]*)"')
FALLING = [4.0 * 0.9**epoch for epoch in range(20)]


def pictures(page: str) -> list[str]:
    """What each picture of a page shows, in words."""
    return ALTS.findall(page)


def page_of(folder: Path, log: list[dict[str, Any]], **facts: Any) -> str:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (the extra popgen-core[plot])")
    return run_page(read_story(made_run(folder / "run", log, **facts)))


class Recorder:
    """Stands for the axes of a picture and keeps what is drawn."""

    def __init__(self) -> None:
        self.drawn: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **options: self.drawn.append((name, args, options))


def test_the_page_answers_first_and_shows_the_paper_beside_the_run(tmp_path: Path) -> None:
    html = page_of(tmp_path, log_of(FALLING, valid=FALLING), epochs=20)
    words = re.sub("<[^>]*>", " ", html.split("</style>")[1])
    assert words.index("20 of 20 epochs are done, 40 steps; the loss fell") < words.index("Table 1")
    for said in ("5.06 - 3.89", "The run stopped at epoch 20", "7 ln 2 = 4.85", "drums"):
        assert said in words
    assert pictures(html)[0].startswith("the loss of every step")
    assert "each part of the loss by group" in pictures(html)


def test_only_what_varies_has_a_picture(tmp_path: Path) -> None:
    still = pictures(page_of(tmp_path / "a", log_of([3.0, 2.0])))
    assert not {"the learning rate", "the share of true inputs"} & set(still)
    rising = [step_line(n, 0, 3.0, learning_rate=n * 1e-5, true_inputs=1 - n / 10) for n in (1, 2, 3)]
    assert {"the learning rate", "the share of true inputs"} <= set(pictures(page_of(tmp_path / "b", rising)))


def test_whatever_a_runs_files_hold_is_shown_and_never_run(tmp_path: Path) -> None:
    lines = [step_line(n, 0, 3.0) | {"parts": {HOSTILE: 3.0}, "groups": {HOSTILE: [1.0, 2.0]}} for n in (1, 2)]
    passport = {"licences": {HOSTILE: {"songs": HOSTILE, "origins": {HOSTILE: HOSTILE}}}}
    log = [*lines, {"kind": "epoch", "steps": 2, "epoch": 1}]
    pytest.importorskip("matplotlib")
    run = made_run(tmp_path / HOSTILE.replace("/", ""), log, corpus={"passport": passport})
    write_lines(run / "sessions.jsonl", [{"kind": "begin", "time": HOSTILE, "device": HOSTILE}])
    html = run_page(read_story(run))
    assert html.count("<script>") == 1
    assert "&lt;script&gt;alert(1)" in html


@pytest.mark.parametrize(
    "log",
    [
        [],
        [step_line(1, 0, 4.0)],
        [step_line(1, 0, None)],
        [{"kind": "step", "steps": 1, "epoch": 0}],
        [{"kind": "epoch", "steps": 4, "epoch": 1, "valid_loss": 2.0}],
        log_of([1.0, -1.0]),
        log_of([0.0, 0.0]),
        [*log_of([3.0]), step_line(3, 1, None), step_line(4, 1, 2.0)],
    ],
)
def test_a_run_of_any_length_and_kind_has_a_page(tmp_path: Path, log: list[dict[str, Any]]) -> None:
    assert "</html>" in page_of(tmp_path, log)


def test_phases_are_shaded_and_the_papers_losses_marked_where_the_run_reached_them(tmp_path: Path) -> None:
    corner = [4.0 * 0.9**epoch for epoch in range(15)] + [4.0 * 0.9**14] * 15
    story = read_story(made_run(tmp_path / "run", log_of(corner)))
    axes = Recorder()
    run_plots._draw_phases(axes, story)
    assert [args for name, args, _ in axes.drawn if name == "axvspan"] == [(0, 15), (15, 30)]
    run_plots._draw_paper(axes, story)
    [line] = [args for name, args, _ in axes.drawn if name == "plot"]
    assert line == ([0, 17], [5.06, 3.89])  # the second phase's end, epoch 117, was not reached


def test_a_run_that_starts_elsewhere_has_the_papers_phases_marked_without_its_losses(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run", log_of([0.5] * 18))
    recipe = (run / "recipe.toml").read_text()
    (run / "recipe.toml").write_text(recipe.replace('bias = "zero"', 'bias = "corpus"'))
    axes = Recorder()
    run_plots._draw_paper(axes, read_story(run))
    assert [(name, args) for name, args, _ in axes.drawn] == [("axvline", (17,))]


def test_a_loss_below_zero_is_drawn_on_a_plain_scale() -> None:
    pytest.importorskip("matplotlib")
    axes = Recorder()
    run_plots._scale(axes, [np.array([1.0, -1.0, np.nan])])
    assert axes.drawn == []


def test_every_group_of_the_paper_has_its_colour() -> None:
    assert tuple(COLOURS) == GROUPS
    assert len(set(COLOURS.values())) == 7


def test_the_report_of_a_run_is_its_page_and_the_picture_of_its_loss_both_anew(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    run = made_run(tmp_path / "run", log_of([3.0, 2.0]))
    (run / "loss.png").write_bytes(b"old")
    assert write_report(run) == [run / "report.html", run / "loss.png"]
    picture = (run / "loss.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture[16:24]) == (1560, 660)


def test_without_matplotlib_the_page_has_no_pictures_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    run = made_run(tmp_path / "run", log_of([3.0, 2.0]))
    assert write_report(run) == [run / "report.html"]
    html = (run / "report.html").read_text()
    assert "<img" not in html
    assert "install popgen-core[plot]" in html
    assert "Table 1" in html


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    story = read_story(made_run(tmp_path / "run", []))
    with pytest.raises(OutputError, match=r"cannot be written: .* \(choose another place\)"):
        write_page(tmp_path / "none" / "page.html", story)

"""The page in a real browser: it draws, it scripts, its console is silent."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from strangers import SameTempo, SongsAndWindows

from popgen_core.songwriter import write_song
from popgen_eval.api import evaluate_songs
from popgen_eval.pages import report_page
from popgen_eval.report import FileScores, Report

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-logging=stderr",
)  # fmt: skip
pytestmark = [pytest.mark.slow, pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")]


def opened(html: str, folder: Path, width: int, *more: str) -> tuple[str, str]:
    """A page opened and closed again: what the browser printed, and what its console said."""
    (folder / "page.html").write_text(html, encoding="utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    words = [str(BROWSER), *QUIET, profile, f"--window-size={width},14000", *more, f"file://{folder / 'page.html'}"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout, "\n".join(console)


def pixels(html: str, folder: Path, width: int) -> np.ndarray:
    image = pytest.importorskip("PIL.Image")
    _, console = opened(html, folder, width, f"--screenshot={folder / 'page.png'}")
    assert console == ""
    return np.asarray(image.open(folder / "page.png").convert("RGB"))


@pytest.fixture(scope="module")
def html() -> str:
    songs = [write_song(seed) for seed in range(4)]
    report = evaluate_songs(
        songs[:3],
        names=["a.mid", "<b>.mid", "c.mid"],
        reference=songs,
        training=songs[2:],
        also=[SongsAndWindows(), SameTempo()],
        keep_songs=True,
    )
    return report_page(report, "in a browser")


@pytest.mark.parametrize("width", [1280, 480])
def test_a_page_is_drawn_in_its_colours_and_the_console_is_silent(html: str, tmp_path: Path, width: int) -> None:
    seen = pixels(html, tmp_path, width)
    assert seen.shape[1] == width
    white = (seen == 255).all(axis=2)
    assert 0.02 < 1 - white.mean() < 0.5
    for colour in ((0x1B, 0x6C, 0xA8), (0x58, 0x81, 0x57), (0xC8, 0x55, 0x3D)):  # bass, chords, lead
        assert (seen == colour).all(axis=2).sum() > 100
    assert (~white).any(axis=1)[:4000].mean() > 0.3  # lines that hold something


def test_a_page_of_broken_files_is_drawn(tmp_path: Path) -> None:
    page = report_page(Report((FileScores("a.mid", error="no music"),), ("x",)))
    assert not (pixels(page, tmp_path, 1280) == 255).all()


def test_headings_of_the_song_table_become_buttons_that_sort(html: str, tmp_path: Path) -> None:
    built, console = opened(html, tmp_path, 1280, "--dump-dom")
    assert console == ""
    assert "<button>overall</button>" in built


def test_what_goes_wrong_in_a_page_is_heard(html: str, tmp_path: Path) -> None:
    """The check above could fail: a page with a script that its policy does not know says so."""
    assert "CONSOLE" in opened(html.replace("</body>", "<script>1</script></body>"), tmp_path, 1280, "--dump-dom")[1]

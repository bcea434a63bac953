"""A listening test from its making to its result, in a real browser and by keyboard: from a file, and served."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from listening import tone_folders
from listening_page import Listener, chromium, until

from popgen_eval.listening.answers import read_answers
from popgen_eval.listening.serve import ListeningServer

pytestmark = pytest.mark.slow
PAIRS = 6  # of which two of both systems


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    (tmp_path / "browser").mkdir()
    started = chromium(tmp_path / "browser")
    yield started
    started.quit()


@pytest.fixture
def made(popgen: Any, tmp_path: Path) -> Path:
    real, ours = tone_folders(tmp_path, seconds=0.6)
    sizes = ("--trials", 2, "--listeners", 3, "--seconds", 0.6)
    done = popgen("listen", "make", "--audio", real, ours, "-o", tmp_path / "test", *sizes)
    assert done.exit_code == 0, done.stderr
    return tmp_path / "test"


@pytest.fixture
def shots() -> Path | None:
    """Where pictures go, for people who want to look: $POPGEN_SHOTS."""
    return Path(os.environ["POPGEN_SHOTS"]) if os.environ.get("POPGEN_SHOTS") else None


def test_a_page_opened_from_a_file_is_gone_through_by_keyboard_and_its_csv_is_analysed(
    browser: Any, made: Path, popgen: Any, shots: Path | None
) -> None:
    listener = Listener(browser, made.joinpath("index.html").as_uri(), shots)
    assert "stay on this device until you send them" in listener.text("welcome")
    listener.begin(2)
    listener.shot("fresh")
    for place in range(PAIRS):
        assert listener.text("trial-title") == f"Pair {place + 1} of {PAIRS}"
        listener.answer()
    assert "answered all pairs" in until(lambda: listener.text("end-say"), "the end")
    listener.shot("end")
    listener.press("TAB", "ENTER")
    [csv] = until(lambda: list((made.parent / "browser").glob("answers-002-*.csv")), "the download")
    assert [answer.order for answer in read_answers(csv)] == list(range(1, PAIRS + 1))
    assert all(answer.play_ms_a > 500 and answer.ratings == (3, 3, 3, 3) for answer in read_answers(csv))
    done = popgen("listen", "analyse", csv, "--key", made.parent / "test-key.json", "--json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    [preference] = found["everyone"]["preferences"]
    assert preference["first_wins"] + preference["second_wins"] == 2
    assert found["watches"]["2"]["attention_failed"] == 0
    assert listener.warnings() == []


def test_questions_open_after_both_clips_and_nobody_jumps_ahead(browser: Any, made: Path) -> None:
    listener = Listener(browser, made.joinpath("index.html").as_uri())
    listener.press("TAB", "99", "ENTER")
    assert "a number from 1 to 3" in listener.text("start-note")
    listener.press("BACK_SPACE", "BACK_SPACE", "1", "ENTER")
    until(lambda: listener.focus() == "trial-title", "the first pair")
    browser.execute_script("players.A.sound.playbackRate = 16; players.A.sound.currentTime = 0.59; players.A.toggle()")
    time.sleep(0.25)
    assert listener.text("state-A") != "✓ heard to the end"
    until(lambda: listener.text("state-A") == "✓ heard to the end", "clip A")
    assert browser.find_element("id", "questions").get_property("disabled")
    browser.execute_script("document.getElementById('answer').requestSubmit()")
    assert listener.text("trial-title") == f"Pair 1 of {PAIRS}"
    browser.execute_script("players.B.toggle()")
    until(lambda: not browser.find_element("id", "questions").get_property("disabled"), "the questions")
    browser.execute_script("document.getElementById('next').click()")
    assert "Which clip do you like better?" in listener.text("gap")
    assert listener.focus() == "choice"


def test_a_reload_goes_on_where_it_was_and_the_server_keeps_every_answer(
    browser: Any, made: Path, shots: Path | None
) -> None:
    with ListeningServer(made, made.parent / "answers", port=0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        listener = Listener(browser, f"{server.address}?listener=3")
        listener.press("TAB", "ENTER")
        listener.answer("B")
        [kept] = until(lambda: list((made.parent / "answers").glob("listener-003-*.csv")), "the first answer")
        assert len(read_answers(kept)) == 1
        listener = Listener(browser, server.address, shots)
        assert "are sent after every pair" in listener.text("welcome")
        assert listener.text("start-note") == f"You go on at pair 2 of {PAIRS}."
        listener.shot("again")
        listener.press("TAB", "ENTER")
        until(lambda: listener.text("trial-title") == f"Pair 2 of {PAIRS}", "the second pair")
        assert listener.text("say").startswith(f"You go on at pair 2 of {PAIRS}.")
        for _ in range(PAIRS - 1):
            listener.answer("none")
        until(lambda: "have arrived" in listener.text("end-say"), "the end")
        assert len(read_answers(kept)) == PAIRS
        assert [path.name for path in (made.parent / "answers").iterdir()] == [kept.name]
        server.shutdown()

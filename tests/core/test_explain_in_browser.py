"""An explanation in a real browser: it is drawn at any width, notes are chosen by keys, the console is silent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from explained import SOURCE, loaded_of, song_of
from listening_page import chromium

from popgen_core.explain.explain import Asked, explain_song
from popgen_core.explain.explanation import Explanation
from popgen_core.explain.page import explain_page

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found() -> Explanation:
    return explain_song(song_of(6), Asked("bar4:1"), loaded_of(), SOURCE)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    opened = chromium(tmp_path_factory.mktemp("browser"))
    yield opened
    opened.quit()


def opened(browser: Any, found: Explanation, folder: Path, width: int = 1280) -> Any:
    page = folder / "page.html"
    page.write_text(explain_page(found), encoding="utf-8")
    browser.set_window_size(width, 1000)
    browser.get(page.as_uri())
    return browser


def console(browser: Any) -> list[str]:
    return [line["message"] for line in browser.get_log("browser")]


def text(browser: Any, name: str) -> str:
    return str(browser.find_element("id", name).text)


@pytest.mark.parametrize("width", [1280, 500])
def test_a_page_is_drawn_at_any_width_and_its_console_is_silent(
    browser: Any, found: Explanation, tmp_path: Path, width: int
) -> None:
    opened(browser, found, tmp_path, width)
    assert console(browser) == []
    wide, seen = browser.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    assert wide <= seen  # what is wider is scrolled within itself
    assert len(browser.find_elements("css selector", "#close rect")) >= len(found.notes)
    drawn = "const all=document.getElementById('past'),pen=all.getContext('2d');"
    drawn += "return pen.getImageData(0,0,all.width,all.height).data.filter((value,at)=>at%4===3&&value>0).length"
    assert browser.execute_script(drawn) > 5_000
    note = found.note
    assert text(browser, "said").startswith(f"{found.groups[note.group]} ")
    assert f"at bar {note.bar}, beat {note.beat:g} ({note.seconds:.2f} s)" in text(browser, "said")
    assert text(browser, "bars").startswith("bar")
    assert len(browser.find_elements("css selector", "#without tbody tr")) == 7


def test_notes_are_chosen_by_keys_in_the_list_and_by_a_click(browser: Any, found: Explanation, tmp_path: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    close = opened(browser, found, tmp_path).find_element("id", "close")
    frames = []
    for key in (Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_LEFT):
        close.send_keys(key)
        frames.append(found.notes[int(browser.find_element("id", "note").get_attribute("value"))].frame)
    assert frames == [49, 51, 49]  # from the bar line to the lead's notes
    browser.find_element("id", "after").click()
    assert int(browser.find_element("id", "note").get_attribute("value")) == 5  # after four notes on the bar line
    first, said = found.notes[0], text(browser, "said")
    browser.execute_script(
        "const box=document.querySelector('#close svg').getBoundingClientRect();"
        "document.getElementById('close').onclick({clientX:box.left+64,clientY:box.top+30})"
    )
    assert browser.find_element("id", "note").get_attribute("value") == "0"
    assert (first.group, said != text(browser, "said")) == (0, True)
    assert console(browser) == []


def test_a_layer_shows_its_heads_and_a_weight_is_told_where_one_points(
    browser: Any, found: Explanation, tmp_path: Path
) -> None:
    opened(browser, found, tmp_path)
    before = text(browser, "bars")
    browser.execute_script("const one=document.getElementById('layer');one.value='1';one.onchange()")
    assert text(browser, "bars") != before
    browser.execute_script(
        "const one=document.getElementById('past'),box=one.getBoundingClientRect();"
        "one.onpointermove({clientX:box.left+40,clientY:box.bottom-8})"
    )
    assert text(browser, "read").startswith("head 2: ")
    assert "% of the attention lies where" in text(browser, "read")


def test_without_attention_the_rest_is_drawn(browser: Any, found: Explanation, tmp_path: Path) -> None:
    moments = {frame: replace(moment, attention=None) for frame, moment in found.moments.items()}
    opened(browser, replace(found, moments=moments), tmp_path)
    assert console(browser) == []
    assert browser.find_elements("id", "layer") == []
    assert "no new note" in text(browser, "cells")

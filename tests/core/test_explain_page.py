"""The page and the picture of an explanation: they hold all that is told, and run and load nothing but their own."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from explained import SOURCE, loaded_of, song_of

from popgen_core.explain import plain
from popgen_core.explain.explain import Asked, explain_song
from popgen_core.explain.explanation import Explanation
from popgen_core.explain.page import NO_ATTENTION, explain_page
from popgen_core.explain.picture import explain_picture, looks
from popgen_core.explain.plain import embedded, packed
from popgen_core.explain.words import bits, clock, percent, tone

HOSTILE = "</script><script>alert(1)</script>'\"&<img src=x onerror=alert(2)>$x^2$.mid"


@pytest.fixture(scope="module")
def found() -> Explanation:
    source = replace(SOURCE, song=HOSTILE, remarks=(HOSTILE,))
    return explain_song(song_of(4), Asked("bar2:2", bars=2, past=1), loaded_of(), source)


@pytest.fixture(scope="module")
def html(found: Explanation) -> str:
    return explain_page(found)


def told_in(html: str) -> dict:
    [told] = re.findall(r'<script type="application/json" id="told">(.*?)</script>', html, flags=re.DOTALL)
    return json.loads(told)


def without_attention(found: Explanation) -> Explanation:
    moments = {frame: replace(moment, attention=None) for frame, moment in found.moments.items()}
    return replace(found, moments=moments)


def test_whatever_a_file_is_called_is_shown_and_never_run(html: str) -> None:
    assert HOSTILE not in html
    assert "<img" not in html
    assert html.count("<script") == 2  # its data, and its code
    assert "&lt;script&gt;alert(1)" in html


def test_a_strangers_group_cannot_leave_the_pages_data(found: Explanation, html: str) -> None:
    hostile = explain_page(replace(found, groups=(HOSTILE, *found.groups[1:])))
    assert hostile.count("</script>") == html.count("</script>") == 2
    assert told_in(hostile)["groups"][0] == HOSTILE


def test_a_page_loads_nothing_from_elsewhere(html: str) -> None:
    assert "default-src 'none'" in html
    assert set(re.findall(r"https?://[^\"']+", html)) == {"http://www.w3.org/2000/svg"}  # the name of SVG, not a place
    assert len(html) < 3_000_000


def test_every_note_is_in_the_page_with_its_chance_and_what_it_hung_on(found: Explanation, html: str) -> None:
    told = told_in(html)
    assert told["chosen"] == found.chosen
    assert [column[0] for column in told["columns"]] == ["all the past", "bar 1", "bar 2", "bar 3"]
    for shown, note in zip(told["notes"], found.notes, strict=True):
        assert (shown["frame"], shown["group"], shown["pitch"]) == (note.frame, note.group, note.pitch)
        assert shown["chance"] == pytest.approx(note.chance, rel=1e-5)
        hung = np.array(shown["without"], dtype=np.float64)  # null becomes not a number
        assert hung == pytest.approx(note.without, rel=1e-5, nan_ok=True)
        moment = told["moments"][str(note.frame)]
        [cell] = [cell for cell in moment["cells"][note.group] if cell[0] == note.pitch]
        assert cell[2:] == [shown["chance"], 1]
        assert moment["silent"] == pytest.approx(found.moments[note.frame].silent, rel=1e-5)


def test_attention_read_back_from_a_page_is_within_half_a_percent_of_its_peak(found: Explanation, html: str) -> None:
    for frame, moment in told_in(html)["moments"].items():
        shape, true = moment["attention"]["shape"], found.moments[int(frame)].attention
        steps = np.frombuffer(base64.b64decode(moment["attention"]["weights"]), dtype=np.uint8).reshape(shape)
        peaks = np.array(moment["attention"]["peaks"]).reshape(*shape[:2], 1)
        assert true is not None
        assert np.abs((steps / 255.0) ** 2 * peaks - true).max() <= 0.004 * peaks.max()
        assert ((steps / 255.0) ** 2 * peaks).sum(-1) == pytest.approx(np.ones(shape[:2]), abs=0.01)


def test_packed_attention_is_the_root_of_its_share_of_the_peak() -> None:
    made = packed(np.array([[[0.64, 0.16, 0.04, 0.16]]], dtype=np.float32))
    assert (made["shape"], made["peaks"]) == ([1, 1, 4], [0.64])
    assert list(base64.b64decode(made["weights"])) == [255, 128, 64, 128]  # 255, 127.5, 63.75, 127.5


def test_a_page_that_would_be_too_large_holds_the_notes_nearest_to_the_first_and_says_so(
    found: Explanation, monkeypatch: pytest.MonkeyPatch
) -> None:
    middle = found.note.frame
    monkeypatch.setattr(plain, "MOST_BYTES", 4 * middle * 4 * 4 // 3)  # four frames of 2 x 2 x as many rows
    kept = embedded(found)
    assert 2 <= len({note.frame for note in kept}) <= 5
    assert max(abs(note.frame - middle) for note in kept) < 4
    left = len(found.notes) - len(kept)
    assert f"{left} more, further from the first one, would have made the page too large" in explain_page(found)


def test_without_attention_a_page_says_so_and_shows_the_rest(found: Explanation, html: str) -> None:
    mute = explain_page(without_attention(found))
    assert NO_ATTENTION in mute
    assert NO_ATTENTION not in html
    assert ('<select id="layer">' in html, '<select id="layer">' in mute) == (True, False)
    assert len(told_in(mute)["notes"]) == len(found.notes)


def test_a_picture_shows_the_mean_of_the_heads_of_each_layer(found: Explanation) -> None:
    weights, heard = looks(found), found.moments[found.note.frame].attention
    assert weights is not None
    assert heard is not None
    assert weights[1] == pytest.approx((heard[1, 0] + heard[1, 1]) / 2)
    assert weights.sum(-1) == pytest.approx([1, 1], abs=1e-5)
    assert looks(without_attention(found)) is None


def test_a_picture_is_drawn_with_and_without_attention(found: Explanation) -> None:
    pytest.importorskip("matplotlib")
    for one in (found, without_attention(found)):
        assert explain_picture(one).startswith(b"\x89PNG\r\n\x1a\n")


def test_numbers_are_said_with_their_units() -> None:
    assert [percent(share) for share in (0, 0.00005, 0.0012, 0.0234, 0.342, 0.9999999, 1)] == [
        "0 %", "under 0.01 %", "0.12 %", "2.3 %", "34 %", "99.99 %", "100 %",
    ]  # fmt: skip
    assert [bits(chance) for chance in (1, 0.25, 0.1)] == ["0.0 bits", "2.0 bits", "3.3 bits"]
    assert [clock(seconds) for seconds in (0, 9.96, 62.5, 600)] == ["0:00.0", "0:09.9", "1:02.5", "10:00.0"]
    assert [tone(60, False), tone(21, False), tone(36, True), tone(90, True)] == ["C4", "A0", "kick", "drum key 90"]

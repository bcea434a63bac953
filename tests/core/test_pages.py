"""The doctor's page: one file, everything escaped, nothing loaded from elsewhere, fit for thousands of rows."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from popgen_core.corpus.diagnosis import diagnose
from popgen_core.corpus.report import CorpusReport, FileRow
from popgen_core.pages import Column, Page
from popgen_core.pages.doctor import MOST_ROWS, doctor_page

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>$x^2$.mid"
SONG = FileRow(
    "a.mid", "accepted", seconds=60, notes=1200, tracks=2, groups={"drums": 700, "bass": 500}, tempo=120, meter="4/4",
    flatness=0.5, licence="MIT", origin="band",
)  # fmt: skip
SCRIPT_START = "<script>"


class Tags(HTMLParser):
    """Every start tag of a page with its attributes, and what stands in its table cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self.in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.in_cell = tag == "td"
        if self.in_cell:
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        self.in_cell = False

    def handle_data(self, data: str) -> None:
        if self.in_cell:
            self.cells[-1] += data


def page_of(*rows: FileRow) -> str:
    pytest.importorskip("matplotlib")
    report = CorpusReport(f"songs {HOSTILE}", ("drums", "bass", HOSTILE), rows)
    return doctor_page(report, diagnose(report), f"popgen prepare {HOSTILE}")


def test_whatever_is_put_in_a_page_is_shown_and_never_run() -> None:
    page = Page(HOSTILE, HOSTILE)
    page.section(HOSTILE)
    page.text(HOSTILE)
    page.pairs([(HOSTILE, [HOSTILE])])
    page.pictures([(b"png", HOSTILE)])
    page.table([Column(HOSTILE), Column("n")], [[HOSTILE, (HOSTILE, 2.0)]])
    found = Tags(page.html())
    assert [tag for tag, _ in found.tags].count("script") == 1
    assert [attributes["src"] for tag, attributes in found.tags if tag == "img"] == ["data:image/png;base64,cG5n"]
    assert found.cells == [HOSTILE, HOSTILE]


def test_a_browser_may_run_the_script_that_stands_in_the_page_and_load_nothing() -> None:
    html = Page("title").html()
    script = html.split(SCRIPT_START)[1].split("</script>")[0]
    style = html.split("<style>")[1].split("</style>")[0]
    policy = next(dict(attributes)["content"] for tag, attributes in Tags(html).tags if "http-equiv" in attributes)
    assert policy
    for kind, code in (("script", script), ("style", style)):
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"(src|href)=\"?(https?:)?//", html)


def test_a_number_is_sorted_by_its_value_not_by_how_it_is_written() -> None:
    page = Page("title")
    page.table([Column("length", number=True)], [[("10:00", 600.0)], [("9:59", 599.0)]], sorts=True)
    cells = [attributes["data-v"] for tag, attributes in Tags(page.html()).tags if tag == "td"]
    assert cells == ["600.0", "599.0"]
    assert '<table class="sorts">' in page.html()


def test_the_doctors_page_shows_hostile_names_as_they_are() -> None:
    found = Tags(page_of(SONG, FileRow(HOSTILE, "refused", "not-midi", HOSTILE)))
    assert HOSTILE in found.cells
    assert f"not-midi: {HOSTILE}" in found.cells
    assert [tag for tag, _ in found.tags].count("script") == 1
    assert all("onerror" not in attributes for _, attributes in found.tags)


def test_the_doctors_page_has_a_row_for_every_file_and_pictures_with_words() -> None:
    html = page_of(SONG, FileRow("x.mid", "refused", "not-midi", "no"))
    found = Tags(html)
    pictures = [attributes["alt"] for tag, attributes in found.tags if tag == "img"]
    assert len(pictures) == 7
    assert all(pictures)
    sortable = found.cells[found.cells.index("x.mid") :]  # what is left out stands first
    assert sortable[1] == "refused"
    assert "a.mid" in sortable
    assert "1,200" in sortable
    assert "drums bass" in sortable


def test_a_folder_without_songs_still_has_a_page() -> None:
    found = Tags(page_of(FileRow("x.mid", "refused", "not-midi", "no")))
    assert len([tag for tag, _ in found.tags if tag == "img"]) == 1


def test_two_thousand_files_make_a_page_of_three_megabytes_at_most() -> None:
    rows = [FileRow(f"{number:05}.mid", "accepted", seconds=number, notes=number) for number in range(2000)]
    assert len(page_of(*rows)) < 3 * 2**20


def test_of_too_many_files_those_left_out_are_kept_and_the_page_says_so() -> None:
    rows = [FileRow(f"{number}.mid", "accepted", seconds=9, notes=9) for number in range(MOST_ROWS)]
    html = page_of(*rows, FileRow("last.mid", "refused", "not-midi", "no"))
    assert f"The first {MOST_ROWS:,} of {MOST_ROWS + 1:,} files" in html
    assert '<td class="wide">last.mid</td>' in html


def test_songs_that_are_all_alike_can_be_drawn() -> None:
    assert "data:image/png" in page_of(SONG, SONG)
    assert "data:image/png" in page_of(FileRow("a.mid", "accepted"))

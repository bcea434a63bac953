"""The documentation is a site: built without a network or a warning, whole, and nothing in it comes from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parents[2]
BUILD = """
import socket, sys

def refuse(*_, **__):
    raise OSError("there is no network here")

socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
from sphinx.cmd.build import main
sys.exit(main(sys.argv[1:]))
"""
LOADING = ("script", "link", "img", "source", "iframe", "video", "audio", "embed", "object", "image", "use")


class Page(HTMLParser):
    """The places of a page that can be linked to, what it links to, and what a browser loads to show it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.places.add(given.get("id", ""))
        targets = [given[name] for name in ("href", "src", "data", "poster", "xlink:href") if name in given]
        (self.loaded if tag in LOADING else self.links).extend(targets)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    flags = ["--fail-on-warning", "--keep-going", "--quiet", "--conf-dir", "docs"]
    made = subprocess.run(
        [sys.executable, "-c", BUILD, *flags, ".", str(folder)], cwd=ROOT, capture_output=True, text=True
    )
    assert made.stderr == ""
    assert made.returncode == 0
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def test_every_page_of_the_repository_is_a_page_of_the_site(site: Path) -> None:
    written = [path.relative_to(ROOT) for path in sorted((ROOT / "docs").rglob("*.md"))]
    assert len(written) > 20
    assert [path for path in written if not (site / path.with_suffix(".html")).is_file()] == []


def test_the_top_of_the_site_leads_to_the_index(site: Path) -> None:
    assert "url=docs/index.html" in (site / "index.html").read_text(encoding="utf-8")


def test_the_menu_has_the_four_sorts_of_pages_and_a_tutorial_at_its_top(site: Path) -> None:
    menu = (site / "docs" / "index.html").read_text(encoding="utf-8").partition('class="sidebar-tree"')[2]
    captions = re.findall(r'class="caption-text">([^<]+)<', menu)
    assert captions == ["Tutorials", "How to", "Reference", "Explanation", "The project"]
    assert re.findall(r'href="([^"]+)"', menu)[0] == "tutorials/first-song.html"


def test_a_page_loads_nothing_from_elsewhere(site: Path, pages: dict[Path, Page]) -> None:
    remote = [address for page in pages.values() for address in page.loaded if re.match(r"(\w+:)?//", address)]
    assert remote == []
    sheets = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert sheets
    assert [
        found for sheet in sheets for found in re.findall(r"(?:url\(|@import)\s*['\"]?(?:\w+:)?//[^)]*", sheet)
    ] == []


def test_no_link_is_broken(pages: dict[Path, Page]) -> None:
    broken = []
    for path, page in pages.items():
        for address in (*page.links, *page.loaded):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = target.is_file() and (
                target not in pages or not parts.fragment or place(pages[target], parts.fragment)
            )
            if not there:
                broken.append(f"{path.name}: {address}")
    assert broken == []


def place(page: Page, fragment: str) -> bool:
    return unquote(fragment) in page.places

"""Drawings and pictures of pages: small, sharp, and whatever words they are given is shown, never run."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import numpy as np
import pytest

from popgen_core.pages import Column, Drawing, Page, Picture
from popgen_core.pages.raster import png_of_cells, shades

HOSTILE = "<script>alert(1)</script>\"'&"


def test_whatever_words_a_drawing_is_given_are_shown_and_never_run() -> None:
    drawing = Drawing(10, 10, HOSTILE)
    drawing.text(1, 1, HOSTILE, fill=HOSTILE)
    drawing.line([(0, 0), (1, 1)], HOSTILE)
    drawing.rectangle(0, 0, 1, 1, HOSTILE)
    drawing.ring(0, 0, 1, HOSTILE)
    drawing.dots([(0, 0)], HOSTILE, 1)
    root = ElementTree.fromstring(drawing.html())
    assert [element.tag for element in root] == ["text", "path", "rect", "circle", "path"]
    assert root.attrib["aria-label"] == root[0].text == root[2].attrib["fill"] == HOSTILE
    assert "<script" not in Picture(b"png", 1, 1, HOSTILE).html()


def test_a_thousand_dots_are_one_element() -> None:
    drawing = Drawing(10, 10, "dots")
    drawing.dots([(number / 100, 5) for number in range(1000)], "#000000", 3)
    assert drawing.html().count("<path") == 1
    assert len(drawing.html()) < 12_000


def test_no_dots_are_no_element() -> None:
    drawing = Drawing(10, 10, "nothing")
    drawing.dots([], "#000000", 3)
    assert "<path" not in drawing.html()


def test_a_wide_drawing_keeps_its_width_and_another_fits_its_page() -> None:
    assert ' width="10"' in Drawing(10, 10, "", wide=True).html()
    assert ' width="10"' not in Drawing(10, 10, "").html().replace("viewBox", "")


def test_a_picture_of_cells_holds_their_colours() -> None:
    image = pytest.importorskip("PIL.Image")
    png = png_of_cells(np.array([[0, 1, 2], [2, 1, 0]]), ["#ffffff", "#1b6ca8", "#000000"])
    read = np.asarray(image.open(io.BytesIO(png)).convert("RGB"))
    assert read.shape == (2, 3, 3)
    assert read[0].tolist() == [[255, 255, 255], [0x1B, 0x6C, 0xA8], [0, 0, 0]]
    assert read[1, 2].tolist() == [255, 255, 255]


def test_shades_go_from_white_to_the_colour() -> None:
    assert shades("#000080", 3) == ["#ffffff", "#8080c0", "#000080"]


def test_a_page_holds_drawings_in_tables_and_beside_each_other() -> None:
    drawing = Drawing(10, 10, "a drawing")
    page = Page("title")
    page.subsection(HOSTILE)
    page.points([HOSTILE])
    page.drawings([(HOSTILE, HOSTILE, drawing)])
    page.row([(HOSTILE, drawing)])
    page.wide(drawing, HOSTILE)
    page.table([Column("notes"), Column("n", number=True)], [[drawing, (drawing, 2.0)]])
    html = page.html()
    assert html.count(drawing.html()) == 5
    assert f'data-v="2.0">{drawing.html()}' in html
    assert "<script>alert" not in html

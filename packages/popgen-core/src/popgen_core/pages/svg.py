"""Drawings in SVG that stand in a page: sharp at any size, small, made of numbers and escaped text."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal, Protocol

__all__ = ["Drawing", "Picture", "Shown"]

Anchor = Literal["start", "middle", "end"]


class Shown(Protocol):
    """What stands in a page as it is: a drawing or a picture."""

    def html(self) -> str:
        """Its element; whatever text it was given is escaped."""
        ...


class Drawing:
    """A drawing of some width and height in points; `words` say what it shows to who cannot see it.

    It grows and shrinks with the page; a `wide` one keeps its width and is scrolled where the page is narrower.
    """

    def __init__(self, width: float, height: float, words: str, *, wide: bool = False) -> None:
        self._size, self._words, self._wide = (width, height), words, wide
        self._parts: list[str] = []

    def rectangle(self, x: float, y: float, width: float, height: float, fill: str, opacity: float = 1.0) -> None:
        """A filled rectangle from its upper left corner on."""
        place = f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
        self._parts.append(f'<rect {place} fill="{escape(fill)}"{_opacity(opacity)}/>')

    def line(self, points: Sequence[tuple[float, float]], stroke: str, width: float = 1.0) -> None:
        """A line through some points."""
        path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
        self._parts.append(f'<path d="{path}" fill="none" stroke="{escape(stroke)}" stroke-width="{_n(width)}"/>')

    def dots(self, points: Iterable[tuple[float, float]], fill: str, size: float, opacity: float = 1.0) -> None:
        """Round dots of one size, however many, as one element."""
        self._strokes(((x, y, 0.0) for x, y in points), fill, size, opacity, ' stroke-linecap="round"')

    def dashes(self, dashes: Iterable[tuple[float, float, float]], fill: str, height: float) -> None:
        """Flat bars of one height, each (x, middle y, length): the notes of a piano roll."""
        self._strokes(dashes, fill, height, 1.0, "")

    def ring(self, x: float, y: float, size: float, stroke: str) -> None:
        """A circle that is not filled."""
        self._parts.append(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(size / 2)}" fill="none" stroke="{escape(stroke)}"/>'
        )

    def text(self, x: float, y: float, words: str, *, at: Anchor = "start", size: float = 11, fill: str = "") -> None:
        """Words on a base line, which begin, have their middle or end at `x`."""
        look = f'text-anchor="{at}" font-size="{_n(size)}" fill="{escape(fill or "#444")}"'
        self._parts.append(f'<text x="{_n(x)}" y="{_n(y)}" {look}>{escape(words)}</text>')

    def image(self, x: float, y: float, width: float, height: float, png: bytes) -> None:
        """A picture of square cells, drawn without smoothing."""
        place = f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
        self._parts.append(f'<image {place} preserveAspectRatio="none" href="{_data(png)}"/>')

    def html(self) -> str:
        """The drawing as an element of a page."""
        width, height = map(_n, self._size)
        size = f' width="{width}" height="{height}"' if self._wide else ""
        return (
            f'<svg viewBox="0 0 {width} {height}"{size} role="img" aria-label="{escape(self._words)}">'
            f"{''.join(self._parts)}</svg>"
        )

    def _strokes(
        self, strokes: Iterable[tuple[float, float, float]], fill: str, width: float, opacity: float, cap: str
    ) -> None:
        path = "".join(f"M{_n(x)} {_n(y)}h{_n(length)}" for x, y, length in strokes)
        if path:
            look = f'stroke="{escape(fill)}" stroke-width="{_n(width)}"{_opacity(opacity)}{cap}'
            self._parts.append(f'<path d="{path}" fill="none" {look}/>')


class Picture:
    """A PNG shown at some width and height in points, without smoothing; `words` say what it shows."""

    def __init__(self, png: bytes, width: int, height: int, words: str) -> None:
        self._png, self._size, self._words = png, (width, height), words

    def html(self) -> str:
        """The picture as an element of a page."""
        size = 'width="{}" height="{}"'.format(*self._size)
        return f'<img class="cells" {size} alt="{escape(self._words)}" src="{_data(self._png)}">'


def _data(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _opacity(share: float) -> str:
    return "" if share == 1 else f' opacity="{share:g}"'


def _n(value: float) -> str:
    """A number as short as a screen can show it."""
    return f"{round(float(value), 1):g}"

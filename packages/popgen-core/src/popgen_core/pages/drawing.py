"""What all pictures of pages share: size, colours, axes without frames, PNG bytes. Needs matplotlib ([plot])."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

__all__ = ["BLUE", "GREEN", "GREY", "PALE", "PURPLE", "RED", "SIZE", "YELLOW", "one_panel", "panels", "plain", "png"]

SIZE = (5.2, 3.0)  # inches
DOTS = 150  # an inch
BLUE = "#1b6ca8"
RED = "#c8553d"
GREEN = "#588157"
PURPLE = "#8e6bbf"
YELLOW = "#e09f3e"
GREY = "#4d4d4d"
PALE = "#9a9a9a"


def one_panel(title: str, width: float = SIZE[0], height: float = SIZE[1]) -> tuple[Any, Any]:
    """A figure of one picture -> (figure, axes); sizes in inches."""
    figure, [single] = panels([title], width, height)
    return figure, single


def panels(titles: Sequence[str], width: float, height: float) -> tuple[Any, list[Any]]:
    """A figure of pictures side by side that share their vertical axis -> (figure, axes of each); sizes in inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    made = figure.subplots(1, len(titles), sharey=True, squeeze=False)[0]
    for each, title in zip(made, titles, strict=True):
        each.set_title(plain(title), fontsize=11, loc="left")
        each.tick_params(labelsize=8)
        for side in ("top", "right"):
            each.spines[side].set_visible(False)
    return figure, list(made)


def plain(name: str) -> str:
    """A name that matplotlib takes for nothing but letters."""
    return name.replace("$", r"\$")


def png(figure: Any) -> bytes:
    """A figure as the bytes of a PNG file."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=DOTS)
    return picture.getvalue()

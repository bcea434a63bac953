"""One note of an explanation as a picture for a paper: what was in view, where the model looked, what else it expected.

Needs matplotlib ([plot])."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.explain.explanation import Alternative, Explanation
from popgen_core.explain.words import bits, clock, cut, percent, tone
from popgen_core.groupers.colours import COLOURS
from popgen_core.pages.drawing import GREY, PALE, plain

__all__ = ["explain_picture", "looks"]

SIZE = (11.0, 5.4)  # inches
DOTS = 200  # an inch
MARK, HEAT = "#e08a00", "#1b6ca8"
MOST_CELLS = 8  # alternatives that are drawn
LONGEST = 60  # letters of a file's name


def explain_picture(explanation: Explanation) -> bytes:
    """The note to begin with: a piano roll of what was in view with attention behind it, attention by layer (the mean
    of its heads), and the likeliest cells of its group -> the bytes of a PNG file."""
    from io import BytesIO

    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, layout="constrained")
    FigureCanvasAgg(figure)
    weights = looks(explanation)
    heights = (3.2, 1.0) if weights is not None else (1.0, 0.001)
    grid = figure.add_gridspec(2, 2, width_ratios=(3.6, 1.0), height_ratios=heights)
    roll, cells = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[:, 1])
    figure.suptitle(plain(_title(explanation)), fontsize=11, x=0.01, ha="left")
    _roll(roll, explanation, weights)
    _cells(cells, explanation)
    if weights is not None:
        _layers(figure.add_subplot(grid[1, 0], sharex=roll), explanation, weights)
    made = BytesIO()
    figure.savefig(made, format="png", dpi=DOTS)
    return made.getvalue()


def looks(explanation: Explanation) -> NDArray[np.float64] | None:
    """(layer, row) attention of the note to begin with, the mean of a layer's heads; rows sum to 1."""
    heard = explanation.moments[explanation.note.frame].attention
    return None if heard is None else heard.astype(np.float64).mean(1)


def _title(explanation: Explanation) -> str:
    note, source = explanation.note, explanation.source
    name = f"{explanation.groups[note.group]} {_tone(explanation, note.pitch)}"
    where = f"bar {note.bar}, beat {note.beat:.4g} ({clock(note.seconds)})"
    return f"{cut(source.song, LONGEST)}: {name} at {where}, chance {percent(note.chance)} ({bits(note.chance)})"


def _tone(explanation: Explanation, pitch: int) -> str:
    return tone(pitch, explanation.groups[explanation.note.group] in explanation.drums)


def _roll(axes: Any, explanation: Explanation, weights: NDArray[np.float64] | None) -> None:
    """Notes in the colours of their groups, attention (all layers and heads) behind them; what came later is pale."""
    note, events = explanation.note, explanation.events
    first = explanation.moments[note.frame].start - 1
    pitches = events["pitch"] + explanation.lowest
    low, high = int(pitches.min()) - 2, int(pitches.max()) + 2
    if weights is not None:
        _strip(axes, weights.mean(0)[None], first, (low, high), 0.75)
    for number, group in enumerate(explanation.groups):
        for later in (False, True):
            some = events[(events["group"] == number) & ((events["frame"] > note.frame) == later)]
            spans = some["last"] + 0.85 - some["frame"]
            colour, label = COLOURS.get(group, GREY), group if len(some) and not later else None
            shown = {"height": 0.9, "color": colour, "alpha": 0.3 if later else 1.0, "linewidth": 0, "label": label}
            axes.barh(some["pitch"] + explanation.lowest, spans, left=some["frame"], **shown)
    length = note.last + 1 - note.frame
    axes.barh(note.pitch, max(length, 2), left=note.frame, height=2.2, facecolor="none", edgecolor=MARK, linewidth=1.6)
    axes.axvline(note.frame, color=MARK, linewidth=0.8)
    axes.set(xlim=(first, explanation.stop), ylim=(low, high), ylabel="MIDI pitch")
    _bars(axes, explanation)
    axes.legend(fontsize=7, ncols=len(explanation.groups), loc="lower left", bbox_to_anchor=(0, 1), frameon=False)


def _layers(axes: Any, explanation: Explanation, weights: NDArray[np.float64]) -> None:
    """A strip a layer, each drawn by itself; its greatest weight stands at its end."""
    first, layers = explanation.moments[explanation.note.frame].start - 1, len(weights)
    for layer, row in enumerate(weights):
        _strip(axes, row[None], first, (layers - layer - 0.95, layers - layer - 0.05), 0.95)
        shown = {"fontsize": 6.5, "va": "center", "color": GREY}
        axes.text(explanation.stop + 1, layers - layer - 0.5, f"most {percent(float(row.max()))}", **shown)
    axes.set_yticks(np.arange(layers) + 0.5, [f"layer {layer}" for layer in range(layers, 0, -1)])
    axes.axvline(explanation.note.frame, color=MARK, linewidth=0.8)
    axes.set(ylim=(0, layers), xlabel="bar (attention drawn where the newest frame heard is; mean of a layer's heads)")
    _bars(axes, explanation)


def _strip(axes: Any, row: NDArray[np.float64], first: int, span: tuple[float, float], most: float) -> None:
    """One row (1, frame) as a strip, the square root of its weights, the greatest as dark as `most`."""
    from matplotlib.colors import to_rgb

    picture = np.empty((*row.shape, 4))
    picture[..., :3] = to_rgb(HEAT)
    picture[..., 3] = np.sqrt(row / max(float(row.max()), 1e-12)) * most
    place = (first, first + row.shape[1], *span)
    axes.imshow(picture, extent=place, aspect="auto", interpolation="nearest", zorder=0)


def _bars(axes: Any, explanation: Explanation) -> None:
    bars = explanation.bars
    some = bars[:: max(1, len(bars) // 16)]
    axes.set_xticks([frame for _, frame in some], [str(bar) for bar, _ in some], fontsize=7)
    axes.tick_params(labelsize=7)
    for _, frame in bars:
        axes.axvline(frame, color=PALE, linewidth=0.3, zorder=0)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _cells(axes: Any, explanation: Explanation) -> None:
    """The likeliest cells of the note's group in its frame, those played in full colour, and silence."""
    note = explanation.note
    group = explanation.groups[note.group]
    found: list[Alternative] = explanation.alternatives(note.frame, note.group, MOST_CELLS)
    silent = float(explanation.moments[note.frame].silent[note.group])
    names = [_tone(explanation, one.pitch) for one in found] + ["no new note"]
    chances = [one.chance for one in found] + [silent]
    colour = COLOURS.get(group, GREY)
    places = np.arange(len(names))[::-1]
    shades = [1.0 if one.played else 0.35 for one in found] + [0.15]
    edges = [MARK if one.pitch == note.pitch else "none" for one in found] + ["none"]
    for place, chance, shade, edge in zip(places, chances, shades, edges, strict=True):
        axes.barh(place, chance * 100, color=colour, alpha=shade)
        axes.barh(place, chance * 100, facecolor="none", edgecolor=edge, linewidth=1.6)
        axes.text(chance * 100, place, f" {percent(chance)}", va="center", fontsize=7, color=GREY)
    axes.set_yticks(places, [plain(name) for name in names], fontsize=8)
    axes.set(xlim=(0, min(max(*chances, 0.01) * 135, 135)), xlabel="chance, % (full colour: played)")
    axes.set_title(plain(f"{group} in this frame"), fontsize=9, loc="left")
    axes.tick_params(axis="x", labelsize=7)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)

"""The pictures of a run: its loss over the epochs, by part and by group, gradients, speed. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from popgen_core.corpus.telling import percent
from popgen_core.groupers.colours import COLOURS
from popgen_core.history.curve import Column
from popgen_core.history.figures import speed_over_time, varies
from popgen_core.history.story import RunStory
from popgen_core.history.table import PAPER
from popgen_core.history.tables import group_names
from popgen_core.history.telling import figure as three_digits
from popgen_core.pages.drawing import BLUE, GREEN, GREY, PALE, PURPLE, RED, YELLOW, one_panel, panels, plain, png

__all__ = ["group_picture", "loss_picture", "run_pictures"]

WIDE = 10.4  # inches, of a picture that goes from side to side of a page
TALL = 4.4
SHADES = ("#eef3f8", "#ffffff", "#f3f1ea")
OTHER_COLOURS = (BLUE, RED, GREEN, PURPLE, YELLOW, "#3aa6a6", GREY)
POINTS = 120  # means that a line of many steps is drawn by
MOST_DOTS = 60  # epochs, beyond which they are a line without dots
ROOM = 0.88  # of the height of the picture of the loss; what is above it holds the names of phases


@dataclass(frozen=True)
class Ruler:
    """Where steps and epochs lie from left to right: in epochs done, or in steps before one is done."""

    label: str
    steps: Column  # of every step
    last: float


def ruler_of(story: RunStory) -> Ruler:
    """Epochs done where the run has ended one, steps where not."""
    if story.ended_epochs:
        done = story.curve.epochs_done(story.steps_per_epoch)
        return Ruler("epochs", done, max(float(story.ended_epochs), float(done.max(initial=0.0))))
    steps = story.curve.steps.astype(np.float64)
    return Ruler("steps", steps, float(steps.max(initial=1.0)))


def loss_picture(story: RunStory) -> bytes:
    """The picture that a run's folder holds: the loss of every step, of epochs and of validation, phases behind."""
    ruler = ruler_of(story)
    figure, axes = one_panel(f"{story.run}: loss", WIDE, TALL)
    _draw_phases(axes, story)
    curve = story.curve
    ended = story.ended
    weight = {"alpha": 0.3, "linewidth": 0.5} if ended else {"alpha": 1.0, "linewidth": 1.2}
    axes.plot(ruler.steps, curve.loss, color=BLUE, label="each step", zorder=2, **weight)
    _line(axes, [e.number - 0.5 for e in ended], [e.loss for e in ended], BLUE, "mean of an epoch, at its middle")
    heard = [e for e in ended if e.valid_loss == e.valid_loss]
    _line(axes, [e.number for e in heard], [e.valid_loss for e in heard], YELLOW, "validation: other songs")
    if story.validation:
        best = story.validation
        words = f"lowest validation: {three_digits(best.lowest)}, epoch {best.best}"
        axes.plot([best.best], [best.lowest], "o", ms=9, mfc="none", mec=RED, mew=1.6, label=words, zorder=5)
    _draw_paper(axes, story)
    _scale(axes, [curve.loss, np.array([e.valid_loss for e in heard])])
    axes.set(xlabel=ruler.label, ylabel="loss", xlim=(0, ruler.last * 1.01))
    _make_room(axes)
    _legend(axes, framealpha=0.85, edgecolor="none", loc="upper right", bbox_to_anchor=(1.0, ROOM))
    return png(figure)


def run_pictures(story: RunStory) -> list[tuple[bytes, str]]:
    """(PNG, what it shows in words) of each picture that a run's log can fill, beside that of its loss."""
    made: list[tuple[Callable[[RunStory], bytes], str, bool]] = [
        (_parts, "the parts of the loss", bool(story.curve.parts)),
        (_gradients, "the gradient's norm in every step", story.gradients is not None),
        (_speed, "frames a second over the time of training", len(speed_over_time(story.curve)[0]) > 1),
        (_rate, "the learning rate", varies(story.curve.learning_rate)),
        (_true_inputs, "the share of true inputs", varies(story.curve.true_inputs)),
    ]
    return [(draw(story), words) for draw, words, there in made if there]


def group_picture(story: RunStory) -> bytes:
    """Each part of the loss by group, side by side on one scale."""
    parts = story.curve.groups
    figure, places = panels([f"{part}, by group" for part in parts], WIDE, 3.6)
    ruler = ruler_of(story)
    for axes, values in zip(places, parts.values(), strict=True):
        names = group_names(story, values.shape[1])
        for group, name in enumerate(names):
            colour = COLOURS.get(name, OTHER_COLOURS[group % len(OTHER_COLOURS)])
            axes.plot(*_smooth(ruler.steps, values[:, group]), color=colour, linewidth=1.4, label=plain(name))
        axes.set(xlabel=ruler.label, xlim=(0, ruler.last * 1.01))
    for axes in places:
        _scale(axes, list(parts.values()))
    figure.legend(*places[0].get_legend_handles_labels(), loc="outside right center", fontsize=8, frameon=False)
    return png(figure)


def _draw_phases(axes: Any, story: RunStory) -> None:
    """The phases that were found, as shades with their names above."""
    rows = story.phase_rows
    if len(rows) < 2:
        return
    for number, row in enumerate(rows):
        axes.axvspan(row.first - 1, row.last, color=SHADES[number % len(SHADES)], zorder=0, linewidth=0)
        if number:
            axes.axvline(row.first - 1, color=PALE, linewidth=0.8, zorder=1)
        words = f"{row.phase}\nepochs {row.first}-{row.last}"
        axes.text(
            (row.first - 1 + row.last) / 2, 0.985, words, transform=axes.get_xaxis_transform(), ha="center", va="top",
            fontsize=8, color=GREY,
        )  # fmt: skip


def _draw_paper(axes: Any, story: RunStory) -> None:
    """The paper's Table 1 as far as the run got: its losses where its phases end, or the ends alone where the run
    starts from another loss, and losses of that size would press its curve flat."""
    reached = [row for row in PAPER if row.last <= story.ended_epochs]
    style = {"color": GREY, "linestyle": ":", "linewidth": 1.0}
    if not reached:
        return
    if story.start is None or story.start.bias != "zero":
        for row in reached:
            axes.axvline(row.last, label="the paper's phases end", zorder=4, **style)
        return
    x, y = [0, *(row.last for row in reached)], [reached[0].loss_from, *(row.loss_to for row in reached)]
    axes.plot(x, y, marker="D", ms=4, mfc="white", label="the paper's Table 1", clip_on=False, zorder=6, **style)


def _parts(story: RunStory) -> bytes:
    figure, axes = one_panel("Parts of the loss")
    ruler, parts = ruler_of(story), story.curve.parts
    for (name, values), colour in zip(parts.items(), _many_colours(len(parts)), strict=True):
        axes.plot(*_smooth(ruler.steps, values), color=colour, linewidth=1.4, label=plain(name))
    _scale(axes, list(parts.values()))
    axes.set(xlabel=ruler.label, ylabel="loss", xlim=(0, ruler.last * 1.01))
    _legend_above(axes)
    return png(figure)


def _gradients(story: RunStory) -> bytes:
    """Norms before clipping, every step and smoothed, and the norm above which they are scaled down."""
    of, ruler, norms = story.gradients, ruler_of(story), story.curve.gradient_norm
    figure, axes = one_panel("Gradient norm")
    axes.plot(ruler.steps, norms, ".", color=BLUE, ms=1.5, alpha=0.25, zorder=2, rasterized=True)
    axes.plot(*_smooth(ruler.steps, norms, np.nanmedian), color=BLUE, linewidth=1.4, label="middle of some steps")
    scaled = [norms]
    if of and of.clip == of.clip:
        axes.axhline(of.clip, color=RED, linewidth=1.2, label=f"clipped at {of.clip:g}: {percent(of.clipped)} of steps")
        scaled.append(np.array([of.clip]))
    _scale(axes, scaled)
    axes.set(xlabel=ruler.label, xlim=(0, ruler.last * 1.01))
    _legend_above(axes)
    return png(figure)


def _speed(story: RunStory) -> bytes:
    """Frames a second over hours, with a line where a session begins: dashed and red after a kill."""
    hours, rates = speed_over_time(story.curve)
    figure, axes = one_panel("Speed")
    unit, times = ("hours", hours) if hours[-1] >= 1 else ("minutes", hours * 60)
    axes.plot(times, rates, color=GREEN, linewidth=1.2)
    for before, after in zip(story.sessions[:-1], story.sessions[1:], strict=True):
        done = story.curve.steps <= after.first_step
        seconds = story.curve.seconds[done]
        when = (seconds[-1] if len(seconds) else 0.0) / (3600 if unit == "hours" else 60)
        style = {"color": GREY, "linestyle": ":", "label": "stopped and gone on"}
        killed = {"color": RED, "linestyle": "--", "label": "killed and gone on"}
        axes.axvline(when, linewidth=1.1, **(style if before.stopped else killed))
    told = not np.isnan(story.curve.frames).any()
    label = "frames a second" if told else "frames a second, mean so far"
    axes.set(xlabel=f"{unit} of training", ylabel=label, ylim=(0, np.nanmax(rates) * 1.2), xlim=(0, None))
    _legend_above(axes)
    return png(figure)


def _rate(story: RunStory) -> bytes:
    return _over_steps(story, "Learning rate", story.curve.learning_rate)


def _true_inputs(story: RunStory) -> bytes:
    return _over_steps(story, "True inputs (1: all of them)", story.curve.true_inputs)


def _over_steps(story: RunStory, title: str, values: Column) -> bytes:
    figure, axes = one_panel(title)
    ruler = ruler_of(story)
    axes.plot(ruler.steps, values, color=PURPLE, linewidth=1.4)
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set(xlabel=ruler.label, xlim=(0, ruler.last * 1.01), ylim=(0, np.nanmax(values) * 1.1))
    return png(figure)


def _line(axes: Any, x: Sequence[float], y: Sequence[float], colour: str, label: str) -> None:
    if len(x):
        style = "o-" if len(x) <= MOST_DOTS else "-"
        axes.plot(x, y, style, color=colour, ms=3, linewidth=1.6, label=label, zorder=3)


def _smooth(
    x: Column, y: NDArray[np.float64], middle: Callable[[Any], Any] = np.nanmean
) -> tuple[Column, NDArray[np.float64]]:
    """A curve of at most some hundred points, each the mean (or another middle) of the steps about it."""
    there = ~np.isnan(y)
    pieces = min(POINTS, int(there.sum()))
    if not pieces:
        return x[:0], y[:0]
    cut = zip(np.array_split(x[there], pieces), np.array_split(y[there], pieces), strict=True)
    points = np.array([(places.mean(), middle(values)) for places, values in cut])
    return points[:, 0], points[:, 1]


def _scale(axes: Any, columns: Sequence[NDArray[np.float64]]) -> None:
    """A logarithmic scale where every value is above 0, its marks written as plain numbers."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    values = np.concatenate([column[~np.isnan(column)].ravel() for column in columns])
    if not len(values) or values.min() <= 0:
        return
    axes.set_yscale("log")
    subs = (1, 2, 5) if values.max() / values.min() < 100 else (1, 3)
    axes.yaxis.set_major_locator(LogLocator(subs=subs, numticks=12))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)


def _make_room(axes: Any) -> None:
    """Lift the upper end of the scale, so that what is written there covers no line."""
    low, high = axes.get_ylim()
    if axes.get_yscale() == "log":
        axes.set_ylim(low, low * (high / low) ** (1 / ROOM))
    else:
        axes.set_ylim(low, low + (high - low) / ROOM)


def _legend_above(axes: Any) -> None:
    """What each line is, over the picture's right end."""
    _legend(axes, frameon=False, loc="lower right", bbox_to_anchor=(1.0, 0.98), ncols=3, columnspacing=1.0)


def _legend(axes: Any, **where: Any) -> None:
    """What each line is, lines of one name once."""
    handles, labels = axes.get_legend_handles_labels()
    if labels:
        once = dict(zip(labels, handles, strict=True))
        axes.legend(once.values(), once.keys(), fontsize=8, **where)


def _many_colours(number: int) -> list[str]:
    colours = (RED, GREEN, PURPLE, BLUE, YELLOW, GREY, PALE)
    return [colours[place % len(colours)] for place in range(number)]

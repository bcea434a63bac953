"""The picture itself: one page of rows, drawn in inches from its upper left corner."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from popgen_core.files import write_atomically
from popgen_core.music.bars import bar_lines
from popgen_core.music.ending import end_of
from popgen_core.music.song import Song
from popgen_core.plan.found import plan_of
from popgen_core.plan.plan import Plan
from popgen_core.show.lanes import Lane, boxes, lanes_of
from popgen_core.show.systems import System, in_bars, systems_of
from popgen_core.show.words import Named, chords_in, keys_of, meters_of, sections_of, tempo_in

__all__ = ["FORMATS", "draw_song"]

FORMATS = ("png", "svg", "pdf")
DOTS = 120  # an inch

# inches
WIDTH, LEFT, RIGHT = 16.0, 1.25, 0.35
TITLE, BETWEEN, BELOW = 0.5, 0.34, 0.15
MARKS, SECTION, CHORD, NUMBERS, LANE_GAP = 0.17, 0.19, 0.14, 0.13, 0.06
LETTER = 0.0087  # width of a letter an inch, for each point of its size
CHORD_SIZE = 7.0  # points
NARROW = 0.3  # a bar less wide has a number only every fourth time
ROOM_FOR_BASS = 0.6  # a bar so wide shows which tone of its chords lies lowest

LONGEST_TITLE = 100  # letters

INK, GREY, LINE, BAR_LINE = "#202020", "#767676", "#8c8c8c", "#d2d2d2"
BANDS = ("#dcdcdc", "#ececec")  # of sections, one after another
LANES = ("#f3f3f3", "#fbfbfb")


def draw_song(song: Song, path: Path, title: str = "", plan: Plan | None = None, dropped: int = 0) -> None:
    """Draw a grouped song into a PNG, SVG or PDF file: rows of bars like the systems of a score, a lane a group.

    Above a row stand tempo, meter and key, sections, chords and bar numbers: by the song's own marks where it has any,
    else by the plan, which is found in the song unless given. Groups that are silent in a row are left out of it;
    louder notes are darker. Meters that give no bars are drawn in 4/4. The same song gives the same bytes.
    `dropped`: notes that went to no group, which the title tells.
    """
    counted = in_bars(song)
    page = _Page.of(counted, plan or plan_of(counted))
    systems = systems_of(counted)
    lanes = lanes_of(counted)
    shown = [[lane for lane in lanes if lane.heard_in(system)] for system in systems]
    scale = (WIDTH - LEFT - RIGHT) / max(system.lines[-1] - system.lines[0] for system in systems)
    chords = [_laid(page, system, scale) for system in systems]
    heads = [MARKS + SECTION + NUMBERS + CHORD * (1 + max((one.line for one in row), default=-1)) for row in chords]
    heights = [head + sum(lane.height + LANE_GAP for lane in row) for head, row in zip(heads, shown, strict=True)]
    height = TITLE + sum(heights) + BETWEEN * (len(heights) - 1) + BELOW
    figure = Figure(figsize=(WIDTH, height), dpi=DOTS)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0))
    axes.set_axis_off()
    _write(axes, BELOW, TITLE / 2, title[:LONGEST_TITLE], size=12, weight="bold")
    _write(axes, WIDTH - RIGHT, TITLE / 2, _facts(song, counted, page, dropped), size=8, colour=GREY, ha="right")
    top = TITLE
    for system, there, names, head, used in zip(systems, shown, chords, heads, heights, strict=True):
        _System(axes, page, system, scale, top, top + head, top + used).draw(there, names)
        top += used + BETWEEN
    _save(figure, path)


@dataclass(frozen=True)
class _Page:
    """What all rows share: the song, its plan, and the words above its rows."""

    song: Song
    plan: Plan
    sections: list[Named]
    keys: list[Named]
    meters: list[Named]

    @classmethod
    def of(cls, song: Song, plan: Plan) -> _Page:
        lines = bar_lines(song, end_of(song))
        return cls(song, plan, sections_of(song, plan, lines), keys_of(song, plan, lines), meters_of(song))

    @property
    def harmonic(self) -> bool:
        """Whether any chord is known."""
        return any(chord and chord.root >= 0 for chord in self.plan.chords)


@dataclass(frozen=True)
class _Laid:
    """A chord's name, `x` inches from the row's start, on a line counted from the lowest."""

    text: str
    x: float
    line: int


def _laid(page: _Page, system: System, scale: float) -> list[_Laid]:
    """The chords of a row on as many lines as it takes that none runs into another."""
    bass = scale * float(np.median(np.diff(system.lines))) >= ROOM_FOR_BASS
    free: list[float] = []
    laid = []
    for chord in chords_in(system, page.plan, bass=bass) if page.harmonic else []:
        x = (chord.tick - system.lines[0]) * scale
        line = next((number for number, end in enumerate(free) if x >= end), len(free))
        free[line:] = [x + LETTER * CHORD_SIZE * (len(chord.text) + 1), *free[line + 1 :]]
        laid.append(_Laid(chord.text, x, line))
    return laid


@dataclass(frozen=True)
class _System:
    """One row on the page, `scale` inches a tick: from `top` to `bottom`, its lanes from `lanes` on."""

    axes: Axes
    page: _Page
    system: System
    scale: float
    top: float
    lanes: float
    bottom: float

    def draw(self, lanes: Sequence[Lane], chords: Sequence[_Laid]) -> None:
        """Sections first, notes over the bar lines."""
        self._marks()
        self._sections()
        for chord in chords:
            y = self.lanes - NUMBERS - CHORD * (chord.line + 0.5)
            _write(self.axes, LEFT + chord.x + 0.02, y, chord.text, size=CHORD_SIZE)
        self._bars()
        top = self.lanes
        for lane in lanes:
            self._lane(lane, top)
            top += lane.height + LANE_GAP

    def _x(self, tick: float) -> float:
        return float(LEFT + (tick - self.system.lines[0]) * self.scale)

    def _held(self, named: Sequence[Named]) -> list[tuple[Named, bool]]:
        """Those that begin in this row, and first the one that goes on from the row before, told by True."""
        start, stop = self.system.lines[0], self.system.lines[-1]
        before = [one for one in named if one.tick < start]
        inside = [one for one in named if start <= one.tick < stop]
        on = [] if inside and inside[0].tick == start else before[-1:]
        return [*((Named(start, one.text), True) for one in on), *((one, False) for one in inside)]

    def _marks(self) -> None:
        """The line of tempo, meter and key: all three at the row's start, then what changes."""
        y, seconds = self.top + MARKS / 2, float(self.page.song.seconds(self.system.lines[0]))
        time = f"{int(seconds) // 60}:{int(seconds) % 60:02}"
        _write(self.axes, LEFT - 0.08, y, time, size=7.5, colour=GREY, ha="right")
        meters, keys = self._held(self.page.meters), self._held(self.page.keys)
        changes: dict[float, list[str]] = {float(self.system.lines[0]): [tempo_in(self.page.song, self.system)]}
        for one, _ in [*meters, *keys]:
            changes.setdefault(one.tick, []).append(one.text)
        free = 0.0
        for tick, texts in sorted(changes.items()):
            text = "   ".join(texts)
            _write(self.axes, max(self._x(tick), free), y, text, size=7.5)
            free = max(self._x(tick), free) + LETTER * 7.5 * (len(text) + 2)

    def _sections(self) -> None:
        named = self._held(self.page.sections)
        edges = [self._x(one.tick) for one, _ in named] + [self._x(self.system.lines[-1])]
        y = self.top + MARKS
        for (one, going_on), left, right in zip(named, edges[:-1], edges[1:], strict=True):
            number = sum(other.tick <= one.tick for other in self.page.sections) % 2
            self._fill(left, right, y, y + SECTION - 0.03, BANDS[number])
            self._fill(left, right, self.lanes, self.bottom, LANES[number])
            text = f"({one.text})" if going_on else one.text
            room = int((right - left - 0.08) / (LETTER * 8))
            shown = text if len(text) <= room else text[: max(room - 1, 0)] + "\u2026" * (room > 1)
            _write(
                self.axes, left + 0.05, y + SECTION / 2 - 0.015, shown, size=8, weight="normal" if going_on else "bold"
            )
            if not going_on:
                self._lines([[(left, y), (left, self.bottom)]], LINE, 1)

    def _bars(self) -> None:
        every = 1 if self.scale * float(np.diff(self.system.lines).mean()) >= NARROW else 4
        y = self.lanes - NUMBERS / 2
        for number, tick in enumerate(self.system.lines[:-1], self.system.first):
            if number % every == 0:
                _write(self.axes, self._x(tick) + 0.02, y, str(number + 1), size=6, colour=GREY)
        lines = [[(self._x(tick), self.lanes - 0.03), (self._x(tick), self.bottom)] for tick in self.system.lines]
        self._lines(lines, BAR_LINE, 0.6)

    def _lane(self, lane: Lane, top: float) -> None:
        _write(self.axes, BELOW, top + lane.height / 2, lane.name, size=9, colour=_readable(lane.colour), weight="bold")
        right, ends = self._x(self.system.lines[-1]), []
        self._fill(LEFT, right, top + lane.height, top + lane.height + LANE_GAP, "#ffffff")
        for place, name in lane.lines.items():
            y = top + (lane.top - place) / (lane.top - lane.bottom) * lane.height
            _write(self.axes, LEFT - 0.05, y, name, size=5.5, colour=GREY, ha="right")
            ends.append([(LEFT, y), (right, y)])
        self._lines(ends, BAR_LINE, 0.4)
        corners, strength = boxes(lane, self.system, self.scale)
        colours = 1 - strength[:, None] * (1 - np.array(to_rgb(lane.colour)))
        self.axes.add_collection(
            PolyCollection(list(corners + np.array([LEFT, top])), facecolors=colours, edgecolors="none")
        )

    def _fill(self, left: float, right: float, top: float, bottom: float, colour: str) -> None:
        corners = [(left, top), (left, bottom), (right, bottom), (right, top)]
        self.axes.add_collection(PolyCollection([corners], facecolors=colour, edgecolors="none"))

    def _lines(self, lines: Sequence[Sequence[tuple[float, float]]], colour: str, points: float) -> None:
        self.axes.add_collection(LineCollection(lines, colors=colour, linewidths=points, zorder=1))


def _facts(song: Song, counted: Song, page: _Page, dropped: int) -> str:
    """Length, bars and notes of a song in a line."""
    seconds = round(float(song.seconds(end_of(song))))
    bars = len(bar_lines(counted, end_of(counted))) - 1
    facts = [f"{seconds // 60}:{seconds % 60:02}", f"{bars:,} bar{'s' * (bars > 1)}", f"{song.note_count:,} notes"]
    if dropped:
        facts.append(f"{dropped:,} more in no group")
    if counted is not song:
        facts.append(f"its meter {meters_of(song)[0].text} gives no bars: drawn in {page.meters[0].text}")
    return ", ".join(facts)


def _readable(colour: str) -> tuple[float, float, float]:
    """A colour dark enough for letters on white."""
    red, green, blue = to_rgb(colour)
    lightness = 0.3 * red + 0.6 * green + 0.1 * blue
    darker = min(0.5 / lightness, 1.0) if lightness else 1.0
    return red * darker, green * darker, blue * darker


def _write(axes: Axes, x: float, y: float, text: str, *, size: float, colour: Any = INK, **more: Any) -> None:
    """Words at a place, never read as a formula."""
    axes.text(x, y, text, fontsize=size, color=colour, va="center_baseline", parse_math=False, clip_on=False, **more)


def _save(figure: Figure, path: Path) -> None:
    """Write a figure in the format of the file's ending, whole or not at all, without the time of day in it."""
    kind, picture = path.suffix.lower().removeprefix("."), io.BytesIO()
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind, {})
    with matplotlib.rc_context({"svg.hashsalt": "popgen"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)  # letters that the font lacks
        figure.savefig(picture, format=kind, metadata=undated)
    write_atomically(path, picture.getvalue())

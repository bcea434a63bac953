"""An explanation as a page: choose a note, see where the model looked and what else it might have played."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from popgen_core.explain.explanation import ExplainedNote, Explanation
from popgen_core.explain.plain import embedded, plain
from popgen_core.explain.words import clock
from popgen_core.pages.page import Page

__all__ = ["NO_ATTENTION", "explain_page"]

NO_ATTENTION = "The backbone of this model does not tell where it looks: no attention is shown."
HOW_TO_CHOOSE = (
    "Choose a note by a click into the bars below, in the list, or with the arrow keys: left and right go to earlier "
    "and later frames, up and down through the notes of one frame."
)
CLOSE = (
    "A lane for each group, true pitches. Orange: the chosen note. Framed: what might have begun there instead, darker "
    "the likelier, from 1 % on. Pale: what comes after the frame, which the model had not heard."
)
PAST = (
    "All notes in view. Behind them, and in the first strip, the attention that is chosen above; beneath it layers, "
    "or the heads of one layer. Each strip is drawn by itself, its darkest cell its greatest weight, which is named at "
    "its end."
)
POINT = "Point at a strip to read its weights."
ATTENTION = (
    "The model writes a frame when it has heard all frames before it. The weights are those of the row that the chosen "
    "note was drawn from; they sum to 100 % over the rows in view. A row's newest notes are those of the frame before "
    "it, and there its weight is drawn (the encoder hears a few frames more). From the second layer on a row already "
    "holds what it has gathered from earlier ones, so a weight says where a head looked, not what it learnt there."
)
GROUPS = (
    "Attention goes to frames, in which all groups are mixed. What one group's past did for a note is found otherwise: "
    "the model is asked again, the notes that the group began in a stretch taken out, all else as it is, the notes "
    "of the note's own frame too. Each cell is the note's chance then; blue: with those notes it was likelier, "
    "red: less likely. A dash: nothing began there before the note. Cells do not add up: notes stand in for each other."
)
CHANCES = (
    "A chance is that of a new note in one cell, a group's pitch in this frame, at temperature 1; a decoder whose "
    "notes know of each other gives it with the notes that come before it in the frame. No new note: the chance that "
    "the group begins nothing, given what other groups play there. Cells under 0.1 % are not shown."
)


@dataclass(frozen=True)
class _Markup:
    """An element of the page as it is; whatever stands in it is escaped already."""

    markup: str

    def html(self) -> str:
        """The element."""
        return self.markup


def explain_page(explanation: Explanation) -> str:
    """The page of an explanation; it loads nothing from elsewhere."""
    notes = embedded(explanation)
    page = Page(_title(explanation), style=_part("page.css"), script=_part("page.js"))
    page.element(_Markup('<noscript><p class="warning">This page is drawn by its script.</p></noscript>'))
    page.element(_Markup('<p id="said" class="lead" aria-live="polite"></p>'))
    page.element(_picks(explanation))
    page.text(HOW_TO_CHOOSE, quiet=True)
    page.element(_Markup('<div id="close" tabindex="0" role="group" aria-label="notes, chosen by arrow keys"></div>'))
    page.text(CLOSE, quiet=True)
    _past(page, explanation)
    page.section("What it might have played instead")
    page.element(_Markup('<div id="cells" class="groups"></div>'))
    page.text(CHANCES, quiet=True)
    if explanation.columns:
        page.section("What the note hung on, group by group")
        page.element(_Markup('<p id="hung"></p><div class="scroll"><table id="without"></table></div>'))
        page.text(GROUPS, quiet=True)
    _source(page, explanation, notes)
    page.element(_data(explanation, notes))
    return page.html()


def _title(explanation: Explanation) -> str:
    note = explanation.note
    return f"popgen explain: {explanation.source.song}, bar {note.bar} ({clock(note.seconds)})"


def _picks(explanation: Explanation) -> _Markup:
    """What is chosen from: the note, and whose attention is shown."""
    heard = explanation.moments[explanation.note.frame].attention
    picks = ""
    for name, count in zip(("layer", "head"), (0, 0) if heard is None else heard.shape[:2], strict=True):
        options = "".join(f'<option value="{number}">{name} {number + 1}</option>' for number in range(count))
        every = f'<option value="all">mean of all {count} {name}s</option>'
        picks += f'<label>{name} <select id="{name}">{every}{options}</select></label>' if count else ""
    return _Markup(
        '<div class="pick"><button id="before" type="button">earlier</button><button id="after" type="button">later'
        f'</button><label>note <select id="note"></select></label>{picks}</div>'
    )


def _past(page: Page, explanation: Explanation) -> None:
    page.section("Where it looked")
    told = explanation.moments[explanation.note.frame].attention is not None
    if told:
        page.element(_Markup('<p>Attention by bar, the most first: <span id="bars"></span>.</p>'))
    else:
        page.text(NO_ATTENTION)
    page.element(_Markup('<div class="past" tabindex="0"><canvas id="past" role="img"></canvas></div>'))
    page.element(_Markup(f'<p id="read" class="quiet">{POINT if told else ""}</p>'))
    if told:
        page.text(PAST, quiet=True)
        page.text(ATTENTION, quiet=True)


def _source(page: Page, explanation: Explanation, notes: Sequence[ExplainedNote]) -> None:
    """What the page was made of, and what is not in it."""
    source, frames = explanation.source, {note.frame for note in notes}
    left = len(explanation.notes) - len(notes)
    held = f"{len(notes)} notes in {len(frames)} frames of {explanation.bar_range()} can be chosen"
    if left:
        held += f"; {left} more, further from the first one, would have made the page too large"
    views = explanation.stop - explanation.start
    page.section("What this is made of")
    page.pairs(
        [
            ("Song", [source.song, *source.remarks]),
            ("Model", [f"{source.checkpoint}, recipe {source.recipe}, grid: {source.grid}", f"sha256 {source.sha256}"]),
            ("Held here", [f"{held}; in view are {views} frames, {len(explanation.events)} notes."]),
        ]
    )


def _data(explanation: Explanation, notes: Sequence[ExplainedNote]) -> _Markup:
    told = json.dumps(plain(explanation, notes), separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    return _Markup(f'<script type="application/json" id="told">{told}</script>')


def _part(name: str) -> str:
    return (files("popgen_core.explain") / name).read_text(encoding="utf-8")

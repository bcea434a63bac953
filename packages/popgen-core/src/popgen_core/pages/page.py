"""A page of HTML in one file: text, tables that sort, pictures, drawings; what is put in it is shown, never run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from popgen_core.pages.svg import Drawing, Picture, Shown

__all__ = ["Cell", "Column", "Page"]

# a pair: what is shown, and by what it sorts
Cell = str | int | float | Drawing | Picture | tuple[str | Drawing | Picture, float]

STYLE = """
:root{color-scheme:light}
body{font:16px/1.5 system-ui,sans-serif;color:#222;background:#fff;max-width:74rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0 0 .3rem;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:2.2rem 0 .6rem;border-bottom:1px solid #ccc}
p{margin:.4rem 0;max-width:50rem}.lead{font-size:1.1rem}.quiet{color:#555}
.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(21rem,1fr));gap:1rem}
figure{margin:0}img{max-width:100%;height:auto}
.scroll{overflow:auto;max-height:40rem;border:1px solid #ddd}
table{border-collapse:collapse;font-size:.86rem;min-width:100%}
th,td{text-align:left;padding:.2rem .6rem;border-bottom:1px solid #eee;vertical-align:top;overflow-wrap:anywhere}
th{position:sticky;top:0;background:#f4f4f4;white-space:nowrap}
td.wide{min-width:14rem}td.name{white-space:nowrap}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
th button{font:inherit;font-weight:600;background:none;border:0;padding:0;cursor:pointer}
th[aria-sort=ascending] button::after{content:" \\25B4"}th[aria-sort=descending] button::after{content:" \\25BE"}
input{font:inherit;padding:.2rem .5rem;margin:0 0 .5rem;width:22rem;max-width:100%}
dt{font-weight:600}dd{margin:0 0 .8rem}
h3{font-size:1rem;margin:1.6rem 0 .4rem;overflow-wrap:anywhere}
h2,h3{scroll-margin-top:1rem}
.warning{border:2px solid #b3261e;background:#fdf0ee;padding:.6rem 1rem;margin:1rem 0;max-width:50rem}
ul{margin:.3rem 0 .8rem;padding-left:1.3rem;max-width:52rem}li{margin:.15rem 0}
svg{display:block;max-width:100%;height:auto;font-family:system-ui,sans-serif}
svg[width]{max-width:none}.cells,image{image-rendering:pixelated}td .cells,td svg{display:block;max-width:none}
.drawings{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(20rem,100%),1fr));gap:1.1rem 1.6rem}
figcaption{font-size:.86rem;color:#555;overflow-wrap:anywhere}figcaption b{color:#222}
.drawings figure{display:flex;flex-direction:column;justify-content:space-between}
.row{display:flex;flex-wrap:wrap;gap:.5rem 2rem}.row figure{max-width:100%;width:min-content}
.sideways{overflow-x:auto;margin:.5rem 0}
"""

# A click on a heading sorts its table, a second one turns it round; what is typed over a table hides the other rows.
SCRIPT = """
for(const table of document.querySelectorAll("table.sorts")){
 const body=table.tBodies[0],heads=[...table.tHead.rows[0].cells];
 heads.forEach((head,at)=>{
  const button=document.createElement("button");button.textContent=head.textContent;
  head.replaceChildren(button);
  button.onclick=()=>{
   const up=head.getAttribute("aria-sort")!=="ascending",value=row=>row.cells[at].dataset.v??row.cells[at].textContent;
   heads.forEach(other=>other.removeAttribute("aria-sort"));
   head.setAttribute("aria-sort",up?"ascending":"descending");
   const order=(a,b)=>value(a).localeCompare(value(b),undefined,{numeric:true});
   const number=head.classList.contains("number")?(a,b)=>value(a)-value(b):order;
   body.append(...[...body.rows].sort((a,b)=>up?number(a,b):number(b,a)));
  };
 });
 const field=document.createElement("input");field.placeholder="show only rows with ...";
 field.oninput=()=>{const words=field.value.toLowerCase();
  for(const row of body.rows)row.hidden=!row.textContent.toLowerCase().includes(words);};
 table.parentElement.before(field);
}
"""


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, whether it holds numbers (to the right), whether it needs room for prose,
    whether its names are kept in one line."""

    heading: str
    number: bool = False
    wide: bool = False
    name: bool = False


class Page:
    """A page that is filled from top to bottom; every text given to it is escaped.

    `style` and `script` are code of its own, behind what every page has.
    """

    def __init__(self, title: str, lead: str = "", *, style: str = "", script: str = "") -> None:
        self._title, self._style, self._script = title, STYLE + style, SCRIPT + script
        self._parts = [f"<h1>{escape(title)}</h1>"]
        if lead:
            self._parts.append(f'<p class="lead">{escape(lead)}</p>')

    def section(self, title: str) -> None:
        """A heading, and what follows belongs to it."""
        self._parts.append(f"<h2>{escape(title)}</h2>")

    def subsection(self, title: str) -> None:
        """A smaller heading inside a section."""
        self._parts.append(f"<h3>{escape(title)}</h3>")

    def points(self, lines: Iterable[str]) -> None:
        """A list of short lines, each with a dot before it."""
        self._parts.append(f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>")

    def drawings(self, drawings: Iterable[tuple[str, str, Shown]]) -> None:
        """Drawings side by side: (name, words beneath the name, drawing)."""
        shown = [
            f"<figure><figcaption><b>{escape(name)}</b> {escape(words)}</figcaption>{drawing.html()}</figure>"
            for name, words, drawing in drawings
        ]
        self._parts.append(f'<div class="drawings">{"".join(shown)}</div>')

    def row(self, drawings: Iterable[tuple[str, Shown]]) -> None:
        """Drawings of their own width one after another, as many a line as there is room for: (words, drawing)."""
        shown = [
            f'<figure><figcaption>{escape(words)}</figcaption><div class="sideways">{drawing.html()}</div></figure>'
            for words, drawing in drawings
        ]
        self._parts.append(f'<div class="row">{"".join(shown)}</div>')

    def wide(self, drawing: Shown, words: str = "") -> None:
        """A drawing over the whole width, which is scrolled sideways where the page is narrower."""
        said = f"<figcaption>{escape(words)}</figcaption>" if words else ""
        self._parts.append(f'<figure>{said}<div class="sideways">{drawing.html()}</div></figure>')

    def element(self, shown: Shown) -> None:
        """What draws itself, as it is."""
        self._parts.append(shown.html())

    def text(self, words: str, *, quiet: bool = False) -> None:
        """A paragraph; a quiet one is for what is said in passing."""
        self._parts.append(f"<p{' class=quiet' if quiet else ''}>{escape(words)}</p>")

    def warning(self, heading: str, lines: Iterable[str]) -> None:
        """A frame that nobody passes over: a heading, and a paragraph a line."""
        said = "".join(f"<p>{escape(line)}</p>" for line in lines)
        self._parts.append(f'<div class="warning" role="note"><strong>{escape(heading)}</strong>{said}</div>')

    def pairs(self, pairs: Iterable[tuple[str, Sequence[str]]]) -> None:
        """A list of terms, each with the lines that explain it."""
        items = [
            f"<dt>{escape(term)}</dt>" + "".join(f"<dd>{escape(line)}</dd>" for line in lines) for term, lines in pairs
        ]
        self._parts.append(f"<dl>{''.join(items)}</dl>")

    def pictures(self, pictures: Iterable[tuple[bytes, str]]) -> None:
        """Pictures side by side: (PNG bytes, what it shows in words)."""
        shown = [
            f'<figure><img alt="{escape(words)}" src="data:image/png;base64,{base64.b64encode(png).decode()}"></figure>'
            for png, words in pictures
        ]
        self._parts.append(f'<div class="pictures">{"".join(shown)}</div>')

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, sorts: bool = False) -> None:
        """A table of one cell a column in every row; one that sorts does so by a click on a heading."""
        heads = "".join(f"<th{_classes(column)}>{escape(column.heading)}</th>" for column in columns)
        lines = [
            f"<tr>{''.join(_cell(cell, column) for cell, column in zip(row, columns, strict=True))}</tr>"
            for row in rows
        ]
        kind = ' class="sorts"' if sorts else ""
        body = "\n".join(lines)
        self._parts.append(
            f'<div class="scroll"><table{kind}><thead><tr>{heads}</tr></thead><tbody>\n{body}\n</tbody></table></div>'
        )

    def html(self) -> str:
        """The whole page. Its policy lets a browser run the script and the style that stand here and load nothing."""
        policy = (
            f"default-src 'none'; img-src data:; script-src {_digest(self._script)}; "
            f"style-src {_digest(self._style)}; base-uri 'none'; form-action 'none'"
        )
        body = "\n".join(self._parts)
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(self._title)}</title>\n<style>{self._style}</style></head>\n<body>\n{body}\n"
            f"<script>{self._script}</script>\n</body></html>\n"
        )


def _cell(cell: Cell, column: Column) -> str:
    shown, value = cell if isinstance(cell, tuple) else (cell, None)
    order = f' data-v="{value!r}"' if value is not None else ""
    inside = shown.html() if isinstance(shown, Drawing | Picture) else escape(str(shown))
    return f"<td{_classes(column)}{order}>{inside}</td>"


def _classes(column: Column) -> str:
    kinds = (("number", column.number), ("wide", column.wide), ("name", column.name))
    names = " ".join(name for name, there in kinds if there)
    return f' class="{names}"' if names else ""


def _digest(code: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"

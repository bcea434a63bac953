"""How the pages become a site: Sphinx reads their Markdown by MyST and dresses it as furo does, without a network.

The pages are plain Markdown, to be read in the repository as well. The source folder is the whole repository, so that
links out of docs/ lead to pages too. Nothing names the menu a second time: it is the lists of links in index.md.
"""

import re

from sphinx.application import Sphinx

project = "popgen"
extensions = ["myst_parser"]
include_patterns = [
    "docs/**.md",
    "packages/*/CHANGELOG.md",
    "packages/popgen-starter/README.md",
    "CONTRIBUTING.md",
    "LOG.md",
]
exclude_patterns = [".*"]
root_doc = "docs/index"
myst_heading_anchors = 4  # headings can be linked to by the names that they have in the repository
highlight_language = "none"  # a block of code says itself what it is

html_theme = "furo"
html_title = "popgen"
html_copy_source = False
html_show_copyright = False
html_theme_options = {"top_of_page_buttons": []}

MENU = "\n\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{pages}\n```\n"
FRONT = '<!doctype html><title>popgen</title><meta http-equiv="refresh" content="0; url=docs/index.html">\n'


def with_menu(app: Sphinx, page: str, text: list[str]) -> None:
    """Turn the index's lists of links into the menu of the site, a caption a heading."""
    if page != root_doc:
        return
    for part in text[0].split("\n## ")[1:]:
        if pages := re.findall(r"^- \[(.*?)\]\(([\w./-]+)\.md\)", part, flags=re.MULTILINE):
            rows = "\n".join(f"{title} <{path}>" for title, path in pages)
            text[0] += MENU.format(caption=part.partition("\n")[0], pages=rows)


def with_front(app: Sphinx, failed: Exception | None) -> None:
    """Let the top of the site lead to the index."""
    (app.outdir / "index.html").write_text(FRONT, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """What Sphinx calls before it reads the pages."""
    app.connect("source-read", with_menu)
    app.connect("build-finished", with_front)

"""Writes docs/recipes.md: what a recipe may say, table by table, and the recipes that come with popgen."""

from __future__ import annotations

import inspect
from pathlib import Path

from settings_table import settings_table

from popgen_core.contracts.controls import ControlConfig
from popgen_core.contracts.training import TrainConfig
from popgen_core.corpus.augment import AugmentConfig
from popgen_core.corpus.grids import GRIDS
from popgen_core.music.quantise import QuantiseConfig
from popgen_core.plugins import catalogue
from popgen_core.recipe import PARTS, Header, built_in, read_recipe

TABLES = {"quantise": QuantiseConfig, "controls": ControlConfig, "train": TrainConfig, "augment": AugmentConfig}
PAGE = Path(__file__).with_name("recipes.md")

FIRST = """# Recipes

Written by `make docs` from the settings themselves; a test compares them.

A recipe is a TOML file that says which parts a model has and how it is trained. `popgen recipe show pop` shows one with
every default filled in, `popgen train ... --set train.epochs=3` changes one setting, `popgen recipe check mine.toml`
says whether yours is sound. What a recipe leaves out has the default that stands here.
"""
PARTS_SECTION = """## The parts

Each has a table of its own with a `name`, which is needed, and the settings of the component of that name, which stand
on the page of its kind: {pages}.
Another name clears the other settings of its table.
"""


def page() -> str:
    """The page as it should be."""
    parts = [FIRST, _built_in(), f"## Above the tables\n\n{settings_table(Header)}", _parts()]
    for name, grid in GRIDS.items():
        parts.append(_table(f'[grid] kind = "{name}"', grid))
    for name, config in TABLES.items():
        parts.append(_table(f"[{name}]", config))
    parts.append("## The built-in recipes, as they are written\n")
    parts += [f"### {name}\n\n```toml\n{text.strip()}\n```\n" for name, text in built_in().items()]
    return "\n".join(parts)


def _built_in() -> str:
    found = {name: read_recipe(name, catalogue()).header.summary for name in built_in()}
    rows = "\n".join(f"| `{name}` | {summary} |" for name, summary in found.items())
    return f"| built in | what it is for |\n|---|---|\n{rows}\n"


def _parts() -> str:
    return PARTS_SECTION.format(pages=", ".join(f"[`[{kind}]`](kinds/{kind}.md)" for kind in PARTS))


def _table(name: str, config: type) -> str:
    return f"## `{name}`\n\n{inspect.getdoc(config)}\n\n{settings_table(config)}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

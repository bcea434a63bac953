"""The text of a model card: what a checkpoint knows of itself, and marked places for what only a person can say."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from popgen_core.checkpoint import Card
from popgen_core.components import components_from
from popgen_core.contracts.checkpoint import LIBRARY
from popgen_core.shipped.card import TO_WRITE

__all__ = ["NOTHING", "About", "card_text"]

INTENDED = "what this model is meant for, by whom, and what it is not meant for."
LIMITS = "what it does badly, what its songs lack, and what a user should watch for (copies of songs it learned from)."
FIGURES = "what `popgen score` and `popgen eval` say of it, on which songs."


@dataclass(frozen=True)
class About:
    """What only a person can say, as Markdown; a place that is left empty is marked in the card.

    `summary`: the model in a sentence (default: the recipe's); `figures`: what was measured beyond the losses.
    """

    summary: str = ""
    intended_use: str = ""
    figures: str = ""
    limits: str = ""


NOTHING = About()


def card_text(name: str, card: Card, licence: str, sha256: str, about: About) -> str:
    """A model card in the form that `read_model_card` reads."""
    recipe = tomllib.loads(card.recipe)
    return "\n".join(
        [
            "---",
            f"license: {licence}",
            f"library_name: {LIBRARY}",
            f'sha256: "{sha256}"',
            "tags:",
            "- midi",
            "- symbolic-music",
            "---",
            "",
            f"# {name}",
            "",
            about.summary or str(recipe.get("summary") or f"{_place('what this model is, in a sentence.')}"),
            "",
            *_section("Intended use", about.intended_use or _place(INTENDED)),
            *_section("Data", _data(card.corpus)),
            *_section("Figures", f"{_trained(card.trained)}\n\n{about.figures or _place(FIGURES)}"),
            *_section("Limits", about.limits or _place(LIMITS)),
            *_section("How it was made", _made(card, recipe)),
        ]
    )


def _section(title: str, text: str) -> list[str]:
    return [f"## {title}", "", text.strip(), ""]


def _place(what: str) -> str:
    """A marked place."""
    return f"{TO_WRITE} {what}"


def _data(corpus: Mapping[str, Any]) -> str:
    """How many songs a model learned from, of which dataset, and under which licences they came."""
    split, passport = corpus.get("split", {}), corpus.get("passport", {})
    songs, seconds = corpus.get("songs", split.get("trained")), corpus.get("seconds")
    lines = [f"Trained on {songs if songs is not None else 'an unknown number of'} songs{_hours(seconds)}."]
    if split:
        lines.append(
            f"{split.get('validated', 0)} more were heard for validation, {split.get('left', 0)} left for a test."
        )
    if dataset := corpus.get("dataset"):
        lines.append(f"The dataset's sha256 is `{dataset}`.")
    text = "\n".join(lines)
    if licences := passport.get("licences"):
        rows = [f"| {_cell(known)} | {of.get('songs')} |" for known, of in licences.items()]
        text += "\n\n" + "\n".join(["| licence of the songs | songs |", "|---|---|", *rows])
    return text


def _hours(seconds: Any) -> str:
    return f" ({seconds / 3600:.1f} hours)" if isinstance(seconds, (int, float)) else ""


def _trained(trained: Mapping[str, Any]) -> str:
    """How long a model was trained, and its losses."""
    known = [(name, trained.get(name)) for name in ("epochs", "steps", "seconds")]
    told = f"Training: {', '.join(f'{name} {value:,}' for name, value in known if value is not None) or 'not told'}."
    losses = {"first step": "first_loss", "at the end": "loss", "on songs kept for validation": "valid_loss"}
    rows = [f"| {what} | {trained[key]} |" for what, key in losses.items() if trained.get(key) is not None]
    if not rows:
        return told
    table = "\n".join(["| loss | |", "|---|---|", *rows])
    return f"{told}\n\n{table}\n\nLosses compare with those of the same recipe alone."


def _made(card: Card, recipe: Mapping[str, Any]) -> str:
    """Recipe, components and their versions, groups and controls."""
    rows = [
        f"| {one.kind} | {_cell(one.name)} | {_cell(one.distribution)} {_cell(one.version)} |"
        for one in components_from(card.components)
    ]
    return "\n".join(
        [
            f"By popgen {card.popgen}, recipe {recipe.get('name', 'unnamed')}.",
            "",
            "| kind | component | of |",
            "|---|---|---|",
            *rows,
            "",
            f"Instrument groups: {', '.join(card.groups)}.",
            f"Controls (and their features): {', '.join(f'{name} {size}' for name, size in card.controls)}.",
            "",
            "```toml",
            card.recipe.strip(),
            "```",
        ]
    )


def _cell(text: Any) -> str:
    """Text that stays in its cell of a table."""
    return re.sub(r"[|\s]+", " ", str(text)).strip() or json.dumps(text)

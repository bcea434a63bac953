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
from popgen_core.corpus.licences import origins_told
from popgen_core.shipped.card import TO_WRITE

__all__ = ["NOTHING", "About", "card_text"]

INTENDED = "what this model is meant for, by whom, and what it is not meant for."
LIMITS = "what it does badly, what its songs lack, and what a user should watch for (copies of songs it learned from)."
FIGURES = "what `popgen score` and `popgen eval` say of it, on which songs."
STORED = {
    "float": "in 32 bits each, as they were trained",
    "half": "in half precision, vectors in 32 bits",
    "int8": "as whole numbers of 8 bits with a scale a row, vectors in 32 bits",
}


@dataclass(frozen=True)
class About:
    """What only a person can say, as Markdown; a place that is left empty is marked in the card.

    `summary`: the model in a sentence (default: the recipe's); `figures`: what was measured beyond the losses, a table
    of quality among it. What may stay empty: `data`, said of the songs and their rights beyond what the file knows;
    `cite`, how to cite it beyond its name and digest.
    """

    summary: str = ""
    intended_use: str = ""
    figures: str = ""
    limits: str = ""
    data: str = ""
    cite: str = ""


NOTHING = About()


def card_text(name: str, card: Card, licence: str, sha256: str, size: int, about: About) -> str:
    """A model card in the form that `read_model_card` reads, of a file of `size` bytes."""
    recipe = tomllib.loads(card.recipe)
    return "\n".join(
        [
            "---",
            f"license: {licence}",
            f"library_name: {LIBRARY}",
            f'sha256: "{sha256}"',
            "tags:",
            "- midi",
            "- music",
            "- symbolic-music",
            "- music-generation",
            "---",
            "",
            f"# {name}",
            "",
            about.summary or str(recipe.get("summary") or f"{_place('what this model is, in a sentence.')}"),
            "",
            *_section("Intended use", about.intended_use or _place(INTENDED)),
            *_section("Data", "\n\n".join(part for part in (_data(card.corpus), about.data.strip()) if part)),
            *_section("Training", _trained(card.trained)),
            *_section("Figures", about.figures or _place(FIGURES)),
            *_section("Limits", about.limits or _place(LIMITS)),
            *_section("Licence", f"The weights: {licence}. The songs' own licences stand under Data."),
            *_section("How to cite", _cited(name, sha256, about.cite)),
            *_section("How it was made", _made(card, recipe, size)),
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
        whole = sum(of.get("seconds", 0.0) for of in licences.values())
        rows = [_licence_row(known, of, whole) for known, of in licences.items()]
        heading = ["| licence of the songs | songs | share of the time | from |", "|---|---|---|---|"]
        text += "\n\n" + "\n".join([*heading, *rows])
    return text + _lineage(corpus)


def _lineage(corpus: Mapping[str, Any]) -> str:
    """What the checkpoint that a model was fine-tuned from had learnt, and the one before that."""
    start = corpus.get("start")
    if not isinstance(start, Mapping):
        return ""
    about = f"It went on from the checkpoint `{start.get('sha256')}` of recipe {start.get('recipe')}, of which holds:"
    return f"\n\n{about}\n\n{_data(start)}"


def _licence_row(licence: str, of: Mapping[str, Any], whole: float) -> str:
    """A licence, how many songs and how much of the time are under it, and where these come from."""
    share = f"{100 * of.get('seconds', 0.0) / whole:.1f} %" if whole else "-"
    origins = _cell(origins_told(of.get("origins", {})))
    return f"| {_cell(licence)} | {of.get('songs')} | {share} | {origins or '-'} |"


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


def _cited(name: str, sha256: str, cite: str) -> str:
    """By what this very model is known, and what its authors ask for."""
    told = f"As {name}, with the version of its package and the beginning of its sha256, `{sha256[:12]}`."
    return "\n\n".join(part for part in (told, cite.strip()) if part)


def _made(card: Card, recipe: Mapping[str, Any], size: int) -> str:
    """Recipe, components and their versions, groups and controls, and how the weights are stored."""
    rows = [
        f"| {one.kind} | {_cell(one.name)} | {_cell(one.distribution)} {_cell(one.version)} |"
        for one in components_from(card.components)
    ]
    return "\n".join(
        [
            f"By popgen {card.popgen}, recipe {recipe.get('name', 'unnamed')}. The file has {size / 1e6:.1f} MB; its "
            f"weights are stored {STORED[card.weights]}.",
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

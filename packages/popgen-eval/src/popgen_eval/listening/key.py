"""The key of a listening test: what every trial was; kept apart until the answers are in."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from popgen_core.errors import PopgenError
from popgen_core.files import json_bytes
from popgen_eval.listening.plan import Stimulus, Trial

__all__ = ["FORMAT", "Key", "number_of", "read_key"]

FORMAT = "popgen listening key 1"


@dataclass(frozen=True)
class Key:
    """All that listeners must not know.

    `seconds`: length of a clip. `items`: for each item and system its file. `clips`: name of each sound file -> what
    it is. `stamp`: digest of the clips, part of the seed. `about`: how the sound was made, for the record.
    """

    systems: tuple[str, ...]
    seed: int
    stamp: str
    seconds: float
    trials: tuple[Trial, ...]
    items: tuple[dict[str, str], ...] = ()
    clips: dict[str, str] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; items are numbered from 1, as in every file."""
        items = {str(number_of(at)): files for at, files in enumerate(self.items)}
        return {"format": FORMAT, **asdict(self), "items": items, "trials": [_row(trial) for trial in self.trials]}

    def to_bytes(self) -> bytes:
        """As a file."""
        return json_bytes(self.to_json())

    @cached_property
    def fingerprint(self) -> str:
        """What the page and the answers name the test by: 16 digits of the key's sha256, which fix every word of it."""
        plain = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(plain.encode()).hexdigest()[:16]

    @cached_property
    def by_trial(self) -> dict[tuple[int, str], Trial]:
        """(listener, trial) -> the trial."""
        return {(trial.listener, trial.trial): trial for trial in self.trials}


def number_of(item: int) -> int:
    """What an item is called in the key, in tables and in messages: items count from 1 there, from 0 in the program."""
    return item + 1


def read_key(path: Path) -> Key:
    """The key of a file that `popgen listen make` wrote. Raises PopgenError for any other."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        if plain.pop("format") != FORMAT:
            raise ValueError("its format is another one")
        trials = tuple(_trial(row) for row in plain.pop("trials"))
        systems, items = tuple(plain.pop("systems")), tuple(plain.pop("items").values())
        return Key(systems=systems, items=items, trials=trials, **plain)
    except OSError as error:
        raise PopgenError(f"the key {path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PopgenError(
            f"{path} is no key of a listening test: {error}", hint="give the -key.json file that `listen make` wrote"
        ) from error


def _row(trial: Trial) -> dict[str, Any]:
    """A trial as the file holds it."""
    row = asdict(trial)
    for place in (row, row["left"], row["right"]):
        place["item"] = number_of(place["item"])
    return row


def _trial(row: dict[str, Any]) -> Trial:
    sides = {side: Stimulus(**{**row[side], "item": row[side]["item"] - 1}) for side in ("left", "right")}
    return Trial(**{**row, **sides, "item": row["item"] - 1})

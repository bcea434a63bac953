"""Keys as people write them: `C`, `Am`, `F# minor`, `Bb major`, `c#m`."""

from __future__ import annotations

import re

from popgen_core.plan.plan import Key
from popgen_core.plan.words.errors import PlanError, quoted
from popgen_core.plan.words.tones import tone_from, tone_name

__all__ = ["key_from", "key_name"]

KEY = re.compile(r"([A-Ga-g])([#b♯♭]?)[\s-]*(\w*)")
MODE_WORDS = {"": "major", "M": "major", "maj": "major", "major": "major"}
MODE_WORDS |= {"m": "minor", "min": "minor", "minor": "minor"}


def key_from(text: str, said: str = "--key") -> Key:
    """A key from its name; a tonic alone is major, in small letters too. `said` is where it was written.

    Raises PlanError.
    """
    found = KEY.fullmatch(text.strip())
    letter, sign, word = found.groups() if found else ("", "", "?")
    tonic = tone_from(letter.upper() + sign)
    mode = MODE_WORDS.get(word if len(word) == 1 else word.lower())  # C M is major, C m minor
    if tonic is None or mode is None:
        raise PlanError(f"{said}: {quoted(text)}: expected a key such as C, Am, F# minor or Bb major")
    return Key(tonic, mode)


def key_name(key: Key) -> str:
    """The name of a key: `C major`, `F# minor`; `key_from` reads it back."""
    return f"{tone_name(key.tonic, key)} {key.mode}"

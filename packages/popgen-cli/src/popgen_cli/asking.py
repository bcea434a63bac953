"""What a user writes behind options, read: meters, groups, temperatures, programs, stretches of bars."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from popgen_core.errors import PopgenError

__all__ = [
    "USUAL_HEAT",
    "USUAL_TOUCH",
    "OptionError",
    "chord_strength_of",
    "groups_of",
    "heat_of",
    "meter_of",
    "programs_of",
    "stretch_of",
    "styles_of",
    "text_of",
]

USUAL_HEAT, USUAL_TOUCH = 0.7, 0.7  # as in popgen_core.generate.request, which takes longer to import


class OptionError(PopgenError):
    """An option that cannot be read."""

    exit_code = 2


def meter_of(text: str | None) -> tuple[int, int] | None:
    """`4/4` -> (4, 4)."""
    if text is None:
        return None
    top, _, bottom = text.partition("/")
    if not (top.isdecimal() and bottom.isdecimal()):
        raise OptionError(f"--meter {text!r} is no meter", hint="write it like 4/4 or 6/8")
    return int(top), int(bottom)


def groups_of(text: str | None) -> tuple[str, ...] | None:
    """`drums, bass` -> ("drums", "bass")."""
    return None if text is None else tuple(part.strip() for part in text.split(",") if part.strip())


def stretch_of(text: str | None) -> tuple[int, int] | None:
    """`9-12` -> (9, 12); `9` -> (9, 9)."""
    if text is None:
        return None
    first, dash, last = (part.strip() for part in text.partition("-"))
    if not first.isdecimal() or (dash and not last.isdecimal()):
        raise OptionError(f"--bars-at {text!r} is no stretch of bars", hint="write it like 9-12")
    return int(first), int(last if dash else first)


def heat_of(text: str) -> tuple[float, dict[str, float]]:
    """`0.8` -> (0.8, {}); `lead=1.1,drums=0.7` -> (0.7, {...}); `0.8,lead=1.1` gives both."""
    found: dict[str, float] = {}
    for part in text.split(","):
        group, equals, number = (word.strip() for word in part.partition("="))
        try:
            value = float(number if equals else group)
        except ValueError:
            raise OptionError(
                f"--temperature {text!r}: {part.strip()!r} is no temperature", hint="write 0.8, or lead=1.1,drums=0.7"
            ) from None
        name = group if equals else ""
        if name in found:
            raise OptionError(f"--temperature {text!r} says {name or 'the whole'} twice", hint="say it once")
        found[name] = value
    return found.pop("", USUAL_HEAT), found


def chord_strength_of(strict: bool, strength: float | None) -> float | None:
    """`--strict-chords` -> 1.0; else what `--chord-strength` says."""
    if strict and strength not in (None, 1.0):
        raise OptionError(f"--strict-chords and --chord-strength {strength:g} cannot both hold", hint="say one of them")
    return 1.0 if strict else strength


def programs_of(text: str | None) -> dict[str, int]:
    """`guitar=30,lead=flute` -> {"guitar": 30, "lead": 73}."""
    if text is None:
        return {}
    from popgen_core.music.general_midi_names import programs_from

    return programs_from(text)


def styles_of(texts: Sequence[str] | None) -> dict[str, float]:
    """`my.adapter.safetensors=0.7` -> {"my.adapter.safetensors": 0.7}; without a number 1."""
    found: dict[str, float] = {}
    for text in texts or ():
        name, strength = _style_of(text)
        if not name:
            raise OptionError(f"--style {text!r} names no adapter", hint="write it like my.adapter.safetensors=0.7")
        if name in found:
            raise OptionError(f"--style {name} is said twice", hint="say it once")
        found[name] = strength
    return found


def _style_of(text: str) -> tuple[str, float]:
    """One style's file and strength; a `=` within the file's path begins no strength."""
    file, equals, number = text.rpartition("=")
    if not equals:
        return text, 1.0
    try:
        return file, float(number)
    except ValueError:
        if Path(number).name != number or number.endswith(".safetensors") or Path(text).exists():
            return text, 1.0
        raise OptionError(
            f"--style {text!r}: the strength {number!r} is no number", hint="write it like my.adapter.safetensors=0.7"
        ) from None


def text_of(file: Path | None) -> str | None:
    """What a text file holds."""
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(f"{file} cannot be read: {error}", hint="give a plan file (TOML)") from error

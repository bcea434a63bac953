"""Forms as people write them: `intro:4 verse:8 chorus:8 verse:8 chorus:8 outro:4`."""

from __future__ import annotations

import re

from popgen_core.plan.plan import Section
from popgen_core.plan.words.errors import PlanError, quoted

__all__ = ["MOST_BARS", "form_from"]

MOST_BARS = 2000  # over an hour of 4/4 at 120 quarter notes a minute
USUAL_BARS = 8
WORD = re.compile(r"[^\s,]+")
SECTION = re.compile(r"([^\W_][\w.'-]*)(?::([0-9]{1,5})?(?:x([0-9]{1,5}))?)?")


def form_from(text: str, said: str = "--form") -> tuple[Section, ...]:
    """Sections as `name:bars`, eight bars where none are told; `verse:8x2` is two verses. Names become small letters.

    Raises PlanError with the column of what cannot be read, and where the form has no bar or too many.
    """
    sections: list[Section] = []
    bars = 0
    for word in WORD.finditer(text):
        found = SECTION.fullmatch(word[0])
        length, times = (int(found[2] or USUAL_BARS), int(found[3] or 1)) if found else (0, 0)
        if not found or word[0].endswith(":") or not length or not times:
            raise PlanError(
                f"{said}: at {word.start() + 1} {quoted(word[0])}: expected a section such as verse:8 or verse:8x2"
            )
        bars += length * times
        if bars > MOST_BARS:
            raise PlanError(f"{said}: at {word.start() + 1} {quoted(word[0])}: more than {MOST_BARS} bars in all")
        sections += [Section(found[1].lower(), length)] * times
    if not sections:
        raise PlanError(f"{said}: expected sections such as verse:8 chorus:8, got none")
    return tuple(sections)

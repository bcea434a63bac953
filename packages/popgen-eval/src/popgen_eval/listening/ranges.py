"""Which part of a file a browser asks for: without an answer to it, Safari plays no sound and none can be searched."""

from __future__ import annotations

import re

__all__ = ["Unsatisfiable", "asked_part"]

DIGITS = 18  # of a place; those of any longer one lie behind the end of every file


class Unsatisfiable(Exception):
    """A part is asked for that begins behind the file's end."""


def _place(digits: str) -> int | None:
    """The number of a byte, a long one cut to 10^18; None where none is named."""
    told = digits.lstrip("0")
    return None if not digits else 10**DIGITS if len(told) > DIGITS else int(told or "0")


def asked_part(asked: str | None, size: int) -> tuple[int, int] | None:
    """A `Range` header and the bytes of a file -> the first byte asked for and the one after the last; None: all.

    Law: RFC 9110, 14.1 and 14.2. What cannot be read and several parts at once are answered with the whole file, as
    it allows. Raises Unsatisfiable for a part without a byte of the file.
    """
    found = re.fullmatch(r"bytes=\s*(\d*)-(\d*)\s*", asked or "", re.ASCII | re.IGNORECASE)
    if found is None or found.group(1, 2) == ("", ""):
        return None
    first, last = (_place(digits) for digits in found.groups())
    if first is None:  # so many bytes of the end
        part = max(size - (last or 0), 0), size
    elif last is not None and last < first:
        return None  # as what cannot be read
    else:
        part = first, size if last is None else min(last + 1, size)
    if part[0] >= part[1]:
        raise Unsatisfiable
    return part

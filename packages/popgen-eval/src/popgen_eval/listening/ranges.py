"""Which part of a file a browser asks for: without an answer to it, Safari plays no sound and none can be searched."""

from __future__ import annotations

import re

__all__ = ["Unsatisfiable", "asked_part"]


class Unsatisfiable(Exception):
    """A part is asked for that begins behind the file's end."""


def asked_part(asked: str | None, size: int) -> tuple[int, int] | None:
    """A `Range` header and the bytes of a file -> the first byte asked for and the one after the last; None: all.

    Law: RFC 9110, 14.1 and 14.2. What cannot be read and several parts at once are answered with the whole file, as
    it allows. Raises Unsatisfiable for a part without a byte of the file.
    """
    found = re.fullmatch(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", asked or "", re.ASCII | re.IGNORECASE)
    if found is None or found.group(1, 2) == ("", ""):
        return None
    first, last = found.groups()
    if not first:  # so many bytes of the end
        part = max(size - int(last), 0), size
    elif last and int(last) < int(first):
        return None  # as what cannot be read
    else:
        part = int(first), min(int(last) + 1, size) if last else size
    if part[0] >= part[1]:
        raise Unsatisfiable
    return part

"""Front matter: the lines between two `---` at the head of a Markdown file, read without YAML.

Read are `key: value`, with or without quotes around the value; lists as `- item` lines below a `key:` or as
`key: [one, two]`; comments and empty lines are passed over. What is indented below something else (the tables of
`model-index`, say) is left unread. Values stay text.
"""

from __future__ import annotations

import re

__all__ = ["FrontError", "Value", "front_matter"]

Value = str | tuple[str, ...]
EDGE = "---"
FIELD = re.compile(r"([A-Za-z_][\w.-]*)\s*:(?:\s+(.*))?")
ITEM = re.compile(r"\s*-(?:\s+(.*))?")
QUOTED = re.compile(r"""("[^"]*"|'[^']*')\s*(#.*)?""")
COMMENT = re.compile(r"(^|\s+)#.*")


class FrontError(ValueError):
    """A line that is none of what is read; the message says which."""


def front_matter(text: str) -> tuple[dict[str, Value], str]:
    """A Markdown file's fields, and the text below them. Raises FrontError."""
    lines = text.splitlines()
    if not lines or lines[0].rstrip() != EDGE:
        raise FrontError(f"its first line is not {EDGE}")
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == EDGE), None)
    if end is None:
        raise FrontError(f"no second line {EDGE} ends what stands before its text")
    return _fields(lines[1:end]), "\n".join(lines[end + 1 :]).strip() + "\n"


def _fields(lines: list[str]) -> dict[str, Value]:
    fields: dict[str, Value] = {}
    key = ""
    for number, line in enumerate(lines, 2):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        item = ITEM.fullmatch(line)
        if item and key and (known := fields[key]) in ("", *([known] if isinstance(known, tuple) else [])):
            fields[key] = (*(known or ()), _plain(item[1] or ""))
        elif line[0].isspace() and key:
            continue  # part of something deeper
        elif field := FIELD.fullmatch(line.rstrip()):
            key = field[1]
            if key in fields:
                raise FrontError(f"line {number} says {key} a second time")
            fields[key] = _value(field[2] or "")
        else:
            raise FrontError(f"line {number} is not of the form key: value")
    return fields


def _value(text: str) -> Value:
    """What stands behind a key: text, or a list in square brackets."""
    bare = COMMENT.sub("", text).strip()
    if bare.startswith("[") and bare.endswith("]"):
        return tuple(_plain(one) for one in bare[1:-1].split(",") if one.strip())
    return _plain(text)


def _plain(text: str) -> str:
    """A value without its quotes, and without a comment behind it."""
    if quoted := QUOTED.fullmatch(text.strip()):
        return quoted[1][1:-1]
    return COMMENT.sub("", text).strip()

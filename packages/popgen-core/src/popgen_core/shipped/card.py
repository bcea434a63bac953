"""The model card beside a shipped checkpoint: its licence, the digest of its file, what people should know of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from popgen_core.contracts.checkpoint import LIBRARY, SECTIONS
from popgen_core.errors import CheckpointError
from popgen_core.shipped.front import FrontError, Value, front_matter

__all__ = ["TO_WRITE", "ModelCard", "model_card", "read_model_card"]

LARGEST = 2**20  # bytes; a longer file is no card
TO_WRITE = "**To be written:**"  # marks a place that only a person can fill
HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*")
FENCE = re.compile(r"\s{0,3}(```|~~~)")
DIGEST = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True)
class ModelCard:
    """What a model card says: `licence`, the `sha256` of the checkpoint's whole file, all `fields` of its front matter,
    its four `sections` by title, and the whole `text` below the front matter."""

    licence: str
    sha256: str
    fields: Mapping[str, Value]
    sections: Mapping[str, str]
    text: str

    @property
    def to_write(self) -> tuple[str, ...]:
        """The titles of sections that still hold a place to be written by a person."""
        return tuple(title for title, text in self.sections.items() if TO_WRITE in text)


def read_model_card(path: Path) -> ModelCard:
    """Read a model card (`NAME.md` beside `NAME.safetensors`). Raises CheckpointError, naming all that is wrong."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"{path} cannot be read: {error.strerror}", hint="a model card lies beside its checkpoint, as .md"
        ) from error
    if len(content) > LARGEST:
        raise CheckpointError(f"{path} is no model card: it has more than {LARGEST} bytes", hint="shorten it")
    try:
        return model_card(content.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        raise CheckpointError(f"{path} is no text in UTF-8: {error}", hint="save it as UTF-8") from error


def model_card(text: str, where: str) -> ModelCard:
    """The text of a model card. Raises CheckpointError, naming all that is wrong; `where` is told in its line."""
    try:
        fields, body = front_matter(text)
    except FrontError as error:
        raise CheckpointError(
            f"{where} is no model card: {error}", hint="see popgen_core.contracts.checkpoint"
        ) from None
    sections = {title: _section(body, title) for title in SECTIONS}
    if wrong := [*_wrong_fields(fields), *(f"no section {title!r}" for title, of in sections.items() if not of)]:
        raise CheckpointError(f"{where} lacks what a model card says: {'; '.join(wrong)}", hint="write it there")
    return ModelCard(str(fields["license"]), str(fields["sha256"]).lower(), fields, sections, body)


def _wrong_fields(fields: Mapping[str, Value]) -> list[str]:
    """A line for each field that every card has, and this one has not."""
    licence, library, digest = (fields.get(name, "") for name in ("license", "library_name", "sha256"))
    wrong = []
    if not isinstance(licence, str) or not licence:
        wrong.append("license: must name one, such as mit")
    if library != LIBRARY:
        wrong.append(f"library_name: must be {LIBRARY}" + (f", is {library}" if library else ""))
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        wrong.append("sha256: must be the 64 hexadecimal digits of the checkpoint's file")
    return wrong


def _section(body: str, title: str) -> str:
    """The text under the heading of this title, up to the next one of its level or above; "" where there is none."""
    inside, level, fenced, found = False, 0, False, []
    for line in body.splitlines():
        fenced ^= bool(FENCE.match(line))
        heading = None if fenced else HEADING.fullmatch(line)
        if heading and inside and len(heading[1]) <= level:
            break
        if inside:
            found.append(line)
        elif heading and heading[2].lower() == title.lower():
            inside, level = True, len(heading[1])
    return "\n".join(found).strip()

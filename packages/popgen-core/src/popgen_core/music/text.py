"""Names and markers as people wrote them: the specification fixes no encoding, and files come in several."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["decoded", "plain_text"]

LONGEST_TEXT = 200  # characters of a track name or a marker
ANSI = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?)")
# two characters side by side, one of them of the rows that hold kana and the commonest kanji: a lone pair such as
# the apostrophe and the t of "don’t" in Windows-1252 is no Japanese
SHIFT_JIS = re.compile(
    rb"[\x81-\x9f][\x40-\x7e\x80-\xfc][\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]"
    rb"|[\xe0-\xfc][\x40-\x7e\x80-\xfc][\x81-\x9f][\x40-\x7e\x80-\xfc]"
)


def decoded(raw: bytes) -> tuple[str, str]:
    """The bytes as text, and the name of the encoding: UTF-8, else Shift-JIS where it looks it, else Windows-1252.

    The five bytes that Windows-1252 leaves open become the control characters of Latin-1, which `plain_text` takes out.
    """
    try:
        return raw.decode(), "UTF-8"
    except UnicodeDecodeError:
        pass
    if SHIFT_JIS.search(raw):
        try:
            return raw.decode("cp932"), "Shift-JIS"
        except UnicodeDecodeError:
            pass
    try:
        return raw.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        return raw.decode("latin-1"), "Latin-1"


def plain_text(text: str, *, longest: int = LONGEST_TEXT) -> str:
    """Text without control characters, terminal sequences and lone surrogates, cut to `longest` characters."""
    if text.isascii() and text.isprintable():
        return text[:longest].strip()
    text = ANSI.sub("", text)
    kept = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cs", "Cf", "Zl", "Zp"))
    return kept[:longest].strip()

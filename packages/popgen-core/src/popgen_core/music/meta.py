"""Text events of a MIDI file, which symusic neither reads nor writes: FF 01 of the Standard MIDI File specification."""

from __future__ import annotations

__all__ = ["add_text", "find_text", "variable_length"]

TEXT = b"\xff\x01"


def variable_length(value: int) -> bytes:
    """A number as a MIDI variable-length quantity: 7 bits a byte, the high bit set on all but the last.

    Raises ValueError below 0.
    """
    if value < 0:
        raise ValueError(f"a length or a time cannot be negative: {value}")
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(0x80 | (value & 0x7F))
    return bytes(reversed(parts))


def add_text(midi: bytes, text: str) -> bytes:
    """The same file with a text event at the very start of its first track."""
    start = midi.index(b"MTrk")
    length = int.from_bytes(midi[start + 4 : start + 8], "big")
    encoded = text.encode()
    event = b"\x00" + TEXT + variable_length(len(encoded)) + encoded
    return midi[: start + 4] + (length + len(event)).to_bytes(4, "big") + event + midi[start + 8 :]


def find_text(midi: bytes, prefix: str) -> str:
    """The first text event that starts with `prefix`, or an empty string."""
    wanted = prefix.encode()
    if wanted not in midi:  # finding the longer string is quicker
        return ""
    at = midi.find(TEXT)
    while at >= 0:
        length, body = 0, at + len(TEXT)
        for _ in range(4):
            if body >= len(midi):
                return ""
            byte, body = midi[body], body + 1
            length = (length << 7) | (byte & 0x7F)
            if byte < 0x80:
                break
        if midi[body : body + len(wanted)] == wanted:
            return midi[body : body + length].decode(errors="replace")
        at = midi.find(TEXT, at + 1)
    return ""

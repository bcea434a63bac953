"""Messages between a process and its workers: pickles with their length in front."""

from __future__ import annotations

import pickle
import struct
from typing import Any, BinaryIO

__all__ = ["receive", "send"]

LENGTH = struct.Struct("<Q")


def send(stream: BinaryIO, message: Any) -> None:
    """Writes one message; raises OSError when nobody can read it any more."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(LENGTH.pack(len(body)) + body)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Reads one message; raises EOFError when the other side is gone, and when what it sent is no message."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError("the other process is gone")
    try:
        return pickle.loads(stream.read(LENGTH.unpack(head)[0]))
    except (pickle.UnpicklingError, MemoryError, OverflowError) as error:
        raise EOFError("the other process sent no message") from error

"""Damaged files by the thousand through the reader, in a process of their own: `python fuzz.py COUNT SEED`.

Prints one line of JSON: how many files were read, repaired and refused, the slowest read in seconds and the most
memory in megabytes. Anything but a Reading or a MidiError ends the process, and a read that hangs kills it.
"""

from __future__ import annotations

import json
import random
import resource
import signal
import struct
import sys
import time
from collections import Counter
from pathlib import Path

from hostile import CASES, END, NOTE, meta, midi, riff

from popgen_core.errors import MidiError
from popgen_core.music import song_to_midi
from popgen_core.music.guard import LIMITS, Reading, song_from_bytes
from popgen_core.songwriter import write_songs

SLOWEST = 2.0  # seconds a read may take
MEMORY = 3 * 2**30  # bytes of address space: what asks for a roll of gigabytes fails here instead of the machine
SPECIAL = [0x00, 0x7F, 0x80, 0xFF, 0xF0, 0xF7, 0x90, 0x2F]
PIECES = [b"MTrk", b"MThd", END, NOTE, b"\xff\xff\xff\x7f", b"\xff\x51\x03", b"\xff\x58\x04\xff\xff", b"\xf0\x7f"]


def sources() -> list[bytes]:
    """Small songs made by hand, the hostile ones, and two of the songwriter's."""
    made = midi(meta(0x51, b"\x07\xa1\x20") + meta(3, b"f\xfcr") + NOTE * 20 + END, b"\x00\xc1\x20" + NOTE * 20 + END)
    songs = [song_to_midi(song)[:12_000] for song in write_songs(2, 7)]
    return [made, riff(made), *songs, *(content for content, _, _ in CASES.values() if len(content) > 14)]


def damaged(whole: bytes, generator: random.Random) -> bytes:
    """The file with one to eight damages: bytes, bits, cuts, insertions, chunk lengths, the header."""
    content = bytearray(whole)
    for _ in range(generator.choice([1, 1, 2, 3, 8])):
        at = generator.randrange(len(content)) if content else 0
        kind = generator.randrange(8)
        if kind == 0 and content:
            content[at] ^= 1 << generator.randrange(8)
        elif kind == 1 and content:
            content[at] = generator.choice([*SPECIAL, generator.randrange(256)])
        elif kind == 2:
            del content[at:]
        elif kind == 3:
            del content[at : at + generator.choice([1, 2, 9, 100])]
        elif kind == 4:
            content[at:at] = generator.choice([*PIECES, generator.randbytes(generator.choice([1, 3, 40]))])
        elif kind == 5:
            content[at:at] = content[generator.randrange(len(content) + 1) :][:400]
        elif kind == 6 and (track := content.find(b"MTrk", at)) >= 0:
            length = generator.choice([0, 1, 2**31, 2**32 - 1, generator.randrange(len(content) + 9)])
            content[track + 4 : track + 8] = struct.pack(">I", length)
        elif kind == 7 and len(content) > 14:
            content[generator.randrange(4, 14)] = generator.choice([*SPECIAL, 0xE7, 1, 2, generator.randrange(256)])
    return bytes(content)


def outcome(content: bytes) -> str:
    """What became of a file; raises AssertionError for a reading that no roll could hold."""
    try:
        reading = song_from_bytes(content)
    except MidiError as error:
        return error.reason
    assert isinstance(reading, Reading)
    assert 0 < reading.song.note_count <= LIMITS.notes
    assert 0 <= reading.song.end_tick <= LIMITS.quarters * reading.song.ticks_per_quarter
    assert 0 <= reading.song.duration_seconds() <= LIMITS.seconds
    return "repaired" if reading.repairs else "accepted"


def peak_megabytes() -> float:
    """The most memory held since this program began: ru_maxrss would count what the process that started it held."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024


def main(count: int, seed: int) -> None:
    """Reads `count` damaged files; says on stderr which one was the last if the process dies."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    generator, whole, slowest = random.Random(seed), sources(), 0.0
    outcomes: Counter[str] = Counter()
    for number in range(count):
        content = damaged(generator.choice(whole), generator)
        sys.stderr.write(f"\r{number}")
        signal.setitimer(signal.ITIMER_REAL, 2 * SLOWEST)  # unhandled, so that it ends the process
        begun = time.perf_counter()
        outcomes[outcome(content)] += 1
        slowest = max(slowest, time.perf_counter() - begun)
    print(json.dumps({"outcomes": outcomes, "slowest": slowest, "megabytes": peak_megabytes()}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

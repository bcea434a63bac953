"""A listening test without sound: a key from a plan, and answers made by hand."""

from __future__ import annotations

import math
import struct
import wave
from dataclasses import replace
from pathlib import Path

from popgen_eval.listening import Design, Key, plan_trials
from popgen_eval.listening.answers import COLUMNS, Answer
from popgen_eval.listening.plan import Trial

SYSTEMS = ("real", "ours")


def key_of(items: int = 20, systems: tuple[str, ...] = SYSTEMS, **sizes: float) -> Key:
    """The key of a planned test with clips of 30 s."""
    design = Design(**sizes)  # type: ignore[arg-type]
    return Key(systems, design.seed, "", 30.0, tuple(plan_trials(design, systems, items)))


def answer_to(trial: Trial, key: Key, chosen: str = "", **changes: object) -> Answer:
    """An honest answer: the system `chosen` where it is heard, what is expected in controls, else no preference."""
    sides = {trial.left.label: "A", trial.right.label: "B"}
    plain = Answer(
        session="00000001",
        listener=trial.listener,
        trial=trial.trial,
        choice=trial.expected or ("none" if trial.kind == "identical" else sides.get(chosen, "none")),
        confidence=3,
        ratings=(3, 3, 3, 3),
        play_ms_a=30_000,
        play_ms_b=30_000,
        rt_ms=70_000,
        order=trial.order,
        test=key.fingerprint,
        version="by hand",
        rated=trial.rated,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def csv_of(answers: list[Answer]) -> str:
    """The answers as the page writes them."""
    rows = [",".join(COLUMNS)]
    for one in answers:
        words = (one.session, one.listener, one.trial, "", "", "", "", one.choice, one.confidence, *one.ratings)
        rows.append(",".join(map(str, (*words, one.play_ms_a, one.play_ms_b, one.rt_ms, one.order, ""))))
        rows[-1] += f",{one.version},{one.test},{one.rated}"
    return "\r\n".join(rows) + "\r\n"


def write_tone(path: Path, hertz: float, seconds: float = 1.0, rate: int = 44_100) -> None:
    """A WAV file of one tone, mono, 16 bits."""
    frames = [round(8000 * math.sin(2 * math.pi * hertz * at / rate)) for at in range(round(seconds * rate))]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{len(frames)}h", *frames))


def tone_folders(where: Path, count: int = 4, seconds: float = 1.0) -> list[Path]:
    """Folders `real` and `ours` of so many tones each."""
    folders = [where / "real", where / "ours"]
    for number, folder in enumerate(folders):
        folder.mkdir()
        for at in range(count):
            write_tone(folder / f"song-{at}.wav", 220 * (1 + at + 0.25 * number), seconds)
    return folders

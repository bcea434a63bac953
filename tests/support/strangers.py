"""Evaluators as strangers write them: of sets, of training sets, and some that harm their process."""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass

from popgen_core.contracts.evaluator import Measure, Score


@dataclass(frozen=True)
class Config:
    """No options."""


class SongsAndWindows:
    """Songs and windows of either side: what a set evaluator is handed."""

    Config = Config
    scope = "set"
    measures = tuple(
        Measure(name, "count", 0, math.inf, "none", "counted")
        for name in ("songs", "windows", "real_songs", "real_windows")
    )

    def __init__(self, config: Config | None = None) -> None:
        self.config = config

    def score(self, pieces, references) -> dict[str, Score]:
        counts = [len({id(piece.song) for piece in side}) for side in (pieces, references)]
        return {
            "songs": Score(float(counts[0]), note="as songs"),
            "windows": Score(float(len(pieces))),
            "real_songs": Score(float(counts[1])),
            "real_windows": Score(float(len(references))),
        }


class SameTempo:
    """Share of learned windows of the same tempo, with the name of the last song that has it."""

    Config = Config
    scope = "training"
    measures = (Measure("same_tempo", "share", 0.0, 1.0, "lower", "windows of the training set at this tempo"),)
    times_learned = 0

    def __init__(self, config: Config | None = None) -> None:
        self.config = config

    def learn(self, training):
        type(self).times_learned += 1
        learned = [(name, round(piece.tempo_bpm)) for name, piece in training]

        def judge(piece) -> dict[str, Score]:
            alike = [name for name, tempo in learned if tempo == round(piece.tempo_bpm)]
            return {"same_tempo": Score(len(alike) / len(learned), note=f"like {alike[-1]}" if alike else "")}

        return judge


class Broken:
    """Fails whatever it is asked."""

    Config = Config
    measures = (Measure("broken", "share", 0.0, 1.0, "higher", "never there"),)

    def __init__(self, scope: str = "set") -> None:
        self.scope = scope

    def score(self, *sides) -> dict[str, Score]:
        raise ZeroDivisionError("of no use")

    def learn(self, training):
        raise ZeroDivisionError("of no use")


class Deadly:
    """Kills its process, or sleeps, at songs whose lowest pitch is 36 or 37."""

    Config = Config
    scope = "piece"
    measures = (Measure("process", "share", 0.0, 1.0, "none", "1 where it lives"),)

    def __init__(self, config: Config | None = None) -> None:
        self.config = config

    def score(self, piece) -> dict[str, Score]:
        lowest = min(int(part.pitch.min()) for part in piece.parts)
        if lowest == 36:
            os._exit(3)
        if lowest == 37:
            time.sleep(600)
        return {"process": Score(1.0)}


class MadeHere:
    """One that no worker can make anew: it only comes to be in the process that its pickle was made in."""

    Config = Config
    scope = "piece"
    measures = (Measure("made_in", "process", 0, math.inf, "none", "number of the process that judges"),)

    def __init__(self) -> None:
        self.home = os.getpid()

    def __setstate__(self, state) -> None:
        raise ImportError("not here")

    def score(self, piece) -> dict[str, Score]:
        return {"made_in": Score(float(os.getpid() == self.home))}

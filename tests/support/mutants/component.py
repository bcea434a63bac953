"""Groupers that break what every component promises, whatever its kind."""

from __future__ import annotations

import os
import random
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import ConfigDict, Field

from mutants import sample
from mutants.sorter import Sorter
from popgen_core.contracts.card import Card
from popgen_core.music.song import Track
from popgen_core.testing import Maker

__all__ = ["GOOD", "MUTANTS"]


class NoDataclass(Sorter):
    class Config:
        middle: int = 60


class Thawed(Sorter):
    @dataclass
    class Config:
        middle: Annotated[int, Field(description="MIDI pitch")] = 60


class WrongDefault(Sorter):
    @dataclass(frozen=True)
    class Config:
        middle: Annotated[int, Field(ge=0, description="MIDI pitch")] = -1


class OtherWhenRead(Sorter):
    @dataclass(frozen=True)
    class Config:
        middle: Annotated[int, Field(description="MIDI pitch")] = 60

        def __post_init__(self) -> None:
            object.__setattr__(self, "middle", self.middle + 1)


class TakesAnyKey(Sorter):
    @dataclass(frozen=True)
    class Config:
        __pydantic_config__ = ConfigDict(extra="ignore", strict=True)
        middle: Annotated[int, Field(description="MIDI pitch")] = 60


class TakesAnyValue(Sorter):
    @dataclass(frozen=True)
    class Config:
        middle: Annotated[Any, Field(description="MIDI pitch")] = 60


class UndescribedOrNone(Sorter):
    @dataclass(frozen=True)
    class Config:
        middle: Annotated[int, Field(ge=0)] | None = 60


class Undescribed(Sorter):
    @dataclass(frozen=True)
    class Config:
        middle: int = 60


class Loud(Sorter):
    def __init__(self, config: Any) -> None:
        super().__init__(config)
        print("made")


class LoudBesides(Sorter):
    def __init__(self, config: Any) -> None:
        super().__init__(config)
        print("made", file=sys.stderr)


class WritesAFile(Sorter):
    def __init__(self, config: Any) -> None:
        super().__init__(config)
        place = Path(tempfile.gettempdir()) / f"popgen-mutant-{os.getpid()}"
        place.write_text("made")
        place.unlink()


class MovesChance(Sorter):
    def __init__(self, config: Any) -> None:
        super().__init__(config)
        random.random()


class MovesChanceOfNumpy(Sorter):
    def __init__(self, config: Any) -> None:
        super().__init__(config)
        np.random.random()


class ChangesTheEnvironment(Sorter):
    def __init__(self, config: Any) -> None:
        super().__init__(config)
        os.environ["POPGEN_MUTANT"] = str(int(os.environ.get("POPGEN_MUTANT", "0")) + 1)


class StaysHere(Sorter):
    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.middle = lambda: 60


class ComesBackAsAnother(Sorter):
    def __reduce__(self) -> tuple[Any, ...]:
        return Sorter, (self.config,)


class LosesASettingInAPickle(Sorter):
    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (type(self.config)(middle=1),)


class OfItsProcess(Sorter):
    asked = 0

    def place(self, track: Track) -> tuple[str | None, str]:
        self.asked += 1
        return ("low", "high")[os.getpid() >> self.asked % 22 & 1], "by the number of the process"


def _declared(module: str) -> Maker:
    return sample("grouper", "component:Sorter", declared=f"declared.{module}")


def _carded(name: str = "sample.v1", target: str = "Sorter", summary: str = "a sample", api: int = 1) -> Maker:
    return Maker(Card("grouper", name, f"mutants.component:{target}", summary, api=api))


def _like(kind: type) -> Maker:
    return sample("grouper", f"component:{kind.__name__}")


GOOD = sample("grouper", "component:Sorter", declared="declared.lightly", middle=55)
MUTANTS = {
    "check_declaration_is_light": [
        _declared(module) for module in ("with_numpy", "with_the_component", "loudly", "nothing")
    ],
    "check_card_is_sound": [
        _carded(name="sample"),
        _carded(name="sample.vx"),
        _carded(target="NotThere"),
        _carded(target="MUTANTS"),
        _carded(summary=""),
        _carded(summary="one\ntwo"),
        _carded(api=2),
    ],
    "check_settings_read_back_the_same": [_like(NoDataclass), _like(Thawed), _like(WrongDefault), _like(OtherWhenRead)],
    "check_wrong_settings_are_refused": [_like(TakesAnyKey), _like(TakesAnyValue)],
    "check_every_setting_is_described": [_like(Undescribed), _like(UndescribedOrNone)],
    "check_making_it_changes_nothing_else": [
        _like(kind) for kind in (Loud, LoudBesides, WritesAFile, MovesChance, MovesChanceOfNumpy, ChangesTheEnvironment)
    ],
    "check_it_pickles": [
        _like(StaysHere),
        _like(ComesBackAsAnother),
        _like(LosesASettingInAPickle),
        sample("encoder", "encoder_long:LosesItsWeightsInAPickle"),
    ],
    "check_same_settings_same_behaviour_in_a_new_process": [_like(OfItsProcess)],
}

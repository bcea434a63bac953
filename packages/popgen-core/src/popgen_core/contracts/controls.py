"""Which controls a recipe gives its model beside position, and how often they are left out in training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

__all__ = ["ControlConfig"]


@dataclass(frozen=True)
class ControlConfig:
    """What a model is told ahead of time; without any, position alone, as the paper's."""

    known: Annotated[
        tuple[str, ...],
        Field(description="groups, density, dynamics, key, chord, next, section, energy, recall, given; or none"),
    ] = ()
    drop: Annotated[
        float, Field(ge=0, le=1, description="share of training windows in which a control is left out, each by itself")
    ] = 0.3
    drop_all: Annotated[
        float, Field(ge=0, le=1, description="share of training windows in which all are left out but position")
    ] = 0.2
    forget: Annotated[
        float,
        Field(ge=0, le=1, description="share of windows in which some groups' past is not heard for a stretch"),
    ] = 0.3
    given: Annotated[
        float, Field(ge=0, le=1, description="share of training windows in which the notes of some groups are given")
    ] = 0.3

"""The settings of training that every recipe has; the defaults are the paper's (sections 2.1 and 2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

__all__ = ["TrainConfig"]


@dataclass(frozen=True)
class TrainConfig:
    """How a model is trained. Defaults: Zhu (2025), section 2.2."""

    songs: Annotated[
        Literal["train", "all"],
        Field(
            description="train: the training part of the dataset's split, its first fold kept for validation; all songs"
        ),
    ] = "train"
    epochs: Annotated[int, Field(ge=1, description="passes over the dataset")] = 197
    minutes: Annotated[float, Field(ge=0, description="wall-clock limit in minutes, 0 for none")] = 0.0
    batch: Annotated[int, Field(ge=1, description="windows a step")] = 32
    window: Annotated[int, Field(ge=2, description="frames a window")] = 512
    optimizer: Annotated[
        Literal["adam", "adamw"], Field(description="adam: weight decay in the gradient; adamw: apart from it")
    ] = "adam"
    learning_rate: Annotated[float, Field(gt=0, description="step size at its highest")] = 1e-5
    schedule: Annotated[
        Literal["constant", "cosine"], Field(description="cosine falls to a twentieth over the epochs")
    ] = "constant"
    warmup_steps: Annotated[
        int, Field(ge=0, description="steps in which the rate rises from 0, at most a tenth of all")
    ] = 0
    beta1: Annotated[float, Field(ge=0, lt=1, description="Adam's first decay rate")] = 0.9
    beta2: Annotated[float, Field(ge=0, lt=1, description="Adam's second decay rate")] = 0.999
    weight_decay: Annotated[float, Field(ge=0, description="strength of weight decay")] = 1e-4
    clip: Annotated[float, Field(gt=0, description="gradient norm above which gradients are scaled down")] = 1.0
    precision: Annotated[
        Literal["auto", "bfloat16", "float32"], Field(description="auto: bfloat16 where the hardware has it")
    ] = "auto"
    group_weights: Annotated[
        Literal["notes", "equal"], Field(description="importance of the groups in the loss: by note share, or equal")
    ] = "notes"
